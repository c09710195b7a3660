"""Trust rounds: trust applies to earlier feedback, and the scores equal a rebuild."""

from __future__ import annotations

import asyncio
import random
import uuid

import asyncpg
import pytest

from neural.domain.trust.rater_trust import TRUST_NEUTRAL
from neural.trust import rounds as rounds_module
from neural.trust.rounds import TrustRound, TrustRounds
from tests.neural.fixtures.feedback import FeedbackWriter
from tests.neural.fixtures.history import assert_cells_exact
from tests.neural.fixtures.stack import LearningStack, no_op

GOOD, BAD = ("m0", "m1"), ("m2", "m3")


async def write_votes(feedback: FeedbackWriter, raters: int, votes: int, outlier: str = "") -> None:
    """Writes votes of raters who agree on the models, and of one outlier with opposite votes."""
    chance = random.Random(raters * votes)
    for number in range(raters):
        user = f"user{number:02}"
        for _ in range(votes):
            model = chance.choice(GOOD + BAD)
            output = str(uuid.uuid4())
            await feedback.manifest(output, model)
            is_up = chance.random() < (0.9 if model in GOOD else 0.15)
            await feedback.vote(output, 1 if is_up else -1, user)
    for number in range(60 if outlier else 0):
        await feedback.rate((GOOD + BAD)[number % 4], [-1 if number % 4 < 2 else 1], outlier)


async def stored_trust(stack: LearningStack, tenant: str = "acme") -> dict[str, float]:
    """Returns the stored trust by rater."""
    rows = await stack.rows("SELECT user_id, trust FROM neural.user_trust_scores WHERE tenant_id = $1", tenant)
    return {row["user_id"]: row["trust"] for row in rows}


async def test_round_applies_trust_to_earlier_feedback(stack: LearningStack) -> None:
    await write_votes(stack.feedback, 8, 10, "outlier")
    await stack.publish()
    before = await stack.estimates()
    found = await TrustRounds(stack.database, stack.learner.wake).recompute()
    assert found == TrustRound(9, 9)
    trust = await stored_trust(stack)
    assert trust.pop("outlier") == 0.1
    assert set(trust.values()) <= {0.625, 0.75}  # the raters have 10 of 20 comparable votes
    assert await stack.queued() == 140
    await stack.publish()
    await assert_cells_exact(stack)
    after = await stack.estimates()
    assert after["m0"].mean > before["m0"].mean + 0.05
    assert after["m2"].mean < before["m2"].mean - 0.05
    cells = await stack.cells()
    assert (await stack.rebuild.run(str(uuid.uuid4())))["changed_cells"] == 0
    assert await stack.cells() == cells


async def test_round_without_new_feedback_changes_nothing(stack: LearningStack) -> None:
    await write_votes(stack.feedback, 8, 10, "outlier")
    await stack.learn()
    rounds = TrustRounds(stack.database, no_op)
    await rounds.recompute()
    await stack.learn()
    when = await stack.rows("SELECT user_id, updated_at FROM neural.user_trust_scores ORDER BY user_id")
    assert await rounds.recompute() == TrustRound(9, 0)
    assert await stack.queued() == 0
    assert await stack.rows("SELECT user_id, updated_at FROM neural.user_trust_scores ORDER BY user_id") == when


async def test_outlier_who_retracts_votes_is_trusted_again(stack: LearningStack) -> None:
    await write_votes(stack.feedback, 8, 10, "outlier")
    await stack.learn()
    rounds = TrustRounds(stack.database, no_op)
    await rounds.recompute()
    for row in await stack.rows("SELECT output_id FROM ingest.explicit_feedback WHERE user_id = 'outlier'"):
        await stack.feedback.retract(row["output_id"], "outlier", 5)
    await stack.learn()
    assert await rounds.recompute() == TrustRound(9, 1)
    assert (await stored_trust(stack))["outlier"] == TRUST_NEUTRAL


async def test_round_covers_all_pages_and_tenants(stack: LearningStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds_module, "RATERS_PER_TRANSACTION", 2)
    await write_votes(stack.feedback, 5, 3)
    await write_votes(stack.feedback.for_tenant("globex"), 4, 3)
    await stack.learn()
    rounds = TrustRounds(stack.database, no_op)
    assert await rounds.recompute() == TrustRound(9, 0)
    assert (len(await stored_trust(stack)), len(await stored_trust(stack, "globex"))) == (5, 4)
    moment = (await stack.rows("SELECT now()"))[0][0]
    await stack.feedback.rate("m0", [1], "new")
    await stack.learn()
    assert await rounds.recompute(moment) == TrustRound(6, 0)


async def test_round_during_another_round_returns_none(stack: LearningStack) -> None:
    async with stack.database.connection() as holder:
        await holder.fetchval("SELECT pg_advisory_lock(72005, 0)")
        assert await TrustRounds(stack.database, no_op).recompute() is None
        await holder.fetchval("SELECT pg_advisory_unlock(72005, 0)")
    assert await TrustRounds(stack.database, no_op).recompute() == TrustRound(0, 0)


async def test_round_during_learning_gives_exact_cells(stack: LearningStack) -> None:
    await write_votes(stack.feedback, 8, 10, "outlier")
    await stack.learn()
    done = asyncio.Event()
    connection = await asyncpg.connect(stack.database_url)

    async def give_feedback() -> None:
        feedback, number = FeedbackWriter(connection), 0
        while not done.is_set():
            await feedback.rate((GOOD + BAD)[number % 4], [-1 if number % 4 < 2 else 1], "outlier")
            number += 1

    async def learn() -> None:
        while not done.is_set():
            await stack.learner.step()

    workers = [asyncio.create_task(each()) for each in (give_feedback, learn)]
    try:
        rounds = TrustRounds(stack.database, no_op)
        for trust in (0.1, 0.9, 0.2, 0.8):
            await stack.rows("UPDATE neural.user_trust_scores SET trust = $1 WHERE user_id = 'outlier'", trust)
            assert await rounds.recompute() is not None
            await asyncio.sleep(0.1)
    finally:
        done.set()
        await asyncio.gather(*workers)
        await connection.close()
    assert (await stored_trust(stack))["outlier"] == 0.1
    await rounds.recompute()
    await stack.learn()
    await assert_cells_exact(stack)
