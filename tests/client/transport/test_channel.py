"""Connections: TLS with client certificates, and the packaged service config."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest

from radiant.ingest.v1 import ingest_service_pb2 as pb
from radiant.ingest.v1.ingest_service_pb2_grpc import IngestServiceStub
from radiant_client import Tls, open_channel
from radiant_client.transport.channel import retry_policy, service_config, timeout_of
from tests.kit.fixtures.scripted_servicer import Script, a_signal
from tests.kit.rpc.test_tls import Site, served

ROOT = Path(__file__).parents[3]


def client_tls(site: Site, name: str) -> Tls:
    """Returns the settings of a caller with a certificate of the authority of the site."""
    pair = site.authority.issue(site.folder, "brain", name)
    return Tls(
        root_certificates=site.authority.cert.encode(), certificate=pair.cert.read_bytes(), key=pair.key.read_bytes()
    )


async def test_call_with_client_certificate_needs_no_token(tmp_path: Path) -> None:
    site, script = Site(tmp_path), Script()
    async with served(site.settings(), script) as port:
        connection = open_channel(f"localhost:{port}", tls=client_tls(site, "spiffe://acme.example/brain"))
        request = pb.SubmitImplicitSignalRequest(request_id=str(uuid.uuid4()), signal=a_signal())
        await IngestServiceStub(connection.channel).SubmitImplicitSignal(request, metadata=connection.metadata())
        await connection.close()
    assert [each.tenant_id for each in script.principals] == ["acme"]


def test_tls_with_certificate_but_no_key_raises_value_error() -> None:
    with pytest.raises(ValueError, match="must be set together"):
        open_channel("localhost:1", tls=Tls(certificate=b"x"))


def test_packaged_service_config_equals_the_merged_configs_of_the_services() -> None:
    merged = []
    for source in sorted(ROOT.glob("proto/radiant/*/v1/service_config.json")):
        merged += json.loads(source.read_text("utf-8"))["methodConfig"]
    assert service_config() == {"methodConfig": merged}


def test_retry_policy_of_channel_has_retries_and_no_timeouts() -> None:
    methods = json.loads(retry_policy())["methodConfig"]
    assert any("retryPolicy" in one for one in methods)
    assert not any("timeout" in one for one in methods)


def test_timeout_of_method_is_its_own_or_that_of_its_service() -> None:
    assert timeout_of("radiant.ingest.v1.IngestService") == 5.0
    assert timeout_of("radiant.ingest.v1.IngestService", "BatchRecordManifests") == 15.0
    assert timeout_of("radiant.neural.v1.LearningService", "RunBatchLearning") == 3600.0
    assert timeout_of("radiant.neural.v1.RecommendService", "GetRecommendation") == 1.0
    assert timeout_of("unknown") == 10.0
