"""The package as it is shipped: its service config, and that it stands without the services."""

import json
import subprocess
import sys
from pathlib import Path

from radiant_client.transport.channel import retries, service_config, timeout_of

ROOT = Path(__file__).parents[2]

ALONE = """
import sys

class Fence:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"kit", "ingest", "neural", "cli", "protovalidate", "grpc_status",
                                      "grpc_health", "asyncpg", "redis", "numpy", "jwt", "tests"}:
            raise ImportError("fenced off: " + name)

sys.meta_path.insert(0, Fence())
import radiant_client
for name in radiant_client.__all__:
    getattr(radiant_client, name)
"""


def test_the_packaged_service_config_is_the_merge_of_the_services() -> None:
    merged = []
    for source in sorted(ROOT.glob("proto/radiant/*/v1/service_config.json")):
        merged += json.loads(source.read_text("utf-8"))["methodConfig"]
    assert service_config() == {"methodConfig": merged}


def test_channels_retry_but_set_no_timeouts() -> None:
    methods = json.loads(retries())["methodConfig"]
    assert any("retryPolicy" in one for one in methods)
    assert not any("timeout" in one for one in methods)


def test_timeouts_are_those_of_the_method_or_its_service() -> None:
    assert timeout_of("radiant.ingest.v1.IngestService") == 5.0
    assert timeout_of("radiant.ingest.v1.IngestService", "BatchRecordManifests") == 15.0
    assert timeout_of("radiant.neural.v1.LearningService", "RunBatchLearning") == 3600.0
    assert timeout_of("radiant.neural.v1.RecommendService", "GetRecommendation") == 1.0
    assert timeout_of("unknown") == 10.0


def test_it_needs_nothing_of_the_services() -> None:
    subprocess.run([sys.executable, "-I", "-c", ALONE], check=True, timeout=60)
