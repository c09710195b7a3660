"""Nightly runs: steps, reports, resumption and exclusion."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kit.errors import Precondition, Unavailable
from neural.nightly import run as run_module
from neural.nightly.run import NightlyRuns, last_scheduled_time
from neural.queries.learning_status import learning_status
from neural.rebuild.rebuild import Rebuild
from tests.neural.fixtures.history import assert_cells_exact, new_run_id, write_history
from tests.neural.fixtures.service import wait_until
from tests.neural.fixtures.stack import LearningStack
from tests.neural.nightly.conftest import nightly_of_another_process

STEPS = ["trust", "rebuild", "priors", "drift", "expiry"]


async def runs(stack: LearningStack) -> list[tuple[str, list[str], int]]:
    """Returns state, finished steps and attempts of all runs, oldest first."""
    rows = await stack.rows("SELECT state, done, attempts FROM neural.runs ORDER BY started_at")
    return [(row["state"], row["done"], row["attempts"]) for row in rows]


def pause_rebuild(monkeypatch: pytest.MonkeyPatch) -> tuple[asyncio.Event, asyncio.Event]:
    """Pauses rebuilds at their start. Returns an event that a rebuild sets, and one for which it waits."""
    reached, go = asyncio.Event(), asyncio.Event()
    original = Rebuild.run

    async def pause(self: Rebuild, run: str) -> dict[str, Any]:
        reached.set()
        await go.wait()
        return await original(self, run)

    monkeypatch.setattr(Rebuild, "run", pause)
    return reached, go


async def test_run_executes_every_step_and_reports_it(stack: LearningStack, nightly: NightlyRuns) -> None:
    await write_history(stack.feedback, 21)
    await stack.learn()
    report = await nightly.run(new_run_id())
    assert (report["changed_cells"], report["raters_judged"], report["drifts"]) == (0, 6, [])
    assert report["priors"] == []  # not enough units
    assert await runs(stack) == [("succeeded", STEPS, 1)]
    status = await learning_status(stack.database, "")
    assert status.last_run is not None
    assert (status.last_run["state"], status.last_run["units_done"]) == ("succeeded", report["units"])
    await assert_cells_exact(stack)


async def test_run_repeated_with_same_id_returns_stored_report(stack: LearningStack, nightly: NightlyRuns) -> None:
    run = new_run_id()
    report = await nightly.run(run)
    assert await nightly.run(run) == report
    assert await nightly_of_another_process(stack).run(run) == report
    assert len(await runs(stack)) == 1


@pytest.mark.parametrize("place", STEPS)
async def test_interrupted_run_is_resumed_at_its_step(
    stack: LearningStack, nightly: NightlyRuns, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    await write_history(stack.feedback, 22, 10)
    await stack.learn()
    reached, run, calls = asyncio.Event(), new_run_id(), []
    original = NightlyRuns._steps

    def steps(self: NightlyRuns, run: str) -> dict[str, Any]:
        async def hang() -> dict[str, Any]:
            reached.set()
            await asyncio.Event().wait()
            return {}

        return {**original(self, run), place: hang}

    def counted(self: NightlyRuns, run: str) -> dict[str, Any]:
        async def step(name: str) -> dict[str, Any]:
            calls.append(name)
            return await original(self, run)[name]()

        return {name: (lambda name=name: step(name)) for name in original(self, run)}

    with monkeypatch.context() as patched:
        patched.setattr(NightlyRuns, "_steps", steps)
        waiting = asyncio.create_task(nightly.run(run))
        await asyncio.wait_for(reached.wait(), 20)
        assert (await learning_status(stack.database, "")).last_run["step"] == place  # type: ignore[index]
        await nightly.close()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    monkeypatch.setattr(NightlyRuns, "_steps", counted)
    report = await nightly_of_another_process(stack).run_if_due(datetime.now(UTC))
    assert report is not None
    assert report["run_id"] == run
    assert calls == STEPS[STEPS.index(place) :]
    assert await runs(stack) == [("succeeded", STEPS, 2)]
    await assert_cells_exact(stack)


async def test_run_continues_after_caller_is_cancelled(
    stack: LearningStack, nightly: NightlyRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write_history(stack.feedback, 23, 5)
    await stack.learn()
    run = new_run_id()
    reached, go = pause_rebuild(monkeypatch)
    waiting = asyncio.create_task(nightly.run(run))
    await asyncio.wait_for(reached.wait(), 20)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go.set()

    async def is_succeeded() -> bool:
        return [state for state, _, _ in await runs(stack)] == ["succeeded"]

    async def is_repeatable() -> bool:
        """Returns whether a repeat gets the report. The run releases its lock after it has stored the state."""
        with contextlib.suppress(Precondition):
            return bool((await nightly.run(run))["run_id"] == run)
        return False

    await wait_until(60, is_succeeded)
    await wait_until(10, is_repeatable)


async def test_run_during_run_of_another_process_is_rejected(
    stack: LearningStack, nightly: NightlyRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go = pause_rebuild(monkeypatch)
    waiting = asyncio.create_task(nightly.run(new_run_id()))
    await asyncio.wait_for(reached.wait(), 20)
    with pytest.raises(Precondition) as caught:
        await nightly_of_another_process(stack).run(new_run_id())
    assert caught.value.reason == "REBUILD_RUNNING"
    go.set()
    await waiting
    assert await runs(stack) == [("succeeded", STEPS, 1)]


async def test_run_with_failed_step_is_failed(
    stack: LearningStack, nightly: NightlyRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> dict[str, Any]:
        raise RuntimeError("disk full")

    run = new_run_id()
    with monkeypatch.context() as patched:
        patched.setattr(run_module, "fit_priors", fail)
        with pytest.raises(RuntimeError):
            await nightly.run(run)
    with pytest.raises(Unavailable) as caught:
        await nightly.run(run)
    assert caught.value.reason == "REBUILD_FAILED"
    assert await runs(stack) == [("failed", STEPS[:2], 1)]
    await nightly.run(new_run_id())
    assert [state for state, _, _ in await runs(stack)] == ["failed", "succeeded"]


async def test_run_if_due_starts_one_run_per_night(stack: LearningStack, nightly: NightlyRuns) -> None:
    now = datetime.now(UTC)
    assert await nightly.run_if_due(now) is None  # the first version is newer than the last scheduled time
    tomorrow = now + timedelta(days=1, hours=1)
    await stack.rows("UPDATE neural.score_versions SET started_at = started_at - interval '2 days'")
    assert await nightly.run_if_due(now) is not None
    assert await nightly.run_if_due(now) is None
    await stack.rows("UPDATE neural.runs SET started_at = now()")
    assert await nightly.run_if_due(tomorrow) is not None


def test_last_scheduled_time_is_not_after_now() -> None:
    noon = datetime(2026, 3, 5, 12, tzinfo=UTC)
    assert last_scheduled_time(noon, 3) == datetime(2026, 3, 5, 3, tzinfo=UTC)
    assert last_scheduled_time(noon, 12) == noon
    assert last_scheduled_time(noon, 13) == datetime(2026, 3, 4, 13, tzinfo=UTC)
