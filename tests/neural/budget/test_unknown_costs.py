"""Unknown costs under a spent budget: a model without known costs has no cost advantage."""

from __future__ import annotations

import pytest

from neural.budget.controller import BudgetController
from neural.domain.constraints import Profile
from tests.neural.budget.test_controller import NOON, BudgetedRecommender, set_budget, settings_status
from tests.neural.fixtures.stack import LearningStack


async def open_spent(stack: LearningStack, cost_of_m: float | None) -> BudgetedRecommender:
    """Writes equal votes on model m and on model n, whose outputs cost 0.01, and spends the budget."""
    await stack.feedback.rate("m", [1, 1, 1, -1], cost=cost_of_m, at=NOON)
    await stack.feedback.rate("n", [1, 1, 1, -1], cost=0.01, at=NOON)
    await stack.publish()
    await set_budget(stack, 0.001)
    await BudgetController(stack.database, 1).step(NOON)
    budgeted = BudgetedRecommender(stack)
    await budgeted.weights.snapshot.refresh()
    return budgeted


async def test_model_without_known_costs_has_no_cost_advantage(stack: LearningStack) -> None:
    budgeted = await open_spent(stack, None)
    ranking = await budgeted.ranked()
    first, second = (each.utility for each in ranking.candidates)
    assert first == pytest.approx(second)
    assert first < 0
    assert (ranking.request.model_costs, ranking.request.mean_cost) == ({"n": 0.01}, 0.01)
    assert await budgeted.best(profiles={"m": Profile(cost=0.001)}) == "m"
    assert await budgeted.best(profiles={"m": Profile(cost=0.02)}) == "n"
    status = await settings_status(stack)
    assert status.spent == pytest.approx(0.04)
    assert (status.outputs, status.unmeasured) == (8, 4)


async def test_model_with_stated_cost_of_zero_is_free(stack: LearningStack) -> None:
    budgeted = await open_spent(stack, 0.0)
    ranking = await budgeted.ranked()
    assert {each.estimate.model: each.utility > 0 for each in ranking.candidates} == {"m": True, "n": False}
    assert (ranking.request.model_costs, ranking.request.mean_cost) == ({"m": 0.0, "n": 0.01}, 0.005)


async def test_mean_cost_counts_answered_outputs_with_known_cost(stack: LearningStack) -> None:
    budgeted = await open_spent(stack, None)
    for name, outcome, cost in (("a", "error", 0.0), ("b", None, None), ("c", None, 0.03)):
        await stack.feedback.manifest(name, "n", cost=cost, outcome=outcome, at=NOON)
    await stack.feedback.complete("b", "ok", 0.06)
    await stack.publish()
    await BudgetController(stack.database, 1).step(NOON.replace(minute=2))
    await budgeted.weights.snapshot.refresh()
    assert (await budgeted.ranked()).request.model_costs == {"n": pytest.approx(0.022)}


async def test_budget_without_any_known_cost_penalizes_no_model(stack: LearningStack) -> None:
    await stack.feedback.rate("m", [1], cost=None, at=NOON)
    await stack.publish()
    await set_budget(stack, 1)
    await BudgetController(stack.database, 1).step(NOON)
    budgeted = BudgetedRecommender(stack)
    await budgeted.set(1)
    ranking = await budgeted.ranked()
    assert (ranking.request.model_costs, ranking.request.mean_cost) == ({}, None)
    assert all(each.utility == each.estimate.mean for each in ranking.candidates)
