"""Periodic work and snapshots: outages, log lines, age."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from kit.errors import Unavailable
from kit.poll import Periodic, Snapshot, periodically

SOON, NEVER = timedelta(milliseconds=5), timedelta(hours=1)


async def until(condition: Callable[[], bool]) -> None:
    """Waits until the condition holds, at most 5 s."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - conditions are plain functions
            await asyncio.sleep(0.001)


class Source:
    """A value whose load can fail."""

    def __init__(self) -> None:
        self.value, self.loads = 0, 0
        self.error: Exception | None = None

    async def load(self, current: int) -> int:
        """Returns the value; raises the error if there is one."""
        self.loads += 1
        if self.error is not None:
            raise self.error
        return self.value


def snapshot_of(
    source: Source, interval: timedelta, changed: Callable[[int, int], None] | None = None
) -> Snapshot[int]:
    """Returns a snapshot of the source."""
    return Snapshot("test", source.load, -1, interval, changed=changed)


async def test_snapshot_is_loaded_before_the_block_and_reloaded_in_it() -> None:
    source = Source()
    async with snapshot_of(source, SOON) as snapshot:
        assert snapshot.value == 0
        source.value = 7
        await until(lambda: snapshot.value == 7)


async def test_snapshot_during_outage_keeps_last_value_and_grows_old() -> None:
    source = Source()
    async with snapshot_of(source, SOON) as snapshot:
        source.error, loads = Unavailable(), source.loads
        await until(lambda: source.loads > loads + 2)
        assert snapshot.value == 0
        age = snapshot.age
        assert age is not None
        assert snapshot.is_stale(age - timedelta(microseconds=1))
        await until(lambda: (snapshot.age or timedelta()) > age)
        source.error, source.value = None, 8
        await until(lambda: snapshot.value == 8)
        assert not snapshot.is_stale(NEVER)


async def test_snapshot_never_loaded_has_its_initial_value_and_is_stale() -> None:
    source = Source()
    source.error = ConnectionRefusedError()
    async with snapshot_of(source, NEVER) as snapshot:
        assert (snapshot.value, snapshot.age) == (-1, None)
        assert snapshot.is_stale(NEVER)
        source.error = None
        snapshot.wake()
        await until(lambda: snapshot.value == 0)


async def test_snapshot_wake_reloads_before_the_interval() -> None:
    source = Source()
    async with snapshot_of(source, NEVER) as snapshot:
        source.value = 5
        snapshot.wake()
        await until(lambda: snapshot.value == 5)


async def test_snapshot_calls_changed_with_former_and_new_value_only_on_change() -> None:
    source, changes = Source(), list[tuple[int, int]]()
    async with snapshot_of(source, SOON, lambda former, new: changes.append((former, new))) as snapshot:
        await until(lambda: source.loads > 3)
        source.value = 3
        await until(lambda: snapshot.value == 3)
        await until(lambda: source.loads > 8)
    assert changes == [(-1, 0), (0, 3)]


async def test_snapshot_refresh_raises_the_error_of_load() -> None:
    source = Source()
    snapshot = snapshot_of(source, NEVER)
    source.error = Unavailable()
    with pytest.raises(Unavailable):
        await snapshot.refresh()
    source.error = None
    assert await snapshot.refresh() == 0


@pytest.mark.parametrize(
    ("error", "level"), [(Unavailable("no connection"), logging.WARNING), (KeyError("bug"), logging.ERROR)]
)
async def test_outage_is_logged_once_when_it_begins_and_once_when_it_ends(
    caplog: pytest.LogCaptureFixture, error: Exception, level: int
) -> None:
    caplog.set_level(logging.INFO)
    source = Source()
    async with snapshot_of(source, SOON):
        for _ in range(2):
            source.error, loads = error, source.loads
            await until(lambda expected=loads + 3: source.loads > expected)  # type: ignore[misc]
            source.error, loads = None, source.loads
            await until(lambda expected=loads + 3: source.loads > expected)  # type: ignore[misc]
    logged = [(record.levelno, record.getMessage()) for record in caplog.records if record.name == "kit.poll"]
    outage = [(level, "periodic task fails, will be retried"), (logging.INFO, "periodic task recovered")]
    assert logged == outage * 2


async def test_error_of_another_type_during_an_outage_is_logged_with_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    errors: list[Exception] = [
        Unavailable("no connection"),
        Unavailable("no connection"),
        KeyError("bug"),
        KeyError("bug"),
    ]

    async def step() -> None:
        if errors:
            raise errors.pop(0)

    caplog.set_level(logging.INFO)
    async with periodically("test", step, NEVER) as periodic:
        await until(lambda: not errors and not periodic.is_failing)
    logged = [(record.levelno, bool(record.exc_info)) for record in caplog.records if record.name == "kit.poll"]
    assert logged == [(logging.WARNING, False), (logging.ERROR, True), (logging.INFO, False)]


async def test_expensive_step_that_failed_is_repeated_after_the_given_time() -> None:
    starts = list[float]()

    async def step() -> None:
        starts.append(time.monotonic())
        raise Unavailable

    async with periodically("test", step, NEVER, retry_after=timedelta(seconds=0.5)):
        await until(lambda: len(starts) == 3)
    assert starts[1] - starts[0] >= 0.45
    assert starts[2] - starts[1] >= 0.45


async def test_failed_step_is_repeated_before_the_interval_ends() -> None:
    steps = 0

    async def step() -> None:
        nonlocal steps
        steps += 1
        if steps < 3:
            raise Unavailable

    async with periodically("test", step, NEVER) as periodic:
        await until(lambda: steps == 3)
        await until(lambda: not periodic.is_failing)


async def test_periodic_first_step_waits_when_asked_to() -> None:
    ran = asyncio.Event()

    async def step() -> None:
        ran.set()

    async with Periodic("test", step, NEVER, first_after=NEVER) as periodic:
        await asyncio.sleep(0)
        assert not ran.is_set()
        periodic.wake()
        await asyncio.wait_for(ran.wait(), 5)


async def test_periodic_stops_with_its_block() -> None:
    steps = 0

    async def step() -> None:
        nonlocal steps
        steps += 1

    async with periodically("test", step, timedelta(milliseconds=1)):
        await until(lambda: steps > 2)
    after = steps
    await asyncio.sleep(0.02)
    assert steps == after
