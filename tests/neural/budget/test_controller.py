"""Spending, the budget controller, and budget weights in recommendations."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from neural.budget.controller import TENANTS_PER_STEP, BudgetController
from neural.budget.spending import delete_old_spending
from neural.budget.weights import BudgetWeights
from neural.domain.constraints import Profile, RankingRequest
from neural.domain.model import Strategy
from neural.learning import learner as learner_module
from neural.queries.tenant_settings import SettingsChange, SettingsStatus, TenantSettings
from neural.recommendation.decision_log import DecisionLog
from neural.recommendation.recommender import Recommender
from neural.settings import RecommendSettings
from neural.store.access import LEARNER
from tests.neural.fixtures.feedback import TODAY, YESTERDAY
from tests.neural.fixtures.stack import LearningStack, new_key, no_op

NOON = TODAY + timedelta(hours=12)
MINUTE = timedelta(minutes=1)
_ENQUEUE = "SELECT ingest_api_v1.enqueue_units($1, $2, $3)"
_SPENDING = "SELECT tenant_id, hour, model, outputs, cost FROM neural.spending ORDER BY tenant_id, hour, model"


async def spending(stack: LearningStack) -> list[tuple[object, ...]]:
    """Returns all rows of the spending."""
    return [tuple(row) for row in await stack.rows(_SPENDING)]


async def enqueue(stack: LearningStack, *outputs: str) -> None:
    """Queues outputs again."""
    async with stack.database.as_role(LEARNER) as connection:
        await connection.execute(_ENQUEUE, ["acme"] * len(outputs), list(outputs), [""] * len(outputs))


async def set_budget(stack: LearningStack, usd: float, tenant: str = "acme") -> None:
    """Sets the daily budget of a tenant."""
    change = SettingsChange(
        key=new_key(tenant),
        global_learning=False,
        daily_budget_usd=usd,
        answer=b"",
    )
    await TenantSettings(stack.database, no_op).change(change)


async def settings_status(stack: LearningStack, tenant: str = "acme") -> SettingsStatus:
    """Returns settings and spending of a tenant."""
    return await TenantSettings(stack.database, no_op).read(tenant)


async def weight(stack: LearningStack, tenant: str = "acme") -> float:
    """Returns the cost weight of a tenant."""
    return (await settings_status(stack, tenant)).cost_weight


async def test_cost_of_output_queued_repeatedly_counts_once(stack: LearningStack) -> None:
    await stack.feedback.manifest("a", "m", cost=0.25, at=NOON)
    await stack.feedback.manifest("b", "m", cost=0.5, at=NOON + 59 * MINUTE)
    await enqueue(stack, "a", "a", "b")
    await stack.learn()
    await enqueue(stack, "b", "a")
    await stack.learn()
    assert await spending(stack) == [("acme", NOON, "m", 2, 0.75)]
    assert await stack.queued() == 0


async def test_cost_after_failed_transaction_counts_once(stack: LearningStack, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("failure")

    await stack.feedback.manifest("a", "m", cost=0.25, at=NOON)
    with monkeypatch.context() as patched:
        patched.setattr(learner_module, "replace_contributions", fail)
        with pytest.raises(RuntimeError):
            await stack.learn()
    assert (await spending(stack), await stack.queued()) == ([], 1)
    await asyncio.gather(stack.learn(), stack.learn())
    assert await spending(stack) == [("acme", NOON, "m", 1, 0.25)]


async def test_spending_is_stored_by_tenant_hour_and_single_model(stack: LearningStack) -> None:
    globex = stack.feedback.for_tenant("globex")
    await stack.feedback.manifest("a", "m", cost=1, at=NOON)
    await stack.feedback.manifest("b", "m", "n", cost=2, at=NOON)
    await stack.feedback.manifest("c", "m", cost=4, at=NOON - timedelta(seconds=1))
    await globex.manifest("a", "m", cost=8, at=NOON)
    await stack.learn()
    assert await spending(stack) == [
        ("acme", NOON - timedelta(hours=1), "m", 1, 4),
        ("acme", NOON, "", 1, 2),
        ("acme", NOON, "m", 1, 1),
        ("globex", NOON, "m", 1, 8),
    ]
    status = await settings_status(stack)
    assert (status.spent, status.outputs, status.daily_budget_usd, status.weight_updated_at) == (7, 3, 0, None)
    assert (await settings_status(stack, "globex")).spent == 8
    assert (await settings_status(stack, "initech")).spent == 0


async def test_old_outputs_are_not_counted_and_old_spending_is_deleted(stack: LearningStack) -> None:
    old = datetime.now(UTC) - timedelta(days=8, minutes=1)
    await stack.feedback.manifest("old", "m", cost=1, at=old)
    await stack.feedback.manifest("new", "m", cost=1e300, at=NOON)
    await stack.learn()
    assert await spending(stack) == [("acme", NOON, "m", 1, 1e9)]
    add = "INSERT INTO neural.spending SELECT 'acme', now() - interval '91 days', 'm', 1, 1"
    mark = "INSERT INTO neural.counted_outputs SELECT now() - interval '10 days', 'acme', 'older', 'm', 1"
    await stack.feedback.connection.execute(f"{add}; {mark}")
    async with stack.database.as_role(LEARNER) as connection:
        await delete_old_spending(connection)
    await enqueue(stack, "new", "old")
    await stack.learn()
    assert await spending(stack) == [("acme", NOON, "m", 1, 1e9)]
    assert [row["output_id"] for row in await stack.rows("SELECT * FROM neural.counted_outputs")] == ["new"]


async def test_cost_weight_rises_with_spending_and_falls_without(stack: LearningStack) -> None:
    controller = BudgetController(stack.database, gain=12)
    await set_budget(stack, 24)
    await set_budget(stack, 24, "globex")
    weights = []
    for minute in range(40):
        if minute < 10:
            await stack.feedback.manifest(f"o{minute}", "m", cost=0.5, at=NOON)
            await stack.learn()
        assert await controller.step(NOON + minute * MINUTE) == 2
        weights.append(await weight(stack))
    assert weights[0] < weights[9]
    assert max(weights) == 1
    late = NOON + timedelta(hours=2)
    for minute in range(5):
        await controller.step(late + minute * MINUTE)
    assert await weight(stack) < 1
    assert await weight(stack, "globex") == 0
    assert (await settings_status(stack)).weight_updated_at == late + 4 * MINUTE


async def test_cost_weight_of_spent_budget_is_one_until_next_day(stack: LearningStack) -> None:
    controller = BudgetController(stack.database, gain=1)
    evening = YESTERDAY + timedelta(hours=23)
    await set_budget(stack, 10)
    await controller.step(evening)
    await stack.feedback.manifest("o", "m", cost=11, at=evening)
    await stack.learn()
    await controller.step(evening + MINUTE)
    assert await weight(stack) == 1
    await controller.step(TODAY + MINUTE)
    status = await settings_status(stack)
    assert status.cost_weight < 0.1
    assert status.spent == 0


async def test_concurrent_controllers_update_each_tenant_once(stack: LearningStack) -> None:
    tenants = [f"t{number}" for number in range(TENANTS_PER_STEP + 3)]
    await stack.feedback.connection.execute(
        "INSERT INTO neural.tenant_settings (tenant_id, daily_budget_usd) SELECT t, 1 FROM unnest($1::text[]) AS t",
        tenants,
    )
    moved = await asyncio.gather(*(BudgetController(stack.database, 1).step(NOON) for _ in range(3)))
    assert sum(moved) <= len(tenants)
    while await BudgetController(stack.database, 1).step(NOON):
        pass
    assert await stack.number("SELECT count(*) FROM neural.budget_pacers WHERE updated_at = $1", NOON) == len(tenants)
    assert await BudgetController(stack.database, 1).step(NOON + timedelta(seconds=8)) == 0
    assert await BudgetController(stack.database, 1).step(NOON + timedelta(seconds=10)) > 0


async def test_controller_state_is_deleted_with_budget(stack: LearningStack) -> None:
    await set_budget(stack, 5)
    await BudgetController(stack.database, 1).step(NOON)
    await set_budget(stack, 0)
    assert await BudgetController(stack.database, 1).step(NOON + MINUTE) == 0
    assert await stack.number("SELECT count(*) FROM neural.budget_pacers") == 0
    assert (await settings_status(stack)).weight_updated_at is None


class BudgetedRecommender:
    """Recommendations of a process that reads budget weights when the test requests it."""

    def __init__(self, stack: LearningStack) -> None:
        """Starts without weights."""
        self.notified: list[str] = []
        self.stack, self.weights = stack, BudgetWeights(stack.database, self.notified.append)
        log = DecisionLog(stack.database, 1000)
        self.recommender = Recommender(stack.table(), log, RecommendSettings(), budget_of=self.weights.get)

    async def set(self, weight: float, tenant: str = "acme") -> None:
        """Sets the cost weight of a tenant, and reads the weights."""
        query = "UPDATE neural.budget_pacers SET cost_weight = $2 WHERE tenant_id = $1"
        await self.stack.feedback.connection.execute(query, tenant, weight)
        await self.weights.snapshot.refresh()

    async def best(self, tenant: str = "acme", candidates: Sequence[str] = ("m", "n"), **more: Any) -> str:
        """Returns the best of the candidates."""
        model: str = (await self.ranked(tenant, candidates, **more)).candidates[0].estimate.model
        return model

    async def ranked(self, tenant: str = "acme", candidates: Sequence[str] = ("m", "n"), **more: Any) -> Any:
        """Returns the ranking of the candidates."""
        request = RankingRequest(
            user_id="u", task_type="chat", domain_mode="general", candidates=tuple(candidates), **more
        )
        return (await self.recommender.prepare(tenant, request)).ranking


async def open_budgeted(stack: LearningStack) -> BudgetedRecommender:
    """Writes votes of two tenants on a good, expensive model m and a cheap model n, and sets a budget of acme."""
    for feedback in (stack.feedback, stack.feedback.for_tenant("globex")):
        await feedback.rate("m", [1] * 10, cost=1.0, at=NOON)
        await feedback.rate("n", [1, 1, 1, -1, -1, -1], cost=0.0104, at=NOON)
    await stack.publish()
    await set_budget(stack, 1e6)
    await BudgetController(stack.database, 1).step(NOON)
    budgeted = BudgetedRecommender(stack)
    await budgeted.weights.snapshot.refresh()
    return budgeted


async def test_budget_weight_ranks_models_by_mean_cost(stack: LearningStack) -> None:
    budgeted = await open_budgeted(stack)
    assert await budgeted.best() == "m"
    assert "budget" not in (await budgeted.ranked()).reasoning
    await budgeted.set(1)
    ranking = await budgeted.ranked()
    assert [each.estimate.model for each in ranking.candidates] == ["n", "m"]
    assert ranking.request.model_costs == {"m": 1.0, "n": 0.01}
    assert ranking.reasoning.endswith(
        "the cost weight is 1.00. The score of the most expensive candidate is reduced by it."
    )
    assert await budgeted.best("globex") == "m"
    assert await budgeted.best(profiles={"m": Profile(cost=0.001), "n": Profile(cost=1)}) == "m"
    assert "budget" not in (await budgeted.ranked(strategy=Strategy.SCOPE_FALLBACK)).reasoning
    await budgeted.set(0)
    assert await budgeted.best() == "m"
    assert "budget" not in (await budgeted.ranked(cost_weight=0.8)).reasoning
    assert await budgeted.best(cost_weight=1.0) == "n"


async def test_prepared_ranking_is_valid_until_budget_weight_changes(stack: LearningStack) -> None:
    budgeted = await open_budgeted(stack)
    request = RankingRequest(
        user_id="u", task_type="chat", domain_mode="general", candidates=("m", "n"), strategy=Strategy.GREEDY
    )
    for tenant in ("acme", "globex"):
        await budgeted.recommender.decide(tenant, b"digest", request)
    await budgeted.set(0.001)
    kept = budgeted.recommender.decide_prepared("acme", b"digest")
    assert kept is not None
    assert kept.chosen is not None
    assert kept.chosen.estimate.model == "m"
    await budgeted.set(1)
    assert budgeted.recommender.decide_prepared("acme", b"digest") is None
    assert budgeted.recommender.decide_prepared("globex", b"digest") is not None
    decision = await budgeted.recommender.decide("acme", b"digest", request)
    assert decision.chosen is not None
    assert decision.chosen.estimate.model == "n"
    assert budgeted.recommender.decide_prepared("acme", b"digest") is not None


async def test_budget_weights_notify_only_of_significant_changes(stack: LearningStack) -> None:
    budgeted = await open_budgeted(stack)
    for weight in (0.02, 0.04, 0.3, 0.32, 0.28, 0.0):
        await budgeted.set(weight)
    assert budgeted.notified == ["acme", "acme"]
    await budgeted.set(0.9)
    await set_budget(stack, 0)
    await budgeted.weights.snapshot.refresh()
    await budgeted.weights.snapshot.refresh()
    assert budgeted.notified == ["acme"] * 4
    assert budgeted.weights.get("acme") is None
