"""Spending is counted once, and a budget makes recommendations weigh cost as long as it must."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from neural.budget.controller import PACERS_A_TURN, Pacers, forget_spending
from neural.budget.weights import PacedPrices
from neural.domain.constraints import Demand, Profile
from neural.domain.model import Strategy
from neural.learning import learner as learner_module
from neural.queries.tenant_settings import Change, Standing, TenantSettings
from neural.rebuild.versions import as_learner
from neural.recommendation.decision_log import DecisionLog
from neural.recommendation.recommender import Recommender
from neural.settings import RecommendSettings
from tests.neural.works import Works, quiet
from tests.neural.world import TODAY, YESTERDAY

NOON = TODAY + timedelta(hours=12)
MINUTE = timedelta(minutes=1)
_AGAIN = "SELECT ingest_api_v1.enqueue_units($1, $2, $3)"
_SPENDING = "SELECT tenant_id, hour, model, outputs, cost FROM neural.spending ORDER BY tenant_id, hour, model"


async def spending(work: Works) -> list[tuple[object, ...]]:
    """Returns all rows of the spending."""
    return [tuple(row) for row in await work.rows(_SPENDING)]


async def again(work: Works, *outputs: str) -> None:
    """Queues outputs once more."""
    async with as_learner(work.database) as connection:
        await connection.execute(_AGAIN, ["acme"] * len(outputs), list(outputs), [""] * len(outputs))


async def give(work: Works, usd: float, tenant: str = "acme") -> None:
    """Gives a tenant a budget."""
    change = Change(
        tenant_id=tenant,
        request_id=str(uuid4()),
        fingerprint=b"f",
        global_learning=False,
        daily_budget_usd=usd,
        answer=b"",
    )
    await TenantSettings(work.database, quiet).change(change)


async def standing(work: Works, tenant: str = "acme") -> Standing:
    """Returns where a tenant's budget stands."""
    return await TenantSettings(work.database, quiet).standing(tenant)


async def weight(work: Works, tenant: str = "acme") -> float:
    """Returns the weight in force."""
    return (await standing(work, tenant)).cost_weight


async def test_an_output_s_cost_counts_once_however_often_it_is_queued(work: Works) -> None:
    await work.world.manifest("a", "m", cost=0.25, at=NOON)
    await work.world.manifest("b", "m", cost=0.5, at=NOON + 59 * MINUTE)
    await again(work, "a", "a", "b")
    await work.learn()
    await again(work, "b", "a")
    await work.learn()
    assert await spending(work) == [("acme", NOON, "m", 2, 0.75)]
    assert await work.waiting() == 0


