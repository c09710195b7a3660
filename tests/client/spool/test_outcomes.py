"""Outcomes of calls in the spool: they name no user and no time, and are sent unchanged."""

from pathlib import Path
from typing import Any

import pytest

from radiant_client import is_spooled
from tests.client.fixtures.spool_clients import manifest, outage, restored

pytestmark = pytest.mark.slow


async def test_outcome_during_an_outage_is_spooled_and_sent_unchanged(tmp_path: Path) -> None:
    async with outage(tmp_path) as (radiant, port):
        await radiant.ingest.record_manifest(manifest("o1"))
        answer: Any = await radiant.ingest.record_outcome(
            "o1", "error", error_type="429", total_cost=0.0, request_id="r1"
        )
        assert is_spooled(answer)
        await radiant.spool.forget("u")  # type: ignore[union-attr]
        assert radiant.health().spool.records == 1  # type: ignore[union-attr]
        async with restored(radiant, port) as served:
            assert await radiant.spool.drained(10.0)  # type: ignore[union-attr]
        (sent,) = [one for one in served.ingest.requests if type(one).__name__ == "RecordOutcomeRequest"]
        assert (sent.request_id, sent.output_id, sent.outcome.error_type) == ("r1", "o1", "429")
        assert sent.HasField("total_cost")
        assert not sent.HasField("total_latency_ms")
