"""Callers that mean no good: silent streams, streams that read nothing, messages beyond all limits, too many calls."""

import asyncio
import time

import grpc
import pytest

from bench.resilience.overload.hostile import deep_value
from bench.resilience.overload.load import says_when
from radiant.ingest.v1 import ingest_service_pb2 as pb
from radiant.ingest.v1 import ingest_service_pb2_grpc
from tests.ingest.serving import CALLER, Serving, name, reason_of, serving, signal

SUBMIT = "/radiant.ingest.v1.IngestService/SubmitImplicitSignal"


async def raw(service: Serving, body: bytes) -> grpc.aio.AioRpcError:
    """Sends bytes as a signal and returns the refusal."""
    send: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = service.channel.unary_unary(SUBMIT)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await send(body, metadata=CALLER, timeout=30)
    return refused.value


async def test_a_silent_stream_is_closed_and_a_lively_one_is_not(database_url: str, redis_url: str) -> None:
    async with serving(database_url, redis_url, {"RADIANT_INGEST_STREAM_IDLE_SECONDS": "1"}) as service:
        call = service.stub.StreamSignals(metadata=CALLER)
        for number in range(5):
            await call.write(pb.StreamSignalsRequest(batch_id=name(), signals=[signal(f"o{number}")]))
            ack = await call.read()
            assert isinstance(ack, pb.StreamSignalsResponse)
            assert ack.accepted_count == 1
            await asyncio.sleep(0.4)
        begun = time.monotonic()
        with pytest.raises(grpc.aio.AioRpcError) as closed:
            await asyncio.wait_for(call.read(), 20)
        assert closed.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
        assert reason_of(closed.value) == "STREAM_IDLE"
        assert time.monotonic() - begun > 0.3
        assert await service.number("SELECT count(*) FROM ingest.implicit_signals") == 5


async def test_a_stream_that_never_speaks_is_closed(database_url: str, redis_url: str) -> None:
    async with serving(database_url, redis_url, {"RADIANT_INGEST_STREAM_IDLE_SECONDS": "0.5"}) as service:
        call = service.stub.StreamSignals(metadata=CALLER)
        with pytest.raises(grpc.aio.AioRpcError) as closed:
            await asyncio.wait_for(call.read(), 20)
        assert reason_of(closed.value) == "STREAM_IDLE"


async def test_a_stream_that_reads_no_acks_is_not_read_without_end(database_url: str, redis_url: str) -> None:
    small = [("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 64 * 1024)]
    async with (
        serving(database_url, redis_url, {"RADIANT_INGEST_STREAM_BATCHES_MAX": "2"}) as service,
        grpc.aio.insecure_channel(service.address, small) as channel,
    ):
        call = ingest_service_pb2_grpc.IngestServiceStub(channel).StreamSignals(metadata=CALLER)
        taken = 0

        async def send() -> None:
            nonlocal taken
            while True:
                signals = [signal("o", user="u") for _ in range(1000)]
                await call.write(pb.StreamSignalsRequest(batch_id=name(), signals=signals))
                taken += 1

        sender = asyncio.create_task(send())
        before, stuck = -1, 0
        async with asyncio.timeout(90):
            while stuck < 10:
                await asyncio.sleep(0.2)
                stuck = stuck + 1 if taken == before else 0
                before = taken
        await service.call(
            "SubmitImplicitSignal", pb.SubmitImplicitSignalRequest(request_id=name(), signal=signal("p"))
        )
        sender.cancel()
        await asyncio.gather(sender, return_exceptions=True)
        call.cancel()
        assert 0 < taken < 300


async def test_a_message_beyond_the_limit_is_refused(ingest: Serving) -> None:
    error = await raw(ingest, b"\x12\x80\x80\x80\x08" + bytes(16 * 1024 * 1024))
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.mark.parametrize("depth", [40, 200, 5_000])
async def test_a_deeply_nested_value_is_refused_as_invalid(ingest: Serving, depth: int) -> None:
    error = await raw(ingest, deep_value(depth))
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
    await ingest.call("SubmitImplicitSignal", pb.SubmitImplicitSignalRequest(request_id=name(), signal=signal("p")))
    assert await ingest.number("SELECT count(*) FROM ingest.implicit_signals") == 1


async def test_a_value_nested_as_deep_as_is_read_is_stored_whole(ingest: Serving) -> None:
    send: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = ingest.channel.unary_unary(SUBMIT)
    await send(deep_value(20), metadata=CALLER, timeout=30)
    (row,) = await ingest.rows("SELECT signal_value::text AS value FROM ingest.implicit_signals")
    assert row["value"].count("{") == 21


async def test_more_calls_than_are_borne_are_refused_with_a_time_and_what_is_acked_is_stored(
    database_url: str, redis_url: str
) -> None:
    async with serving(database_url, redis_url, {"RADIANT_RUNNING_CALLS_MAX": "8"}) as service:

        async def one(number: int) -> grpc.aio.AioRpcError | None:
            request = pb.SubmitImplicitSignalRequest(request_id=name(), signal=signal(f"o{number}"))
            try:
                await service.call("SubmitImplicitSignal", request)
            except grpc.aio.AioRpcError as error:
                return error
            return None

        found = await asyncio.gather(*(one(number) for number in range(400)))
        refusals = [each for each in found if each is not None]
        assert refusals
        assert {each.code() for each in refusals} == {grpc.StatusCode.RESOURCE_EXHAUSTED}
        assert {reason_of(each) for each in refusals} == {"OVERLOADED"}
        assert all(says_when(each) for each in refusals)
        accepted = len(found) - len(refusals)
        assert accepted >= 8
        assert await service.number("SELECT count(*) FROM ingest.implicit_signals") == accepted
        assert await one(1000) is None, "calm has returned"


async def test_idle_streams_do_not_take_the_room_of_other_calls(database_url: str, redis_url: str) -> None:
    async with serving(database_url, redis_url, {"RADIANT_RUNNING_STREAMS_MAX": "5"}) as service:
        calls = [service.stub.StreamSignals(metadata=CALLER) for _ in range(20)]
        await asyncio.sleep(0.5)
        refused = [call for call in calls if call.done()]
        assert len(refused) == 15
        for call in refused:
            with pytest.raises(grpc.aio.AioRpcError) as refusal:
                await call.read()
            assert refusal.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
            assert says_when(refusal.value)
        await service.call(
            "SubmitImplicitSignal", pb.SubmitImplicitSignalRequest(request_id=name(), signal=signal("p"))
        )
        for call in calls:
            call.cancel()
        await asyncio.sleep(0.5)
        again = service.stub.StreamSignals(metadata=CALLER)
        await again.write(pb.StreamSignalsRequest(batch_id=name(), signals=[signal("q")]))
        assert isinstance(await again.read(), pb.StreamSignalsResponse), "ended streams leave their room"
        again.cancel()
