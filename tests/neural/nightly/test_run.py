"""Nightly runs: every step once, one run at a time, taken up where a process died, reported as they went."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kit.errors import Precondition, Unavailable
from neural.nightly import run as room
from neural.nightly.run import Nightly, last_night
from neural.queries.scores import learning_status
from neural.rebuild.rebuild import Rebuild
from tests.neural.history import busy, exact, run_id
from tests.neural.nightly.conftest import another
from tests.neural.works import Works

STEPS = ["trust", "rebuild", "priors", "drift", "expiry"]


async def runs(work: Works) -> list[tuple[str, list[str], int]]:
    """Returns state, steps behind it and attempts of all runs, oldest first."""
    rows = await work.rows("SELECT state, done, attempts FROM neural.runs ORDER BY started_at")
    return [(row["state"], row["done"], row["attempts"]) for row in rows]


async def test_a_run_does_every_step_and_says_so(work: Works, nightly: Nightly) -> None:
    await busy(work.world, 21)
    await work.learn()
    report = await nightly.run(run_id())
    assert (report["changed_cells"], report["raters_judged"], report["drifts"]) == (0, 6, [])
    assert report["priors"] == []  # too little to fit anything to
    assert await runs(work) == [("succeeded", STEPS, 1)]
    status = await learning_status(work.database, "")
    assert status.last_run is not None
    assert (status.last_run["state"], status.last_run["units_done"]) == ("succeeded", report["units"])
    await exact(work)


async def test_a_repeat_returns_the_report(work: Works, nightly: Nightly) -> None:
    run = run_id()
    report = await nightly.run(run)
    assert await nightly.run(run) == report
    assert await another(work).run(run) == report
    assert len(await runs(work)) == 1


@pytest.mark.parametrize("place", STEPS)
async def test_a_run_goes_on_where_its_process_died(
    work: Works, nightly: Nightly, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    await busy(work.world, 22, 10)
    await work.learn()
    reached, run, calls = asyncio.Event(), run_id(), []
    original = Nightly._steps

    def steps(self: Nightly, run: str) -> dict[str, Any]:
        async def hang() -> dict[str, Any]:
            reached.set()
            await asyncio.Event().wait()
            return {}

        return {**original(self, run), place: hang}

    def counted(self: Nightly, run: str) -> dict[str, Any]:
        async def step(name: str) -> dict[str, Any]:
            calls.append(name)
            return await original(self, run)[name]()

        return {name: (lambda name=name: step(name)) for name in original(self, run)}

    with monkeypatch.context() as patched:
        patched.setattr(Nightly, "_steps", steps)
        waiting = asyncio.create_task(nightly.run(run))
        await asyncio.wait_for(reached.wait(), 20)
        assert (await learning_status(work.database, "")).last_run["step"] == place  # type: ignore[index]
        await nightly.close()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    monkeypatch.setattr(Nightly, "_steps", counted)
    report = await another(work).look(datetime.now(UTC))
    assert report is not None
    assert report["run_id"] == run
    assert calls == STEPS[STEPS.index(place) :]
    assert await runs(work) == [("succeeded", STEPS, 2)]
    await exact(work)


async def test_the_run_goes_on_when_the_caller_goes(work: Works, nightly: Nightly) -> None:
    await busy(work.world, 23, 5)
    await work.learn()
    run = run_id()
    waiting = asyncio.create_task(nightly.run(run))
    await asyncio.sleep(0.05)
    waiting.cancel()
    for _ in range(400):
        if [state for state, _, _ in await runs(work)] == ["succeeded"]:
            break
        await asyncio.sleep(0.05)
    assert (await nightly.run(run))["run_id"] == run


async def test_one_run_at_a_time_over_all_processes(
    work: Works, nightly: Nightly, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go = asyncio.Event(), asyncio.Event()
    original = Rebuild.run

    async def pause(self: Rebuild, run: str) -> dict[str, Any]:
        reached.set()
        await go.wait()
        return await original(self, run)

    monkeypatch.setattr(Rebuild, "run", pause)
    waiting = asyncio.create_task(nightly.run(run_id()))
    await asyncio.wait_for(reached.wait(), 20)
    with pytest.raises(Precondition) as caught:
        await another(work).run(run_id())
    assert caught.value.reason == "REBUILD_RUNNING"
    go.set()
    await waiting
    assert await runs(work) == [("succeeded", STEPS, 1)]


async def test_a_step_that_fails_ends_the_run(work: Works, nightly: Nightly, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> dict[str, Any]:
        raise RuntimeError("no room")

    run = run_id()
    with monkeypatch.context() as patched:
        patched.setattr(room, "fit_priors", fail)
        with pytest.raises(RuntimeError):
            await nightly.run(run)
    with pytest.raises(Unavailable) as caught:
        await nightly.run(run)
    assert caught.value.reason == "REBUILD_FAILED"
    assert await runs(work) == [("failed", STEPS[:2], 1)]
    await nightly.run(run_id())
    assert [state for state, _, _ in await runs(work)] == ["failed", "succeeded"]


async def test_it_runs_once_a_night(work: Works, nightly: Nightly) -> None:
    now = datetime.now(UTC)
    assert await nightly.look(now) is None  # learning began after the last night's hour, or in it
    tomorrow = now + timedelta(days=1, hours=1)
    await work.rows("UPDATE neural.score_versions SET started_at = started_at - interval '2 days'")
    assert await nightly.look(now) is not None
    assert await nightly.look(now) is None
    await work.rows("UPDATE neural.runs SET started_at = now()")
    assert await nightly.look(tomorrow) is not None


def test_the_last_night() -> None:
    noon = datetime(2026, 3, 5, 12, tzinfo=UTC)
    assert last_night(noon, 3) == datetime(2026, 3, 5, 3, tzinfo=UTC)
    assert last_night(noon, 12) == noon
    assert last_night(noon, 13) == datetime(2026, 3, 4, 13, tzinfo=UTC)
