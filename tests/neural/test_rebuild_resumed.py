"""Rebuilds that were broken off: taken up where they stopped, or given up for another; the live scores stay."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from kit.errors import Unavailable
from neural.rebuild import building
from neural.rebuild import rebuild as rebuild_module
from neural.rebuild.rebuild import Rebuild
from tests.neural.history import busy, exact, run_id, unchanged, versions
from tests.neural.works import Works, quiet

PLACES = [
    (building.Building, "_contribute"),
    (building.Building, "_index"),
    (building.Building, "_add_up"),
    (building.Building, "_add_up_tenants"),
    (rebuild_module, "_learn_changed"),
    (rebuild_module, "report_of"),
    (rebuild_module, "recompute_global"),
]


async def broken_off(work: Works, monkeypatch: pytest.MonkeyPatch, where: tuple[Any, str], run: str) -> None:
    """Begins a rebuild and cancels it at a place, the third time it gets there or as often as it does."""
    reached, calls = asyncio.Event(), []
    original = getattr(*where)

    def hang(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) < 3 and where[1] in ("_contribute", "_index", "_add_up"):
            return original(*arguments)
        reached.set()
        return asyncio.Event().wait() if asyncio.iscoroutinefunction(original) else stop()

    def stop() -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(*where, hang)
        task = asyncio.create_task(work.rebuild.run(run))
        await asyncio.wait_for(reached.wait(), 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("where", PLACES, ids=lambda each: each[1])
async def test_a_rebuild_that_was_broken_off_is_taken_up_again(
    work: Works, monkeypatch: pytest.MonkeyPatch, where: tuple[Any, str]
) -> None:
    monkeypatch.setattr(building, "OUTPUTS_A_SLICE", 5)
    monkeypatch.setattr(building, "OUTPUTS_A_PART", 5)
    await busy(work.world, 13, 25)
    await work.learn()
    cells, live = await work.cells(), (await work.live()).number
    dead = run_id()
    await broken_off(work, monkeypatch, where, dead)
    await unchanged(work, cells, live)
    assert await versions(work) == ["live", "building"]
    await busy(work.world, 14, 5)
    await work.learn()
    report = await Rebuild(work.database, work.settings, quiet).run(dead)
    assert (report["changed_cells"], report["previous_version"]) == (0, live)
    assert await versions(work) == ["retired", "live"]
    await exact(work)


async def test_another_run_gives_up_one_that_was_broken_off(work: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    await busy(work.world, 13, 15)
    await work.learn()
    dead = run_id()
    await broken_off(work, monkeypatch, PLACES[3], dead)
    assert (await work.rebuild.run(run_id()))["changed_cells"] == 0
    assert await versions(work) == ["retired", "failed", "live"]
    with pytest.raises(Unavailable) as caught:
        await work.rebuild.run(dead)
    assert caught.value.reason == "REBUILD_FAILED"
    await exact(work)


async def test_a_rebuild_that_fails_changes_nothing(work: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    await work.world.liked("m", [1])
    await work.learn()
    cells, live, run = await work.cells(), (await work.live()).number, run_id()

    async def fail(*_: object) -> None:
        raise RuntimeError("no room")

    with monkeypatch.context() as patched:
        patched.setattr(building.Building, "_add_up_tenants", fail)
        with pytest.raises(ExceptionGroup):
            await work.rebuild.run(run)
    assert await versions(work) == ["live", "failed"]
    await unchanged(work, cells, live)
