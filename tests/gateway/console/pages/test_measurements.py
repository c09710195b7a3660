"""Tests of unknown values and failed calls in the pages: they are named, and are not shown as 0."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from radiant.ingest.v1 import feedback_pb2, manifest_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.gateway.fixtures.console.client import console_client
from tests.gateway.fixtures.gateway import Served
from tests.ingest.fixtures.service import manifest
from tests.neural.fixtures.service import wait_until

_COUNTED = "SELECT sum(answered + errors) FROM neural.call_outcomes"
ERROR = manifest_pb2.Outcome(status=manifest_pb2.OUTCOME_STATUS_ERROR, error_type="429")


async def record(served: Served, output: str, **fields: Any) -> None:
    """Records a manifest of model m with the current time."""
    request = manifest(output, "m", **fields)
    now = Timestamp()
    now.FromDatetime(datetime.now(UTC))
    request.manifest.create_time.CopyFrom(now)
    await served.intake.call("RecordManifest", request)


async def test_unknown_values_are_shown_as_not_measured(served: Served) -> None:
    await record(served, "unknown")
    async with console_client(served) as admin:
        page = await admin.get("")
        assert page.count("<dd>not measured</dd>") == 2
        assert "measured for 0 of 1 outputs" in page
        (day,) = await admin.csv("?csv=days")
        assert (day["Cost (USD)"], day["Outputs with known cost"], day["Mean latency (ms)"]) == (
            "not measured", "0", "not measured"
        )  # fmt: skip
        assert (await admin.get("feedback/output?id=unknown")).count("<dd>not measured</dd>") == 5
        (row,) = await admin.csv("feedback?csv=outputs")
        assert (row["Mean score"], row["Outcome"]) == ("", "")
        await record(served, "free", total_cost=0.0, total_latency_ms=1500.0)
        page = await admin.get("")
        assert "<dd>$0.00</dd>" in page
        assert "measured for 1 of 2 outputs" in page
        assert "1.5\u202fs" in page
        assert (await admin.get("feedback/output?id=free")).count("<dd>not measured</dd>") == 3


async def test_evaluation_scores_are_shown_with_their_output(served: Served) -> None:
    await record(served, "rated")
    score = feedback_pb2.EvaluationScore(output_id="rated", name="house <style>", score=1234.5, user_id="ada")
    await served.intake.call("RecordEvaluationScores", pb.RecordEvaluationScoresRequest(scores=[score]))
    async with console_client(served) as admin:
        page = await admin.get("feedback/output?id=rated")
        assert "<h3>Evaluation scores</h3>" in page
        assert "<td>house &lt;style&gt;</td><td>1\u202f234.500</td><td>ada</td>" in page
        await record(served, "plain")
        assert "<h3>Evaluation scores</h3>" not in await admin.get("feedback/output?id=plain")


async def test_failed_calls_and_error_rates_are_shown(served: Served) -> None:
    for number in range(3):
        await record(served, f"f{number}", outcome=ERROR, total_latency_ms=20.0)
    await record(served, "good", total_latency_ms=2000.0)
    async with console_client(served) as admin:
        page = await admin.get("feedback")
        assert page.count('<span class="tag bad">error</span>') == 3
        (day,) = await admin.csv("?csv=days")
        assert (day["Mean latency (ms)"], day["Answers with known latency"]) == ("2000.0", "1")
        assert day["Failed calls"] == "3"

        async def is_counted() -> bool:
            return bool(await served.learning.connection.fetchval(_COUNTED) == 4)

        await wait_until(20, is_counted)
        overall, of_task = await admin.csv("models?csv=reliability")
        assert (overall["Task"], overall["Errors"], overall["Error rate"]) == ("any", "3", "0.75")
        assert (of_task["Task"], of_task["Error rate"]) == ("chat", "0.75")
        assert "Error rates" in await admin.get("models")
