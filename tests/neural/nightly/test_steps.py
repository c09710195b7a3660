"""What a night fits, finds and forgets."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from neural.domain.shrinkage import Beliefs
from neural.nightly.steps import expire, fit_priors, report_drift
from neural.recommendation.prior_cache import Fitted
from tests.neural.works import Works

NOW = datetime.now(UTC)


async def rated(work: Works, tenant: str, users: int, units: int, taste: float) -> None:
    """Lets users vote on two models, each user with a taste of their own."""
    chance = random.Random(taste)
    own = work.world.of(tenant)
    for user in range(users):
        for model in ("m", "n"):
            share = min(max(chance.gauss(0.6, taste), 0.02), 0.98)
            for unit in range(units):
                name = f"{user}-{model}-{unit}"
                await own.manifest(name, model, at=NOW - timedelta(days=3))
                await own.vote(name, 1 if chance.random() < share else -1, f"user-{user}")
    await work.learn()


async def test_users_of_one_mind_are_believed_to_be_so_and_others_not(work: Works) -> None:
    await rated(work, "acme", 40, 13, 0.0)
    await rated(work, "globex", 40, 13, 0.35)
    report = await fit_priors(work.database, 3)
    found = {(each["tenant_id"], each["level"]): each["strength"] for each in report["priors"]}
    assert set(found) == {("acme", "user"), ("globex", "user")}
    assert found["globex", "user"] < 15 < 50 < found["acme", "user"]
    fitted = Fitted(work.database, Beliefs())
    await fitted.look()
    assert fitted.of("acme").user == found["acme", "user"]
    assert fitted.of("globex").user == found["globex", "user"]
    assert fitted.of("hooli") == Beliefs()
    assert fitted.of("acme").tenant == Beliefs().tenant
    await work.rows("DELETE FROM ingest.explicit_feedback WHERE tenant_id = 'globex'")
    await work.rows("DELETE FROM neural.unit_contributions WHERE tenant_id = 'globex'")
    await fit_priors(work.database, 3)
    await fitted.look()
    assert fitted.of("globex") == Beliefs()


async def test_drift_is_reported_and_chance_is_not(work: Works) -> None:
    chance = random.Random(1)
    for number in range(240):
        late = number >= 160
        at = NOW - (timedelta(days=2) if late else timedelta(days=14))
        for model, before, after in (("fallen", 0.9, 0.3), ("steady", 0.6, 0.6)):
            name = f"{model}-{number}"
            await work.world.manifest(name, model, at=at)
            await work.world.vote(name, 1 if chance.random() < (after if late else before) else -1, f"u{number % 9}")
    await work.learn()
    (drift,) = (await report_drift(work.database))["drifts"]
    assert (drift["tenant_id"], drift["model"]) == ("acme", "fallen")
    assert (drift["units_before"], drift["units_after"]) == (160, 80)
    assert drift["before"] == pytest.approx(0.9, abs=0.1)
    assert drift["after"] == pytest.approx(0.3, abs=0.15)
    assert drift["errors"] < -4


async def test_what_is_too_old_goes_and_the_rest_stays(work: Works) -> None:
    await work.rows(
        "CREATE TABLE neural.neural_routing_recommendations_y2020m01 PARTITION OF neural.neural_routing_recommendations"
        " FOR VALUES FROM ('2020-01-01 00:00+00') TO ('2020-02-01 00:00+00')"
    )
    await work.rows("ALTER TABLE neural.neural_routing_recommendations_y2020m01 OWNER TO radiant_owner")
    insert = "INSERT INTO neural.requests VALUES ('acme', gen_random_uuid(), 'M', '', '', now() - $1::interval)"
    for age in (timedelta(hours=25), timedelta(hours=23)):
        await work.rows(insert, age)
    await work.world.liked("m", [1])
    await work.learn()
    report = await expire(work.database, timedelta(days=90))
    assert report == {"decision_months_dropped": 1}
    assert await work.number("SELECT count(*) FROM neural.requests") == 1
    assert await work.number("SELECT count(*) FROM neural.recent_units") == 1
    query = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'neural.neural_routing_recommendations'::regclass"
    assert await work.number(query) == 4
    assert (await expire(work.database, timedelta(days=90)))["decision_months_dropped"] == 0
