"""Rebuilds: the same scores from the raw rows, while feedback keeps coming, or nothing at all changes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from kit.errors import Precondition, Unavailable
from neural.domain.model import LearningMode, Scope
from neural.queries.scores import Scores, Wanted
from neural.rebuild import building
from neural.rebuild import rebuild as rebuild_module
from neural.rebuild.rebuild import Rebuild
from neural.rebuild.versions import as_learner
from tests.neural.history import busy, exact, run_id, unchanged, versions
from tests.neural.works import Works, quiet, works
from tests.neural.world import World


async def shown(work: Works) -> dict[tuple[str, ...], tuple[float, ...]]:
    """Returns every score as it is listed."""
    scores = Scores(work.database, 0.5)
    found: dict[tuple[str, ...], tuple[float, ...]] = {}
    for tenant in ("acme", "globex"):
        for user in ("", "ann", "bob", "cy"):
            scope = Scope.USER if user else Scope.TENANT
            wanted = Wanted(scope=scope, tenant_id=tenant, user_id=user, rollups=True)
            for each in (await scores.page(wanted, ("", "", ""), 1000)).scores:
                place = (tenant, user, each.task_type, each.domain_mode, each.model, each.model_version)
                found[place] = (each.score, *each.counts.values(), *each.aspects.values())
    return found


async def test_listed_scores_equal_those_of_a_rebuild(work: Works) -> None:
    await busy(work.world, 11)
    await work.learn()
    live, cells = await shown(work), await work.cells()
    report = await work.rebuild.run(run_id())
    rebuilt = await shown(work)
    assert rebuilt.keys() == live.keys()
    for place, values in live.items():
        assert rebuilt[place] == pytest.approx(values, abs=1e-9)
    assert await work.cells() == cells
    assert (report["changed_cells"], report["score_change_max"], report["largest_changes"]) == (0, 0.0, [])
    assert report["table_version"] == (await work.live()).number > report["previous_version"]
    assert report["cells"] == len([values for values in cells.values() if values[-1]])
    assert report["units"] == await work.number(
        "SELECT count(*) FROM neural.unit_contributions WHERE version = $1", report["table_version"]
    )


@pytest.mark.parametrize("year", [1971, 2019, 2200])
async def test_a_rebuild_takes_outputs_of_any_year(work: Works, year: int) -> None:
    await work.world.liked("m", [1, -1], at=datetime(year, 3, 1, tzinfo=UTC))
    await work.world.liked("m", [1])
    await work.learn()
    assert (await work.rebuild.run(run_id()))["units"] == 3
    await exact(work)


async def test_a_rebuild_while_feedback_keeps_coming(work: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "OUTPUTS_A_SLICE", 20)
    monkeypatch.setattr(building, "OUTPUTS_A_PART", 20)
    monkeypatch.setattr(rebuild_module, "CHANGED_A_PAGE", 100)
    monkeypatch.setattr(rebuild_module, "CHANGED_AT_SWAP_MAX", 20)
    await busy(work.world, 12)
    await work.learn()
    done = asyncio.Event()
    connection = await asyncpg.connect(work.database_url)

    async def talk() -> int:
        rounds = 0
        while not done.is_set():
            await busy(World(connection), 100 + rounds, 4)
            await World(connection).retract(f"12-{rounds % 40}", "ann", 5)
            rounds += 1
            await asyncio.sleep(0.05)
        return rounds

    async def learn() -> None:
        while not done.is_set():
            if await work.learner.step() == 0:
                await asyncio.sleep(0.005)

    talking, learning = asyncio.create_task(talk()), asyncio.create_task(learn())
    try:
        reports = [await work.rebuild.run(run_id()) for _ in range(3)]
    finally:
        done.set()
        rounds = await talking
        await learning
        await connection.close()
    assert rounds > 2
    assert [report["table_version"] for report in reports] == sorted({report["table_version"] for report in reports})
    await work.learn()
    await exact(work)


async def test_what_a_killed_process_left_behind_is_given_up(work: Works) -> None:
    await busy(work.world, 15, 10)
    await work.learn()
    await work.rebuild._begin(run_id())  # as far as a process came that was killed then
    await work.world.liked("m", [1, -1])
    await work.learn()
    await exact(work)
    assert (await work.rebuild.run(run_id()))["changed_cells"] == 0
    assert await versions(work) == ["retired", "failed", "live"]
    assert await work.number("SELECT count(*) FROM neural.rebuild_queue") == 0
    assert await work.number("SELECT count(to_regclass('neural.unit_contributions_v2'))") == 0
    await exact(work)


async def test_a_rebuild_that_was_given_up_does_not_go_live(work: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    await work.world.liked("m", [1])
    await work.learn()
    original = rebuild_module.Rebuild._report

    async def give_up(*arguments: Any) -> Any:
        await work.rows("UPDATE neural.score_versions SET state = 'failed' WHERE state = 'building'")
        return await original(*arguments)

    cells, live = await work.cells(), (await work.live()).number
    with monkeypatch.context() as patched:
        patched.setattr(rebuild_module.Rebuild, "_report", give_up)
        with pytest.raises(Unavailable):
            await work.rebuild.run(run_id())
    await unchanged(work, cells, live)


async def test_one_rebuild_at_a_time(work: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    await work.world.liked("m", [1])
    await work.learn()
    reached, go = asyncio.Event(), asyncio.Event()

    async def pause(*arguments: Any) -> Any:
        reached.set()
        await go.wait()
        return await original(*arguments)

    original = building.Building._contribute
    monkeypatch.setattr(building.Building, "_contribute", pause)
    task = asyncio.create_task(work.rebuild.run(run_id()))
    await asyncio.wait_for(reached.wait(), 10)
    with pytest.raises(Precondition) as caught:
        await Rebuild(work.database, work.settings, quiet).run(run_id())
    assert caught.value.reason == "REBUILD_RUNNING"
    go.set()
    assert (await task)["units"] == 1
    assert (await work.rebuild.run(run_id()))["units"] == 1


async def test_a_repeat_returns_the_same_report(work: Works) -> None:
    await work.world.liked("m", [1])
    await work.learn()
    first = run_id()
    report = await work.rebuild.run(first)
    await work.world.liked("m", [-1])
    await work.learn()
    assert await work.rebuild.run(first) == report
    await work.rebuild.run(run_id())
    assert await work.rebuild.run(first) == report
    assert await versions(work) == ["retired", "retired", "live"]


async def test_a_rebuild_tells_what_changed(work: Works) -> None:
    await work.world.liked("m", [1, -1])
    await work.world.liked("n", [1])
    await work.learn()
    await work.rows("DELETE FROM ingest.explicit_feedback WHERE rating = -1")
    await work.rows("UPDATE ingest.explicit_feedback SET rating = 0 WHERE output_id IN (SELECT output_id "
                    "FROM ingest.execution_manifests WHERE models_used = '{n}')")  # fmt: skip
    report = await work.rebuild.run(run_id())
    assert report["changed_cells"] == 12
    assert report["score_change_max"] == pytest.approx(0.5)
    changes = {(each["user_id"], each["task_type"], each["domain_mode"], each["model"]): each for each in
               report["largest_changes"]}  # fmt: skip
    change = changes["u", "chat", "general", "m"]
    assert (change["before"], change["after"]) == (pytest.approx(0.5), pytest.approx(1.0))
    assert (change["before_total"], change["after_total"]) == (2, 1)
    await exact(work)


async def test_new_settings_hold_from_the_rebuild_on(work: Works) -> None:
    await work.world.trust("ann", 0.5)
    await work.world.liked("m", [1], "ann")
    await work.world.liked("m", [-1], "bob")
    await work.learn()
    week = timedelta(days=7)
    async with works(work.database_url, "redis://127.0.0.1:1/0", half_life=week) as restarted:
        assert (await restarted.live()).half_life == timedelta(days=30)
        await restarted.world.liked("m", [1], "cy")
        await restarted.learn()
        await exact(restarted)
    assert (await work.board()).rows["m"].score == pytest.approx(1.5 / 2.5, rel=1e-6)
    other = work.another(half_life=week, mode=LearningMode.RUNNING_MEAN)
    report = await other.run(run_id())
    live = await work.live()
    assert (live.number, live.half_life, live.mode) == (report["table_version"], week, LearningMode.RUNNING_MEAN)
    board = await work.board()
    assert (board.half_life, board.mode) == (week, LearningMode.RUNNING_MEAN)
    assert board.rows["m"].score == pytest.approx(2 / 3, rel=1e-6)
    await work.world.liked("m", [-1], "ann")
    await work.learn()
    assert (await work.board()).rows["m"].score == pytest.approx(2 / 4, rel=1e-6)
    await exact(work)


async def test_versions_that_nobody_needs_are_dropped(work: Works) -> None:
    for _ in range(4):
        await work.rebuild.run(run_id())
    query = "SELECT count(*) FROM pg_tables WHERE schemaname = 'neural' AND tablename LIKE 'unit_contributions_v%'"
    assert await work.number(query) == 2
    async with as_learner(work.database) as connection:
        with pytest.raises(asyncpg.ObjectInUseError):
            await connection.execute("SELECT neural.drop_version_partitions($1)", (await work.live()).number)
        await connection.execute("ROLLBACK")
