"""Global scores: limits, noise and periods of their publication, and separation of tenants."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import redis.asyncio

from kit.channels import board_key
from kit.postgres.queries import load_queries
from neural.boards.global_scores import recompute_version
from neural.boards.store import BoardStore
from neural.domain.boards import decode
from neural.domain.fixed_point import mean, weigh
from neural.domain.global_release import RATER_UNITS_MAX
from neural.domain.model import ANY, BoardKey, Scope
from neural.queries.scores import ScoreFilter, Scores
from neural.rebuild import rebuild as rebuild_module
from neural.recommendation.ranking import board_keys
from neural.store.access import LEARNER
from tests.neural.fixtures.erasures import random_history
from tests.neural.fixtures.stack import LearningStack, open_stack
from tests.support.servers import Databases

TENANTS = ("acme", "globex", "initech", "hooli")
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
"""A time in the period of today."""


async def write_votes(stack: LearningStack, tenant: str, users: int, rating: int = 1, prefix: str = "u") -> None:
    """Writes one vote on model m of each of several users of a tenant."""
    async with stack.feedback.connection.transaction():
        for number in range(users):
            await stack.feedback.for_tenant(tenant).rate("m", [rating], f"{prefix}{number}")


async def write_tenants(stack: LearningStack, users: int = 24, tenants: Sequence[str] = TENANTS) -> None:
    """Writes votes of tenants in global learning: three of four are positive."""
    for tenant in tenants:
        await stack.set_global_learning(tenant)
        await write_votes(stack, tenant, users)
        await write_votes(stack, tenant, users // 3, -1, "other")


async def published(stack: LearningStack) -> list[Any]:
    """Returns the published global scores of one context."""
    query = "SELECT * FROM neural.published_global_scores WHERE task_type = 'chat' AND domain_mode = 'general'"
    return await stack.rows(f"{query} AND version = $1", (await stack.live()).number)


async def board_of_all_tenants(stack: LearningStack) -> Any:
    """Returns the global board of one context, as a new process reads it."""
    (board,) = await stack.table().boards("acme", [BoardKey(ANY, ANY, "chat", "general")])
    return board


async def exact_sums(stack: LearningStack) -> list[tuple[Any, ...]]:
    """Returns the sums before noise of all tenants."""
    query = load_queries("neural", "global_scores.sql")["rater_limited_sums"]
    live = await stack.live()
    limit = str(weigh(RATER_UNITS_MAX, NOON, live.half_life))
    async with stack.database.as_role(LEARNER) as connection:
        return [tuple(row) for row in await connection.fetch(query, live.number, [*TENANTS, "attacker"], limit)]


async def test_one_tenant_with_many_votes_moves_global_score_by_at_most_its_share(stack: LearningStack) -> None:
    await write_tenants(stack)
    await stack.publish()
    before = (await board_of_all_tenants(stack)).rows["m"].score
    await stack.set_global_learning("attacker")
    for _ in range(10):
        await write_votes(stack, "attacker", 60, -1)
    await stack.publish(NOON + timedelta(days=1))
    after = (await board_of_all_tenants(stack)).rows["m"].score
    assert before == pytest.approx(0.75, abs=0.12)
    assert before - 0.25 - 0.12 <= after


async def test_raters_of_one_tenant_do_not_publish_votes_of_two_others(stack: LearningStack) -> None:
    for tenant in ("acme", "globex", "attacker"):
        await stack.set_global_learning(tenant)
    await write_votes(stack, "acme", 1)
    await write_votes(stack, "globex", 1, -1)
    await write_votes(stack, "attacker", 60)
    await stack.publish()
    assert await published(stack) == []
    assert (await board_of_all_tenants(stack)).rows == {}
    page = await Scores(stack.database, 0.5).read(ScoreFilter(scope=Scope.GLOBAL, tenant_id="acme"), ("", "", ""), 10)
    assert page.scores == []
    assert (await stack.estimates("unknown", candidates=("m",)))["m"].scope is None


async def test_tenant_with_few_raters_does_not_count(stack: LearningStack) -> None:
    await write_tenants(stack, tenants=TENANTS[:3])
    await stack.set_global_learning("hooli")
    await write_votes(stack, "hooli", 2, -1)
    await stack.publish()
    assert await published(stack) == []
    await write_votes(stack, "hooli", 40)
    await stack.publish(datetime.now(UTC) + timedelta(days=1))
    assert [row["tenants"] for row in await published(stack)] == [4]


async def test_all_ways_out_of_global_scope_give_published_noised_score(stack: LearningStack, redis_url: str) -> None:
    await write_tenants(stack)
    await stack.publish()
    (row,) = await published(stack)
    score = mean(int(row["score_sum"]), int(row["evidence"]))
    exact = sum(int(each[6]) for each in await exact_sums(stack) if each[1:3] == ("chat", "general"))
    total = sum(int(each[5]) for each in await exact_sums(stack) if each[1:3] == ("chat", "general"))
    assert score != pytest.approx(exact / total, abs=1e-6)
    assert score == pytest.approx(exact / total, abs=0.12)
    board = await board_of_all_tenants(stack)
    assert board.rows["m"].score == pytest.approx(score, abs=1e-9)
    (of_store,) = await BoardStore(stack.database, 0.5).read("acme", [BoardKey(ANY, ANY, "chat", "general")])
    assert of_store.rows["m"].score == pytest.approx(score, abs=1e-9)
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        stored: Any = await client.get(board_key("", "", "chat", "general"))
    assert decode(board.key, stored).rows["m"].score == pytest.approx(score, abs=1e-9)
    filters = ScoreFilter(scope=Scope.GLOBAL, tenant_id="acme", task_type="chat", domain_mode="general")
    (listed,) = (await Scores(stack.database, 0.5).read(filters, ("", "", ""), 10)).scores
    assert listed.score == pytest.approx(score, abs=1e-9)
    assert listed.aspects == {}
    counts = listed.counts
    assert (counts["positive_count"] + counts["negative_count"], counts["implicit_positive_count"]) == (
        counts["total_count"],
        0,
    )
    assert counts["total_count"] == pytest.approx(listed.evidence, rel=0.06)
    estimate = (await stack.estimates("unknown", candidates=("m",)))["m"]
    assert estimate.scope is Scope.GLOBAL
    levels = [level for level in estimate.levels if (level.scope, level.domain_mode) == (Scope.GLOBAL, "general")]
    assert [level.score for level in levels] == [pytest.approx(score)]
    assert (estimate.positive, estimate.total) == (counts["positive_count"], counts["total_count"])


async def test_votes_within_a_period_do_not_change_publication(stack: LearningStack) -> None:
    await write_tenants(stack)
    await stack.publish(NOON)
    before = await published(stack)
    assert before
    await write_votes(stack, "globex", 30, -1)
    await stack.publish(NOON + timedelta(hours=1))
    assert await published(stack) == before
    assert (await stack.rebuild.run(str(uuid4())))["units"] > 0
    await stack.publish(NOON + timedelta(hours=2))
    version = (await stack.live()).number
    assert [{**row, "version": 0} for row in await published(stack)] == [{**row, "version": 0} for row in before]
    assert version != before[0]["version"]
    await stack.publish(NOON + timedelta(days=1))
    (after,) = await published(stack)
    assert after["negative_count"] > before[0]["negative_count"]


async def test_next_period_has_new_noise_for_equal_feedback(stack: LearningStack) -> None:
    await write_tenants(stack)
    scores = []
    for day in range(3):
        await stack.publish(NOON + timedelta(days=day))
        (row,) = await published(stack)
        scores.append(int(row["score_sum"]) / int(row["evidence"]))
    assert len({round(score, 9) for score in scores}) == 3


async def test_tenant_that_joins_again_in_a_period_is_not_measured_again(stack: LearningStack) -> None:
    await write_tenants(stack, tenants=(*TENANTS, "umbrella"))
    await stack.publish(NOON)
    before = await published(stack)
    await stack.set_global_learning("umbrella", False)
    await stack.publish(NOON)
    (without,) = await published(stack)
    assert (before[0]["tenants"], without["tenants"]) == (5, 4)
    await write_votes(stack, "umbrella", 30, -1)
    await stack.set_global_learning("umbrella")
    await stack.publish(NOON)
    names = ("evidence", "score_sum", "tenants", "total_count")
    assert [[row[name] for name in names] for row in await published(stack)] == [
        [row[name] for name in names] for row in before
    ]


async def test_noise_is_equal_in_all_processes_and_after_rebuild(stack: LearningStack) -> None:
    await write_tenants(stack)
    await stack.publish(NOON)
    exact, before = await exact_sums(stack), await published(stack)
    assert exact
    await stack.rebuild.run(str(uuid4()))
    assert await exact_sums(stack) == exact
    await stack.rows("DELETE FROM neural.global_measurements")
    await stack.publish(NOON)
    names = ("evidence", "score_sum", "tenants", "total_count")
    assert [[row[name] for name in names] for row in await published(stack)] == [
        [row[name] for name in names] for row in before
    ]


async def test_sums_before_noise_do_not_depend_on_order_of_feedback(
    stack: LearningStack, databases: Databases, redis_url: str
) -> None:
    events = [event for event in random_history(5, 60) if event.method != "retract"]
    with databases.fresh() as other_url:
        async with open_stack(other_url, redis_url) as other:
            for each, ordered in ((stack, events), (other, sorted(events, key=repr, reverse=True))):
                async with each.feedback.connection.transaction():
                    for event in ordered:
                        await event.write(each.feedback)
                await each.learn()
            assert await exact_sums(stack) == await exact_sums(other) != []


async def test_scores_of_earlier_release_are_neither_published_nor_kept(stack: LearningStack) -> None:
    version = (await stack.live()).number
    insert = (
        "INSERT INTO neural.global_model_scores (version, task_type, domain_mode, model, model_version, evidence,"
        " score_sum, total_count, raters, tenants, published) VALUES ($1, 'chat', 'general', 'exact', '', 1000, 900,"
        " 30, 30, 5, true)"
    )
    await stack.rows(insert, version)
    await stack.set_global_learning("acme")
    await stack.publish()
    assert await published(stack) == []
    assert await stack.number("SELECT count(*) FROM neural.global_model_scores") == 0


async def test_noise_key_is_readable_by_learner_role_only(stack: LearningStack) -> None:
    query = "SELECT length(key) FROM neural.noise_keys"
    async with stack.database.as_role(LEARNER) as connection:
        assert await connection.fetchval(query) == 32
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with stack.database.tenant("acme") as connection:
            await connection.fetchval(query)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with stack.database.tenant("acme") as connection:
            await connection.fetchval("SELECT count(*) FROM neural.global_contributions")


async def test_global_score_limits_are_configurable(database_url: str, redis_url: str) -> None:
    async with open_stack(database_url, redis_url, global_tenants_min=1, global_raters_min=2) as stack:
        await stack.set_global_learning("acme")
        await write_votes(stack, "acme", 1)
        await stack.publish()
        assert await published(stack) == []
        await stack.feedback.rate("m", [1], "another")
        await stack.publish()
        assert len(await published(stack)) == 1


@pytest.fixture
async def exact_stack(database_url: str, redis_url: str) -> AsyncIterator[LearningStack]:
    """Gives a stack that publishes exact global scores of at least one tenant with ten raters."""
    async with open_stack(database_url, redis_url, global_tenants_min=1) as opened:
        yield opened


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


async def test_global_scores_without_opt_in_are_empty(stack: LearningStack) -> None:
    for tenant in TENANTS:
        await write_votes(stack, tenant, 24)
    await stack.publish()
    for table in ("global_publications", "global_contributions", "global_measurements", "global_model_scores"):
        assert await stack.number(f"SELECT count(*) FROM neural.{table}") == 0
    assert await stack.rows("SELECT * FROM neural.tenant_settings") == []


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
