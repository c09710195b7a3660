"""The upload of decisions: batches, retries, refused decisions, overload and the end of the client."""

import time
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest

from radiant.ingest.v1 import manifest_pb2
from radiant.neural.v1 import scoring_pb2
from radiant_client import Connection, Decision, DecisionUpload, Radiant, Unavailable, open_channel
from tests.client.fixtures.fake_services import FakeSuite, StatusError, entry, eventually, part

QUEUE_MAX = 2000
ADD_US_MAX = 50.0
"""Longest mean time of `add` in microseconds, on a busy machine."""


def decision(number: int, **fields: Any) -> Decision:
    """Returns a decision of the table."""
    stated: dict[str, Any] = {
        "model": "a",
        "propensity": 0.25,
        "score": 0.6,
        "confidence": 0.5,
        "scope": "tenant",
        "source": "table",
        "staleness_ms": 1.0,
        "reasoning": "",
        "candidates": ("a", "b"),
        "strategy": "thompson",
        **fields,
    }
    return Decision(decision_id=f"d{number}", **stated)


@pytest.fixture
async def upload(connection: Connection) -> AsyncIterator[DecisionUpload]:
    """Yields an upload that is not started."""
    opened = DecisionUpload(connection, queue_max=QUEUE_MAX, interval=0.02, close_timeout=0.5)
    yield opened
    await opened.close()


def fill(upload: DecisionUpload, count: int, **fields: Any) -> None:
    for number in range(count):
        upload.add(decision(number, **fields), "u", "chat", "", 7)


async def test_queued_decisions_are_sent_in_batches_with_their_context(fake: FakeSuite, upload: DecisionUpload) -> None:
    fill(upload, 1201)
    await upload.flush()
    batches = fake.recommend.recorded
    assert [len(batch.decisions) for batch in batches] == [500, 500, 201]
    sent = batches[0].decisions[3]
    assert (sent.decision_id, sent.user_id, sent.task_type, sent.model) == ("d3", "u", "chat", "a")
    assert (sent.propensity, list(sent.candidates), sent.table_version) == (0.25, ["a", "b"], 7)
    assert (sent.strategy, sent.scope) == (scoring_pb2.STRATEGY_THOMPSON, scoring_pb2.SCOPE_TENANT)
    assert abs(sent.decide_time.seconds - time.time()) < 60
    health = upload.health()
    assert (health.queued, health.recorded, health.dropped, health.rejected) == (0, 1201, 0, 0)


async def test_failed_call_is_repeated_without_a_loss(fake: FakeSuite, upload: DecisionUpload) -> None:
    fake.recommend.record_responses = [StatusError(grpc.StatusCode.INTERNAL)] * 2
    fill(upload, 700)
    upload.start()
    await eventually(lambda: upload.health().recorded == 700)
    assert {one.decision_id for batch in fake.recommend.recorded for one in batch.decisions} == {
        f"d{number}" for number in range(700)
    }
    assert upload.health().dropped == 0


async def test_refused_decisions_are_left_out_and_the_others_sent(fake: FakeSuite, upload: DecisionUpload) -> None:
    refusal = StatusError(
        grpc.StatusCode.INVALID_ARGUMENT, violations={"decisions[1].task_type": "no", "decisions[2].model": "no"}
    )
    fake.recommend.record_responses = [refusal]
    fill(upload, 5)
    upload.add(decision(5, model="\udc80"), "u", "chat", "")
    await upload.flush()
    assert [one.decision_id for one in fake.recommend.recorded[-1].decisions] == ["d0", "d3", "d4"]
    assert (upload.health().recorded, upload.health().rejected) == (3, 3)


async def test_full_queue_drops_and_counts_and_never_waits(upload: DecisionUpload) -> None:
    begun = time.perf_counter()
    fill(upload, QUEUE_MAX * 5)
    mean_us = (time.perf_counter() - begun) / (QUEUE_MAX * 5) * 1e6
    assert (upload.health().queued, upload.health().dropped) == (QUEUE_MAX, QUEUE_MAX * 4)
    assert mean_us < ADD_US_MAX


async def test_service_without_the_method_ends_the_upload(fake: FakeSuite, upload: DecisionUpload) -> None:
    fake.recommend.record_responses = [StatusError(grpc.StatusCode.UNIMPLEMENTED)]
    fill(upload, 600)
    await upload.flush()
    upload.add(decision(1), "u", "chat", "")
    assert (upload.health().queued, upload.health().dropped, len(fake.recommend.recorded)) == (0, 601, 1)


async def test_unreachable_service_keeps_the_queue_until_the_end(fake: FakeSuite) -> None:
    await fake.server.stop(grace=None)
    connection = open_channel(fake.address, "secret")
    upload = DecisionUpload(connection, interval=0.02, close_timeout=0.3)
    fill(upload, 10)
    with pytest.raises(Unavailable):
        await upload.flush()
    assert upload.health().queued == 10
    begun = time.monotonic()
    await upload.close()
    assert time.monotonic() - begun < 5
    assert (upload.health().queued, upload.health().dropped) == (0, 10)
    await connection.close()


async def client(fake: FakeSuite, **more: Any) -> Radiant:
    fake.recommend.parts.put_nowait(part(entry({"a": 0.25, "b": 0.75})))
    return await Radiant.connect(
        ingest=fake.address,
        neural=fake.address,
        token="secret",
        default_model="fallback",
        ready_timeout=5.0,
        rpc_timeout=2.0,
        **more,
    )


async def test_client_sends_its_own_decisions_at_the_end_and_not_those_of_the_service(fake: FakeSuite) -> None:
    async with await client(fake) as radiant:
        local = [await radiant.choose("u1", "chat", "", [], excluded=["b"]), await radiant.choose("u1", "chat")]
        assert (await radiant.choose("u1", "chat", "", ["a", "new"])).source == "rpc"
    sent = [one for batch in fake.recommend.recorded for one in batch.decisions]
    assert [one.decision_id for one in sent] == [one.decision_id for one in local]
    assert [list(one.candidates) for one in sent] == [["a"], list(local[1].candidates)]
    assert set(local[1].candidates) == {"a", "b"}


async def test_client_with_default_model_sends_the_decision(fake: FakeSuite) -> None:
    fake.recommend.responses = [StatusError(grpc.StatusCode.INTERNAL)]
    async with await client(fake, max_staleness=0.0, strategy="greedy") as radiant:
        chosen = await radiant.choose("u1", "chat", "", ["x", "y"], excluded=["x"])
    assert (chosen.source, chosen.model, chosen.candidates) == ("default", "y", ("y",))
    assert [one.model for batch in fake.recommend.recorded for one in batch.decisions] == ["y"]


async def test_client_without_upload_sends_nothing(fake: FakeSuite) -> None:
    async with await client(fake, upload_decisions=False) as radiant:
        await radiant.choose("u1", "chat")
        assert radiant.health().decisions is None
    assert fake.recommend.recorded == []


def test_decision_is_written_to_a_manifest() -> None:
    manifest = manifest_pb2.ExecutionManifest(output_id="o")
    decision(1, experiment_id="e", variant="v", experiment_epoch=2).write_to(manifest)
    assert manifest == manifest_pb2.ExecutionManifest(
        output_id="o",
        decision_id="d1",
        propensity=0.25,
        decision_strategy="thompson",
        decision_candidates=["a", "b"],
        experiment_id="e",
        variant="v",
        experiment_epoch=2,
    )
