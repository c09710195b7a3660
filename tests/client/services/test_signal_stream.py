"""The stream of batches: acks, breaks, refusals, bounds and closing."""

import asyncio
import time

import grpc
import pytest

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
)
from tests.client.fixtures.fake_services import Ack, Batch, Refusal, Suite, acknowledge, eventually, suite

SIGNAL = implicit_signal("o1", "u1", "copy_response")


async def test_each_batch_is_acknowledged(fake: Suite, ingest: Ingest) -> None:
    async with ingest.stream() as stream:
        ack = await stream.send(signals=[SIGNAL], feedback=[explicit_feedback("o1", "u1", "positive")])
    assert ack.accepted_count == 2
    assert ack.batch_id == fake.ingest.batches[0].batch_id


async def test_unacknowledged_batches_go_again_under_the_same_id(fake: Suite, ingest: Ingest) -> None:
    async def break_first(batch: Batch, stream: int) -> Ack | None:
        if stream == 1 and len(fake.ingest.batches) < 3:
            return None
        if stream == 1:
            raise Refusal(grpc.StatusCode.INTERNAL, "broken")
        return await acknowledge(batch, stream)

    fake.ingest.on_batch = break_first
    async with ingest.stream() as stream:
        acks = await asyncio.gather(*(stream.send(signals=[SIGNAL]) for _ in range(3)))
    first, second = fake.ingest.batches[:3], fake.ingest.batches[3:]
    assert fake.ingest.streams == 2
    assert [one.batch_id for one in first] == [one.batch_id for one in second]
    assert {ack.batch_id for ack in acks} == {one.batch_id for one in first}


async def test_a_silent_connection_is_given_up(fake: Suite, connection: Connection, ingest: Ingest) -> None:
    async def ignore_first(batch: Batch, stream: int) -> Ack | None:
        return None if stream == 1 else await acknowledge(batch, stream)

    fake.ingest.on_batch = ignore_first
    async with SignalStream(connection, ingest._stub, ack_timeout=0.2) as stream:
        await stream.send(signals=[SIGNAL])
    assert fake.ingest.streams == 2
    assert fake.ingest.batches[0].batch_id == fake.ingest.batches[1].batch_id


async def test_a_refusal_that_may_pass_is_sent_again_after_its_time(fake: Suite, ingest: Ingest) -> None:
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


async def test_a_final_refusal_names_the_fields_and_the_stream_goes_on(fake: Suite, ingest: Ingest) -> None:
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


async def test_batches_in_flight_are_bounded(fake: Suite, ingest: Ingest) -> None:
    release = asyncio.Event()

    async def hold(batch: Batch, stream: int) -> Ack | None:
        if len(fake.ingest.batches) == 1:
            await release.wait()
        return await acknowledge(batch, stream)

    fake.ingest.on_batch = hold
    async with ingest.stream(max_in_flight=2) as stream:
        sends = [asyncio.create_task(stream.send(signals=[SIGNAL])) for _ in range(6)]
        await eventually(lambda: fake.ingest.batches)
        await asyncio.sleep(0.05)
        assert len(stream._pending) == 2
        release.set()
        await asyncio.gather(*sends)
    assert len(fake.ingest.batches) == 6


async def test_leaving_waits_for_the_acks_and_then_takes_no_more(fake: Suite, ingest: Ingest) -> None:
    async def slowly(batch: Batch, stream: int) -> Ack | None:
        await asyncio.sleep(0.1)
        return await acknowledge(batch, stream)

    fake.ingest.on_batch = slowly
    async with ingest.stream(max_in_flight=1) as stream:
        sends = [asyncio.create_task(stream.send(signals=[SIGNAL])) for _ in range(3)]
        await eventually(lambda: fake.ingest.batches)
    assert [(await send).accepted_count for send in sends] == [1, 1, 1]
    with pytest.raises(StreamClosed):
        await stream.send(signals=[SIGNAL])


async def test_an_error_that_leads_out_leaves_nothing_hanging(fake: Suite, ingest: Ingest) -> None:
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


async def test_a_refused_token_ends_the_stream(fake: Suite, ingest: Ingest) -> None:
    async def refuse(batch: Batch, stream: int) -> Ack | None:
        raise Refusal(grpc.StatusCode.UNAUTHENTICATED, "expired")

    fake.ingest.on_batch = refuse
    async with ingest.stream() as stream:
        for _ in range(2):
            with pytest.raises(Unauthenticated, match="expired"):
                await stream.send(signals=[SIGNAL])
    assert fake.ingest.streams == 1


async def test_a_batch_given_up_frees_its_place(fake: Suite, ingest: Ingest) -> None:
    async def ignore_first(batch: Batch, stream: int) -> Ack | None:
        return None if len(fake.ingest.batches) == 1 else await acknowledge(batch, stream)

    fake.ingest.on_batch = ignore_first
    async with ingest.stream(max_in_flight=1) as stream:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await stream.send(signals=[SIGNAL])
        assert (await stream.send(signals=[SIGNAL])).accepted_count == 1


async def test_a_service_that_comes_back_gets_what_the_first_one_lost(fake: Suite, ingest: Ingest) -> None:
    async def never(batch: Batch, stream: int) -> Ack | None:
        return None

    fake.ingest.on_batch = never
    async with ingest.stream() as stream:
        before = asyncio.create_task(stream.send(signals=[SIGNAL]))
        await eventually(lambda: fake.ingest.batches)
        await fake.server.stop(grace=None)
        meanwhile = asyncio.create_task(stream.send(signals=[SIGNAL]))
        await asyncio.sleep(0.2)
        async with suite(int(fake.address.partition(":")[2])) as second:
            acks = await asyncio.gather(before, meanwhile)
    assert fake.ingest.batches[0].batch_id in {one.batch_id for one in second.ingest.batches}
    assert {one.batch_id for one in second.ingest.batches} == {ack.batch_id for ack in acks}
