"""Global scores: limits, noise and periods of their publication."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import redis.asyncio

from kit.channels import board_key
from kit.postgres.queries import load_queries
from neural.boards.store import BoardStore
from neural.domain.boards import decode
from neural.domain.fixed_point import mean, weigh
from neural.domain.global_scope.release import RATER_UNITS_MAX
from neural.domain.model import ANY, BoardKey, Scope
from neural.queries.scores import ScoreFilter, Scores
from neural.store.access import LEARNER
from tests.neural.fixtures.erasures import random_history
from tests.neural.fixtures.history import NOON, TENANTS, published, write_tenants, write_votes
from tests.neural.fixtures.stack import LearningStack, open_stack
from tests.support.servers import Databases


async def board_of_all_tenants(stack: LearningStack) -> Any:
    """Returns the global board of one context, as a new process reads it."""
    (board,) = await stack.table().boards("acme", [BoardKey(ANY, ANY, "chat", "general")])
    return board


async def exact_sums(stack: LearningStack) -> list[tuple[Any, ...]]:
    """Returns the sums before noise of all tenants."""
    query = load_queries("neural", "boards.sql")["rater_limited_sums"]
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


async def test_contributions_of_tenant_that_left_are_deleted_after_the_period(stack: LearningStack) -> None:
    await write_tenants(stack, tenants=TENANTS[:1])
    await stack.publish(NOON)
    await stack.set_global_learning("acme", False)
    kept = []
    for moment in (NOON, NOON + timedelta(days=1)):
        await stack.publish(moment)
        kept.append(await stack.number("SELECT count(*) FROM neural.global_contributions"))
    assert kept == [3, 0]


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


async def test_global_scores_without_opt_in_are_empty(stack: LearningStack) -> None:
    for tenant in TENANTS:
        await write_votes(stack, tenant, 24)
    await stack.publish()
    for table in ("global_publications", "global_contributions", "global_measurements", "global_model_scores"):
        assert await stack.number(f"SELECT count(*) FROM neural.{table}") == 0
    assert await stack.rows("SELECT * FROM neural.tenant_settings") == []
