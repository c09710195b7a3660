"""Daily budgets by the API: settings, recommendations, explanations and streams."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from neural.budget import controller, weights
from radiant.neural.v1 import learning_service_pb2 as pb
from radiant.neural.v1 import recommend_service_pb2, scoring_pb2
from tests.neural.fixtures.service import ACME, NeuralService, open_service, wait_until
from tests.neural.fixtures.stream import WatchedTable
from tests.support.suite import token

GLOBEX = token("globex", "service", "admin")


@pytest.fixture
async def service(database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[NeuralService]:
    """Gives a service with short intervals of the budget controller."""
    monkeypatch.setattr(controller, "INTERVAL", timedelta(seconds=0.1))
    monkeypatch.setattr(weights, "POLL_INTERVAL", timedelta(seconds=0.05))
    async with open_service(database_url, redis_url) as opened:
        yield opened


async def change(service: NeuralService, request_id: str = "", **settings: Any) -> pb.TenantSettings:
    """Changes the settings of acme."""
    request = pb.UpdateTenantSettingsRequest(
        request_id=request_id or str(uuid4()), settings=pb.TenantSettings(**settings)
    )
    answer: pb.UpdateTenantSettingsResponse = await service.call("UpdateTenantSettings", request)
    return answer.settings


async def settings_of(service: NeuralService, caller: Any = ACME) -> pb.GetTenantSettingsResponse:
    """Returns settings and spending of a tenant."""
    answer: pb.GetTenantSettingsResponse = await service.call(
        "GetTenantSettings", pb.GetTenantSettingsRequest(), caller
    )
    return answer


async def test_settings_update_replaces_both_settings(service: NeuralService) -> None:
    assert not (await settings_of(service)).settings.daily_budget_usd
    request_id = str(uuid4())
    both = pb.TenantSettings(global_learning=True, daily_budget_usd=12.5)
    for _ in range(2):
        assert await change(service, request_id, global_learning=True, daily_budget_usd=12.5) == both
    assert (await settings_of(service)).settings == both
    assert (await settings_of(service, GLOBEX)).settings == pb.TenantSettings()
    await change(service, global_learning=True)
    assert (await settings_of(service)).settings == pb.TenantSettings(global_learning=True)


async def test_spent_budget_changes_recommendation_explanation_and_stream(service: NeuralService) -> None:
    now = datetime.now(UTC)
    for feedback in (service.feedback, service.feedback.for_tenant("globex")):
        await feedback.rate("m", [1] * 10, "ann", at=now, cost=1.0)
        await feedback.rate("n", [1, 1, 1, -1, -1, -1], "ann", at=now, cost=0.01)

    async def is_recommended(model: str, caller: Any = ACME) -> bool:
        return (await service.ask(caller=caller)).model == model

    async def is_counted() -> bool:
        found = [await settings_of(service, caller) for caller in (ACME, GLOBEX)]
        return all(each.budget.requests_today == 16 for each in found)

    await wait_until(10, is_counted)
    await wait_until(10, lambda: is_recommended("m"))
    table = WatchedTable(service)
    await table.until(lambda: ("", "chat", "general") in table.entries and table.best()[0] == "m")

    await change(service, daily_budget_usd=5)
    await wait_until(10, lambda: is_recommended("n"))
    assert "daily budget" in (await service.ask()).reasoning
    explained = await service.call(
        "ExplainRecommendation",
        recommend_service_pb2.ExplainRecommendationRequest(
            context=recommend_service_pb2.RecommendationContext(
                user_id="u", task_type="chat", strategy=scoring_pb2.STRATEGY_GREEDY
            )
        ),
    )
    assert explained.models[0].ranked.model == "n"
    assert "cost weight is 1.00" in explained.reasoning
    await table.until(lambda: table.best()[0] == "n")
    budget = (await settings_of(service)).budget
    assert budget.spent_today_usd == pytest.approx(10.06)
    assert budget.cost_weight == 1
    assert abs(budget.update_time.ToSeconds() - now.timestamp()) < 60
    assert await is_recommended("m", GLOBEX)

    await change(service, daily_budget_usd=1e6)
    await wait_until(10, lambda: is_recommended("m"))
    await table.until(lambda: table.best()[0] == "m")
    table.close()
