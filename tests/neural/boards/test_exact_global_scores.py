"""Exact global scores, for installations with one tenant."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from neural.boards.global_scores import recompute_version
from neural.domain.fixed_point import mean
from neural.rebuild import rebuild as rebuild_module
from tests.neural.fixtures.history import NOON, TENANTS, published, write_tenants, write_votes
from tests.neural.fixtures.stack import LearningStack, open_stack


@pytest.fixture
async def exact_stack(database_url: str, redis_url: str) -> AsyncIterator[LearningStack]:
    """Gives a stack that publishes exact global scores of at least one tenant with ten raters."""
    async with open_stack(database_url, redis_url, global_tenants_min=1) as opened:
        yield opened


async def test_global_score_limits_are_configurable(database_url: str, redis_url: str) -> None:
    async with open_stack(database_url, redis_url, global_tenants_min=1, global_raters_min=2) as stack:
        await stack.set_global_learning("acme")
        await write_votes(stack, "acme", 1)
        await stack.publish()
        assert await published(stack) == []
        await stack.feedback.rate("m", [1], "another")
        await stack.publish()
        assert len(await published(stack)) == 1


async def test_exact_global_score_is_sum_of_participating_tenants(exact_stack: LearningStack) -> None:
    stack = exact_stack
    for tenant in TENANTS:
        await stack.set_global_learning(tenant)
        await write_votes(stack, tenant, 4, -1 if tenant == "acme" else 1)
    await write_votes(stack, "loner", 20, -1)
    await stack.publish()
    (row,) = await published(stack)
    own = await stack.rows(
        "SELECT sum(evidence) AS evidence, sum(score_sum) AS score_sum FROM neural.neural_model_scores"
        " WHERE user_id = '' AND task_type = 'chat' AND domain_mode = 'general' AND tenant_id = ANY($1)",
        list(TENANTS),
    )
    assert float(row["evidence"]) == pytest.approx(float(own[0]["evidence"]), rel=1e-5)
    assert float(row["score_sum"]) == pytest.approx(float(own[0]["score_sum"]), rel=1e-5)
    assert (row["total_count"], row["raters"], row["tenants"], row["negative_count"]) == (16, 16, 4, 4)
    assert mean(int(row["score_sum"]), int(row["evidence"])) == pytest.approx(3 / 4, abs=1e-6)


async def test_exact_global_score_follows_tenants_that_leave_and_join(exact_stack: LearningStack) -> None:
    stack = exact_stack
    for tenant in TENANTS:
        await stack.set_global_learning(tenant)
        await write_votes(stack, tenant, 5, -1 if tenant == "hooli" else 1)
    await stack.publish()
    counts = [[row["negative_count"] for row in await published(stack)]]
    for enabled in (False, True):
        await stack.set_global_learning("hooli", enabled)
        await stack.publish()
        counts.append([row["negative_count"] for row in await published(stack)])
    assert counts == [[5], [0], [5]]
    for tenant in TENANTS[:3]:
        await stack.set_global_learning(tenant, False)
    await stack.publish()
    assert await published(stack) == []
    assert (await stack.estimates("unknown", candidates=("m",)))["m"].scope is None


async def test_change_to_noise_replaces_exact_scores(
    exact_stack: LearningStack, database_url: str, redis_url: str
) -> None:
    await write_tenants(exact_stack)
    await exact_stack.publish(NOON)
    (exact,) = await published(exact_stack)
    async with open_stack(database_url, redis_url) as stack:
        await stack.publish(NOON)
        (noised,) = await published(stack)
    assert exact["score_sum"] != noised["score_sum"]


async def test_tenant_leaving_during_swap_is_not_in_new_version(
    exact_stack: LearningStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = exact_stack
    for tenant in TENANTS:
        await stack.set_global_learning(tenant)
        await write_votes(stack, tenant, 5)
    await stack.publish()
    original = recompute_version
    steps: list[asyncio.Task[int]] = []

    async def leave(*arguments: Any) -> Any:
        await original(*arguments)
        await stack.set_global_learning("hooli", False)
        steps.append(asyncio.create_task(stack.publisher.step()))
        await stack.wait_until_blocked()

    monkeypatch.setattr(rebuild_module, "recompute_version", leave)
    await stack.rebuild.run("018f0000-0000-7000-8000-000000000001")
    await asyncio.gather(*steps)
    await stack.publish()
    assert [row["tenants"] for row in await published(stack)] == [3]


async def test_rebuild_gives_equal_exact_global_scores(exact_stack: LearningStack) -> None:
    stack = exact_stack
    for tenant in TENANTS:
        await stack.set_global_learning(tenant)
        await write_votes(stack, tenant, 4)
    await stack.publish()
    names = ("evidence", "score_sum", "total_count", "raters", "tenants")
    before = [[row[name] for name in names] for row in await published(stack)]
    await stack.rebuild.run("018f0000-0000-7000-8000-000000000001")
    assert [[row[name] for name in names] for row in await published(stack)] == before
    assert before
