"""Heavy raters: from 20 raters, one rater counts for at most a tenth of a cell, or 20 units."""

from __future__ import annotations

import pytest

from neural.domain.model import Scope
from neural.queries.scores import ScoreFilter, Scores
from tests.neural.fixtures.history import assert_cells_exact, new_run_id
from tests.neural.fixtures.stack import LearningStack


async def write_votes(stack: LearningStack, raters: int, heavy: int) -> None:
    """Writes 10 down votes of each of several raters, and up votes of one heavy rater."""
    await stack.feedback.trust_all("heavy", *(f"rater-{number}" for number in range(raters)))
    for number in range(raters):
        await stack.feedback.rate("m", [-1] * 10, f"rater-{number}")
    await stack.feedback.rate("m", [1] * heavy, "heavy")
    await stack.learn()


async def board_score(stack: LearningStack) -> tuple[float, float]:
    """Returns evidence and score of the tenant's board."""
    row = (await stack.board()).rows["m"]
    return row.evidence, row.score


async def test_heavy_rater_counts_for_a_tenth_of_cell(stack: LearningStack) -> None:
    await write_votes(stack, 20, 200)  # a tenth of 400 units is 40
    evidence, score = await board_score(stack)
    assert score == pytest.approx(40 / 240, abs=1e-6)  # the score of the other raters is 0
    own = (await stack.board("heavy")).rows["m"]
    assert own.evidence == pytest.approx(evidence / 240 * 200, rel=1e-3)
    listed = await Scores(stack.database, 0.5).read(ScoreFilter(scope=Scope.TENANT, tenant_id="acme"), ("", "", ""), 5)
    (page,) = listed.scores
    assert page.score == pytest.approx(score, abs=1e-6)
    assert page.counts["positive_count"] == 200
    await assert_cells_exact(stack)


async def test_limit_ends_when_votes_of_heavy_rater_are_retracted(stack: LearningStack) -> None:
    await write_votes(stack, 20, 60)
    assert await stack.number("SELECT count(*) FROM neural.heavy_raters") == 3
    outputs = [
        row["output_id"] for row in await stack.rows("SELECT output_id FROM ingest.explicit_feedback WHERE rating = 1")
    ]
    for output in outputs[:45]:
        await stack.feedback.retract(output, "heavy", 5)
    await stack.learn()
    assert await stack.number("SELECT count(*) FROM neural.heavy_raters") == 0
    assert (await board_score(stack))[1] == pytest.approx(15 / 215, abs=1e-6)
    await assert_cells_exact(stack)


async def test_heavy_rater_among_few_raters_is_not_limited(stack: LearningStack) -> None:
    await write_votes(stack, 10, 200)
    assert (await board_score(stack))[1] == pytest.approx(200 / 300, abs=1e-6)


async def test_rebuild_limits_heavy_rater_equally(stack: LearningStack) -> None:
    await write_votes(stack, 20, 200)
    before = await stack.rows(
        "SELECT tenant_id, task_type, user_id, evidence FROM neural.heavy_raters ORDER BY 1, 2, 3"
    )
    score = (await board_score(stack))[1]
    report = await stack.rebuild.run(new_run_id())
    query = (
        "SELECT tenant_id, task_type, user_id, evidence FROM neural.heavy_raters WHERE version = $1 ORDER BY 1, 2, 3"
    )
    assert await stack.rows(query, report["table_version"]) == before
    assert (await board_score(stack))[1] == pytest.approx(score, abs=1e-9)
