"""Learner: every unit is learned exactly once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from kit.errors import Unavailable
from neural.boards.queue import enqueue_boards
from neural.learning import learner as learner_module
from neural.learning.contributions import replace_contributions
from neural.learning.learner import Learner
from tests.neural.fixtures.feedback import YESTERDAY, FeedbackWriter
from tests.neural.fixtures.history import assert_cells_exact, write_history
from tests.neural.fixtures.stack import LearningStack, no_op


async def test_learner_of_random_history_gives_exact_cells(stack: LearningStack) -> None:
    await write_history(stack.feedback, 1)
    await stack.learn()
    assert await stack.queued() == 0
    await assert_cells_exact(stack)


async def test_learner_with_small_batches_gives_exact_cells(
    stack: LearningStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learner_module, "QUEUE_ROWS_PER_STEP", 3)
    await write_history(stack.feedback, 2, 25)
    await stack.learn()
    assert await stack.queued() == 0
    await assert_cells_exact(stack)


async def test_feedback_committed_late_is_learned(stack: LearningStack) -> None:
    await stack.feedback.manifest("slow")
    await stack.feedback.manifest("fast")
    slow = await asyncpg.connect(stack.database_url)
    try:
        transaction = slow.transaction()
        await transaction.start()
        await FeedbackWriter(slow).vote("slow", -1)  # has the lower sequence number in the queue
        await stack.feedback.vote("fast", 1)
        await stack.learn()
        early = await stack.cells()
        await transaction.commit()
    finally:
        await slow.close()
    await stack.learn()
    late = await stack.cells()
    assert {values[-1] for values in early.values()} == {1}
    assert {values[-1] for values in late.values()} == {2}
    await assert_cells_exact(stack)


async def test_concurrent_learners_on_one_queue_give_exact_cells(stack: LearningStack) -> None:
    other = Learner(stack.database, no_op, 0.05)
    done = asyncio.Event()

    async def learn(learner: Learner) -> None:
        while not done.is_set():
            if await learner.step() == 0:
                await asyncio.sleep(0.005)

    connection = await asyncpg.connect(stack.database_url)
    try:
        tasks = [asyncio.create_task(learn(each)) for each in (stack.learner, other)]
        await write_history(FeedbackWriter(connection), 3, 60)
        done.set()
        await asyncio.gather(*tasks)
    finally:
        await connection.close()
    await stack.learn()
    await assert_cells_exact(stack)


async def test_concurrent_learners_on_cells_of_one_tenant_give_exact_cells(
    stack: LearningStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write_history(stack.feedback, 6)
    await stack.learn()
    await write_history(stack.feedback, 7)
    reached, go = asyncio.Event(), asyncio.Event()

    async def pause(*arguments: Any) -> None:
        reached.set()
        await go.wait()
        await enqueue_boards(*arguments)

    monkeypatch.setattr(learner_module, "enqueue_boards", pause)
    holder = await asyncpg.connect(stack.database_url)
    try:
        held = holder.transaction()
        await held.start()
        await holder.execute("SELECT pg_advisory_xact_lock(72001, shard) FROM generate_series(0, 15, 2) AS shard")
        first = asyncio.create_task(stack.learner.step())
        await asyncio.wait_for(reached.wait(), 10)
        await held.rollback()
    finally:
        await holder.close()
    second = asyncio.create_task(Learner(stack.database, no_op, 0.05).step())
    await stack.wait_until_blocked()
    go.set()
    assert min(await asyncio.gather(first, second)) > 0
    await stack.learn()
    await assert_cells_exact(stack)


async def test_cancelled_learner_keeps_units_queued(stack: LearningStack, monkeypatch: pytest.MonkeyPatch) -> None:
    await write_history(stack.feedback, 4, 15)
    waiting = await stack.queued()
    reached = asyncio.Event()

    async def hang(*_: object) -> None:
        reached.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patched:
        patched.setattr(learner_module, "enqueue_boards", hang)
        task = asyncio.create_task(stack.learn())
        await asyncio.wait_for(reached.wait(), 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    left = await stack.queued()
    assert left > 0
    assert waiting > 0
    await stack.learn()
    await assert_cells_exact(stack)


async def test_learner_with_lost_connection_keeps_units_queued(
    stack: LearningStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write_history(stack.feedback, 5, 15)

    async def cut(connection: Any, *arguments: Any) -> Any:
        changed = await replace_contributions(connection, *arguments)
        await stack.rows("SELECT pg_terminate_backend($1)", connection.get_server_pid())
        await connection.execute("SELECT 1")
        return changed

    with monkeypatch.context() as patched:
        patched.setattr(learner_module, "replace_contributions", cut)
        with pytest.raises(Unavailable):
            await stack.learner.step()
    assert await stack.cells() == {}
    await stack.learn()
    assert await stack.queued() == 0
    await assert_cells_exact(stack)


async def test_vote_replaces_older_vote_only(stack: LearningStack) -> None:
    await stack.feedback.manifest("o")
    for rating, seconds in ((-1, 1), (1, 3), (0, 2)):
        await stack.feedback.vote("o", rating, seconds=seconds)
        await stack.learn()
    row = (await stack.board("u")).rows["m"]
    assert (row.total, row.positive, row.negative) == (1, 1, 0)
    assert row.score == pytest.approx(1.0)
    await assert_cells_exact(stack)


async def test_unit_queued_repeatedly_counts_once(stack: LearningStack) -> None:
    await stack.feedback.manifest("o")
    for _ in range(3):
        await stack.feedback.vote("o", 1)
        await stack.learn()
    assert (await stack.board("u")).rows["m"].total == 1
    await assert_cells_exact(stack)


async def test_retraction_restores_cells_without_feedback(stack: LearningStack) -> None:
    await stack.feedback.rate("m", [1, -1], "other")
    await stack.learn()
    before = await stack.cells()
    await stack.feedback.manifest("o")
    await stack.feedback.vote("o", -1, seconds=1)
    await stack.feedback.signal("o", "regenerate", seconds=1)
    await stack.learn()
    assert await stack.cells() != before
    await stack.feedback.retract("o", seconds=5)
    await stack.learn()
    assert await stack.cells() == before
    assert (await stack.board("u")).rows == {}
    await stack.feedback.vote("o", 1, seconds=6)
    await stack.learn()
    assert (await stack.board("u")).rows["m"].positive == 1


async def test_feedback_before_manifest_is_learned_after_manifest(stack: LearningStack) -> None:
    await stack.feedback.vote("o", 1, "ann")
    await stack.feedback.signal("o", "regenerate", "bob")
    await stack.learn()
    assert await stack.cells() == {}
    await stack.feedback.manifest("o", "m", "n")
    await stack.learn()
    assert await stack.queued() == 0
    assert {key[1] for key in await stack.cells()} == {"", "ann", "bob"}
    await assert_cells_exact(stack)


async def test_unit_of_k_models_counts_one_kth_for_each(stack: LearningStack) -> None:
    await stack.feedback.trust_all("u")
    await stack.feedback.manifest("one", "m")
    await stack.feedback.manifest("three", "m", "n", "k")
    await stack.feedback.vote("one", 1)
    await stack.feedback.vote("three", -1)
    await stack.learn()
    board = await stack.board()
    fade = 0.5 ** ((board.computed_at - YESTERDAY) / timedelta(days=30))
    assert board.rows["m"].evidence == pytest.approx(4 / 3 * fade, rel=1e-6)
    assert board.rows["n"].evidence == pytest.approx(1 / 3 * fade, rel=1e-6)
    assert board.rows["m"].score == pytest.approx(1 / (4 / 3))
    assert board.rows["k"].score == pytest.approx(0.0)
    await assert_cells_exact(stack)


async def test_low_trust_reduces_votes_but_not_signals(stack: LearningStack) -> None:
    await stack.feedback.trust("troll", 0.01)
    await stack.feedback.manifest("o")
    await stack.feedback.manifest("p")
    await stack.feedback.vote("o", -1, "troll")
    await stack.feedback.signal("p", "copy_response", "troll")
    await stack.learn()
    row = (await stack.board()).rows["m"]
    fade = 0.5 ** (((await stack.board()).computed_at - YESTERDAY) / timedelta(days=30))
    assert row.evidence == pytest.approx(1.1 * fade, rel=1e-6)
    assert row.score == pytest.approx(0.85 / 1.1)


async def test_new_model_version_carries_over_half_of_evidence(stack: LearningStack) -> None:
    await stack.feedback.trust_all("u")
    await stack.feedback.rate("m", [-1] * 4, versions=["v1"], at=YESTERDAY - timedelta(hours=2))
    await stack.learn()
    assert (await stack.board()).rows["m"].model_version == "v1"
    await stack.feedback.rate("m", [1] * 2, versions=["v2"], at=YESTERDAY)
    await stack.learn()
    board = await stack.board()
    new = 2 * 0.5 ** ((board.computed_at - YESTERDAY) / timedelta(days=30))
    old = 4 * 0.5 ** ((board.computed_at - YESTERDAY + timedelta(hours=2)) / timedelta(days=30))
    row = board.rows["m"]
    assert row.model_version == "v2"
    assert row.evidence == pytest.approx(new + 0.5 * old, rel=1e-6)
    assert row.score == pytest.approx(new / (new + 0.5 * old), rel=1e-6)
    assert row.total == 6


async def test_model_versions_are_ordered_by_output_time(stack: LearningStack) -> None:
    await stack.feedback.rate("m", [1], versions=["new"], at=YESTERDAY)
    await stack.learn()
    await stack.feedback.rate("m", [-1], versions=["old"], at=YESTERDAY - timedelta(days=3))
    await stack.learn()
    assert (await stack.board()).rows["m"].model_version == "new"


async def test_board_revision_increases_with_every_change(stack: LearningStack) -> None:
    seen = [(await stack.board()).revision]
    for step in (
        stack.feedback.rate("m", [1]),
        stack.feedback.rate("m", [-1], versions=["v2"]),
        stack.feedback.manifest("o", "m", versions=["v3"], at=YESTERDAY + timedelta(hours=1)),
        stack.feedback.vote("o", 1),
        stack.feedback.retract("o", seconds=9),
    ):
        await step
        await stack.learn()
        seen.append((await stack.board()).revision)
    await stack.rebuild.run("018f0000-0000-7000-8000-000000000001")
    seen.append((await stack.board()).revision)
    assert seen == sorted(set(seen))
    assert {len(each) for each in seen} == {40}


async def test_rater_count_of_cell_follows_votes_and_retractions(stack: LearningStack) -> None:
    query = (
        "SELECT raters FROM neural.neural_model_scores WHERE user_id = '' AND task_type = 'chat' AND domain_mode = ''"
    )
    await stack.feedback.manifest("o")
    await stack.feedback.manifest("p")
    counted = []
    for step in (
        stack.feedback.vote("o", 1, "ann"),
        stack.feedback.vote("p", 1, "ann"),
        stack.feedback.vote("o", 1, "bob"),
        stack.feedback.retract("o", "ann", 9),
        stack.feedback.retract("p", "ann", 9),
    ):
        await step
        await stack.learn()
        counted.append(await stack.number(query))
    assert counted == [1, 1, 2, 2, 1]
