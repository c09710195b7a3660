"""A daily budget as callers meet it: set, shown, and heard in recommendations, explanations and streams."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from neural.budget import controller, weights
from radiant.neural.v1 import learning_service_pb2 as pb
from radiant.neural.v1 import recommend_service_pb2, scoring_pb2
from tests.neural.serving import ACME, Serving, serving, within
from tests.neural.test_watch import Table
from tests.support.suite import token

GLOBEX = token("globex", "service", "admin")


@pytest.fixture
async def service(database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Serving]:
    """Gives the service with pacers that hurry."""
    monkeypatch.setattr(controller, "EVERY", timedelta(seconds=0.1))
    monkeypatch.setattr(weights, "LOOK_S", 0.05)
    async with serving(database_url, redis_url) as opened:
        yield opened


async def change(service: Serving, request_id: str = "", **settings: Any) -> pb.TenantSettings:
    """Changes acme's settings."""
    request = pb.UpdateTenantSettingsRequest(
        request_id=request_id or str(uuid4()), settings=pb.TenantSettings(**settings)
    )
    answer: pb.UpdateTenantSettingsResponse = await service.call("UpdateTenantSettings", request)
    return answer.settings


async def shown(service: Serving, caller: Any = ACME) -> pb.GetTenantSettingsResponse:
    """Returns a tenant's settings and where its budget stands."""
    answer: pb.GetTenantSettingsResponse = await service.call(
        "GetTenantSettings", pb.GetTenantSettingsRequest(), caller
    )
    return answer


async def test_both_settings_are_kept_and_replaced_as_a_whole(service: Serving) -> None:
    assert not (await shown(service)).settings.daily_budget_usd
    request_id = str(uuid4())
    both = pb.TenantSettings(global_learning=True, daily_budget_usd=12.5)
    for _ in range(2):
        assert await change(service, request_id, global_learning=True, daily_budget_usd=12.5) == both
    assert (await shown(service)).settings == both
    assert (await shown(service, GLOBEX)).settings == pb.TenantSettings()
    await change(service, global_learning=True)
    assert (await shown(service)).settings == pb.TenantSettings(global_learning=True)


async def test_a_spent_budget_is_heard_everywhere_until_there_is_a_greater_one(service: Serving) -> None:
    now = datetime.now(UTC)
    for world in (service.world, service.world.of("globex")):
        await world.liked("m", [1] * 10, "ann", at=now, cost=1.0)
        await world.liked("n", [1, 1, 1, -1, -1, -1], "ann", at=now, cost=0.01)

    async def leads(model: str, caller: Any = ACME) -> bool:
        return (await service.ask(caller=caller)).model == model

    async def counted() -> bool:
        found = [await shown(service, caller) for caller in (ACME, GLOBEX)]
        return all(each.budget.requests_today == 16 for each in found)

    await within(10, counted)
    await within(10, lambda: leads("m"))
    table = Table(service)
    await table.until(lambda: ("", "chat", "general") in table.entries and table.best()[0] == "m")

    await change(service, daily_budget_usd=5)
    await within(10, lambda: leads("n"))
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
    assert "cost weighs 1.00" in explained.reasoning
    await table.until(lambda: table.best()[0] == "n")
    budget = (await shown(service)).budget
    assert budget.spent_today_usd == pytest.approx(10.06)
    assert budget.cost_weight == 1
    assert abs(budget.update_time.ToSeconds() - now.timestamp()) < 60
    assert await leads("m", GLOBEX)

    await change(service, daily_budget_usd=1e6)
    await within(10, lambda: leads("m"))
    await table.until(lambda: table.best()[0] == "m")
    table.close()
