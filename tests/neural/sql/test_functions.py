"""SQL functions, compared with the computations of the service."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neural.domain.boards import VersionCell, replacement_counts
from neural.domain.constraints import RankingRequest
from neural.domain.fixed_point import decayed, weigh
from neural.domain.model import Strategy
from neural.domain.scoring import score_unit
from tests.neural.fixtures.feedback import TODAY
from tests.neural.fixtures.history import write_history
from tests.neural.fixtures.stack import LearningStack, open_stack
from tests.neural.fixtures.units import facts

TENANTS, USERS = ("acme", "globex", "hooli"), ("ann", "bob", "cy")


async def test_sql_feedback_score_of_values_equals_python(stack: LearningStack) -> None:
    chance = random.Random(1)
    for _ in range(300):
        rating = chance.choice([None, -1, 0, 1])
        signal = chance.choice([None, round(chance.uniform(-1, 1), 6)])
        voice = chance.choice([None, chance.uniform(-1, 1)])
        trust = chance.uniform(-0.5, 1.5)
        scored = score_unit(
            facts(rating=rating, sentiments=() if signal is None else (signal,), voice=voice, trust=trust)
        )
        query = "SELECT neural.get_feedback_score($1::float8, $2::float8, $3::float8, $4::float8)"
        (row,) = await stack.rows(query, rating, signal, voice, trust)
        assert (row[0] is None) is (scored is None)
        if scored is not None:
            assert row[0] == pytest.approx(scored.weighted_score, abs=1e-12)


async def test_sql_feedback_score_of_units_equals_contributions(stack: LearningStack) -> None:
    await write_history(stack.feedback, 21)
    await stack.feedback.trust("ann", 0.3)
    await stack.learn()
    query = """
    SELECT u.tenant_id, neural.get_feedback_score(u.tenant_id, u.output_id, u.user_id) AS score,
      c.score_sum / nullif(c.evidence, 0) AS learned
    FROM neural.unit_contributions c JOIN ingest_api_v1.units u USING (tenant_id, output_id, user_id)
    """
    await stack.rows("SET ROLE radiant_learner")
    found = await stack.rows(query)
    await stack.rows("RESET ROLE")
    assert len(found) > 30
    for row in found:
        assert row["score"] == pytest.approx(2 * float(row["learned"]) - 1, abs=1e-9)


async def test_sql_decayed_equals_python(stack: LearningStack) -> None:
    chance = random.Random(2)
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    for _ in range(100):
        half_life = timedelta(days=chance.randint(1, 3650))
        now = begin + timedelta(days=chance.randint(1, 7300), microseconds=chance.randint(0, 10**9))
        moment = now - timedelta(days=min(chance.uniform(0, 20) * half_life.days, (now - begin).days))
        total = weigh(chance.random() + 0.1, moment, half_life)
        query = "SELECT neural.decayed($1::text::numeric, $2, $3)"
        (row,) = await stack.rows(query, str(total), now, half_life.total_seconds())
        assert row[0] == pytest.approx(decayed(total, now, half_life), rel=1e-9)


@pytest.mark.parametrize("seed", [31, 32, 33])
async def test_sql_recommendation_equals_scope_fallback(database_url: str, redis_url: str, seed: int) -> None:
    exact = {"global_tenants_min": 1, "global_raters_min": 2, "global_tenant_share_max": 1.0}
    async with open_stack(database_url, redis_url, **exact) as stack:
        for tenant in ("acme", "globex"):
            await stack.set_global_learning(tenant)
        for tenant in TENANTS:
            await stack.feedback.for_tenant(tenant).trust_all(*USERS, "dan", "eve")
        chance = random.Random(seed)
        for tenant, user, model, count in (
            ("acme", "ann", "m", 14),
            ("acme", "ann", "n", 12),
            ("acme", "dan", "n", 20),
            ("globex", "eve", "m", 60),
        ):
            await stack.feedback.for_tenant(tenant).rate(model, [chance.choice([-1, 0, 1]) for _ in range(count)], user)
        await write_history(stack.feedback, seed, 60)
        await stack.publish()
        scopes = set()
        for tenant in TENANTS:
            for user in (*USERS, "unknown", ""):
                scopes.add(await assert_equal_recommendation(stack, tenant, user))
        assert scopes >= {"user", "tenant", "global"}


async def assert_equal_recommendation(stack: LearningStack, tenant: str, user: str) -> str:
    """Checks a recommendation, and returns its scope; empty if no scope is confident."""
    request = RankingRequest(
        user_id=user,
        task_type="chat",
        domain_mode="general",
        candidates=("k", "m", "n"),
        strategy=Strategy.SCOPE_FALLBACK,
    )
    await stack.rows("SET ROLE radiant_learner")
    query = "SELECT * FROM neural.get_neural_recommendation($1, $2, 'chat')"
    rows = await stack.rows(query, tenant, user)
    await stack.rows("RESET ROLE")
    ranking = (await stack.recommender().prepare(tenant, request)).ranking
    (best,) = [each.estimate for each in ranking.candidates if each.propensity == 1]
    confident = [level for level in best.levels if level.domain_mode and level.confidence >= 0.5]
    if not rows:
        assert not any(
            level.domain_mode and level.confidence >= 0.5
            for each in ranking.candidates
            for level in each.estimate.levels
        )
        return ""
    (row,) = rows
    (level,) = [level for level in confident if level.scope.value == row["scope"]]
    assert row["model"] == best.model
    assert row["score"] == pytest.approx(level.score, abs=1e-9)
    assert row["confidence"] == pytest.approx(level.confidence, rel=1e-6)
    assert row["sample_size"] == level.total
    assert not math.isnan(row["score"])
    return str(row["scope"])


@given(st.lists(st.tuples(st.integers(0, 20), st.none() | st.integers(0, 20)), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_sql_replacement_counts_equal_python(stack: LearningStack, periods: list[tuple[int, int | None]]) -> None:
    day = timedelta(days=1)
    firsts = [TODAY + first * day for first, _ in periods]
    lasts = [None if length is None else TODAY + (first + length) * day for first, length in periods]
    (row,) = await stack.rows("SELECT neural.replacement_counts($1::timestamptz[], $2::timestamptz[])", firsts, lasts)
    cells = [
        VersionCell(
            model="m",
            model_version=str(index),
            first_output_at=first,
            last_output_at=last,
            evidence=0,
            score_sum=0,
            positive=0,
            negative=0,
            total=0,
        )
        for index, (first, last) in enumerate(zip(firsts, lasts, strict=True))
    ]
    assert dict(enumerate(row[0])) == {int(name): count for name, count in replacement_counts(cells).items()}
