"""Signal stream: acknowledgements, reconnects, rejections, limits and close."""

import asyncio
import time
from datetime import timedelta

import grpc
import pytest

from kit.auth.tokens import mint
from radiant.ingest.v1 import ingest_service_pb2
from radiant_client import (
    BatchRefused,
    Connection,
    Ingest,
    SignalStream,
    StreamClosed,
    Unauthenticated,
    explicit_feedback,
    implicit_signal,
    open_channel,
)
from tests.client.fixtures.fake_services import Ack, Batch, FakeSuite, StatusError, acknowledge, eventually, fake_suite
from tests.kit.fixtures.scripted_servicer import Script, serving
from tests.support.suite import KEY

SIGNAL = implicit_signal("o1", "u1", "copy_response")


async def test_batch_sent_returns_its_acknowledgement(fake: FakeSuite, ingest: Ingest) -> None:
    async with ingest.stream() as stream:
        ack = await stream.send(signals=[SIGNAL], feedback=[explicit_feedback("o1", "u1", "positive")])
    assert ack.accepted_count == 2
    assert ack.batch_id == fake.ingest.batches[0].batch_id


async def test_unacknowledged_batches_are_sent_again_with_the_same_id_after_a_reconnect(
    fake: FakeSuite, ingest: Ingest
) -> None:
    async def fail_first_stream(batch: Batch, stream: int) -> Ack | None:
        if stream == 1 and len(fake.ingest.batches) < 3:
            return None
        if stream == 1:
            raise StatusError(grpc.StatusCode.INTERNAL, "stream aborted")
        return await acknowledge(batch, stream)

    fake.ingest.on_batch = fail_first_stream
    async with ingest.stream() as stream:
        acks = await asyncio.gather(*(stream.send(signals=[SIGNAL]) for _ in range(3)))
    first, second = fake.ingest.batches[:3], fake.ingest.batches[3:]
    assert fake.ingest.streams == 2
    assert [one.batch_id for one in first] == [one.batch_id for one in second]
    assert {ack.batch_id for ack in acks} == {one.batch_id for one in first}


async def test_stream_without_acknowledgement_reconnects_after_the_timeout(
    fake: FakeSuite, connection: Connection, ingest: Ingest
) -> None:
    async def ignore_first(batch: Batch, stream: int) -> Ack | None:
        return None if stream == 1 else await acknowledge(batch, stream)

    fake.ingest.on_batch = ignore_first
    async with SignalStream(connection, ingest._stub, ack_timeout=0.2) as stream:
        await stream.send(signals=[SIGNAL])
    assert fake.ingest.streams == 2
    assert fake.ingest.batches[0].batch_id == fake.ingest.batches[1].batch_id


async def test_batch_rejected_as_retryable_is_sent_again_after_the_delay(fake: FakeSuite, ingest: Ingest) -> None:
    async def refuse_once(batch: Batch, stream: int) -> Ack | None:
        if len(fake.ingest.batches) == 1:
            refusal = ingest_service_pb2.BatchRefusal(reason="OVERLOADED", retryable=True, retry_after_ms=100)
            return Ack(batch_id=batch.batch_id, refusal=refusal)
        return await acknowledge(batch, stream)

    fake.ingest.on_batch = refuse_once
    began = time.monotonic()
    async with ingest.stream() as stream:
        ack = await stream.send(signals=[SIGNAL])
    assert time.monotonic() - began >= 0.1
    assert ack.accepted_count == 1
    assert fake.ingest.streams == 1
    assert len({one.batch_id for one in fake.ingest.batches}) == 1


async def test_batch_rejected_permanently_raises_with_fields_and_the_stream_stays_open(
    fake: FakeSuite, ingest: Ingest
) -> None:
    async def refuse_bad(batch: Batch, stream: int) -> Ack | None:
        if batch.signals[0].output_id:
            return await acknowledge(batch, stream)
        problem = ingest_service_pb2.FieldProblem(field="signals[0].output_id", description="too short")
        refusal = ingest_service_pb2.BatchRefusal(reason="INVALID", message="bad", problems=[problem])
        return Ack(batch_id=batch.batch_id, refusal=refusal)

    fake.ingest.on_batch = refuse_bad
    async with ingest.stream() as stream:
        with pytest.raises(BatchRefused) as caught:
            await stream.send(signals=[implicit_signal("", "u1", "regenerate")])
        assert caught.value.violations[0].field == "signals[0].output_id"
        assert caught.value.reason == "INVALID"
        assert (await stream.send(signals=[SIGNAL])).accepted_count == 1
    assert fake.ingest.streams == 1


async def test_unacknowledged_batches_stay_within_the_limit(fake: FakeSuite, ingest: Ingest) -> None:
    release, pending = asyncio.Event(), list[int]()

    async def hold(batch: Batch, stream_number: int) -> Ack | None:
        pending.append(len(stream._pending))
        if len(fake.ingest.batches) == 1:
            await release.wait()
        return await acknowledge(batch, stream_number)

    fake.ingest.on_batch = hold
    async with ingest.stream(max_in_flight=2) as stream:
        sends = [asyncio.create_task(stream.send(signals=[SIGNAL])) for _ in range(6)]
        await eventually(lambda: fake.ingest.batches)
        await eventually(lambda: len(stream._pending) == 2)
        release.set()
        await asyncio.gather(*sends)
    assert len(fake.ingest.batches) == 6
    assert max(pending) <= 2


