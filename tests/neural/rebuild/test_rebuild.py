"""Rebuilds: equal scores from the raw rows, also during feedback, and unchanged scores after errors."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from kit.errors import Precondition, Unavailable
from neural.domain.model import LearningMode, Scope
from neural.queries.scores import ScoreFilter, Scores
from neural.rebuild import builder
from neural.rebuild import rebuild as rebuild_module
from neural.rebuild.rebuild import Rebuild
from neural.store.access import LEARNER
from tests.neural.fixtures.feedback import FeedbackWriter
from tests.neural.fixtures.history import (
    assert_cells_exact,
    assert_unchanged,
    new_run_id,
    version_states,
    write_history,
)
from tests.neural.fixtures.stack import LearningStack, no_op, open_stack


async def listed_scores(stack: LearningStack) -> dict[tuple[str, ...], tuple[float, ...]]:
    """Returns all scores as they are listed."""
    scores = Scores(stack.database, 0.5)
    found: dict[tuple[str, ...], tuple[float, ...]] = {}
    for tenant in ("acme", "globex"):
        for user in ("", "ann", "bob", "cy"):
            scope = Scope.USER if user else Scope.TENANT
            selected = ScoreFilter(scope=scope, tenant_id=tenant, user_id=user, includes_rollups=True)
            for each in (await scores.read(selected, ("", "", ""), 1000)).scores:
                key = (tenant, user, each.task_type, each.domain_mode, each.model, each.model_version)
                found[key] = (each.score, *each.counts.values(), *each.aspects.values())
    return found


async def test_rebuild_gives_equal_scores_and_cells(stack: LearningStack) -> None:
    await write_history(stack.feedback, 11)
    await stack.learn()
    live, cells = await listed_scores(stack), await stack.cells()
    report = await stack.rebuild.run(new_run_id())
    rebuilt = await listed_scores(stack)
    assert rebuilt.keys() == live.keys()
    for key, values in live.items():
        assert rebuilt[key] == pytest.approx(values, abs=1e-9)
    assert await stack.cells() == cells
    assert (report["changed_cells"], report["score_change_max"], report["largest_changes"]) == (0, 0.0, [])
    assert report["table_version"] == (await stack.live()).number > report["previous_version"]
    assert report["cells"] == len([values for values in cells.values() if values[-1]])
    assert report["units"] == await stack.number(
        "SELECT count(*) FROM neural.unit_contributions WHERE version = $1", report["table_version"]
    )


@pytest.mark.parametrize("year", [1971, 2019, 2200])
async def test_rebuild_of_outputs_of_any_year_is_exact(stack: LearningStack, year: int) -> None:
    await stack.feedback.rate("m", [1, -1], at=datetime(year, 3, 1, tzinfo=UTC))
    await stack.feedback.rate("m", [1])
    await stack.learn()
    assert (await stack.rebuild.run(new_run_id()))["units"] == 3
    await assert_cells_exact(stack)


async def test_rebuild_during_feedback_is_exact(stack: LearningStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builder, "OUTPUTS_PER_SLICE", 20)
    monkeypatch.setattr(builder, "OUTPUTS_PER_PART", 20)
    monkeypatch.setattr(rebuild_module, "CHANGED_UNITS_PER_STEP", 100)
    monkeypatch.setattr(rebuild_module, "CHANGED_AT_SWAP_MAX", 20)
    await write_history(stack.feedback, 12)
    await stack.learn()
    done = asyncio.Event()
    connection = await asyncpg.connect(stack.database_url)

    async def give_feedback() -> int:
        rounds = 0
        while not done.is_set():
            await write_history(FeedbackWriter(connection), 100 + rounds, 4)
            await FeedbackWriter(connection).retract(f"12-{rounds % 40}", "ann", 5)
            rounds += 1
            await asyncio.sleep(0.05)
        return rounds

    async def learn() -> None:
        while not done.is_set():
            if await stack.learner.step() == 0:
                await asyncio.sleep(0.005)

    writer, learner = asyncio.create_task(give_feedback()), asyncio.create_task(learn())
    try:
        reports = [await stack.rebuild.run(new_run_id()) for _ in range(3)]
    finally:
        done.set()
        rounds = await writer
        await learner
        await connection.close()
    assert rounds > 2
    assert [report["table_version"] for report in reports] == sorted({report["table_version"] for report in reports})
    await stack.learn()
    await assert_cells_exact(stack)


async def test_rebuild_replaces_unfinished_rebuild_of_killed_process(stack: LearningStack) -> None:
    await write_history(stack.feedback, 15, 10)
    await stack.learn()
    await stack.rebuild._start(new_run_id())  # a process that is killed after the start
    await stack.feedback.rate("m", [1, -1])
    await stack.learn()
    await assert_cells_exact(stack)
    assert (await stack.rebuild.run(new_run_id()))["changed_cells"] == 0
    assert await version_states(stack) == ["retired", "failed", "live"]
    assert await stack.number("SELECT count(*) FROM neural.rebuild_queue") == 0
    assert await stack.number("SELECT count(to_regclass('neural.unit_contributions_v2'))") == 0
    await assert_cells_exact(stack)


async def test_rebuild_marked_failed_does_not_go_live(stack: LearningStack, monkeypatch: pytest.MonkeyPatch) -> None:
    await stack.feedback.rate("m", [1])
    await stack.learn()
    original = rebuild_module.Rebuild._report

    async def fail(*arguments: Any) -> Any:
        await stack.rows("UPDATE neural.score_versions SET state = 'failed' WHERE state = 'building'")
        return await original(*arguments)

    cells, live = await stack.cells(), (await stack.live()).number
    with monkeypatch.context() as patched:
        patched.setattr(rebuild_module.Rebuild, "_report", fail)
        with pytest.raises(Unavailable):
            await stack.rebuild.run(new_run_id())
    await assert_unchanged(stack, cells, live)


async def test_rebuild_during_another_rebuild_is_rejected(
    stack: LearningStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stack.feedback.rate("m", [1])
    await stack.learn()
    reached, go = asyncio.Event(), asyncio.Event()

    async def pause(*arguments: Any) -> Any:
        reached.set()
        await go.wait()
        return await original(*arguments)

    original = builder.VersionBuilder._insert_contributions
    monkeypatch.setattr(builder.VersionBuilder, "_insert_contributions", pause)
    task = asyncio.create_task(stack.rebuild.run(new_run_id()))
    await asyncio.wait_for(reached.wait(), 10)
    with pytest.raises(Precondition) as caught:
        await Rebuild(stack.database, stack.settings, no_op).run(new_run_id())
    assert caught.value.reason == "REBUILD_RUNNING"
    go.set()
    assert (await task)["units"] == 1
    assert (await stack.rebuild.run(new_run_id()))["units"] == 1


async def test_rebuild_repeated_with_same_run_id_returns_stored_report(stack: LearningStack) -> None:
    await stack.feedback.rate("m", [1])
    await stack.learn()
    first = new_run_id()
    report = await stack.rebuild.run(first)
    await stack.feedback.rate("m", [-1])
    await stack.learn()
    assert await stack.rebuild.run(first) == report
    await stack.rebuild.run(new_run_id())
    assert await stack.rebuild.run(first) == report
    assert await version_states(stack) == ["retired", "retired", "live"]


async def test_rebuild_report_contains_changed_cells(stack: LearningStack) -> None:
    await stack.feedback.rate("m", [1, -1])
    await stack.feedback.rate("n", [1])
    await stack.learn()
    await stack.rows("DELETE FROM ingest.explicit_feedback WHERE rating = -1")
    await stack.rows("UPDATE ingest.explicit_feedback SET rating = 0 WHERE output_id IN (SELECT output_id "
                    "FROM ingest.execution_manifests WHERE models_used = '{n}')")  # fmt: skip
    report = await stack.rebuild.run(new_run_id())
    assert report["changed_cells"] == 12
    assert report["score_change_max"] == pytest.approx(0.5)
    changes = {(each["user_id"], each["task_type"], each["domain_mode"], each["model"]): each for each in
               report["largest_changes"]}  # fmt: skip
    change = changes["u", "chat", "general", "m"]
    assert (change["before"], change["after"]) == (pytest.approx(0.5), pytest.approx(1.0))
    assert (change["before_total"], change["after_total"]) == (2, 1)
    await assert_cells_exact(stack)


async def test_changed_mode_and_half_life_apply_after_rebuild(stack: LearningStack) -> None:
    await stack.feedback.trust("ann", 0.5)
    await stack.feedback.trust_all("bob", "cy")
    await stack.feedback.rate("m", [1], "ann")
    await stack.feedback.rate("m", [-1], "bob")
    await stack.learn()
    week = timedelta(days=7)
    async with open_stack(stack.database_url, "redis://127.0.0.1:1/0", half_life=week) as restarted:
        assert (await restarted.live()).half_life == timedelta(days=30)
        await restarted.feedback.rate("m", [1], "cy")
        await restarted.learn()
        await assert_cells_exact(restarted)
    assert (await stack.board()).rows["m"].score == pytest.approx(1.5 / 2.5, rel=1e-6)
    other = stack.rebuild_with(half_life=week, mode=LearningMode.RUNNING_MEAN)
    report = await other.run(new_run_id())
    live = await stack.live()
    assert (live.number, live.half_life, live.mode) == (report["table_version"], week, LearningMode.RUNNING_MEAN)
    board = await stack.board()
    assert (board.half_life, board.mode) == (week, LearningMode.RUNNING_MEAN)
    assert board.rows["m"].score == pytest.approx(2 / 3, rel=1e-6)
    await stack.feedback.rate("m", [-1], "ann")
    await stack.learn()
    assert (await stack.board()).rows["m"].score == pytest.approx(2 / 4, rel=1e-6)
    await assert_cells_exact(stack)


async def test_rebuild_drops_tables_of_unused_versions(stack: LearningStack) -> None:
    for _ in range(4):
        await stack.rebuild.run(new_run_id())
    query = "SELECT count(*) FROM pg_tables WHERE schemaname = 'neural' AND tablename LIKE 'unit_contributions_v%'"
    assert await stack.number(query) == 2
    async with stack.database.as_role(LEARNER) as connection:
        with pytest.raises(asyncpg.ObjectInUseError):
            await connection.execute("SELECT neural.drop_version_partitions($1)", (await stack.live()).number)
        await connection.execute("ROLLBACK")
