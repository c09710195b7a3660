"""Periodic work that survives outages: snapshots that are reloaded on an interval, and jobs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Generic, Self, TypeVar

from kit.errors import RadiantError
from kit.lifecycle import background
from kit.telemetry.metrics import RESTARTS, Counter, Gauge

log = logging.getLogger(__name__)

T = TypeVar("T")

RETRY_FIRST_S, RETRY_MAX_S = 0.1, 10.0
OUTAGES = (RadiantError, OSError, TimeoutError)
"""Errors of a server that does not answer; others are logged with their traceback."""
FAILURES = Counter("radiant_poll_failures_total", "Rounds of periodic work that failed.", ["task"])
AGE = Gauge("radiant_snapshot_age_seconds", "Time since a snapshot was last loaded; NaN before the first.", ["task"])


class Periodic:
    """Runs `step` on an interval in the background of an `async with` block.

    A failed step is repeated after 0.1 s, then after twice the time, at most 10 s or the interval. An outage is logged
    when it begins, when a step fails with another type of error, and when it ends. `wake` runs the step at once.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], Awaitable[object]],
        interval: timedelta,
        *,
        first_after: timedelta | None = None,
        retry_after: timedelta | None = None,
    ) -> None:
        """Takes the name for logs and metrics. The first step runs at once unless `first_after` is given.

        With `retry_after`, a failed step is repeated after that time: for steps that are expensive.
        """
        self._name, self._step, self._interval_s = name, step, interval.total_seconds()
        self._first_s = first_after.total_seconds() if first_after is not None else 0.0
        self._retry_s = retry_after.total_seconds() if retry_after is not None else None
        self._wake = asyncio.Event()
        self._stack = contextlib.AsyncExitStack()
        self._succeeded_at: float | None = None
        self._failing_since: float | None = None
        self._failures = 0
        self._logged: set[type[Exception]] = set()
        """Types of the errors that were logged since the last success."""

    @property
    def age(self) -> timedelta | None:
        """Time since the last step that succeeded; None before the first."""
        return None if self._succeeded_at is None else timedelta(seconds=time.monotonic() - self._succeeded_at)

    @property
    def is_failing(self) -> bool:
        """Whether the last step failed."""
        return self._failing_since is not None

    def wake(self) -> None:
        """Runs the step at once instead of at the end of the interval."""
        self._wake.set()

    async def try_step(self) -> bool:
        """Runs the step now and returns whether it succeeded."""
        try:
            await self._step()
        except Exception as error:
            self._failed(error)
            return False
        self._succeeded()
        return True

    async def run_forever(self) -> None:
        """Runs the step on the interval until it is cancelled."""
        await self._pause(self._first_s)
        while True:
            self._wake.clear()
            has_succeeded = await self.try_step()
            await self._pause(self._interval_s if has_succeeded else self._retry_delay_s())

    async def __aenter__(self) -> Self:
        """Starts the background task."""
        await self._stack.enter_async_context(background(self._name, self.run_forever))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stops the background task."""
        await self._stack.aclose()

    def _retry_delay_s(self) -> float:
        if self._retry_s is not None:
            return self._retry_s
        doubled_s: float = RETRY_FIRST_S * 2 ** min(self._failures - 1, 10)
        return min(doubled_s, RETRY_MAX_S, self._interval_s)

    async def _pause(self, seconds: float) -> None:
        if seconds <= 0:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()

    def _succeeded(self) -> None:
        now = time.monotonic()
        if self._failing_since is not None:
            fields = {"task": self._name, "seconds": round(now - self._failing_since, 3), "failures": self._failures}
            log.info("periodic task recovered", extra={"fields": fields})
        self._succeeded_at, self._failing_since, self._failures = now, None, 0
        self._logged.clear()

    def _failed(self, error: Exception) -> None:
        FAILURES.labels(self._name).inc()
        RESTARTS.labels(self._name).inc()
        self._failures += 1
        self._failing_since = self._failing_since or time.monotonic()
        if type(error) in self._logged:
            return
        self._logged.add(type(error))
        fields = {"task": self._name, "error": type(error).__name__, "reason": str(error)}
        if isinstance(error, OUTAGES):
            log.warning("periodic task fails, will be retried", extra={"fields": fields})
        else:
            log.error("periodic task fails, will be retried", exc_info=error, extra={"fields": fields})


class Snapshot(Generic[T]):
    """A value that is reloaded on an interval. While loading fails, the last good value stays and its age grows.

    Use it as `async with Snapshot(...) as snapshot:`. The block begins after the first attempt to load.
    """

    def __init__(
        self,
        name: str,
        load: Callable[[T], Awaitable[T]],
        initial: T,
        interval: timedelta,
        *,
        changed: Callable[[T, T], None] | None = None,
    ) -> None:
        """Takes the function that loads the value, and the value before it has succeeded once.

        `load` receives the current value and returns it, the same object, when nothing has changed. `changed` is called
        with the former value and the new one.
        """
        self._name, self._load, self._changed = name, load, changed
        self._value = initial
        self._periodic = Periodic(name, self.refresh, interval, first_after=interval)

    @property
    def value(self) -> T:
        """The last value that was loaded."""
        return self._value

    @property
    def age(self) -> timedelta | None:
        """Time since the value was last confirmed; None while nothing has been loaded."""
        return self._periodic.age

    def is_stale(self, age_max: timedelta) -> bool:
        """Returns whether the value was not confirmed within that time."""
        age = self.age
        return age is None or age > age_max

    def wake(self) -> None:
        """Reloads the value at once, in the background."""
        self._periodic.wake()

    async def refresh(self) -> T:
        """Reloads the value and returns it; raises what `load` raises, and then the value stays."""
        former = self._value
        self._value = await self._load(former)
        if self._changed is not None and self._value is not former:
            self._changed(former, self._value)
        return self._value

    async def __aenter__(self) -> Self:
        """Tries to load the value once and starts the background task."""
        AGE.labels(self._name).set_function(self._age_s)
        await self._periodic.try_step()
        await self._periodic.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        """Stops the background task."""
        await self._periodic.__aexit__(*error)

    def _age_s(self) -> float:
        age = self.age
        return age.total_seconds() if age is not None else float("nan")


@contextlib.asynccontextmanager
async def periodically(
    name: str,
    step: Callable[[], Awaitable[object]],
    interval: timedelta,
    *,
    first_after: timedelta | None = None,
    retry_after: timedelta | None = None,
) -> AsyncIterator[Periodic]:
    """Runs `step` on an interval during the block; see Periodic."""
    async with Periodic(name, step, interval, first_after=first_after, retry_after=retry_after) as periodic:
        yield periodic
