"""New raters: in a cell with established raters, all others together count for a limited share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from neural.trust.rounds import TrustRounds
from tests.neural.fixtures.history import assert_cells_exact, new_run_id
from tests.neural.fixtures.stack import LearningStack, no_op

FADED = 0.9
"""Lower limit of the decay of a vote of yesterday."""


async def write_votes(stack: LearningStack, established: int, new: int) -> None:
    """Writes up votes of established raters with full trust, and down votes of new raters, one vote each."""
    names = [f"known-{number}" for number in range(established)]
    await stack.feedback.trust_all(*names)
    await stack.feedback.rate_many([("m", name, 1) for name in names], "known")
    await stack.feedback.rate_many([("m", f"new-{number}", -1) for number in range(new)], "new")
    await stack.learn()


async def counted(stack: LearningStack) -> tuple[float, float]:
    """Returns the evidence for and against the model, relative to that of one fresh unit."""
    row = (await stack.board()).rows["m"]
    unit = (await stack.board("known-0")).rows["m"].evidence if row.score > 0 else FADED
    return row.evidence * row.score / unit, row.evidence * (1 - row.score) / unit


async def test_new_raters_count_for_a_quarter_of_established_evidence(stack: LearningStack) -> None:
    await write_votes(stack, 80, 400)
    known, new = await counted(stack)
    assert known == pytest.approx(80, rel=1e-3)
    assert new == pytest.approx(20, rel=1e-3)
    await assert_cells_exact(stack)


async def test_few_new_raters_count_in_full_with_neutral_trust(stack: LearningStack) -> None:
    await write_votes(stack, 80, 30)
    known, new = await counted(stack)
    assert known == pytest.approx(80, rel=1e-3)
    assert new == pytest.approx(15, rel=1e-3)


async def test_new_raters_alone_count_for_up_to_100_units(stack: LearningStack) -> None:
    await write_votes(stack, 0, 90)
    assert (await stack.board()).rows["m"].evidence == pytest.approx(45, rel=0.1)
    await stack.feedback.rate_many([("m", f"more-{number}", -1) for number in range(200)], "more")
    await stack.learn()
    row = (await stack.board()).rows["m"]
    assert row.evidence == pytest.approx(50, rel=0.1)
    assert (row.score, row.total) == (0, 290)


async def test_limit_is_equal_after_rebuild_and_for_any_order(stack: LearningStack) -> None:
    await write_votes(stack, 40, 100)
    await stack.feedback.rate_many([("m", "known-1", 1)] * 60 + [("m", "new-1", -1)] * 60, "heavy")
    await stack.learn()
    await assert_cells_exact(stack)
    board, cells = (await stack.board()).rows["m"], await stack.cells()
    heavy = (
        "SELECT user_id, task_type, evidence, new_evidence FROM neural.heavy_raters WHERE version = $1 ORDER BY 1, 2"
    )
    before = await stack.rows(heavy, (await stack.live()).number)
    assert {row["user_id"] for row in before if row["new_evidence"] > 0} == {"new-1"}
    report = await stack.rebuild.run(new_run_id())
    assert report["changed_cells"] == 0
    assert await stack.cells() == cells
    assert await stack.rows(heavy, report["table_version"]) == before
    after = (await stack.board()).rows["m"]
    assert (after.evidence, after.score) == (pytest.approx(board.evidence, rel=1e-6), pytest.approx(board.score))


async def test_established_rater_is_counted_as_such_by_next_round(stack: LearningStack) -> None:
    names = [f"user-{number}" for number in range(12)]
    await stack.feedback.rate_many([("m", name, 1) for name in names for _ in range(25)], "votes")
    await stack.publish()
    new = "SELECT count(*) FROM neural.unit_contributions WHERE NOT established"
    assert await stack.number(new) == 300
    assert await TrustRounds(stack.database, no_op).recompute() is not None
    await stack.publish()
    assert await stack.number(new) == 0
    assert await stack.number("SELECT count(*) FROM neural.neural_model_scores WHERE new_evidence <> 0") == 0
    await assert_cells_exact(stack)


async def test_user_without_votes_is_established_after_seven_days(stack: LearningStack) -> None:
    await stack.feedback.manifest("x", "m")
    await stack.feedback.signal("x", "copy_response", "silent")
    await stack.publish()
    rounds = TrustRounds(stack.database, no_op)
    assert await rounds.recompute() is not None
    await stack.publish()
    score = "SELECT trust, established FROM neural.user_trust_scores WHERE user_id = 'silent'"
    assert [tuple(row) for row in await stack.rows(score)] == [(0.5, False)]
    week_ago = datetime.now(UTC) - timedelta(days=8)
    await stack.rows("UPDATE neural.user_trust_scores SET first_seen_at = $1", week_ago)
    found = await rounds.recompute()
    assert found is not None
    assert found.changed == 1
    await stack.publish()
    assert [tuple(row) for row in await stack.rows(score)] == [(1, True)]
    assert await stack.number("SELECT count(*) FROM neural.unit_contributions WHERE NOT established") == 0
    await assert_cells_exact(stack)
