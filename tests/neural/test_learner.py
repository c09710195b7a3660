"""The learner on a real database: nothing is skipped, nothing counts twice, nothing is lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from kit.errors import Unavailable
from neural.learning import learner as learner_module
from neural.learning.apply import replace_contributions
from neural.learning.learner import Learner, enqueue_boards
from tests.neural.history import busy, exact
from tests.neural.works import Works, quiet
from tests.neural.world import YESTERDAY, World


async def test_a_history_is_learned_exactly(work: Works) -> None:
    await busy(work.world, 1)
    await work.learn()
    assert await work.waiting() == 0
    await exact(work)


async def test_learning_step_by_step_gives_the_same(work: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learner_module, "BATCH", 3)
    await busy(work.world, 2, 25)
    await work.learn()
    assert await work.waiting() == 0
    await exact(work)


async def test_a_slow_transaction_that_commits_late_is_not_skipped(work: Works) -> None:
    await work.world.manifest("slow")
    await work.world.manifest("fast")
    slow = await asyncpg.connect(work.database_url)
    try:
        transaction = slow.transaction()
        await transaction.start()
        await World(slow).vote("slow", -1)  # takes the earlier place in the queue
        await work.world.vote("fast", 1)
        await work.learn()
        early = await work.cells()
        await transaction.commit()
    finally:
        await slow.close()
    await work.learn()
    late = await work.cells()
    assert {values[-1] for values in early.values()} == {1}
    assert {values[-1] for values in late.values()} == {2}
    await exact(work)


async def test_two_learners_over_one_queue_give_exact_sums(work: Works) -> None:
    other = Learner(work.database, quiet, 0.05)
    done = asyncio.Event()

    async def learn(learner: Learner) -> None:
        while not done.is_set():
            if await learner.step() == 0:
                await asyncio.sleep(0.005)

    connection = await asyncpg.connect(work.database_url)
    try:
        tasks = [asyncio.create_task(learn(each)) for each in (work.learner, other)]
        await busy(World(connection), 3, 60)
        done.set()
        await asyncio.gather(*tasks)
    finally:
        await connection.close()
    await work.learn()
    await exact(work)


async def test_two_learners_that_meet_in_the_cells_of_a_tenant_add_up(
    work: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    await busy(work.world, 6)
    await work.learn()
    await busy(work.world, 7)
    reached, go = asyncio.Event(), asyncio.Event()

    async def pause(*arguments: Any) -> None:
        reached.set()
        await go.wait()
        await enqueue_boards(*arguments)

    monkeypatch.setattr(learner_module, "enqueue_boards", pause)
    holder = await asyncpg.connect(work.database_url)
    try:
        held = holder.transaction()
        await held.start()
        await holder.execute("SELECT pg_advisory_xact_lock(72001, shard) FROM generate_series(0, 15, 2) AS shard")
        first = asyncio.create_task(work.learner.step())
        await asyncio.wait_for(reached.wait(), 10)
        await held.rollback()
    finally:
        await holder.close()
    second = asyncio.create_task(Learner(work.database, quiet, 0.05).step())
    await asyncio.sleep(0.2)
    go.set()
    assert min(await asyncio.gather(first, second)) > 0
    await work.learn()
    await exact(work)


async def test_a_learner_that_is_cancelled_loses_nothing(work: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    await busy(work.world, 4, 15)
    waiting = await work.waiting()
    reached = asyncio.Event()

    async def hang(*_: object) -> None:
        reached.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patched:
        patched.setattr(learner_module, "enqueue_boards", hang)
        task = asyncio.create_task(work.learn())
        await asyncio.wait_for(reached.wait(), 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    left = await work.waiting()
    assert left > 0
    assert waiting > 0
    await work.learn()
    await exact(work)


async def test_a_learner_whose_connection_is_cut_loses_nothing(work: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    await busy(work.world, 5, 15)

    async def cut(connection: Any, *arguments: Any) -> Any:
        changed = await replace_contributions(connection, *arguments)
        await work.rows("SELECT pg_terminate_backend($1)", connection.get_server_pid())
        await connection.execute("SELECT 1")
        return changed

    with monkeypatch.context() as patched:
        patched.setattr(learner_module, "replace_contributions", cut)
        with pytest.raises(Unavailable):
            await work.learner.step()
    assert await work.cells() == {}
    await work.learn()
    assert await work.waiting() == 0
    await exact(work)


async def test_a_changed_vote_replaces_and_an_older_one_does_not(work: Works) -> None:
    await work.world.manifest("o")
    for rating, seconds in ((-1, 1), (1, 3), (0, 2)):
        await work.world.vote("o", rating, seconds=seconds)
        await work.learn()
    row = (await work.board("u")).rows["m"]
    assert (row.total, row.positive, row.negative) == (1, 1, 0)
    assert row.score == pytest.approx(1.0)
    await exact(work)


async def test_repeated_work_counts_once(work: Works) -> None:
    await work.world.manifest("o")
    for _ in range(3):
        await work.world.vote("o", 1)
        await work.learn()
    assert (await work.board("u")).rows["m"].total == 1
    await exact(work)


async def test_a_retraction_takes_away_what_was_said_and_nothing_else(work: Works) -> None:
    await work.world.liked("m", [1, -1], "other")
    await work.learn()
    before = await work.cells()
    await work.world.manifest("o")
    await work.world.vote("o", -1, seconds=1)
    await work.world.signal("o", "regenerate", seconds=1)
    await work.learn()
    assert await work.cells() != before
    await work.world.retract("o", seconds=5)
    await work.learn()
    assert await work.cells() == before
    assert (await work.board("u")).rows == {}
    await work.world.vote("o", 1, seconds=6)
    await work.learn()
    assert (await work.board("u")).rows["m"].positive == 1


async def test_feedback_before_its_manifest_waits_for_it(work: Works) -> None:
    await work.world.vote("o", 1, "ann")
    await work.world.signal("o", "regenerate", "bob")
    await work.learn()
    assert await work.cells() == {}
    await work.world.manifest("o", "m", "n")
    await work.learn()
    assert await work.waiting() == 0
    assert {key[1] for key in await work.cells()} == {"", "ann", "bob"}
    await exact(work)


async def test_k_models_get_a_kth_each(work: Works) -> None:
    await work.world.manifest("one", "m")
    await work.world.manifest("three", "m", "n", "k")
    await work.world.vote("one", 1)
    await work.world.vote("three", -1)
    await work.learn()
    board = await work.board()
    fade = 0.5 ** ((board.computed_at - YESTERDAY) / timedelta(days=30))
    assert board.rows["m"].evidence == pytest.approx(4 / 3 * fade, rel=1e-6)
    assert board.rows["n"].evidence == pytest.approx(1 / 3 * fade, rel=1e-6)
    assert board.rows["m"].score == pytest.approx(1 / (4 / 3))
    assert board.rows["k"].score == pytest.approx(0.0)
    await exact(work)


async def test_distrust_makes_votes_count_less_but_signals_as_much(work: Works) -> None:
    await work.world.trust("troll", 0.01)
    await work.world.manifest("o")
    await work.world.manifest("p")
    await work.world.vote("o", -1, "troll")
    await work.world.signal("p", "copy_response", "troll")
    await work.learn()
    row = (await work.board()).rows["m"]
    fade = 0.5 ** (((await work.board()).computed_at - YESTERDAY) / timedelta(days=30))
    assert row.evidence == pytest.approx(1.1 * fade, rel=1e-6)
    assert row.score == pytest.approx(0.85 / 1.1)


async def test_a_new_model_version_keeps_half_of_the_old_one(work: Works) -> None:
    await work.world.liked("m", [-1] * 4, versions=["v1"], at=YESTERDAY - timedelta(hours=2))
    await work.learn()
    assert (await work.board()).rows["m"].model_version == "v1"
    await work.world.liked("m", [1] * 2, versions=["v2"], at=YESTERDAY)
    await work.learn()
    board = await work.board()
    new = 2 * 0.5 ** ((board.computed_at - YESTERDAY) / timedelta(days=30))
    old = 4 * 0.5 ** ((board.computed_at - YESTERDAY + timedelta(hours=2)) / timedelta(days=30))
    row = board.rows["m"]
    assert row.model_version == "v2"
    assert row.evidence == pytest.approx(new + 0.5 * old, rel=1e-6)
    assert row.score == pytest.approx(new / (new + 0.5 * old), rel=1e-6)
    assert row.total == 6


async def test_the_age_of_versions_is_that_of_their_outputs_not_of_their_arrival(work: Works) -> None:
    await work.world.liked("m", [1], versions=["new"], at=YESTERDAY)
    await work.learn()
    await work.world.liked("m", [-1], versions=["old"], at=YESTERDAY - timedelta(days=3))
    await work.learn()
    assert (await work.board()).rows["m"].model_version == "new"


async def test_revisions_of_boards_only_grow(work: Works) -> None:
    seen = [(await work.board()).revision]
    for step in (
        work.world.liked("m", [1]),
        work.world.liked("m", [-1], versions=["v2"]),
        work.world.manifest("o", "m", versions=["v3"], at=YESTERDAY + timedelta(hours=1)),
        work.world.vote("o", 1),
        work.world.retract("o", seconds=9),
    ):
        await step
        await work.learn()
        seen.append((await work.board()).revision)
    await work.rebuild.run("018f0000-0000-7000-8000-000000000001")
    seen.append((await work.board()).revision)
    assert seen == sorted(set(seen))
    assert {len(each) for each in seen} == {40}


async def test_raters_of_a_cell_are_counted_as_they_come_and_go(work: Works) -> None:
    query = (
        "SELECT raters FROM neural.neural_model_scores WHERE user_id = '' AND task_type = 'chat' AND domain_mode = ''"
    )
    await work.world.manifest("o")
    await work.world.manifest("p")
    counted = []
    for step in (
        work.world.vote("o", 1, "ann"),
        work.world.vote("p", 1, "ann"),
        work.world.vote("o", 1, "bob"),
        work.world.retract("o", "ann", 9),
        work.world.retract("p", "ann", 9),
    ):
        await step
        await work.learn()
        counted.append(await work.number(query))
    assert counted == [1, 1, 2, 2, 1]