async def test_a_learner_that_dies_counts_nothing_and_the_next_one_counts_once(
    work: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(*_: object) -> None:
        raise RuntimeError("power cut")

    await work.world.manifest("a", "m", cost=0.25, at=NOON)
    with monkeypatch.context() as patched:
        patched.setattr(learner_module, "replace_contributions", dies)
        with pytest.raises(RuntimeError):
            await work.learn()
    assert (await spending(work), await work.waiting()) == ([], 1)
    await asyncio.gather(work.learn(), work.learn())
    assert await spending(work) == [("acme", NOON, "m", 1, 0.25)]


async def test_spending_is_kept_by_tenant_hour_and_single_model(work: Works) -> None:
    globex = work.world.of("globex")
    await work.world.manifest("a", "m", cost=1, at=NOON)
    await work.world.manifest("b", "m", "n", cost=2, at=NOON)
    await work.world.manifest("c", "m", cost=4, at=NOON - timedelta(seconds=1))
    await globex.manifest("a", "m", cost=8, at=NOON)
    await work.learn()
    assert await spending(work) == [
        ("acme", NOON - timedelta(hours=1), "m", 1, 4),
        ("acme", NOON, "", 1, 2),
        ("acme", NOON, "m", 1, 1),
        ("globex", NOON, "m", 1, 8),
    ]
    seen = await standing(work)
    assert (seen.spent, seen.outputs, seen.daily_budget_usd, seen.paced_at) == (7, 3, 0, None)
    assert (await standing(work, "globex")).spent == 8
    assert (await standing(work, "initech")).spent == 0


async def test_what_is_too_old_is_neither_counted_nor_kept(work: Works) -> None:
    old = datetime.now(UTC) - timedelta(days=8, minutes=1)
    await work.world.manifest("old", "m", cost=1, at=old)
    await work.world.manifest("new", "m", cost=1e300, at=NOON)
    await work.learn()
    assert await spending(work) == [("acme", NOON, "m", 1, 1e9)]
    add = "INSERT INTO neural.spending SELECT 'acme', now() - interval '91 days', 'm', 1, 1"
    mark = "INSERT INTO neural.counted_outputs SELECT now() - interval '10 days', 'acme', 'older', 'm', 1"
    await work.world.connection.execute(f"{add}; {mark}")
    async with as_learner(work.database) as connection:
        await forget_spending(connection)
    await again(work, "new", "old")
    await work.learn()
    assert await spending(work) == [("acme", NOON, "m", 1, 1e9)]
    assert [row["output_id"] for row in await work.rows("SELECT * FROM neural.counted_outputs")] == ["new"]


async def test_a_budget_s_weight_rises_with_spending_and_falls_without(work: Works) -> None:
    pacers = Pacers(work.database, gain=12)
    await give(work, 24)
    await give(work, 24, "globex")
    weights = []
    for minute in range(40):
        if minute < 10:
            await work.world.manifest(f"o{minute}", "m", cost=0.5, at=NOON)
            await work.learn()
        assert await pacers.step(NOON + minute * MINUTE) == 2
        weights.append(await weight(work))
    assert weights[0] < weights[9]
    assert max(weights) == 1
    late = NOON + timedelta(hours=2)
    for minute in range(5):
        await pacers.step(late + minute * MINUTE)
    assert await weight(work) < 1
    assert await weight(work, "globex") == 0
    assert (await standing(work)).paced_at == late + 4 * MINUTE


async def test_the_end_of_the_budget_and_a_new_day(work: Works) -> None:
    pacers = Pacers(work.database, gain=1)
    evening = YESTERDAY + timedelta(hours=23)
    await give(work, 10)
    await pacers.step(evening)
    await work.world.manifest("o", "m", cost=11, at=evening)
    await work.learn()
    await pacers.step(evening + MINUTE)
    assert await weight(work) == 1
    await pacers.step(TODAY + MINUTE)
    seen = await standing(work)
    assert seen.cost_weight < 0.1
    assert seen.spent == 0


async def test_processes_share_the_pacers(work: Works) -> None:
    tenants = [f"t{number}" for number in range(PACERS_A_TURN + 3)]
    await work.world.connection.execute(
        "INSERT INTO neural.tenant_settings (tenant_id, daily_budget_usd) SELECT t, 1 FROM unnest($1::text[]) AS t",
        tenants,
    )
    moved = await asyncio.gather(*(Pacers(work.database, 1).step(NOON) for _ in range(3)))
    assert sum(moved) <= len(tenants)
    while await Pacers(work.database, 1).step(NOON):
        pass
    assert await work.number("SELECT count(*) FROM neural.budget_pacers WHERE updated_at = $1", NOON) == len(tenants)
    assert await Pacers(work.database, 1).step(NOON + timedelta(seconds=8)) == 0
    assert await Pacers(work.database, 1).step(NOON + timedelta(seconds=10)) > 0


async def test_a_tenant_without_a_budget_has_no_pacer(work: Works) -> None:
    await give(work, 5)
    await Pacers(work.database, 1).step(NOON)
    await give(work, 0)
    assert await Pacers(work.database, 1).step(NOON + MINUTE) == 0
    assert await work.number("SELECT count(*) FROM neural.budget_pacers") == 0
    assert (await standing(work)).paced_at is None


class Paced:
    """Recommendations of a process that looks at the pacers when told."""

    def __init__(self, work: Works) -> None:
        """Has seen nothing yet."""
        self.told: list[str] = []
        self.work, self.prices = work, PacedPrices(work.database, self.told.append)
        log = DecisionLog(work.database, 1000)
        self.recommender = Recommender(work.table(), log, RecommendSettings(), prices=self.prices)

    async def set(self, weight: float, tenant: str = "acme") -> None:
        """Has a tenant's pacer say a weight, and looks."""
        query = "UPDATE neural.budget_pacers SET cost_weight = $2 WHERE tenant_id = $1"
        await self.work.world.connection.execute(query, tenant, weight)
        await self.prices.look()

    async def best(self, tenant: str = "acme", candidates: Sequence[str] = ("m", "n"), **more: Any) -> str:
        """Returns the best of the candidates."""
        model: str = (await self.ranked(tenant, candidates, **more)).candidates[0].estimate.model
        return model

    async def ranked(self, tenant: str = "acme", candidates: Sequence[str] = ("m", "n"), **more: Any) -> Any:
        """Returns the ranking of the candidates."""
        demand = Demand(user_id="u", task_type="chat", domain_mode="general", candidates=tuple(candidates), **more)
        return (await self.recommender.prepare(tenant, demand)).ranking


async def with_history(work: Works) -> Paced:
    """Gives two tenants a better, dear model m and a cheap one n, and acme a budget."""
    for world in (work.world, work.world.of("globex")):
        await world.liked("m", [1] * 10, cost=1.0, at=NOON)
        await world.liked("n", [1, 1, 1, -1, -1, -1], cost=0.0104, at=NOON)
    await work.publish()
    await give(work, 1e6)
    await Pacers(work.database, 1).step(NOON)
    paced = Paced(work)
    await paced.prices.look()
    return paced


async def test_the_budget_s_weight_decides_by_what_models_were_seen_to_cost(work: Works) -> None:
    paced = await with_history(work)
    assert await paced.best() == "m"
    assert "budget" not in (await paced.ranked()).reasoning
    await paced.set(1)
    ranking = await paced.ranked()
    assert [each.estimate.model for each in ranking.candidates] == ["n", "m"]
    assert ranking.demand.model_costs == {"m": 1.0, "n": 0.01}
    assert ranking.reasoning.endswith(
        "To keep the tenant's daily budget, cost weighs 1.00: the dearest candidate loses as much."
    )
    assert await paced.best("globex") == "m"
    assert await paced.best(profiles={"m": Profile(cost=0.001), "n": Profile(cost=1)}) == "m"
    assert "budget" not in (await paced.ranked(strategy=Strategy.SCOPE_FALLBACK)).reasoning
    await paced.set(0)
    assert await paced.best() == "m"
    assert "budget" not in (await paced.ranked(cost_weight=0.8)).reasoning
    assert await paced.best(cost_weight=1.0) == "n"


async def test_what_is_prepared_holds_as_long_as_the_weight_does(work: Works) -> None:
    paced = await with_history(work)
    demand = Demand(
        user_id="u", task_type="chat", domain_mode="general", candidates=("m", "n"), strategy=Strategy.GREEDY
    )
    for tenant in ("acme", "globex"):
        await paced.recommender.decide(tenant, b"asked", demand)
    await paced.set(0.001)
    kept = paced.recommender.ready("acme", b"asked")
    assert kept is not None
    assert kept.chosen is not None
    assert kept.chosen.estimate.model == "m"
    await paced.set(1)
    assert paced.recommender.ready("acme", b"asked") is None
    assert paced.recommender.ready("globex", b"asked") is not None
    decision = await paced.recommender.decide("acme", b"asked", demand)
    assert decision.chosen is not None
    assert decision.chosen.estimate.model == "n"
    assert paced.recommender.ready("acme", b"asked") is not None


async def test_streams_are_told_of_notable_changes_alone(work: Works) -> None:
    paced = await with_history(work)
    for value in (0.02, 0.04, 0.3, 0.32, 0.28, 0.0):
        await paced.set(value)
    assert paced.told == ["acme", "acme"]
    await paced.set(0.9)
    await give(work, 0)
    await paced.prices.look()
    await paced.prices.look()
    assert paced.told == ["acme"] * 4
    assert paced.prices.price("acme") is None
