"""Erasure of users from learned data, compared with a history without the user."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest
import redis.asyncio

from neural.domain.constraints import RankingRequest
from neural.domain.model import BoardKey, ScoreVersion
from neural.recommendation.decision_log import DecisionLog
from neural.recommendation.recommender import Recommender
from neural.settings import RecommendSettings
from neural.trust.rounds import TrustRounds
from tests.neural.fixtures.boards import DIGEST
from tests.neural.fixtures.erasures import (
    ERASED,
    erasure_of_new_process,
    finish_erasures,
    global_sums,
    is_close,
    learn_history,
    learned_rows,
    random_history,
    request_erasure,
)
from tests.neural.fixtures.history import assert_cells_exact
from tests.neural.fixtures.stack import LearningStack, no_op, open_stack
from tests.support.servers import Databases


@pytest.fixture
async def twin(databases: Databases, valkey_url: str) -> AsyncIterator[LearningStack]:
    """Gives a second stack on its own database."""
    with databases.fresh() as url:
        async with open_stack(url, valkey_url.rstrip("/") + "/1") as opened:
            yield opened


async def assert_equal_rows(stack: LearningStack, twin: LearningStack) -> None:
    """Checks that both stacks have equal learned rows."""
    rows, expected = await learned_rows(stack), await learned_rows(twin)
    assert rows.keys() == expected.keys()
    for name in rows:
        assert is_close(rows[name], expected[name]), name
    assert rows["cells"]
    assert rows["trust"]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_erasure_leaves_scores_as_if_user_never_existed(
    stack: LearningStack, twin: LearningStack, seed: int
) -> None:
    events = random_history(seed)
    for each in (stack, twin):
        await each.set_global_learning("acme")
        await each.set_global_learning("globex")
    await learn_history(stack, events, rounds=3)
    other = await learned_rows(stack, "globex")
    before = await learned_rows(stack)
    assert any(ERASED in key for key in before["cells"])
    await request_erasure(stack)
    await finish_erasures(stack)
    await learn_history(twin, [event for event in events if not event.is_erased])
    await assert_equal_rows(stack, twin)
    others = [each for each in before["trust"] if each[0] != ERASED]
    assert others != (await learned_rows(stack))["trust"]  # trust of other raters depends on the user
    sums = await global_sums(stack)
    assert {key[0] for key in sums} == {"acme", "globex"}
    assert is_close(sums, await global_sums(twin))
    assert await learned_rows(stack, "globex") == other  # the user of globex with the same ID is not erased
    assert any(ERASED in key for key in other["cells"])
    await assert_cells_exact(stack)
    assert (await stack.rebuild.run(str(uuid4())))["changed_cells"] == 0
    await assert_equal_rows(stack, twin)


async def test_trust_round_during_erasure_does_not_restore_user(stack: LearningStack, twin: LearningStack) -> None:
    events = random_history(4)
    await learn_history(stack, events, rounds=2)
    await request_erasure(stack)
    # The round runs before the learner has removed the user.
    assert await TrustRounds(stack.database, no_op).recompute() is not None
    assert await erasure_of_new_process(stack).step() == 1  # only decisions; the learned rows wait for the learner
    await finish_erasures(stack)
    await learn_history(twin, [event for event in events if not event.is_erased])
    await assert_equal_rows(stack, twin)
    query = "SELECT count(*) FROM neural.user_trust_scores WHERE tenant_id = 'acme' AND user_id = $1"
    assert await stack.number(query, ERASED) == 0


async def test_rebuild_during_erasure_does_not_restore_user(
    stack: LearningStack, twin: LearningStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = random_history(5)
    await learn_history(stack, events)
    rebuild = stack.rebuild_with(rebuild_workers=1)
    started = asyncio.Event()
    go_on = asyncio.Event()
    catch_up = rebuild._catch_up

    async def pause(version: ScoreVersion) -> None:
        started.set()
        await go_on.wait()
        await catch_up(version)

    monkeypatch.setattr(rebuild, "_catch_up", pause)
    running = asyncio.create_task(rebuild.run(str(uuid4())))
    await asyncio.wait_for(started.wait(), 20)
    await request_erasure(stack)
    await stack.publish()
    assert await erasure_of_new_process(stack).step() == 1  # the learned rows wait for the rebuild
    go_on.set()
    await running
    await finish_erasures(stack)
    await learn_history(twin, [event for event in events if not event.is_erased])
    await assert_equal_rows(stack, twin)
    assert await tables_with_user(stack) == []


async def test_feedback_after_erasure_is_learned_as_new_user(stack: LearningStack) -> None:
    await learn_history(stack, random_history(6))
    await request_erasure(stack)
    await stack.feedback.rate("m0", [1, 1], ERASED)
    await finish_erasures(stack)
    await assert_cells_exact(stack)
    board = await stack.board(ERASED)
    assert [row.total for row in board.rows.values()] == [2]
    await stack.feedback.rate("m0", [1], ERASED)
    await stack.publish()
    (cached,) = (await stack.cache.get([BoardKey("acme", ERASED, "chat", "general")])).values()
    assert [row.total for row in cached.rows.values()] == [3]


async def test_interrupted_erasure_is_resumed(
    stack: LearningStack, twin: LearningStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = random_history(7)
    await learn_history(stack, events)
    await request_erasure(stack)
    await stack.publish()
    for name, owner in (("recompute_from_neutral", TrustRounds), ("remove_user", type(stack.cache))):
        with monkeypatch.context() as patch:

            async def cancel(*_: object) -> None:
                raise asyncio.CancelledError

            patch.setattr(owner, name, cancel)
            with pytest.raises(asyncio.CancelledError):
                await erasure_of_new_process(stack).step()
    await finish_erasures(stack)
    await learn_history(twin, [event for event in events if not event.is_erased])
    await assert_equal_rows(stack, twin)


async def cache_keys(redis_url: str) -> list[bytes]:
    """Returns the keys of the tenant in Redis."""
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        return [key async for key in client.scan_iter("*acme*")]


async def test_erasure_leaves_no_row_or_cache_key_with_user(stack: LearningStack, redis_url: str) -> None:
    await learn_history(stack, random_history(8))
    await stack.rows("UPDATE ingest.outputs SET conversation_id = 'c'")
    update = "UPDATE neural.neural_model_scores SET score_sum = trunc(score_sum / 3) WHERE user_id = $1"
    await stack.rows(update + " AND tenant_id = 'acme'", ERASED)
    report = await stack.rebuild.run(str(uuid4()))  # reports changed cells of the user, and retires a version
    assert ERASED in str(report)
    await stack.estimates(user=ERASED)
    await stack.publish()
    assert await stack.queued() == 0
    assert len(await tables_with_user(stack, tenant="acme")) > 8
    digest = DIGEST.of("acme", ERASED)
    await stack.estimates(user=ERASED)  # publishing has cleared the cache
    assert any(digest.encode() in key for key in await cache_keys(redis_url))
    await request_erasure(stack)
    await finish_erasures(stack)
    async with stack.feedback.connection.transaction():
        for part in ("recordings", "experiments"):
            await stack.rows("UPDATE ingest.erasures SET parts_done = parts_done || $1::text", part)
        await stack.rows("UPDATE ingest.erasures SET user_id = ''")
    assert await tables_with_user(stack, tenant="acme") == []
    keys = await cache_keys(redis_url)
    assert keys
    assert [key for key in keys if ERASED.encode() in key or digest.encode() in key] == []
    assert await tables_with_user(stack, tenant="globex") != []


async def tables_with_user(stack: LearningStack, tenant: str = "acme") -> list[str]:
    """Returns the tables with a row that contains the user ID in any column."""
    tables = await stack.rows(
        "SELECT c.oid::regclass::text AS name, EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid"
        " AND a.attname = 'tenant_id') AS tenants FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'r' AND n.nspname IN ('ingest', 'neural', 'experiments', 'voice', 'public')"
    )
    assert len(tables) > 40
    found = []
    for table in tables:
        where = f"t::text LIKE '%{ERASED}%' OR t::text LIKE '%{ERASED.encode().hex()}%'"
        if table["tenants"]:
            where = f"({where}) AND tenant_id = '{tenant}'"
        if table["name"] != "ingest.erasures" and await stack.number(
            f"SELECT count(*) FROM {table['name']} t WHERE {where}"
        ):
            found.append(table["name"])
    return found


async def test_decision_before_erasure_is_not_logged_afterwards(stack: LearningStack) -> None:
    log = DecisionLog(stack.database, 10)
    recommender = Recommender(stack.table(), log, RecommendSettings())
    await stack.feedback.rate("m0", [1], "bob")
    await stack.publish()
    request = RankingRequest(user_id=ERASED, task_type="chat", domain_mode="general", candidates=("m0",))
    for tenant in ("acme", "globex"):
        await recommender.decide(tenant, b"digest", request)
    await recommender.decide("acme", b"other", replace(request, user_id="bob"))
    await request_erasure(stack)
    await finish_erasures(stack)
    await log.write()
    query = "SELECT tenant_id, user_id FROM neural.neural_routing_recommendations ORDER BY 1, 2"
    assert [tuple(row) for row in await stack.rows(query)] == [("acme", "bob"), ("globex", ERASED)]
    await stack.rows("UPDATE ingest.erasures SET asked_at = asked_at - interval '1 minute'")
    await recommender.decide("acme", b"digest", request)  # after the erasure the user is a new one
    await log.write()
    assert len(await stack.rows(query)) == 3
