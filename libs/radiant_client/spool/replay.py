"""Background sender of a spool: sends records until the service acknowledges or permanently rejects them."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from radiant_client.spool.backlog import Backlog
from radiant_client.spool.store import Letter, Record
from radiant_client.spool.writes import REQUESTS, rejection_of
from radiant_client.transport.backoff import Backoff, with_jitter
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
"""Calls a method of the ingest service with a request and returns the response."""
CONCURRENT_REQUESTS_MAX = 16
"""Largest number of concurrent requests."""
INTERNAL_ERRORS_MAX = 10
"""Internal errors of the service on one record, while it accepts others, after which the record is a dead letter."""
FIRST_HOLD_S = 0.25
"""Unit of the exponential hold of a record, in seconds."""
HOLD_S_MAX = 60.0
"""Longest hold in seconds of a record that failed while others succeeded."""
TIMEOUT_HOLD_S_MAX = 5.0
"""Longest hold in seconds of a record that timed out while no other record got a response."""
EXHAUSTED_HOLD_S = 1.0
"""Hold in seconds after an overload error without a retry delay."""
RECOVERY_INTERVAL_S = 60.0
"""Interval in seconds of the search for records of ended processes."""
_PERMANENT = (InvalidRequest, NotFound, AlreadyExists, PermissionDenied)
_TEMPORARY = (Conflict, Unauthenticated)


class RecordSource(Protocol):
    """The part of a spool that its replay uses. It separates the replay from the spool, which imports the replay."""

    async def read(self, places: Sequence[int]) -> list[Record]:
        """Returns the records with these sequence numbers."""

    async def finish(self, done: Sequence[int], letters: Sequence[Letter], failed: Sequence[int]) -> None:
        """Removes the done records, adds dead letters and counts failed attempts."""

    async def adopt(self) -> None:
        """Takes over the records of ended processes."""

    def letters_have_room(self, count: int, size: int) -> bool:
        """Returns whether `count` more dead letters of `size` bytes in total fit."""


@dataclass(slots=True)
class _Round:
    """Results of the records that were sent concurrently."""

    done: list[int] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    acknowledged: int = 0
    responses: int = 0
    """Number of records with any response of the service."""
    timed_out: list[Record] = field(default_factory=list)
    """Records without a response within the timeout."""


class Replay:
    """The background sender of one spool."""

    def __init__(self, spool: RecordSource, backlog: Backlog, deliver: Deliver, breaker: Breaker) -> None:
        """Takes the records, the function that sends a request, and the breaker of the service."""
        self._spool = spool
        self._backlog = backlog
        self._deliver = deliver
        self._breaker = breaker
        self._unreachable_backoff, self._rejected_backoff = Backoff(0.2, 5.0), Backoff(0.1, 1.0)
        self._has_new_records, self._has_success = asyncio.Event(), asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._recovery_at = 0.0
        self._successes_at_error: dict[int, int] = {}
        self._successes = 0
        self.sent = 0
        """Number of acknowledged records."""

    def start(self) -> None:
        """Starts to send."""
        self._task = asyncio.create_task(self._run(), name="radiant-spool-replay")

    async def close(self) -> None:
        """Stops. Requests without a response stay in the spool."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def notify_records(self) -> None:
        """Notifies the sender of new records."""
        self._has_new_records.set()

    def notify_success(self) -> None:
        """Notifies the sender that the service accepted a write outside the spool."""
        self._successes += 1
        self._has_success.set()

    async def _run(self) -> None:
        """Sends rounds until it is cancelled."""
        while True:
            try:
                await self._step()
            except Exception:
                log.exception("spool replay failed, will be retried")
                await asyncio.sleep(self._unreachable_backoff.next_pause())

    async def _step(self) -> None:
        """Sends one round, or waits for records that can be sent."""
        now = time.monotonic()
        if now >= self._recovery_at:
            self._recovery_at = now + RECOVERY_INTERVAL_S
            await self._spool.adopt()
        self._has_new_records.clear()
        self._has_success.clear()
        limit = CONCURRENT_REQUESTS_MAX if self._breaker.state == "closed" else 1
        chosen = self._backlog.next_records(limit, now)
        if not chosen:
            next_at = min(self._backlog.next_at(now) or self._recovery_at, self._recovery_at)
            return await _wait(self._has_new_records, next_at - now)
        results = await self._send(chosen)
        if results.responses:
            self._unreachable_backoff.reset()
        if results.done:
            self._rejected_backoff.reset()
        elif results.responses:
            await _wait(self._has_success, self._rejected_backoff.next_pause())
        else:
            pause = max(self._unreachable_backoff.next_pause(), with_jitter(self._breaker.retry_in))
            await _wait(self._has_success, pause)
        return None

    async def _send(self, chosen: Sequence[int]) -> _Round:
        """Sends records concurrently and stores the results."""
        results = _Round()
        records = await self._spool.read(chosen)
        await asyncio.gather(*(self._attempt(record, results) for record in records))
        for seq in set(chosen).difference(record.seq for record in records):
            self._backlog.remove(seq)
        for record in results.timed_out:  # the next round tries other records, since this one may be the cause
            self._hold(record, seconds_max=HOLD_S_MAX if results.responses else TIMEOUT_HOLD_S_MAX)
        self._successes += results.acknowledged
        if results.done or results.failed:
            await self._spool.finish(results.done, results.letters, results.failed)
            for seq in results.done:
                self._successes_at_error.pop(seq, None)
        self.sent += results.acknowledged  # no await since the removal: a record counts as stored or as sent
        return results

    async def _attempt(self, record: Record, results: _Round) -> None:
        """Sends one record and adds its result to those of the round."""
        request = REQUESTS[record.method].FromString(record.request)
        try:
            response = await self._deliver(record.method, request)
        except Unavailable:
            return None
        except DeadlineExceeded:
            return results.timed_out.append(record)
        except _PERMANENT as error:
            self._reject(record, record.request, error.reason or error.code.name, str(error), results)
        except Exhausted as error:
            self._hold(record, error.retry_after.total_seconds() if error.retry_after else EXHAUSTED_HOLD_S)
        except _TEMPORARY as error:
            self._hold(record)
            log.warning("spooled %s failed, will be retried: %s", record.method, error)
        except RadiantClientError as error:
            self._count_internal_error(record, error, results)
        except Exception as error:  # for example, the token function of the caller failed
            self._hold(record)
            return log.warning("spooled %s was not sent, will be retried: %r", record.method, error)
        else:
            results.acknowledged += 1
            rejection = rejection_of(request, response)
            if rejection is None:
                results.done.append(record.seq)
            else:
                rejected = rejection.request.SerializeToString()
                self._reject(record, rejected, rejection.reason, rejection.message, results)
        results.responses += 1
        return None

    def _count_internal_error(self, record: Record, error: RadiantClientError, results: _Round) -> None:
        """Counts an internal error against the record if the service accepted another write since the last one."""
        if record.attempts + 1 >= INTERNAL_ERRORS_MAX:
            return self._reject(record, record.request, error.reason or error.code.name, str(error), results)
        if self._successes_at_error.get(record.seq, -1) < self._successes:
            self._successes_at_error[record.seq] = self._successes
            results.failed.append(record.seq)
        self._hold(record)
        log.warning("service failed on a spooled %s, will be retried: %s", record.method, error)
        return None

    def _reject(self, record: Record, request: bytes, reason: str, message: str, results: _Round) -> None:
        """Makes a record a dead letter. At the limit of dead letters, the record stays in the spool."""
        size = len(request) + sum(len(one.request) for one in results.letters)
        if not self._spool.letters_have_room(len(results.letters) + 1, size):
            log.error("rejected %s stays in the spool: the limit of dead letters is reached", record.method)
            return self._hold(record, HOLD_S_MAX)
        results.letters.append(Letter(record.method, request, reason, message, time.time()))
        results.done.append(record.seq)
        return None

    def _hold(self, record: Record, seconds: float = 0.0, seconds_max: float = HOLD_S_MAX) -> None:
        """Delays the next attempt by `seconds`; by default, by a delay that doubles up to seconds_max."""
        seconds = seconds or min(seconds_max, FIRST_HOLD_S * 2 ** min(20, self._backlog.count_attempt(record.seq)))
        self._backlog.hold(record.seq, time.monotonic() + with_jitter(seconds))


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Waits for an event for at most `seconds`."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(max(0.001, seconds)):
            await event.wait()
