"""Feedback on the output of a failed call is kept, and is not learned as the quality of an answer."""

from __future__ import annotations

from uuid import uuid4

from tests.neural.fixtures.history import assert_cells_exact
from tests.neural.fixtures.stack import LearningStack

CELLS = "SELECT coalesce(sum(total_count), 0) FROM neural.neural_model_scores WHERE user_id = '' AND task_type = ''"


async def test_feedback_on_failed_call_is_not_learned(stack: LearningStack) -> None:
    await stack.feedback.manifest("ok", "m", outcome="ok")
    await stack.feedback.manifest("failed", "m", outcome="error")
    for output in ("ok", "failed"):
        await stack.feedback.vote(output, -1)
    await stack.publish()
    assert await stack.number(CELLS) == 1
    await assert_cells_exact(stack)
    assert (await stack.rebuild.run(str(uuid4())))["changed_cells"] == 0
    assert await stack.number("SELECT count(*) FROM ingest.explicit_feedback") == 2


async def test_contribution_is_removed_when_the_call_turns_out_to_have_failed(stack: LearningStack) -> None:
    await stack.feedback.manifest("o", "m")
    await stack.feedback.vote("o", -1)
    await stack.publish()
    assert await stack.number(CELLS) == 1
    await stack.feedback.complete("o", "cancelled")
    await stack.publish()
    assert await stack.number(CELLS) == 0
    assert (await stack.rebuild.run(str(uuid4())))["changed_cells"] == 0
