"""Sends what waits in a spool, in the background, until the service acknowledges it or refuses it for good."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from radiant_client.ingest.writes import REQUESTS, refused_items
from radiant_client.spool.backlog import Backlog
from radiant_client.spool.store import Letter, Record
from radiant_client.transport.backoff import Backoff, spread
from radiant_client.transport.breaker import Breaker
from radiant_client.transport.errors import (
    AlreadyExists,
    Conflict,
    DeadlineExceeded,
    Exhausted,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    RadiantClientError,
    Unauthenticated,
    Unavailable,
)

log = logging.getLogger(__name__)

Deliver = Callable[[str, Any], Awaitable[Any]]
"""Calls a method of the ingest service with a request."""
AT_ONCE = 16
"""Requests under way at once."""
FAULTS_MAX = 10
"""Faults of the service on one record, while it takes others, after which the record is refused for good."""
HELD_MAX = 60.0
"""Longest time in seconds that a record waits which failed while others went."""
LATE_MAX = 5.0
"""Longest time in seconds that a record waits which got no answer in time while none went."""
ADOPT_EVERY = 60.0
"""How often to look for what ended processes left, in seconds."""
_FOR_GOOD = (InvalidRequest, NotFound, AlreadyExists, PermissionDenied)
_PASSING = (Conflict, Unauthenticated)


class Source(Protocol):
    """The spool as its replay sees it."""

    async def read(self, places: Sequence[int]) -> list[Record]:
        """Gives the records of places."""

    async def finish(self, done: Sequence[int], letters: Sequence[Letter], failed: Sequence[int]) -> None:
        """Removes records, keeps letters and counts failed attempts."""

    async def adopt(self) -> None:
        """Takes over what ended processes left."""

    def letters_have_room(self, count: int, size: int) -> bool:
        """Tells whether so many more dead letters of so many bytes may be kept."""


@dataclass(slots=True)
class _Round:
    """What came of the records that were sent at once."""

    done: list[int] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    acknowledged: int = 0
    answers: int = 0
    """Records on which the service said anything at all."""
    late: list[Record] = field(default_factory=list)
    """Records on which it said nothing in time."""


class Replay:
    """The background sender of one spool."""

    def __init__(self, spool: Source, backlog: Backlog, deliver: Deliver, breaker: Breaker) -> None:
        """Takes what to send, how to send it, and the breaker before the service."""
        self._spool = spool
        self._backlog = backlog
        self._deliver = deliver
        self._breaker = breaker
        self._away, self._busy = Backoff(0.2, 5.0), Backoff(0.1, 1.0)
        self._arrived, self._alive = asyncio.Event(), asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._adopt_at = 0.0
        self._faulty: dict[int, int] = {}
        self._taken = 0
        self.sent = 0
        """Records that were acknowledged."""

    def start(self) -> None:
        """Begins to send."""
        self._task = asyncio.create_task(self._run(), name="radiant-spool-replay")

    async def close(self) -> None:
        """Stops sending; a request that is under way is sent again by the next process."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def arrived(self) -> None:
        """Tells that there is something to send."""
        self._arrived.set()

    def alive(self) -> None:
        """Tells that the service took another write just now."""
        self._taken += 1
        self._alive.set()

    async def _run(self) -> None:
        while True:
            try:
                await self._turn()
            except Exception:
                log.exception("what waits in the spool could not be sent")
                await asyncio.sleep(self._away.step())

    async def _turn(self) -> None:
        """Sends what may be sent now, or waits for something to send."""
        now = time.monotonic()
        if now >= self._adopt_at:
            self._adopt_at = now + ADOPT_EVERY
            await self._spool.adopt()
        self._arrived.clear()
        self._alive.clear()
        chosen = self._backlog.choose(AT_ONCE if self._breaker.state == "closed" else 1, now)
        if not chosen:
            next_at = min(self._backlog.next_at(now) or self._adopt_at, self._adopt_at)
            return await _wait(self._arrived, next_at - now)
        come_to = await self._send(chosen)
        if come_to.answers:
            self._away.reset()
        if come_to.done:
            self._busy.reset()
        elif come_to.answers:
            await _wait(self._alive, self._busy.step())
        else:
            await _wait(self._alive, max(self._away.step(), spread(self._breaker.retry_in)))
        return None

    async def _send(self, chosen: Sequence[int]) -> _Round:
        """Sends records at once and notes what came of them."""
        come_to = _Round()
        records = await self._spool.read(chosen)
        await asyncio.gather(*(self._attempt(record, come_to) for record in records))
        for place in set(chosen).difference(record.seq for record in records):
            self._backlog.remove(place)
        for record in come_to.late:  # another one is tried next, in case it is not the service that is slow
            self._hold(record, most=HELD_MAX if come_to.answers else LATE_MAX)
        self.sent += come_to.acknowledged
        self._taken += come_to.acknowledged
        if come_to.done or come_to.failed:
            await self._spool.finish(come_to.done, come_to.letters, come_to.failed)
            for place in come_to.done:
                self._faulty.pop(place, None)
        return come_to

    async def _attempt(self, record: Record, come_to: _Round) -> None:
        request = REQUESTS[record.method].FromString(record.request)
        try:
            answer = await self._deliver(record.method, request)
        except Unavailable:
            return None
        except DeadlineExceeded:
            return come_to.late.append(record)
        except _FOR_GOOD as error:
            self._bury(record, record.request, error.reason or error.code.name, str(error), come_to)
        except Exhausted as error:
            self._hold(record, error.retry_after.total_seconds() if error.retry_after else 1.0)
        except _PASSING as error:
            self._hold(record)
            log.warning("a spooled %s is tried again: %s", record.method, error)
        except RadiantClientError as error:
            self._fault(record, error, come_to)
        except Exception as error:  # such as a function that cannot give a token now
            self._hold(record)
            return log.warning("a spooled %s could not be sent: %r", record.method, error)
        else:
            come_to.acknowledged += 1
            refused = refused_items(request, answer)
            if refused is None:
                come_to.done.append(record.seq)
            else:
                rest, reason, message = refused
                self._bury(record, rest.SerializeToString(), reason, message, come_to)
        come_to.answers += 1
        return None

    def _fault(self, record: Record, error: RadiantClientError, come_to: _Round) -> None:
        """Counts a fault of the service as the record's own, once the service takes other writes in between."""
        if record.attempts + 1 >= FAULTS_MAX:
            return self._bury(record, record.request, error.reason or error.code.name, str(error), come_to)
        if self._faulty.get(record.seq, -1) < self._taken:
            self._faulty[record.seq] = self._taken
            come_to.failed.append(record.seq)
        self._hold(record)
        log.warning("the service failed on a spooled %s: %s", record.method, error)
        return None

    def _bury(self, record: Record, request: bytes, reason: str, message: str, come_to: _Round) -> None:
        """Makes a record a dead letter; without room for that it stays in the spool."""
        size = len(request) + sum(len(one.request) for one in come_to.letters)
        if not self._spool.letters_have_room(len(come_to.letters) + 1, size):
            log.error("a refused %s stays in the spool, since there are too many dead letters", record.method)
            return self._hold(record, HELD_MAX)
        come_to.letters.append(Letter(record.method, request, reason, message, time.time()))
        come_to.done.append(record.seq)
        return None

    def _hold(self, record: Record, seconds: float = 0.0, most: float = HELD_MAX) -> None:
        """Leaves a record alone for a while, by default longer each time."""
        seconds = seconds or min(most, 0.25 * 2 ** min(20, self._backlog.tries(record.seq)))
        self._backlog.hold(record.seq, time.monotonic() + spread(seconds))


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Waits for an event, but not longer than so many seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(max(0.001, seconds)):
            await event.wait()
