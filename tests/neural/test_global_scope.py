"""The global scope: the sum of those who opted in, shown where enough stand behind it, and tenants apart."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import redis.asyncio

from neural.boards.publisher import recompute_global
from neural.domain.fixed_point import mean
from neural.domain.model import ANY, BoardKey, Scope
from neural.queries.scores import Scores, Wanted
from neural.rebuild import rebuild as rebuild_module
from neural.recommendation.ranking import board_keys
from tests.neural.works import Works, works

TENANTS = ("acme", "globex", "initech")


async def rated(work: Works, tenant: str, users: int, rating: int = 1, model: str = "m") -> None:
    """Lets some users of a tenant judge one output each."""
    for number in range(users):
        await work.world.of(tenant).liked(model, [rating], f"u{number}")


async def public(work: Works) -> list[Any]:
    """Returns the published rows of one context."""
    query = "SELECT * FROM neural.published_global_scores WHERE task_type = 'chat' AND domain_mode = 'general'"
    return await work.rows(f"{query} AND version = $1", (await work.live()).number)


@pytest.mark.parametrize(
    ("users", "shown"),
    [((4, 3, 3), True), ((3, 3, 3), False), ((10, 10, 0), False), ((30, 0, 0), False), ((1, 1, 8), True)],
)
async def test_a_row_needs_3_tenants_and_10_raters(work: Works, users: tuple[int, ...], shown: bool) -> None:
    for tenant, count in zip(TENANTS, users, strict=True):
        await work.takes_part(tenant)
        await rated(work, tenant, count)
    await work.publish()
    assert bool(await public(work)) is shown
    (board,) = await work.table().boards("acme", [BoardKey(ANY, ANY, "chat", "general")])
    assert bool(board.rows) is shown
    page = await Scores(work.database, 0.5).page(Wanted(scope=Scope.GLOBAL, tenant_id="acme"), ("", "", ""), 10)
    assert bool(page.scores) is shown
    known = await work.estimates("stranger", candidates=("m",))
    assert (known["m"].scope is Scope.GLOBAL) is shown
    assert (known["m"].mean > 0.5) is shown


async def test_one_user_who_says_much_is_one_rater(work: Works) -> None:
    for tenant in TENANTS:
        await work.takes_part(tenant)
        await work.world.of(tenant).liked("m", [1] * 5)
    await work.publish()
    assert await public(work) == []


async def test_small_installations_can_lower_the_limits(database_url: str, redis_url: str) -> None:
    async with works(database_url, redis_url, global_tenants_min=1, global_raters_min=2) as work:
        await work.takes_part("acme")
        await rated(work, "acme", 1)
        await work.publish()
        assert await public(work) == []
        await work.world.liked("m", [1], "another")
        await work.publish()
        assert len(await public(work)) == 1


async def test_the_global_scope_is_the_sum_of_those_who_take_part(work: Works) -> None:
    for tenant in TENANTS:
        await work.takes_part(tenant)
        await rated(work, tenant, 4, -1 if tenant == "acme" else 1)
    await rated(work, "loner", 20, -1)
    await work.publish()
    (row,) = await public(work)
    own = await work.rows(
        "SELECT sum(evidence)::text AS evidence, sum(score_sum)::text AS score_sum FROM neural.neural_model_scores"
        " WHERE user_id = '' AND task_type = 'chat' AND domain_mode = 'general' AND tenant_id = ANY($1)",
        list(TENANTS),
    )
    assert (str(row["evidence"]), str(row["score_sum"])) == (own[0]["evidence"], own[0]["score_sum"])
    assert (row["total_count"], row["raters"], row["tenants"], row["negative_count"]) == (12, 12, 3, 4)
    assert mean(int(row["score_sum"]), int(row["evidence"])) == pytest.approx(2 / 3)


async def test_who_leaves_takes_its_share_away_and_brings_it_back(work: Works) -> None:
    for tenant in (*TENANTS, "hooli"):
        await work.takes_part(tenant)
        await rated(work, tenant, 5, -1 if tenant == "hooli" else 1)
    await work.publish()
    counts = [[row["negative_count"] for row in await public(work)]]
    for taking_part in (False, True):
        await work.takes_part("hooli", taking_part)
        await work.publish()
        counts.append([row["negative_count"] for row in await public(work)])
    assert counts == [[5], [0], [5]]
    await work.takes_part("acme", False)
    await work.takes_part("globex", False)
    await work.publish()
    assert await public(work) == []
    assert (await work.estimates("stranger", candidates=("m",)))["m"].scope is None


async def test_nobody_takes_part_unasked(work: Works) -> None:
    for tenant in TENANTS:
        await rated(work, tenant, 5)
    await work.publish()
    assert await work.number("SELECT count(*) FROM neural.global_model_scores") == 0
    service = await work.rows("SELECT * FROM neural.tenant_settings")
    assert service == []


async def test_who_leaves_during_a_swap_is_not_in_the_new_version(work: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    for tenant in (*TENANTS, "hooli"):
        await work.takes_part(tenant)
        await rated(work, tenant, 5)
    await work.publish()
    original = recompute_global
    steps: list[asyncio.Task[int]] = []

    async def leave(*arguments: Any) -> Any:
        await original(*arguments)
        await work.takes_part("hooli", False)
        steps.append(asyncio.create_task(work.publisher.step()))
        await asyncio.sleep(0.3)

    monkeypatch.setattr(rebuild_module, "recompute_global", leave)
    await work.rebuild.run("018f0000-0000-7000-8000-000000000001")
    await asyncio.gather(*steps)
    await work.publish()
    assert [row["tenants"] for row in await public(work)] == [3]


async def test_a_rebuild_makes_the_same_global_rows(work: Works) -> None:
    for tenant in TENANTS:
        await work.takes_part(tenant)
        await rated(work, tenant, 4)
    await work.publish()
    names = ("evidence", "score_sum", "total_count", "raters", "tenants")
    before = [[row[name] for name in names] for row in await public(work)]
    await work.rebuild.run("018f0000-0000-7000-8000-000000000001")
    assert [[row[name] for name in names] for row in await public(work)] == before
    assert before


async def test_tenants_with_the_same_names_never_see_each_other(work: Works, redis_url: str) -> None:
    await work.world.of("acme").liked("m", [1] * 3)
    await work.world.of("globex").liked("m", [-1] * 5)
    await work.publish()
    for tenant, positive, negative in (("acme", 3, 0), ("globex", 0, 5), ("hooli", 0, 0)):
        boards = await work.table().boards(tenant, board_keys(tenant, "u", "chat", "general"))
        seen = [(row.positive, row.negative) for board in boards for row in board.rows.values()]
        assert set(seen) == ({(positive, negative)} if positive + negative else set())
        known = await work.estimates(tenant, "u")
        assert [(each.positive, each.negative) for each in known.values()] == list(set(seen))
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        keys = [key.decode() async for key in client.scan_iter()]
        for key in keys:
            value = str(await client.get(key))
            assert (",5,0,5," in value) is ("{globex}" in key), key
            assert (",3,3,0," in value) is ("{acme}" in key), key
    assert {key.split("{")[1].split("}")[0] for key in keys} == {"acme", "globex", "hooli", "-global-"}


async def test_a_board_of_another_tenant_comes_empty(work: Works) -> None:
    await work.world.of("globex").liked("m", [1])
    await work.learn()
    key = BoardKey("globex", ANY, "chat", "general")
    assert [board.rows for board in await work.table().boards("acme", [key])] == []
    assert "m" in (await work.board(tenant="globex")).rows
