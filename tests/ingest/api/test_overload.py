"""Overload: idle streams, clients that do not read, oversized messages and too many calls."""

import asyncio
import time

import grpc
import pytest

from bench.resilience.overload.hostile_clients import deep_value
from bench.resilience.overload.load import has_retry_info
from radiant.ingest.v1 import ingest_service_pb2 as pb
from radiant.ingest.v1 import ingest_service_pb2_grpc
from tests.ingest.fixtures.conditions import wait_until
from tests.ingest.fixtures.service import CALLER, IngestService, new_id, open_service, reason_of, signal

SUBMIT = "/radiant.ingest.v1.IngestService/SubmitImplicitSignal"


async def raw(service: IngestService, body: bytes) -> grpc.aio.AioRpcError:
    """Sends bytes as a request with a signal and returns the error."""
    send: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = service.channel.unary_unary(SUBMIT)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await send(body, metadata=CALLER, timeout=30)
    return refused.value


async def test_stream_with_batches_stays_open_until_idle(database_url: str, redis_url: str) -> None:
    async with open_service(database_url, redis_url, {"RADIANT_INGEST_STREAM_IDLE_SECONDS": "1"}) as service:
        call = service.stub.StreamSignals(metadata=CALLER)
        for number in range(5):
            await call.write(pb.StreamSignalsRequest(batch_id=new_id(), signals=[signal(f"o{number}")]))
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


async def test_stream_without_batches_is_closed(database_url: str, redis_url: str) -> None:
    async with open_service(database_url, redis_url, {"RADIANT_INGEST_STREAM_IDLE_SECONDS": "0.5"}) as service:
        call = service.stub.StreamSignals(metadata=CALLER)
        with pytest.raises(grpc.aio.AioRpcError) as closed:
            await asyncio.wait_for(call.read(), 20)
        assert reason_of(closed.value) == "STREAM_IDLE"


async def test_stream_whose_acks_are_not_read_applies_backpressure(database_url: str, redis_url: str) -> None:
    small = [("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 64 * 1024)]
    async with (
        open_service(database_url, redis_url, {"RADIANT_INGEST_STREAM_BATCHES_MAX": "2"}) as service,
        grpc.aio.insecure_channel(service.address, small) as channel,
    ):
        call = ingest_service_pb2_grpc.IngestServiceStub(channel).StreamSignals(metadata=CALLER)
        taken = 0

        async def send() -> None:
            nonlocal taken
            while True:
                signals = [signal("o", user="u") for _ in range(1000)]
                await call.write(pb.StreamSignalsRequest(batch_id=new_id(), signals=signals))
                taken += 1

        sender = asyncio.create_task(send())
        before, stuck = -1, 0
        async with asyncio.timeout(90):
            while stuck < 10:
                await asyncio.sleep(0.1)
                stuck = stuck + 1 if taken == before else 0
                before = taken
        await service.call(
            "SubmitImplicitSignal", pb.SubmitImplicitSignalRequest(request_id=new_id(), signal=signal("p"))
        )
        sender.cancel()
        await asyncio.gather(sender, return_exceptions=True)
        call.cancel()
        assert 0 < taken < 300


async def test_message_above_size_limit_is_refused(ingest: IngestService) -> None:
    error = await raw(ingest, b"\x12\x80\x80\x80\x08" + bytes(16 * 1024 * 1024))
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.mark.parametrize("depth", [40, 200, 5_000])
async def test_value_nested_too_deep_is_refused(ingest: IngestService, depth: int) -> None:
    error = await raw(ingest, deep_value(depth))
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
    await ingest.call("SubmitImplicitSignal", pb.SubmitImplicitSignalRequest(request_id=new_id(), signal=signal("p")))
    assert await ingest.number("SELECT count(*) FROM ingest.implicit_signals") == 1


async def test_value_nested_to_limit_is_stored(ingest: IngestService) -> None:
    send: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = ingest.channel.unary_unary(SUBMIT)
    await send(deep_value(20), metadata=CALLER, timeout=30)
    (row,) = await ingest.rows("SELECT signal_value::text AS value FROM ingest.implicit_signals")
    assert row["value"].count("{") == 21


async def test_calls_above_limit_are_refused_with_retry_info(database_url: str, redis_url: str) -> None:
    async with open_service(database_url, redis_url, {"RADIANT_RUNNING_CALLS_MAX": "8"}) as service:

        async def one(number: int) -> grpc.aio.AioRpcError | None:
            request = pb.SubmitImplicitSignalRequest(request_id=new_id(), signal=signal(f"o{number}"))
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
        assert all(has_retry_info(each) for each in refusals)
        accepted = len(found) - len(refusals)
        assert accepted >= 8
        assert await service.number("SELECT count(*) FROM ingest.implicit_signals") == accepted
        assert await one(1000) is None, "calls are accepted again"


async def test_idle_streams_leave_capacity_for_other_calls(database_url: str, redis_url: str) -> None:
    async with open_service(database_url, redis_url, {"RADIANT_RUNNING_STREAMS_MAX": "5"}) as service:
        calls = [service.stub.StreamSignals(metadata=CALLER) for _ in range(20)]
        await wait_until(lambda: sum(call.done() for call in calls) >= 15)
        refused = [call for call in calls if call.done()]
        assert len(refused) == 15
        for call in refused:
            with pytest.raises(grpc.aio.AioRpcError) as refusal:
                await call.read()
            assert refusal.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
            assert has_retry_info(refusal.value)
        await service.call(
            "SubmitImplicitSignal", pb.SubmitImplicitSignalRequest(request_id=new_id(), signal=signal("p"))
        )
        for call in calls:
            call.cancel()

        async def is_stream_accepted() -> bool:
            again = service.stub.StreamSignals(metadata=CALLER)
            try:
                await again.write(pb.StreamSignalsRequest(batch_id=new_id(), signals=[signal("q")]))
                return isinstance(await again.read(), pb.StreamSignalsResponse)
            except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
                return False
            finally:
                again.cancel()

        await wait_until(is_stream_accepted)
