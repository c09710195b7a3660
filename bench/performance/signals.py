"""(b) Durable, acknowledged signals over StreamSignals compared with a COPY of the same rows into the same table.

The COPY has no request parsing and validation, no row-level security, no detection of repeats, no queue for the
learner and no stored answers. A third figure shows the database's share: the service's SQL statements, executed
without the service.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import grpc

from bench.performance.figures import median, verdict
from bench.performance.stack import PASSWORD, Process, Servers, service, token
from cli.addresses import role_url
from ingest.domain.model import SENTIMENTS, SignalColumns
from ingest.writes.signals import INSERT_NEW, insert_arguments
from kit.postgres.queries import load_queries
from radiant.ingest.v1 import feedback_pb2, ingest_service_pb2

METHOD = "/radiant.ingest.v1.IngestService/StreamSignals"
ROUNDS, BATCHES, BATCH = 5, 400, 100
STREAMS, IN_FLIGHT = 16, 8
RATIO_MIN = 0.35
COLUMNS = ["tenant_id", "output_id", "user_id", "signal_id", "occurred_at", "signal_type", "sentiment", "signal_value"]

Row = tuple[str, str, str, str]
"""Output, user, signal id, type."""


def rows_of(round_: int) -> list[list[Row]]:
    """Returns batches of signals that are new in each round: 2,000 users, 10 signals per output."""
    kinds = list(SENTIMENTS)
    return [
        [
            (f"{round_}-{(n := batch * BATCH + place) // 10}", f"user-{n // 10 % 2000}", str(uuid4()), kinds[n % 15])
            for place in range(BATCH)
        ]
        for batch in range(BATCHES)
    ]


def message(batch: Sequence[Row], at: datetime) -> ingest_service_pb2.StreamSignalsRequest:
    """Returns the request of a batch."""
    request = ingest_service_pb2.StreamSignalsRequest(batch_id=str(uuid4()))
    for output, user, name, kind in batch:
        number = feedback_pb2.SignalType.Value(f"SIGNAL_TYPE_{kind.upper()}")
        signal = request.signals.add(output_id=output, user_id=user, signal_id=name, signal_type=number)
        signal.client_time.FromDatetime(at)
    return request


async def stream(ingest: Process, batches: Sequence[Sequence[Row]]) -> float:
    """Sends the batches over several streams and returns the acknowledged signals per second.

    Requests are serialized beforehand, because the client shares the CPU with the service.
    """
    at = datetime.now(UTC)
    waiting = deque(message(batch, at).SerializeToString() for batch in batches)
    accepted = 0

    async def one(call: grpc.aio.StreamStreamMultiCallable[bytes, bytes]) -> None:
        nonlocal accepted
        free = asyncio.Semaphore(IN_FLIGHT)

        async def requests() -> AsyncIterator[bytes]:
            while waiting:
                await free.acquire()
                if waiting:
                    yield waiting.popleft()

        async for ack in call(requests(), metadata=token("acme")):
            accepted += ingest_service_pb2.StreamSignalsResponse.FromString(ack).accepted_count
            free.release()

    async with grpc.aio.insecure_channel(ingest.address) as channel:
        call: grpc.aio.StreamStreamMultiCallable[bytes, bytes] = channel.stream_stream(METHOD)
        begun = time.perf_counter()
        await asyncio.gather(*(one(call) for _ in range(STREAMS)))
        took = time.perf_counter() - begun
    if accepted != BATCHES * BATCH:
        raise RuntimeError(f"{accepted} of {BATCHES * BATCH} signals were accepted")
    return accepted / took


async def copy(on: Servers, batches: Sequence[Sequence[Row]]) -> float:
    """Copies the rows as superuser in one COPY and returns the rows per second."""
    at = datetime.now(UTC)
    records = [
        ("acme", output, user, name, at, kind, SENTIMENTS[kind], None)
        for batch in batches
        for output, user, name, kind in batch
    ]
    connection = await asyncpg.connect(on.postgres_url)
    try:
        begun = time.perf_counter()
        await connection.copy_records_to_table(
            "implicit_signals", schema_name="ingest", columns=COLUMNS, records=records
        )
        return len(records) / (time.perf_counter() - begun)
    finally:
        await connection.close()


async def statements(on: Servers, batches: Sequence[Sequence[Row]]) -> float:
    """Executes the service's insert statement for groups of 10 batches, as its role. Returns the rows per second."""
    kit = load_queries("kit")
    at = int(datetime.now(UTC).timestamp() * 1e6)
    connection = await asyncpg.connect(role_url(on.postgres_url, "radiant_ingest", PASSWORD))
    try:
        begun = time.perf_counter()
        for start in range(0, len(batches), 10):
            group = [row for batch in batches[start : start + 10] for row in batch]
            signals = SignalColumns()
            for output, user, name, kind in group:
                signals.output_ids.append(output)
                signals.user_ids.append(user)
                signals.signal_ids.append(name)
                signals.times_us.append(at)
                signals.types.append(kind)
                signals.sentiments.append(SENTIMENTS[kind])
                signals.values.append(None)
            async with connection.transaction():
                await connection.fetchval(kit["set_tenant"], "acme")
                await connection.fetchval(INSERT_NEW, "acme", *insert_arguments(signals))
        return len(batches) * BATCH / (time.perf_counter() - begun)
    finally:
        await connection.close()


async def run(on: Servers) -> bool:
    """Measures the methods in turns. Returns True if the bound is met."""
    print(f"(b) StreamSignals: {STREAMS} streams, batches of {BATCH}, {BATCHES * BATCH} signals a round")
    async with service("ingest", on) as ingest:
        await stream(ingest, rows_of(-1))
        rates = []
        for number in range(ROUNDS):
            cpu = ingest.cpu_s()
            streamed = await stream(ingest, rows_of(number * 3))
            cpu = ingest.cpu_s() - cpu
            bare = await copy(on, rows_of(number * 3 + 1))
            rates.append((streamed, bare, await statements(on, rows_of(number * 3 + 2)), cpu))
    streamed, bare, alone, cpu = (median([rate[place] for rate in rates]) for place in range(4))
    print(f"  StreamSignals            {streamed:9.0f} signals/s, {cpu / BATCHES * 1e6:.0f} us of CPU per batch")
    print(f"  bare COPY                {bare:9.0f} rows/s")
    print(f"  our statements, no rpc   {alone:9.0f} rows/s, {median([r[2] / r[1] for r in rates]):.3f} of the COPY")
    ratio = median([rate[0] / rate[1] for rate in rates])
    return verdict("acknowledged signals over copied rows", ratio, "", RATIO_MIN, at_least=True)
