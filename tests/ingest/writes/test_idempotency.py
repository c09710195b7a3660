"""Idempotency: a repeated request counts once and gets the first response from any process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest

from radiant.ingest.v1 import feedback_pb2, manifest_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.fixtures.service import (
    CALLER,
    IngestService,
    batch,
    manifest,
    new_id,
    open_service,
    problems_of,
    reason_of,
    signal,
    thumb,
    time_at,
    vote,
)

ACCEPTED, DUPLICATE = feedback_pb2.ITEM_OUTCOME_ACCEPTED, feedback_pb2.ITEM_OUTCOME_DUPLICATE
REJECTED = feedback_pb2.ITEM_OUTCOME_REJECTED


@contextlib.asynccontextmanager
async def two(database_url: str, redis_url: str) -> AsyncIterator[tuple[IngestService, IngestService]]:
    """Yields two services with one database, each with its own pool and queue, like two processes."""
    async with open_service(database_url, redis_url) as one, open_service(database_url, redis_url) as other:
        yield one, other


def write_requests() -> list[tuple[str, Any]]:
    """Returns one request of each write method."""
    signals = [signal("o", kind) for kind in (1, 2, 3)]
    one_signal = pb.SubmitImplicitSignalRequest(request_id=new_id(), signal=signal("o"))
    one_signal.signal.ClearField("signal_id")
    one_signal.signal.ClearField("client_time")
    manifests = [manifest(f"b{index}").manifest for index in range(3)]
    return [
        ("RecordManifest", manifest("m", input_prompt_sample="Wie geht es dir heute?")),
        ("BatchRecordManifests", pb.BatchRecordManifestsRequest(request_id=new_id(), manifests=manifests)),
        ("SubmitExplicitFeedback", thumb("o", comment="Das war sehr gut, danke.")),
        ("SubmitImplicitSignal", one_signal),
        ("BatchSubmitImplicitSignals", batch(signals)),
        ("RetractFeedback", pb.RetractFeedbackRequest(request_id=new_id(), output_id="gone", user_id="u")),
    ]


def changed(request: Any) -> Any:
    """Returns a request with the same identifier and other content."""
    other = type(request)()
    other.CopyFrom(request)
    if isinstance(request, pb.RetractFeedbackRequest):
        other.client_time.CopyFrom(time_at(1))
    elif isinstance(request, pb.BatchRecordManifestsRequest):
        other.manifests[2].input_tokens += 1
    elif isinstance(request, pb.BatchSubmitImplicitSignalsRequest):
        del other.signals[2]
    elif isinstance(request, pb.RecordManifestRequest):
        other.manifest.input_tokens += 1
    elif isinstance(request, pb.SubmitImplicitSignalRequest):
        other.signal.signal_type = feedback_pb2.SIGNAL_TYPE_REGENERATE
    else:
        other.feedback.comment += "!"
    return other


async def raw(service: IngestService, method: str, request: Any) -> bytes:
    """Returns the bytes of a response."""
    call: Any = service.channel.unary_unary(f"/radiant.ingest.v1.IngestService/{method}")
    answer: bytes = await call(request.SerializeToString(), metadata=CALLER, timeout=30)
    return answer


TABLES = ("requests", "outputs", "execution_manifests", "explicit_feedback", "implicit_signals", "learn_queue")


async def sizes(service: IngestService) -> dict[str, int]:
    """Returns the number of rows by table."""
    return {table: await service.number(f"SELECT count(*) FROM ingest.{table}") for table in TABLES}


async def test_repeat_to_any_process_returns_same_bytes(database_url: str, redis_url: str) -> None:
    async with two(database_url, redis_url) as (one, other):
        requests = write_requests()
        first = [await raw(one, *each) for each in requests]
        before = await sizes(one)
        assert [await raw(one, *each) for each in requests] == first
        assert [await raw(other, *each) for each in requests] == first
        assert await sizes(one) == before
        assert before == {
            "requests": 6,
            "outputs": 4,
            "execution_manifests": 4,
            "explicit_feedback": 1,
            "implicit_signals": 4,
            "learn_queue": 4 + 1 + 1 + 1 + 1,
        }


async def test_concurrent_repeats_are_one_write(database_url: str, redis_url: str) -> None:
    async with two(database_url, redis_url) as services:
        requests = write_requests()
        for method, request in requests:
            answers = await asyncio.gather(*(raw(services[turn % 2], method, request) for turn in range(30)))
            assert len(set(answers)) == 1, method
        assert (await sizes(services[0]))["requests"] == len(requests)
        assert (await sizes(services[0]))["implicit_signals"] == 4


async def test_other_request_with_used_identifier_is_refused(ingest: IngestService) -> None:
    requests = write_requests()
    for each in requests:
        await raw(ingest, *each)
    before = await sizes(ingest)
    for method, request in requests:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await raw(ingest, method, changed(request))
        assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        assert (reason_of(caught.value), problems_of(caught.value)) == ("REQUEST_ID_REUSED", ["request_id"])
    assert await sizes(ingest) == before


async def test_concurrent_requests_with_one_identifier_store_one(ingest: IngestService) -> None:
    for turn in range(10):
        request = thumb(f"o{turn}")
        calls = (raw(ingest, "SubmitExplicitFeedback", each) for each in (request, changed(request)))
        answers = await asyncio.gather(*calls, return_exceptions=True)
        refused = [each for each in answers if isinstance(each, grpc.aio.AioRpcError)]
        assert [reason_of(each) for each in refused] == ["REQUEST_ID_REUSED"]
    assert await ingest.number("SELECT count(*) FROM ingest.explicit_feedback") == 10


async def test_identifier_used_by_other_method_is_refused(ingest: IngestService) -> None:
    request = thumb("o")
    await raw(ingest, "SubmitExplicitFeedback", request)
    other = manifest("o")
    other.request_id = request.request_id
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await raw(ingest, "RecordManifest", other)
    assert reason_of(caught.value) == "REQUEST_ID_REUSED"


async def test_batch_repeated_on_other_stream_gets_same_ack(ingest: IngestService) -> None:
    asked = pb.StreamSignalsRequest(batch_id=new_id(), signals=[signal("o"), signal("o")], feedback=[vote("o")])
    other = pb.StreamSignalsRequest(batch_id=asked.batch_id, signals=[signal("o")])
    (first,) = [each async for each in ingest.stub.StreamSignals(iter([asked]), metadata=CALLER)]
    before = await sizes(ingest)
    again = [each async for each in ingest.stub.StreamSignals(iter([asked, asked]), metadata=CALLER)]
    assert again == [first, first]
    assert [each.outcome for each in first.results] == [ACCEPTED] * 3
    (refused,) = [each async for each in ingest.stub.StreamSignals(iter([other]), metadata=CALLER)]
    assert refused.refusal.reason == "REQUEST_ID_REUSED"
    assert [each.field for each in refused.refusal.problems] == ["batch_id"]
    assert await sizes(ingest) == before


async def test_signal_repeated_in_other_request_is_duplicate(ingest: IngestService) -> None:
    a, b, c = (signal("o", kind) for kind in (1, 2, 3))
    first = await ingest.call("BatchSubmitImplicitSignals", batch([a, b, a]))
    assert [each.outcome for each in first.results] == [ACCEPTED, ACCEPTED, DUPLICATE]
    assert [each.index for each in first.results] == [0, 1, 2]
    second = await ingest.call("BatchSubmitImplicitSignals", batch([c, b, c]))
    assert [each.outcome for each in second.results] == [ACCEPTED, DUPLICATE, DUPLICATE]
    third = await ingest.call("SubmitImplicitSignal", pb.SubmitImplicitSignalRequest(request_id=new_id(), signal=c))
    assert (third.outcome, third.signal_id) == (DUPLICATE, c.signal_id)
    streamed = pb.StreamSignalsRequest(batch_id=new_id(), signals=[a, signal("o")])
    (ack,) = [each async for each in ingest.stub.StreamSignals(iter([streamed]), metadata=CALLER)]
    assert [each.outcome for each in ack.results] == [DUPLICATE, ACCEPTED]
    assert await ingest.number("SELECT count(*) FROM ingest.implicit_signals") == 4


async def test_signals_repeated_in_concurrent_batches_are_stored_once(database_url: str, redis_url: str) -> None:
    async with two(database_url, redis_url) as services:
        signals = [signal(f"o{index % 7}", user=f"u{index % 3}") for index in range(60)]
        calls = (
            services[turn % 2].call("BatchSubmitImplicitSignals", batch(signals[turn:] + signals[:turn]))
            for turn in range(30)
        )
        answers = await asyncio.gather(*calls)
        outcomes = [each.outcome for answer in answers for each in answer.results]
        assert (outcomes.count(ACCEPTED), outcomes.count(DUPLICATE)) == (60, 29 * 60)
        assert await services[0].number("SELECT count(*) FROM ingest.implicit_signals") == 60


async def test_manifest_repeated_is_duplicate_and_different_is_refused(ingest: IngestService) -> None:
    first = manifest("m")
    again, other = pb.RecordManifestRequest(), manifest("m", "another model")
    again.CopyFrom(first)
    again.request_id = new_id()
    assert (await ingest.call("RecordManifest", first)).outcome == ACCEPTED
    repeated = await ingest.call("RecordManifest", again)
    assert (repeated.outcome, repeated.create_time) == (DUPLICATE, first.manifest.create_time)
    for _ in range(2):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await ingest.call("RecordManifest", other)
        assert (caught.value.code(), reason_of(caught.value)) == (grpc.StatusCode.ALREADY_EXISTS, "OUTPUT_EXISTS")
    several = [first.manifest, other.manifest, manifest("n").manifest, manifest("n").manifest]
    request = pb.BatchRecordManifestsRequest(request_id=new_id(), manifests=several)
    answer = await ingest.call("BatchRecordManifests", request)
    assert [each.outcome for each in answer.results] == [DUPLICATE, REJECTED, ACCEPTED, DUPLICATE]
    assert answer.results[1].error_message.startswith("manifests[1].output_id")
    assert await ingest.number("SELECT count(*) FROM ingest.execution_manifests") == 2


async def test_concurrent_different_manifests_of_one_output_store_one(database_url: str, redis_url: str) -> None:
    async with two(database_url, redis_url) as services:
        calls = (services[turn % 2].call("RecordManifest", manifest("m", f"model-{turn}")) for turn in range(20))
        answers = await asyncio.gather(*calls, return_exceptions=True)
        refused = [each for each in answers if isinstance(each, grpc.aio.AioRpcError)]
        assert {each.code() for each in refused} == {grpc.StatusCode.ALREADY_EXISTS}
        assert len(refused) == 19
        assert await services[0].number("SELECT count(*) FROM ingest.execution_manifests") == 1
        assert await services[0].number("SELECT count(*) FROM ingest.requests") == 1


async def test_batch_of_1000_manifests_is_accepted(ingest: IngestService) -> None:
    manifests: list[manifest_pb2.ExecutionManifest] = [manifest(f"m{index}").manifest for index in range(1000)]
    request = pb.BatchRecordManifestsRequest(request_id=new_id(), manifests=manifests)
    answer = await ingest.call("BatchRecordManifests", request)
    assert [each.outcome for each in answer.results] == [ACCEPTED] * 1000
    assert await ingest.number("SELECT count(*) FROM ingest.learn_queue WHERE user_id = ''") == 1000
