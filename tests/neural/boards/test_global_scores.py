"""Global scores: sums over participating tenants, published above limits, and separation of tenants."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import redis.asyncio

from neural.boards.global_scores import recompute_version
from neural.domain.fixed_point import mean
from neural.domain.model import ANY, BoardKey, Scope
from neural.queries.scores import ScoreFilter, Scores
from neural.rebuild import rebuild as rebuild_module
from neural.recommendation.ranking import board_keys
from tests.neural.fixtures.stack import LearningStack, open_stack

TENANTS = ("acme", "globex", "initech")


async def write_votes(stack: LearningStack, tenant: str, users: int, rating: int = 1, model: str = "m") -> None:
    """Writes one vote of each of several users of a tenant."""
    for number in range(users):
        await stack.feedback.for_tenant(tenant).rate(model, [rating], f"u{number}")


async def published(stack: LearningStack) -> list[Any]:
    """Returns the published global scores of one context."""
    query = "SELECT * FROM neural.published_global_scores WHERE task_type = 'chat' AND domain_mode = 'general'"
    return await stack.rows(f"{query} AND version = $1", (await stack.live()).number)


@pytest.mark.parametrize(
    ("users", "is_published"),
    [((4, 3, 3), True), ((3, 3, 3), False), ((10, 10, 0), False), ((30, 0, 0), False), ((1, 1, 8), True)],
)
async def test_global_score_is_published_from_3_tenants_and_10_raters(
    stack: LearningStack, users: tuple[int, ...], is_published: bool
) -> None:
    for tenant, count in zip(TENANTS, users, strict=True):
        await stack.set_global_learning(tenant)
        await write_votes(stack, tenant, count)
    await stack.publish()
    assert bool(await published(stack)) is is_published
    (board,) = await stack.table().boards("acme", [BoardKey(ANY, ANY, "chat", "general")])
    assert bool(board.rows) is is_published
    page = await Scores(stack.database, 0.5).read(ScoreFilter(scope=Scope.GLOBAL, tenant_id="acme"), ("", "", ""), 10)
    assert bool(page.scores) is is_published
    known = await stack.estimates("unknown", candidates=("m",))
    assert (known["m"].scope is Scope.GLOBAL) is is_published
    assert (known["m"].mean > 0.5) is is_published


async def test_global_score_counts_user_with_many_votes_once(stack: LearningStack) -> None:
    for tenant in TENANTS:
        await stack.set_global_learning(tenant)
        await stack.feedback.for_tenant(tenant).rate("m", [1] * 5)
    await stack.publish()
    assert await published(stack) == []


async def test_global_score_limits_are_configurable(database_url: str, redis_url: str) -> None:
    async with open_stack(database_url, redis_url, global_tenants_min=1, global_raters_min=2) as stack:
        await stack.set_global_learning("acme")
        await write_votes(stack, "acme", 1)
        await stack.publish()
        assert await published(stack) == []
        await stack.feedback.rate("m", [1], "another")
        await stack.publish()
        assert len(await published(stack)) == 1


async def test_global_score_is_sum_of_participating_tenants(stack: LearningStack) -> None:
    for tenant in TENANTS:
        await stack.set_global_learning(tenant)
        await write_votes(stack, tenant, 4, -1 if tenant == "acme" else 1)
    await write_votes(stack, "loner", 20, -1)
    await stack.publish()
    (row,) = await published(stack)
    own = await stack.rows(
        "SELECT sum(evidence)::text AS evidence, sum(score_sum)::text AS score_sum FROM neural.neural_model_scores"
        " WHERE user_id = '' AND task_type = 'chat' AND domain_mode = 'general' AND tenant_id = ANY($1)",
        list(TENANTS),
    )
    assert (str(row["evidence"]), str(row["score_sum"])) == (own[0]["evidence"], own[0]["score_sum"])
    assert (row["total_count"], row["raters"], row["tenants"], row["negative_count"]) == (12, 12, 3, 4)
    assert mean(int(row["score_sum"]), int(row["evidence"])) == pytest.approx(2 / 3)


async def test_global_score_follows_tenants_that_leave_and_join(stack: LearningStack) -> None:
    for tenant in (*TENANTS, "hooli"):
        await stack.set_global_learning(tenant)
        await write_votes(stack, tenant, 5, -1 if tenant == "hooli" else 1)
    await stack.publish()
    counts = [[row["negative_count"] for row in await published(stack)]]
    for enabled in (False, True):
        await stack.set_global_learning("hooli", enabled)
        await stack.publish()
        counts.append([row["negative_count"] for row in await published(stack)])
    assert counts == [[5], [0], [5]]
    await stack.set_global_learning("acme", False)
    await stack.set_global_learning("globex", False)
    await stack.publish()
    assert await published(stack) == []
    assert (await stack.estimates("unknown", candidates=("m",)))["m"].scope is None


async def test_global_scores_without_opt_in_are_empty(stack: LearningStack) -> None:
    for tenant in TENANTS:
        await write_votes(stack, tenant, 5)
    await stack.publish()
    assert await stack.number("SELECT count(*) FROM neural.global_model_scores") == 0
    assert await stack.rows("SELECT * FROM neural.tenant_settings") == []


async def test_tenant_leaving_during_swap_is_not_in_new_version(
    stack: LearningStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    for tenant in (*TENANTS, "hooli"):
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


async def test_rebuild_gives_equal_global_scores(stack: LearningStack) -> None:
    for tenant in TENANTS:
        await stack.set_global_learning(tenant)
        await write_votes(stack, tenant, 4)
    await stack.publish()
    names = ("evidence", "score_sum", "total_count", "raters", "tenants")
    before = [[row[name] for name in names] for row in await published(stack)]
    await stack.rebuild.run("018f0000-0000-7000-8000-000000000001")
    assert [[row[name] for name in names] for row in await published(stack)] == before
    assert before


async def test_boards_and_cache_keys_of_tenants_are_separate(stack: LearningStack, redis_url: str) -> None:
    await stack.feedback.for_tenant("acme").rate("m", [1] * 3)
    await stack.feedback.for_tenant("globex").rate("m", [-1] * 5)
    await stack.publish()
    for tenant, positive, negative in (("acme", 3, 0), ("globex", 0, 5), ("hooli", 0, 0)):
        boards = await stack.table().boards(tenant, board_keys(tenant, "u", "chat", "general"))
        seen = [(row.positive, row.negative) for board in boards for row in board.rows.values()]
        assert set(seen) == ({(positive, negative)} if positive + negative else set())
        known = await stack.estimates(tenant, "u")
        assert [(each.positive, each.negative) for each in known.values()] == list(set(seen))
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        keys = [key.decode() async for key in client.scan_iter()]
        for key in keys:
            value = str(await client.get(key))
            assert (",5,0,5," in value) is ("{globex}" in key), key
            assert (",3,3,0," in value) is ("{acme}" in key), key
    assert {key.split("{")[1].split("}")[0] for key in keys} == {"acme", "globex", "hooli", "-global-"}


async def test_board_of_another_tenant_is_not_readable(stack: LearningStack) -> None:
    await stack.feedback.for_tenant("globex").rate("m", [1])
    await stack.learn()
    key = BoardKey("globex", ANY, "chat", "general")
    assert [board.rows for board in await stack.table().boards("acme", [key])] == []
    assert "m" in (await stack.board(tenant="globex")).rows
