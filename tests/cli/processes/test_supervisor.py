"""The supervisor starts parts together, restarts crashed ones and stops all in reverse order."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from cli.processes.supervisor import PartFailedError, RestartPolicy, Supervisor

TIMEOUT_S = 10


class FakePart:
    """A part that notes its events and crashes when told to."""

    def __init__(self, name: str, events: list[str], error: Exception | None = None) -> None:
        self.name, self._events, self._error = name, events, error
        self.entered, self.released = asyncio.Event(), asyncio.Event()
        self.starts = asyncio.Queue[float]()
        self._exit = asyncio.Queue[int]()

    def crash(self) -> None:
        """Ends the part with code 1."""
        self._exit.put_nowait(1)

    async def start(self) -> None:
        """Starts once it is released; raises the error of the part, if there is one."""
        self._events.append(f"{self.name} starts")
        self.entered.set()
        await self.released.wait()
        if self._error is not None:
            raise self._error
        self.starts.put_nowait(asyncio.get_running_loop().time())

    async def wait(self) -> int:
        """Returns the exit code after a crash."""
        return await self._exit.get()

    async def stop(self) -> None:
        """Notes the stop."""
        self._events.append(f"{self.name} stops")


async def test_parts_added_together_start_at_the_same_time_and_stop_in_reverse_order() -> None:
    events: list[str] = []
    ready: list[str] = []
    first, second = FakePart("first", events), FakePart("second", events)
    supervisor = Supervisor()
    adding = asyncio.create_task(supervisor.add_all([first, second], lambda part: ready.append(part.name)))
    async with asyncio.timeout(TIMEOUT_S):
        await first.entered.wait()
        await second.entered.wait()
        second.released.set()
        await second.starts.get()
        first.released.set()
        await adding
    assert (events, ready) == (["first starts", "second starts"], ["second", "first"])
    await supervisor.stop()
    assert events[2:] == ["second stops", "first stops"]


async def test_part_that_cannot_start_ends_the_other_starts_and_raises() -> None:
    events: list[str] = []
    slow, broken = FakePart("slow", events), FakePart("broken", events, ValueError("no port"))
    broken.released.set()
    supervisor = Supervisor()
    async with asyncio.timeout(TIMEOUT_S):
        with pytest.raises(ValueError, match="no port"):
            await supervisor.add_all([slow, broken], lambda _: None)
    assert slow.starts.empty()
    await supervisor.stop()
    assert events[2:] == ["broken stops", "slow stops"]


async def test_part_that_crashes_restarts_at_once_and_then_after_doubling_waits() -> None:
    policy = RestartPolicy(first_wait=timedelta(milliseconds=40), crashes_max=3)
    part = FakePart("part", [])
    part.released.set()
    supervisor = Supervisor(policy)
    async with asyncio.timeout(TIMEOUT_S):
        await supervisor.add(part)
        await part.starts.get()
        waits = []
        for _ in range(3):
            crashed = asyncio.get_running_loop().time()
            part.crash()
            waits.append(await part.starts.get() - crashed)
        assert waits[1] >= 0.04
        assert waits[2] >= 0.08
        assert waits[0] < waits[2]
        part.crash()
        with pytest.raises(PartFailedError, match="part exited with code 1, 4 crashes in a row"):
            await supervisor.run()
    await supervisor.stop()
