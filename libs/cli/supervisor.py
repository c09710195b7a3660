"""Keeps the parts of the suite running: starts them in order, restarts what crashes, stops in reverse."""

import asyncio
import logging
from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

log = logging.getLogger(__name__)


class Part(Protocol):
    """One process that can be started, watched and stopped; embedded servers and services are parts."""

    name: str

    async def start(self) -> None:
        """Starts the process and returns when it takes requests."""

    async def wait(self) -> int:
        """Waits for the process's end and returns its exit code."""

    async def stop(self) -> None:
        """Stops the process; repeating is harmless."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartPolicy:
    """When to start a crashed part again, and when to give up."""

    first_wait: timedelta = timedelta(milliseconds=200)
    """Wait before the first restart; doubles with every further one in the window."""
    wait_max: timedelta = timedelta(seconds=10)
    """Upper bound of the wait."""
    crashes_max: int = 5
    """This many crashes within the window are borne; the next one ends the suite."""
    window: timedelta = timedelta(minutes=1)
    """How long a crash counts."""


class PartFailedError(Exception):
    """A part crashed too often; the message names it and its log."""


class Supervisor:
    """Runs parts. Not to be used again after stop()."""

    def __init__(self, policy: RestartPolicy | None = None) -> None:
        """Starts nothing."""
        self._policy = policy or RestartPolicy()
        self._parts: list[Part] = []
        self._watches: list[asyncio.Task[None]] = []
        self._failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def add(self, part: Part) -> None:
        """Starts the part, returns when it takes requests, and watches it from then on."""
        self._parts.append(part)
        await part.start()
        self._watches.append(asyncio.create_task(self._watch(part), name=f"watch {part.name}"))

    async def run(self) -> None:
        """Waits until cancelled; raises PartFailedError when a part is beyond help."""
        await asyncio.shield(self._failure)

    async def stop(self) -> None:
        """Stops every part, last started first; one that resists does not spare the others."""
        for watch in self._watches:
            watch.cancel()
        await asyncio.gather(*self._watches, return_exceptions=True)
        for part in reversed(self._parts):
            try:
                await part.stop()
            except Exception:
                log.exception("%s could not be stopped", part.name)
        self._parts.clear()
        if not self._failure.cancel():
            self._failure.exception()  # marks it as seen, should nobody have waited for it

    async def _watch(self, part: Part) -> None:
        policy, clock = self._policy, asyncio.get_running_loop().time
        crashes: deque[float] = deque()
        while True:
            reason = f"ended with code {await part.wait()}"
            while True:
                crashes.append(clock())
                while crashes[0] < clock() - policy.window.total_seconds():
                    crashes.popleft()
                if len(crashes) > policy.crashes_max:
                    self._fail(PartFailedError(f"{part.name} {reason}, {len(crashes)} crashes in a row."))
                    return
                wait_s = policy.first_wait.total_seconds() * 2 ** (len(crashes) - 1)
                log.warning("%s %s; starting it again", part.name, reason)
                await asyncio.sleep(min(wait_s, policy.wait_max.total_seconds()))
                try:
                    await part.start()
                except Exception as problem:
                    reason = f"did not start again ({problem})"
                else:
                    log.warning("%s runs again", part.name)
                    break

    def _fail(self, error: PartFailedError) -> None:
        if not self._failure.done():
            self._failure.set_exception(error)
