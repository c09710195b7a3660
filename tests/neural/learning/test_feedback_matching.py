"""Feedback that names an output by an alias, or whose manifest has not arrived: moved, or noted as unmatched."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.neural.fixtures.feedback import TODAY
from tests.neural.fixtures.history import assert_cells_exact
from tests.neural.fixtures.stack import LearningStack, open_stack

pytestmark = pytest.mark.server

_ALIAS = "INSERT INTO ingest.output_aliases (tenant_id, alias, user_id, output_id, kind) VALUES ($1, $2, $3, $4, $5)"
_VOTES = "SELECT output_id, user_id, rating FROM ingest.explicit_feedback WHERE tenant_id = $1 ORDER BY 1, 2"


@pytest.fixture
async def stack(database_url: str, redis_url: str) -> AsyncIterator[LearningStack]:
    async with open_stack(database_url, redis_url) as opened:
        await opened.feedback.trust_all("u", "ann", "bob")
        yield opened


async def name_output(stack: LearningStack, alias: str, output: str, user: str = "", tenant: str = "acme") -> None:
    """Stores an alias, as ingest does in the transaction of the manifest."""
    await stack.rows(_ALIAS, tenant, alias, user, output, "automatic")


async def votes(stack: LearningStack, tenant: str = "acme") -> list[tuple[str, str, int]]:
    """Returns output, user and rating of each stored vote."""
    return [(row[0], row[1], row[2]) for row in await stack.rows(_VOTES, tenant)]


async def unmatched(stack: LearningStack) -> list[str]:
    """Returns the output ids that are noted as unmatched."""
    return [row[0] for row in await stack.rows("SELECT output_id FROM ingest.unmatched_feedback ORDER BY 1")]


async def test_feedback_before_manifest_is_unmatched_and_then_learned(stack: LearningStack) -> None:
    await stack.feedback.vote("trace-span")
    await stack.feedback.signal("trace-span", user="ann")
    await stack.learn()
    assert await unmatched(stack) == ["trace-span"]
    await name_output(stack, "trace-span", "response")
    await stack.feedback.manifest("response")
    await stack.learn()
    assert await unmatched(stack) == []
    assert await votes(stack) == [("response", "u", 1)]
    assert (await stack.board()).rows["m"].total == 2


async def test_feedback_after_manifest_reaches_output_by_alias(stack: LearningStack) -> None:
    await name_output(stack, "trace-span", "response")
    await stack.feedback.manifest("response")
    await stack.learn()
    await stack.feedback.signal("trace-span")
    await stack.feedback.voice("trace-span", 0.5, "ann")
    await stack.learn()
    assert (await stack.board()).rows["m"].total == 2
    assert await unmatched(stack) == []


async def test_later_vote_under_any_name_of_the_output_stands(stack: LearningStack) -> None:
    await stack.feedback.manifest("o")
    await name_output(stack, "alias", "o")
    await stack.feedback.vote("o", 1, seconds=5)
    await stack.feedback.vote("alias", -1, seconds=3)
    await stack.feedback.vote("o", 1, "ann", seconds=3)
    await stack.feedback.vote("alias", -1, "ann", seconds=5)
    await stack.learn()
    assert await votes(stack) == [("o", "ann", -1), ("o", "u", 1)]


async def test_retraction_under_alias_applies_to_output(stack: LearningStack) -> None:
    await stack.feedback.manifest("o")
    await name_output(stack, "alias", "o")
    await stack.feedback.vote("o", 1, seconds=1)
    await stack.feedback.vote("o", 1, "ann", seconds=9)
    await stack.feedback.retract("alias", seconds=5)
    await stack.feedback.retract("alias", "ann", seconds=5)
    await stack.learn()
    assert (await stack.board()).rows["m"].total == 1


async def test_alias_of_a_user_moves_the_feedback_of_this_user_alone(stack: LearningStack) -> None:
    await stack.feedback.manifest("r", "m", owner="ann")
    await stack.feedback.vote("r", 1, "ann")
    await stack.feedback.vote("r", -1, "bob")
    await stack.learn()
    await name_output(stack, "r", "derived", "bob")
    await stack.feedback.manifest("derived", "n", owner="bob")
    await stack.learn()
    assert await votes(stack) == [("derived", "bob", -1), ("r", "ann", 1)]
    rows = (await stack.board()).rows
    assert (rows["m"].total, rows["n"].total) == (1, 1)
    await stack.feedback.signal("r", user="bob")
    await stack.learn()
    assert await stack.number("SELECT count(*) FROM ingest.implicit_signals WHERE output_id = 'derived'") == 1
    await assert_cells_exact(stack)
    assert (await stack.rebuild.run(str(uuid4())))["changed_cells"] == 0


async def test_recording_that_is_not_transcribed_moves_after_its_transcription(stack: LearningStack) -> None:
    await stack.feedback.manifest("o")
    await name_output(stack, "alias", "o")
    await stack.feedback.voice("alias", 0.9)
    await stack.rows("UPDATE ingest.voice_feedback SET status = 'processing', sentiment = NULL")
    await stack.learn()
    query = "SELECT output_id FROM ingest.voice_feedback"
    assert (await stack.rows(query))[0][0] == "alias"
    await stack.rows("UPDATE ingest.voice_feedback SET status = 'completed', sentiment = 0.9")
    await stack.rows(
        "INSERT INTO ingest.learn_queue (shard, tenant_id, output_id, user_id) VALUES (ingest.shard_of("
        "'acme', 'u'), 'acme', 'alias', 'u')"
    )
    await stack.learn()
    assert (await stack.rows(query))[0][0] == "o"
    assert (await stack.board()).rows["m"].total == 1


async def test_aliases_of_a_tenant_do_not_move_feedback_of_another(stack: LearningStack) -> None:
    await name_output(stack, "alias", "o")
    await stack.feedback.manifest("o")
    globex = stack.feedback.for_tenant("globex")
    await globex.manifest("o")
    await globex.vote("alias")
    await stack.feedback.vote("alias")
    await stack.learn()
    assert await votes(stack, "globex") == [("alias", "u", 1)]
    assert await votes(stack) == [("o", "u", 1)]
    rows = await stack.rows("SELECT tenant_id FROM ingest.unmatched_feedback")
    assert [row[0] for row in rows] == ["globex"]


_STEPS = ("manifest", "vote-alias", "vote-output", "signal-alias", "other-alias", "retract-alias")


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(_STEPS), pauses=st.sets(st.integers(0, len(_STEPS))))
async def test_scores_do_not_depend_on_order_of_names_and_manifest(
    stack: LearningStack, order: list[str], pauses: set[int]
) -> None:
    tenant = f"t{uuid4().hex}"
    feedback = stack.feedback.for_tenant(tenant)
    await feedback.trust_all("u", "ann")
    for place, step in enumerate(order):
        if step == "manifest":
            async with feedback.connection.transaction():
                await name_output(stack, "alias", "o", tenant=tenant)
                await feedback.manifest("o", at=TODAY - timedelta(days=1))
        elif step == "vote-alias":
            await feedback.vote("alias", -1, seconds=3)
        elif step == "vote-output":
            await feedback.vote("o", 1, seconds=5)
        elif step == "signal-alias":
            await feedback.signal("alias", seconds=1)
        elif step == "other-alias":
            await feedback.vote("alias", -1, "ann")
        else:
            await feedback.retract("alias", seconds=2)
        if place in pauses:
            await stack.learn()
    await stack.learn()
    row = (await stack.board(tenant=tenant)).rows["m"]
    assert (row.total, row.positive, row.negative) == (2, 1, 1)
    assert row.score == pytest.approx(0.5, abs=1e-9)
    assert await unmatched(stack) == []


_OUTCOMES = "SELECT output_id, outcome, total_cost FROM ingest.outcomes ORDER BY 1"


@pytest.mark.parametrize("is_manifest_first", [False, True])
async def test_outcome_stored_under_an_alias_moves_to_the_output(stack: LearningStack, is_manifest_first: bool) -> None:
    await stack.feedback.vote("response", -1)
    if is_manifest_first:
        await name_output(stack, "trace-span", "response")
        await stack.feedback.manifest("response")
        await stack.learn()
    await stack.feedback.complete("trace-span", "error", cost=0.5)
    await stack.learn()
    if not is_manifest_first:
        await name_output(stack, "trace-span", "response")
        await stack.feedback.manifest("response")
        await stack.learn()
    assert [tuple(row) for row in await stack.rows(_OUTCOMES)] == [("response", "error", 0.5)]
    assert await stack.number("SELECT sum(errors) FROM neural.call_outcomes") == 1
    assert await stack.number("SELECT coalesce(sum(total_count), 0) FROM neural.neural_model_scores") == 0


async def test_outcome_of_the_output_precedes_that_under_an_alias(stack: LearningStack) -> None:
    await stack.feedback.complete("alias", "error", cost=0.5)
    await stack.feedback.complete("o", "ok")
    await stack.feedback.complete("other", "ok", cost=0.25)
    await name_output(stack, "alias", "o")
    await name_output(stack, "other", "o")
    await stack.feedback.manifest("o")
    await stack.learn()
    assert [tuple(row) for row in await stack.rows(_OUTCOMES)] == [("o", "ok", 0.25)]


async def test_outcome_of_an_output_whose_id_is_also_an_alias_stays(stack: LearningStack) -> None:
    for output in ("alias", "o"):
        await stack.feedback.manifest(output)
    await name_output(stack, "alias", "o")
    await stack.feedback.complete("alias", "error")
    await stack.learn()
    assert [row["output_id"] for row in await stack.rows(_OUTCOMES)] == ["alias"]
