"""Clients in a loop: send each event until it is acknowledged, repeat some events, read, and limit the rate."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable, Sequence

from bench.resilience.chaos.load.events import Event, EventGenerator
from bench.resilience.chaos.load.grpc_client import Client
from bench.resilience.chaos.load.http_client import HttpClient
from bench.resilience.chaos.load.recordings import Samples, marked_wav
from bench.resilience.chaos.record.ledger import Ledger

BACKOFF_S = (0.05, 0.3)
PAUSE_S = (0.02, 0.08)
HTTP_PAUSE_S = (0.05, 0.2)
READ_PAUSE_S = 0.3
RECORDING_PAUSE_S = (4.0, 12.0)
REQUESTS_PER_S_MAX = 100.0
"""Requests of all clients together, so that the size of the data folder is bounded on a fast machine."""
STALL_CHECK_S = 0.05

SendOnce = Callable[[Event], Awaitable[bool]]


class RateLimit:
    """Delays clients so that all together send at most `per_s` requests per second on average."""

    def __init__(self, per_s: float) -> None:
        self._interval_s, self._next_s = 1 / per_s, 0.0

    async def wait(self, requests: int) -> None:
        """Waits until further requests are permitted."""
        now_s = asyncio.get_running_loop().time()
        self._next_s = max(self._next_s, now_s - 1.0)
        wait_s = self._next_s - now_s
        self._next_s += requests * self._interval_s
        if wait_s > 0:
            await asyncio.sleep(wait_s)


async def deliver(
    events: Sequence[Event],
    send_all: Callable[[Sequence[Event]], Awaitable[list[Event]]],
    repeat: SendOnce,
    ledger: Ledger,
    rng: random.Random,
    until: asyncio.Event,
) -> None:
    """Sends events until they are acknowledged, their attempts are used up, or the run ends."""
    left, attempts = list(events), 0
    while left and not (until.is_set() and attempts):
        attempts += 1
        left = [event for event in await send_all(left) if event.attempts_max > attempts]
        if left:
            await asyncio.sleep(rng.uniform(*BACKOFF_S))
    for event in events:
        if event.repeated and ledger.is_acknowledged(event):
            await repeat(event)


async def send_events(client: Client, generator: EventGenerator, limit: RateLimit, until: asyncio.Event) -> None:
    """Sends events over gRPC until the event is set."""
    rng = generator.rng
    while not until.is_set():
        events = generator.next()
        await limit.wait(len(events))
        await deliver(events, client.send_all, client.send_once, client.ledger, rng, until)
        await asyncio.sleep(rng.uniform(*PAUSE_S))


async def send_http_events(
    client: HttpClient, other: Client, generator: EventGenerator, limit: RateLimit, until: asyncio.Event
) -> None:
    """Sends events over HTTP until the event is set. Half of the repeats are sent over gRPC by the other client."""
    rng = generator.rng

    async def repeat(event: Event) -> bool:
        return await (client if event.is_otlp or rng.random() < 0.5 else other).send_once(event)

    async def send_all(events: Sequence[Event]) -> list[Event]:
        return [event for event in events if not await client.send_once(event)]

    while not until.is_set():
        events = generator.next()
        await limit.wait(len(events))
        await deliver(events, send_all, repeat, client.ledger, rng, until)
        await asyncio.sleep(rng.uniform(*HTTP_PAUSE_S))


async def send_recordings(
    client: HttpClient, other: Client, generator: EventGenerator, sounds: Sequence[Samples], until: asyncio.Event
) -> None:
    """Uploads recordings until the event is set, each attempt over HTTP or gRPC at random."""
    rng = generator.rng

    async def send(event: Event) -> bool:
        return await (client if rng.random() < 0.5 else other).send_once(event)

    async def send_all(events: Sequence[Event]) -> list[Event]:
        return [event for event in events if not await send(event)]

    for number in itertools.count():
        if until.is_set():
            return
        event = generator.spoken_comment(marked_wav(rng.choice(sounds), number))
        await deliver([event], send_all, send, client.ledger, rng, until)
        await _sleep_unless_set(until, rng.uniform(*RECORDING_PAUSE_S))


async def send_reads(client: Client, others: Sequence[str], until: asyncio.Event) -> None:
    """Reads the tenant's own data and attempts to read other tenants' data until the event is set."""
    turn = 0
    while not until.is_set():
        turn += 1
        await client.recommended()
        await client.summary()
        await client.attempt_foreign_reads(others[turn % len(others)])
        await asyncio.sleep(READ_PAUSE_S)


async def measure_stalls(ledger: Ledger, until: asyncio.Event) -> None:
    """Adds the time in which this process did not run its loop to the ledger, until the event is set."""
    clock = asyncio.get_running_loop().time
    while not until.is_set():
        due_s = clock() + STALL_CHECK_S
        await asyncio.sleep(STALL_CHECK_S)
        late_s = clock() - due_s
        if late_s > STALL_CHECK_S:
            ledger.stalled_s += late_s


async def _sleep_unless_set(until: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await until.wait()
    except TimeoutError:
        pass