async def test_closed_stream_waits_for_acknowledgements_and_rejects_further_batches(
    fake: FakeSuite, ingest: Ingest
) -> None:
    async def acknowledge_late(batch: Batch, stream: int) -> Ack | None:
        await asyncio.sleep(0.1)
        return await acknowledge(batch, stream)

    fake.ingest.on_batch = acknowledge_late
    async with ingest.stream(max_in_flight=1) as stream:
        sends = [asyncio.create_task(stream.send(signals=[SIGNAL])) for _ in range(3)]
        await eventually(lambda: fake.ingest.batches)
    assert [(await send).accepted_count for send in sends] == [1, 1, 1]
    with pytest.raises(StreamClosed):
        await stream.send(signals=[SIGNAL])


async def test_stream_left_by_an_exception_fails_the_unacknowledged_batches(fake: FakeSuite, ingest: Ingest) -> None:
    async def never(batch: Batch, stream: int) -> Ack | None:
        return None

    async def leave() -> None:
        async with ingest.stream() as stream:
            sends.append(asyncio.create_task(stream.send(signals=[SIGNAL])))
            await eventually(lambda: fake.ingest.batches)
            raise KeyError("left")

    sends: list[asyncio.Task[Ack]] = []
    fake.ingest.on_batch = never
    with pytest.raises(KeyError):
        await leave()
    with pytest.raises(StreamClosed):
        await sends[0]


async def test_stream_with_invalid_token_fails_permanently(fake: FakeSuite, ingest: Ingest) -> None:
    async def refuse(batch: Batch, stream: int) -> Ack | None:
        raise StatusError(grpc.StatusCode.UNAUTHENTICATED, "expired")

    fake.ingest.on_batch = refuse
    async with ingest.stream() as stream:
        for _ in range(2):
            with pytest.raises(Unauthenticated, match="expired"):
                await stream.send(signals=[SIGNAL])
    assert fake.ingest.streams == 1


EXPIRED = StatusError(grpc.StatusCode.UNAUTHENTICATED, "expired", "TOKEN_EXPIRED")


async def expire_first_stream(batch: Batch, stream: int) -> Ack | None:
    """Acknowledges the first batch, and ends the first stream at the second one."""
    if stream == 1 and int(batch.batch_id[-1]) > 0:
        raise EXPIRED
    return await acknowledge(batch, stream)


def _batch_id(number: int) -> str:
    return f"0190a8b0-0000-7000-8000-00000000000{number}"


async def test_stream_with_expired_token_continues_with_the_next_token(fake: FakeSuite) -> None:
    tokens = iter(f"token-{number}" for number in range(100))
    connection = open_channel(fake.address, lambda: next(tokens))
    fake.ingest.on_batch = expire_first_stream
    try:
        async with Ingest(connection).stream() as stream:
            acks = [await stream.send(signals=[SIGNAL], batch_id=_batch_id(number)) for number in range(3)]
    finally:
        await connection.close()
    assert [ack.batch_id for ack in acks] == [_batch_id(number) for number in range(3)]
    assert fake.ingest.streams == 2
    assert connection.breaker.state == "closed"


@pytest.mark.parametrize("is_function", [False, True], ids=["constant", "function"])
async def test_stream_whose_expired_token_stays_the_same_fails_permanently(fake: FakeSuite, is_function: bool) -> None:
    connection = open_channel(fake.address, (lambda: "same") if is_function else "same")
    fake.ingest.on_batch = expire_first_stream
    try:
        async with Ingest(connection).stream() as stream:
            await stream.send(signals=[SIGNAL], batch_id=_batch_id(0))
            with pytest.raises(Unauthenticated, match="expired"):
                await stream.send(signals=[SIGNAL], batch_id=_batch_id(1))
    finally:
        await connection.close()


async def test_stream_outlasts_the_tokens_of_a_real_server() -> None:
    minted: list[str] = []

    def current() -> str:
        minted.append(mint(KEY, "acme", ["service"], timedelta(seconds=2)))
        return minted[-1]

    script = Script()
    async with serving(script) as served:
        connection = open_channel(f"127.0.0.1:{served.port}", current)
        try:
            async with Ingest(connection).stream() as stream:
                ends_at = time.monotonic() + 4
                sent = []
                while time.monotonic() < ends_at:
                    sent.append((await stream.send(signals=[SIGNAL])).batch_id)
                    await asyncio.sleep(0.02)
        finally:
            await connection.close()
    stored = {request.batch_id for request in script.requests}
    assert set(sent) == stored
    assert len(script.request_ids) >= 2, "the stream was opened again"


async def test_batch_cancelled_by_the_caller_frees_its_slot(fake: FakeSuite, ingest: Ingest) -> None:
    async def ignore_first(batch: Batch, stream: int) -> Ack | None:
        return None if len(fake.ingest.batches) == 1 else await acknowledge(batch, stream)

    fake.ingest.on_batch = ignore_first
    async with ingest.stream(max_in_flight=1) as stream:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await stream.send(signals=[SIGNAL])
        assert (await stream.send(signals=[SIGNAL])).accepted_count == 1


async def test_restarted_service_receives_the_unacknowledged_batches(fake: FakeSuite, ingest: Ingest) -> None:
    async def never(batch: Batch, stream: int) -> Ack | None:
        return None

    fake.ingest.on_batch = never
    async with ingest.stream() as stream:
        before = asyncio.create_task(stream.send(signals=[SIGNAL]))
        await eventually(lambda: fake.ingest.batches)
        await fake.server.stop(grace=None)
        meanwhile = asyncio.create_task(stream.send(signals=[SIGNAL]))
        await eventually(lambda: len(stream._pending) == 2 and stream._call is None)
        async with fake_suite(int(fake.address.partition(":")[2])) as second:
            acks = await asyncio.gather(before, meanwhile)
    assert fake.ingest.batches[0].batch_id in {one.batch_id for one in second.ingest.batches}
    assert {one.batch_id for one in second.ingest.batches} == {ack.batch_id for ack in acks}
