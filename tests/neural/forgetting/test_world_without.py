"""After a user is forgotten all that was learned is what it would be had that user never been there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest
import redis.asyncio

from neural.domain.constraints import Demand
from neural.domain.model import BoardKey
from neural.recommendation.decision_log import DecisionLog
from neural.recommendation.recommender import Recommender
from neural.settings import RecommendSettings
from neural.trust.rounds import Trusting
from tests.neural.forgetting.lives import (
    GONE,
    close,
    forget,
    forgetting,
    global_scores,
    history,
    left,
    lived,
    settled,
)
from tests.neural.history import exact
from tests.neural.works import Works, quiet, works
from tests.support.servers import Databases


@pytest.fixture
async def twin(databases: Databases, valkey_url: str) -> AsyncIterator[Works]:
    """Gives works on a database of their own, beside those of the test."""
    with databases.fresh() as url:
        async with works(url, valkey_url.rstrip("/") + "/1") as opened:
            yield opened


async def the_same(work: Works, twin: Works) -> None:
    """Checks that nothing tells the two apart."""
    ours, theirs = await left(work), await left(twin)
    assert ours.keys() == theirs.keys()
    for name in ours:
        assert close(ours[name], theirs[name]), name
    assert ours["cells"]
    assert ours["trust"]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_scores_are_those_of_a_world_without_the_user(work: Works, twin: Works, seed: int) -> None:
    deeds = history(seed)
    for each in (work, twin):
        await each.takes_part("acme")
        await each.takes_part("globex")
    await lived(work, deeds, rounds=3)
    other = await left(work, "globex")
    before = await left(work)
    assert any(GONE in key for key in before["cells"])
    await forget(work)
    await settled(work)
    await lived(twin, [deed for deed in deeds if not deed.of_gone])
    await the_same(work, twin)
    others = [each for each in before["trust"] if each[0] != GONE]
    assert others != (await left(work))["trust"]  # the others' trust had rested on the user, too
    assert close(await global_scores(work), await global_scores(twin))
    assert await left(work, "globex") == other  # its user of the same name is another one
    assert any(GONE in key for key in other["cells"])
    await exact(work)
    assert (await work.rebuild.run(str(uuid4())))["changed_cells"] == 0
    await the_same(work, twin)


async def test_a_trust_round_in_between_brings_nothing_back(work: Works, twin: Works) -> None:
    deeds = history(4)
    await lived(work, deeds, rounds=2)
    await forget(work)
    assert await Trusting(work.database, quiet).recompute() is not None  # judges before the learner has caught up
    assert await forgetting(work).step() == 1  # decisions alone: the learner is waited for
    await settled(work)
    await lived(twin, [deed for deed in deeds if not deed.of_gone])
    await the_same(work, twin)
    trusts = "SELECT count(*) FROM neural.user_trust_scores WHERE tenant_id = 'acme' AND user_id = $1"
    assert await work.number(trusts, GONE) == 0


async def test_a_rebuild_under_way_does_not_bring_the_user_back(work: Works, twin: Works) -> None:
    deeds = history(5)
    await lived(work, deeds)
    rebuild = work.another(rebuild_workers=1)
    begun = asyncio.Event()
    go_on = asyncio.Event()
    catch_up = rebuild._catch_up

    async def halted(version: object) -> None:
        begun.set()
        await go_on.wait()
        await catch_up(version)  # type: ignore[arg-type]

    rebuild._catch_up = halted  # type: ignore[method-assign]
    running = asyncio.create_task(rebuild.run(str(uuid4())))
    await begun.wait()
    await forget(work)
    await work.publish()
    assert await forgetting(work).step() == 1  # the rebuild is waited for
    go_on.set()
    await running
    await settled(work)
    await lived(twin, [deed for deed in deeds if not deed.of_gone])
    await the_same(work, twin)
    assert await named(work) == []


async def test_a_user_who_comes_back_is_a_new_one(work: Works) -> None:
    await lived(work, history(6))
    await forget(work)
    await work.world.liked("m0", [1, 1], GONE)
    await settled(work)
    await exact(work)
    board = await work.board(GONE)
    assert [row.total for row in board.rows.values()] == [2]
    await work.world.liked("m0", [1], GONE)
    await work.publish()
    (cached,) = (await work.cache.get([BoardKey("acme", GONE, "chat", "general")])).values()
    assert [row.total for row in cached.rows.values()] == [3]


async def test_broken_off_anywhere_it_is_taken_up_again(
    work: Works, twin: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    deeds = history(7)
    await lived(work, deeds)
    await forget(work)
    await work.publish()
    for name, owner in (("judge_anew", Trusting), ("forget", type(work.cache))):
        with monkeypatch.context() as patch:

            async def dies(*_: object) -> None:
                raise asyncio.CancelledError

            patch.setattr(owner, name, dies)
            with pytest.raises(asyncio.CancelledError):
                await forgetting(work).step()
    await settled(work)
    await lived(twin, [deed for deed in deeds if not deed.of_gone])
    await the_same(work, twin)


async def test_no_row_and_no_key_names_the_user(work: Works, redis_url: str) -> None:
    await lived(work, history(8))
    await work.rows("UPDATE ingest.outputs SET conversation_id = 'c'")
    falsify = "UPDATE neural.neural_model_scores SET score_sum = trunc(score_sum / 3) WHERE user_id = $1"
    await work.rows(falsify + " AND tenant_id = 'acme'", GONE)
    report = await work.rebuild.run(str(uuid4()))  # names cells that changed, and leaves a retired version
    assert GONE in str(report)
    await work.estimates(user=GONE)
    await work.publish()
    assert await work.waiting() == 0
    assert len(await named(work, tenant="acme")) > 8
    await forget(work)
    await settled(work)
    async with work.world.connection.transaction():
        for part in ("recordings", "experiments"):
            await work.rows("UPDATE ingest.erasures SET parts_done = parts_done || $1::text", part)
        await work.rows("UPDATE ingest.erasures SET user_id = ''")
    assert await named(work, tenant="acme") == []
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        keys = [key async for key in client.scan_iter("*acme*")]
        assert keys
        assert [key for key in keys if GONE.encode() in key] == []
    assert await named(work, tenant="globex") != []


async def named(work: Works, tenant: str = "acme") -> list[str]:
    """Returns the tables any of whose rows name the user, in whatever column."""
    tables = await work.rows(
        "SELECT c.oid::regclass::text AS name, EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid"
        " AND a.attname = 'tenant_id') AS tenants FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'r' AND n.nspname IN ('ingest', 'neural', 'experiments', 'voice', 'public')"
    )
    assert len(tables) > 40
    found = []
    for table in tables:
        where = f"t::text LIKE '%{GONE}%' OR t::text LIKE '%{GONE.encode().hex()}%'"
        if table["tenants"]:
            where = f"({where}) AND tenant_id = '{tenant}'"
        if table["name"] != "ingest.erasures" and await work.number(
            f"SELECT count(*) FROM {table['name']} t WHERE {where}"
        ):
            found.append(table["name"])
    return found


async def test_decisions_that_are_written_late_are_not_written(work: Works) -> None:
    log = DecisionLog(work.database, 10)
    recommender = Recommender(work.table(), log, RecommendSettings())
    await work.world.liked("m0", [1], "bob")
    await work.publish()
    demand = Demand(user_id=GONE, task_type="chat", domain_mode="general", candidates=("m0",))
    for tenant in ("acme", "globex"):
        await recommender.decide(tenant, b"question", demand)
    await recommender.decide("acme", b"another", replace(demand, user_id="bob"))
    await forget(work)
    await settled(work)
    await log.write()
    query = "SELECT tenant_id, user_id FROM neural.neural_routing_recommendations ORDER BY 1, 2"
    assert [tuple(row) for row in await work.rows(query)] == [("acme", "bob"), ("globex", GONE)]
    await work.rows("UPDATE ingest.erasures SET asked_at = asked_at - interval '1 minute'")
    await recommender.decide("acme", b"question", demand)  # a new user
    await log.write()
    assert len(await work.rows(query)) == 3
