"""Starts the parts of the suite, restarts crashed ones and stops all in reverse order."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

log = logging.getLogger(__name__)


class Part(Protocol):
    """A process that can be started, watched and stopped: an embedded server or a service."""

    name: str

    async def start(self) -> None:
        """Starts the process; returns when it accepts requests."""

    async def wait(self) -> int:
        """Waits until the process exits; returns its exit code."""

    async def stop(self) -> None:
        """Stops the process. Idempotent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartPolicy:
    """Limits of restarts after crashes."""

    first_wait: timedelta = timedelta(milliseconds=200)
    """Wait before the first restart; doubles with each further restart within the window."""
    wait_max: timedelta = timedelta(seconds=10)
    """Upper bound of the wait."""
    crashes_max: int = 5
    """Crashes within the window that lead to a restart; the next crash stops the suite."""
    window: timedelta = timedelta(minutes=1)
    """Period in which crashes are counted."""


class PartFailedError(Exception):
    """A part crashed too often; the message names the part."""


class Supervisor:
    """Runs parts. It cannot be reused after stop()."""

    def __init__(self, policy: RestartPolicy | None = None) -> None:
        """Starts nothing."""
        self._policy = policy or RestartPolicy()
        self._parts: list[Part] = []
        self._watches: list[asyncio.Task[None]] = []
        self._failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def add(self, part: Part) -> None:
        """Starts the part, returns when it accepts requests, and watches it afterwards."""
        self._parts.append(part)
        await part.start()
        self._watches.append(asyncio.create_task(self._watch(part), name=f"watch {part.name}"))

    async def add_all(self, parts: Sequence[Part], on_ready: Callable[[Part], None]) -> None:
        """Adds parts that start at the same time; returns when all accept requests.

        `on_ready` is called with each part when it accepts requests. They are stopped in the reverse order of `parts`.
        Raises the first failure after the other starts have ended.
        """

        async def added(part: Part) -> None:
            await self.add(part)
            on_ready(part)

        starts = [asyncio.create_task(added(part), name=f"start {part.name}") for part in parts]
        try:
            await asyncio.gather(*starts)
        except BaseException:
            for start in starts:
                start.cancel()
            await asyncio.gather(*starts, return_exceptions=True)
            raise

    async def run(self) -> None:
        """Waits until cancelled; raises PartFailedError when a part crashed more often than allowed."""
        await asyncio.shield(self._failure)

    async def stop(self) -> None:
        """Stops all parts, the last started first; a failure to stop one does not prevent the others."""
        for watch in self._watches:
            watch.cancel()
        await asyncio.gather(*self._watches, return_exceptions=True)
        for part in reversed(self._parts):
            try:
                await part.stop()
            except Exception:
                log.exception("cannot stop %s", part.name)
        self._parts.clear()
        if not self._failure.cancel():
            self._failure.exception()  # marks the exception as retrieved

    async def _watch(self, part: Part) -> None:
        policy, clock = self._policy, asyncio.get_running_loop().time
        crashes: deque[float] = deque()
        while True:
            reason = f"exited with code {await part.wait()}"
            while True:
                crashes.append(clock())
                while crashes[0] < clock() - policy.window.total_seconds():
                    crashes.popleft()
                if len(crashes) > policy.crashes_max:
                    self._fail(PartFailedError(f"{part.name} {reason}, {len(crashes)} crashes in a row."))
                    return
                wait_s = policy.first_wait.total_seconds() * 2 ** (len(crashes) - 1)
                log.warning("%s %s; restarting it", part.name, reason)
                await asyncio.sleep(min(wait_s, policy.wait_max.total_seconds()))
                try:
                    await part.start()
                except Exception as problem:
                    reason = f"did not restart ({problem})"
                else:
                    log.warning("%s was restarted", part.name)
                    break

    def _fail(self, error: PartFailedError) -> None:
        if not self._failure.done():
            self._failure.set_exception(error)
