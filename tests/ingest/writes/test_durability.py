"""Durability: acknowledged writes survive a kill of the service; other writes are stored as a whole or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest

from radiant.ingest.v1 import ingest_service_pb2 as pb
from radiant.ingest.v1 import ingest_service_pb2_grpc
from tests.ingest.fixtures.service import CALLER, batch, manifest, new_id, rows, signal, thumb, vote
from tests.support.suite import ServiceProcess, quick_channel, service_process

ITEMS = 7
ACKS_BEFORE_A_KILL = 150
CALLERS, STREAMS, AHEAD = 12, 3, 20
Stub = ingest_service_pb2_grpc.IngestServiceStub
KILLS = 2


@dataclass
class Ledger:
    """Requests that were sent and requests that were acknowledged."""

    numbers: Iterator[int] = field(default_factory=itertools.count)
    sent: dict[str, tuple[str, Any]] = field(default_factory=dict)
    """Method and request by output; every request has an output of its own."""
    acknowledged: set[str] = field(default_factory=set)
    enough: asyncio.Event = field(default_factory=asyncio.Event)
    wanted: int = 0

    def make(self, method: str) -> tuple[str, Any]:
        """Returns a new request and its output, and records it as sent."""
        output = f"{method}-{next(self.numbers)}"
        if method == "RecordManifest":
            request: Any = manifest(output)
        elif method == "SubmitExplicitFeedback":
            request = thumb(output)
        elif method == "BatchSubmitImplicitSignals":
            request = batch([signal(output) for _ in range(ITEMS)])
        else:
            signals = [signal(output) for _ in range(ITEMS)]
            request = pb.StreamSignalsRequest(batch_id=new_id(), signals=signals, feedback=[vote(output)])
        self.sent[output] = (method, request)
        return output, request

    def acknowledge(self, output: str) -> None:
        """Records a response without an error."""
        self.acknowledged.add(output)
        if len(self.acknowledged) >= self.wanted:
            self.enough.set()

    @property
    def open(self) -> list[str]:
        """Returns the outputs of requests without a response."""
        return [output for output in self.sent if output not in self.acknowledged]


async def calling(stub: Stub, ledger: Ledger) -> None:
    """Makes one call after the other until the service ends."""
    methods = itertools.cycle(["RecordManifest", "SubmitExplicitFeedback", "BatchSubmitImplicitSignals"])
    with contextlib.suppress(grpc.aio.AioRpcError):
        while True:
            method = next(methods)
            output, request = ledger.make(method)
            await getattr(stub, method)(request, metadata=CALLER, timeout=20)
            ledger.acknowledge(output)


async def streaming(stub: Stub, ledger: Ledger) -> None:
    """Sends batches on one stream, several ahead of their acknowledgements, until the service ends."""
    outputs: dict[str, str] = {}
    call = stub.StreamSignals(metadata=CALLER)

    ahead = asyncio.Semaphore(AHEAD)

    async def send() -> None:
        with contextlib.suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
            while True:
                await ahead.acquire()
                output, request = ledger.make("StreamSignals")
                outputs[request.batch_id] = output
                await call.write(request)

    sender = asyncio.create_task(send())
    try:
        async for ack in call:
            assert not ack.HasField("refusal")
            ledger.acknowledge(outputs[ack.batch_id])
            ahead.release()
    except grpc.aio.AioRpcError:
        pass
    finally:
        sender.cancel()
        await asyncio.gather(sender, return_exceptions=True)


async def resend(stub: Stub, ledger: Ledger) -> None:
    """Repeats every request without a response."""
    streamed = {}
    for output in ledger.open:
        method, request = ledger.sent[output]
        if method == "StreamSignals":
            streamed[request.batch_id] = output
        else:
            await getattr(stub, method)(request, metadata=CALLER, timeout=20)
            ledger.acknowledge(output)
    requests = [ledger.sent[output][1] for output in streamed.values()]
    async for ack in stub.StreamSignals(iter(requests), metadata=CALLER, timeout=30):
        assert not ack.HasField("refusal")
        ledger.acknowledge(streamed[ack.batch_id])


STORED = """
SELECT output_id, sum(manifests) AS manifests, sum(votes) AS votes, sum(signals) AS signals, sum(work) AS work FROM (
  SELECT output_id, 1 AS manifests, 0 AS votes, 0 AS signals, 0 AS work FROM ingest.execution_manifests
  UNION ALL SELECT output_id, 0, 1, 0, 0 FROM ingest.explicit_feedback
  UNION ALL SELECT output_id, 0, 0, 1, 0 FROM ingest.implicit_signals
  UNION ALL SELECT output_id, 0, 0, 0, 1 FROM ingest.learn_queue
) AS facts GROUP BY output_id
"""
WHOLE = {
    "RecordManifest": (1, 0, 0, 1),
    "SubmitExplicitFeedback": (0, 1, 0, 1),
    "BatchSubmitImplicitSignals": (0, 0, ITEMS, 1),
    "StreamSignals": (0, 1, ITEMS, 2),
}
"""Numbers of manifests, votes, signals and queue rows that each request stores."""


async def stored(database_url: str) -> dict[str, tuple[int, ...]]:
    """Returns the numbers of stored rows by output; fails if a request is stored in part or twice."""
    found = {row["output_id"]: tuple(map(int, row[1:])) for row in await rows(database_url, STORED)}
    partial = {output: counts for output, counts in found.items() if counts != WHOLE[output.partition("-")[0]]}
    assert partial == {}
    return found


async def run_and_kill(service: ServiceProcess, stub: Stub, ledger: Ledger) -> None:
    """Runs load until enough requests are acknowledged, then kills the service."""
    ledger.wanted = len(ledger.acknowledged) + ACKS_BEFORE_A_KILL
    ledger.enough.clear()
    load = [asyncio.create_task(calling(stub, ledger)) for _ in range(CALLERS)]
    load += [asyncio.create_task(streaming(stub, ledger)) for _ in range(STREAMS)]
    try:
        async with asyncio.timeout(30):
            await ledger.enough.wait()
        await service.kill()
        async with asyncio.timeout(30):
            await asyncio.gather(*load)
    finally:
        for task in load:
            task.cancel()
        await asyncio.gather(*load, return_exceptions=True)


@pytest.mark.parametrize("group_items_max", ["3", "5000"])
async def test_writes_after_kill_and_resend_are_stored_once(
    database_url: str, redis_url: str, tmp_path: Path, group_items_max: str
) -> None:
    settings = {"RADIANT_INGEST_GROUP_ITEMS_MAX": group_items_max}
    service, ledger = service_process("ingest", database_url, redis_url, tmp_path, **settings), Ledger()
    try:
        for _ in range(KILLS):
            await service.start()
            async with quick_channel(service.address) as channel:
                await run_and_kill(service, Stub(channel), ledger)
            assert ledger.acknowledged <= set(await stored(database_url))
            assert ledger.open
        await service.start()
        async with quick_channel(service.address) as channel:
            await resend(Stub(channel), ledger)
    finally:
        await service.kill()
    assert set(await stored(database_url)) == set(ledger.sent)
    answers = await rows(database_url, "SELECT count(*) FROM ingest.requests")
    assert answers[0][0] == len(ledger.sent)


async def test_writes_at_stop_are_answered_or_refused(database_url: str, redis_url: str, tmp_path: Path) -> None:
    service = service_process("ingest", database_url, redis_url, tmp_path)
    await service.start()
    try:
        async with quick_channel(service.address) as channel:
            stub = Stub(channel)
            requests = [thumb(f"o{index}") for index in range(200)]
            calls = [stub.SubmitExplicitFeedback(each, metadata=CALLER, timeout=20) for each in requests]
            await calls[0]
            await service.stop()
            answers = await asyncio.gather(*calls, return_exceptions=True)
    finally:
        await service.kill()
    told = {r.feedback.output_id for r, a in zip(requests, answers, strict=True) if not isinstance(a, BaseException)}
    refused = [each for each in answers if isinstance(each, grpc.aio.AioRpcError)]
    # gRPC cancels calls that arrived and did not start before it stops
    assert {each.code() for each in refused} <= {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}
    assert len(told) + len(refused) == len(requests)
    found = {row[0] for row in await rows(database_url, "SELECT output_id FROM ingest.explicit_feedback")}
    assert told <= found
    assert told
