"""Steps of the nightly run."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from neural.domain.global_scope.noise import GRID
from neural.domain.shrinkage import Priors
from neural.nightly.steps import delete_old_rows, fit_priors, report_drift
from neural.recommendation.fitted_priors import FittedPriors
from tests.neural.fixtures.stack import LearningStack

NOW = datetime.now(UTC)


async def write_votes(stack: LearningStack, tenant: str, users: int, units: int, taste: float) -> None:
    """Writes votes of users on two models. The rates of users differ by the standard deviation `taste`."""
    chance = random.Random(taste)
    own = stack.feedback.for_tenant(tenant)
    for user in range(users):
        for model in ("m", "n"):
            share = min(max(chance.gauss(0.6, taste), 0.02), 0.98)
            for unit in range(units):
                name = f"{user}-{model}-{unit}"
                await own.manifest(name, model, at=NOW - timedelta(days=3))
                await own.vote(name, 1 if chance.random() < share else -1, f"user-{user}")
    await stack.learn()


async def test_fit_priors_of_similar_users_is_stronger_than_of_different_users(stack: LearningStack) -> None:
    await write_votes(stack, "acme", 40, 13, 0.0)
    await write_votes(stack, "globex", 40, 13, 0.35)
    report = await fit_priors(stack.database, 3)
    found = {(each["tenant_id"], each["level"]): each["strength"] for each in report["priors"]}
    assert set(found) == {("acme", "user"), ("globex", "user")}
    assert found["globex", "user"] < 15 < 50 < found["acme", "user"]
    fitted = FittedPriors(stack.database, Priors())
    await fitted.snapshot.refresh()
    assert fitted.of("acme").user == found["acme", "user"]
    assert fitted.of("globex").user == found["globex", "user"]
    assert fitted.of("hooli") == Priors()
    assert fitted.of("acme").tenant == Priors().tenant
    await stack.rows("DELETE FROM ingest.explicit_feedback WHERE tenant_id = 'globex'")
    await stack.rows("DELETE FROM neural.unit_contributions WHERE tenant_id = 'globex'")
    await fit_priors(stack.database, 3)
    await fitted.snapshot.refresh()
    assert fitted.of("globex") == Priors()


async def test_global_priors_are_fitted_to_noised_contributions_only(stack: LearningStack) -> None:
    chance = random.Random(3)
    insert = (
        "INSERT INTO neural.global_contributions (tenant_id, task_type, domain_mode, model, model_version, sums,"
        " counts, raters, first_output_at, decayed_to) VALUES ($1, 'chat', $2, 'm', '', $3, '{}', 30, now(), now())"
    )
    for tenant in ("acme", "globex", "initech", "hooli"):
        await stack.set_global_learning(tenant)
        await stack.rows("INSERT INTO neural.global_measurements VALUES ($1, now(), 1)", tenant)
        for context in range(20):
            score = min(max(chance.gauss(0.6, 0.15), 0.02), 0.98)
            await stack.rows(insert, tenant, f"domain-{context}", [40 * GRID, round(40 * score * GRID)])
    found = {each["level"]: each["strength"] for each in (await fit_priors(stack.database, 3))["priors"]}
    assert set(found) == {"tenant"}  # too few contexts for the other levels
    assert 2 < found["tenant"] < 10
    # 0.1 is the variance of units, and 0.0225 that of tenants
    for tenant in ("acme", "globex", "initech", "hooli"):
        await write_votes(stack, tenant, 3, 2, 0.3)
    assert {each["level"]: each["strength"] for each in (await fit_priors(stack.database, 3))["priors"]} == found


async def test_report_drift_contains_changed_model_only(stack: LearningStack) -> None:
    chance = random.Random(1)
    for number in range(240):
        late = number >= 160
        at = NOW - (timedelta(days=2) if late else timedelta(days=14))
        for model, before, after in (("fallen", 0.9, 0.3), ("steady", 0.6, 0.6)):
            name = f"{model}-{number}"
            await stack.feedback.manifest(name, model, at=at)
            await stack.feedback.vote(
                name, 1 if chance.random() < (after if late else before) else -1, f"u{number % 9}"
            )
    await stack.learn()
    (drift,) = (await report_drift(stack.database))["drifts"]
    assert (drift["tenant_id"], drift["model"]) == ("acme", "fallen")
    assert (drift["units_before"], drift["units_after"]) == (160, 80)
    assert drift["before"] == pytest.approx(0.9, abs=0.1)
    assert drift["after"] == pytest.approx(0.3, abs=0.15)
    assert drift["errors"] < -4


async def test_delete_old_rows_keeps_recent_rows(stack: LearningStack) -> None:
    await stack.rows(
        "CREATE TABLE neural.neural_routing_recommendations_y2020m01 PARTITION OF neural.neural_routing_recommendations"
        " FOR VALUES FROM ('2020-01-01 00:00+00') TO ('2020-02-01 00:00+00')"
    )
    await stack.rows("ALTER TABLE neural.neural_routing_recommendations_y2020m01 OWNER TO radiant_owner")
    insert = "INSERT INTO neural.requests VALUES ('acme', gen_random_uuid(), 'M', '', '', now() - $1::interval)"
    for age in (timedelta(hours=25), timedelta(hours=23)):
        await stack.rows(insert, age)
    await stack.feedback.rate("m", [1])
    await stack.learn()
    report = await delete_old_rows(stack.database, timedelta(days=90))
    assert report == {"decision_months_dropped": 1}
    assert await stack.number("SELECT count(*) FROM neural.requests") == 1
    assert await stack.number("SELECT count(*) FROM neural.recent_units") == 1
    query = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'neural.neural_routing_recommendations'::regclass"
    assert await stack.number(query) == 4
    assert (await delete_old_rows(stack.database, timedelta(days=90)))["decision_months_dropped"] == 0
