"""Rounds of judging on a real database: trust applies to all that was said before, and equals a rebuild."""

from __future__ import annotations

import asyncio
import random
import uuid

import asyncpg
import pytest

from neural.trust import rounds as trusting
from neural.trust.rounds import Round, Trusting
from tests.neural.history import exact
from tests.neural.works import Works, quiet
from tests.neural.world import World

GOOD, BAD = ("m0", "m1"), ("m2", "m3")


async def crowd(world: World, people: int, votes: int, liar: str = "") -> None:
    """Lets people agree on which models are good, and one of them say the opposite."""
    chance = random.Random(people * votes)
    for number in range(people):
        user = f"user{number:02}"
        for _ in range(votes):
            model = chance.choice(GOOD + BAD)
            output = str(uuid.uuid4())
            await world.manifest(output, model)
            fine = chance.random() < (0.9 if model in GOOD else 0.15)
            await world.vote(output, 1 if fine else -1, user)
    for number in range(60 if liar else 0):
        await world.liked((GOOD + BAD)[number % 4], [-1 if number % 4 < 2 else 1], liar)


async def trusts(work: Works, tenant: str = "acme") -> dict[str, float]:
    """Returns what is held of each rater."""
    rows = await work.rows("SELECT user_id, trust FROM neural.user_trust_scores WHERE tenant_id = $1", tenant)
    return {row["user_id"]: row["trust"] for row in rows}


async def test_trust_applies_to_what_was_said_before(work: Works) -> None:
    await crowd(work.world, 8, 10, "liar")
    await work.publish()
    before = await work.estimates()
    found = await Trusting(work.database, work.learner.wake).recompute()
    assert found == Round(9, 1)
    held = await trusts(work)
    assert held.pop("liar") == 0.1
    assert set(held.values()) == {1.0}
    assert await work.waiting() == 60
    await work.publish()
    await exact(work)
    after = await work.estimates()
    assert after["m0"].mean > before["m0"].mean + 0.05
    assert after["m2"].mean < before["m2"].mean - 0.05
    cells = await work.cells()
    assert (await work.rebuild.run(str(uuid.uuid4())))["changed_cells"] == 0
    assert await work.cells() == cells


async def test_a_round_without_news_changes_nothing(work: Works) -> None:
    await crowd(work.world, 8, 10, "liar")
    await work.learn()
    rounds = Trusting(work.database, quiet)
    await rounds.recompute()
    await work.learn()
    when = await work.rows("SELECT user_id, updated_at FROM neural.user_trust_scores ORDER BY user_id")
    assert await rounds.recompute() == Round(9, 0)
    assert await work.waiting() == 0
    assert await work.rows("SELECT user_id, updated_at FROM neural.user_trust_scores ORDER BY user_id") == when


async def test_a_liar_who_takes_it_back_is_trusted_again(work: Works) -> None:
    await crowd(work.world, 8, 10, "liar")
    await work.learn()
    rounds = Trusting(work.database, quiet)
    await rounds.recompute()
    for row in await work.rows("SELECT output_id FROM ingest.explicit_feedback WHERE user_id = 'liar'"):
        await work.world.retract(row["output_id"], "liar", 5)
    await work.learn()
    assert await rounds.recompute() == Round(9, 1)
    assert (await trusts(work))["liar"] == 1.0


async def test_pages_and_tenants(work: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trusting, "RATERS_A_PAGE", 2)
    await crowd(work.world, 5, 3)
    await crowd(work.world.of("globex"), 4, 3)
    await work.learn()
    rounds = Trusting(work.database, quiet)
    assert await rounds.recompute() == Round(9, 0)
    assert (len(await trusts(work)), len(await trusts(work, "globex"))) == (5, 4)
    moment = (await work.rows("SELECT now()"))[0][0]
    await work.world.liked("m0", [1], "new")
    await work.learn()
    assert await rounds.recompute(moment) == Round(6, 0)


async def test_one_round_at_a_time(work: Works) -> None:
    async with work.database.connection() as holder:
        await holder.fetchval("SELECT pg_advisory_lock(72005, 0)")
        assert await Trusting(work.database, quiet).recompute() is None
        await holder.fetchval("SELECT pg_advisory_unlock(72005, 0)")
    assert await Trusting(work.database, quiet).recompute() == Round(0, 0)


async def test_trust_that_changes_while_feedback_is_learned(work: Works) -> None:
    await crowd(work.world, 8, 10, "liar")
    await work.learn()
    done = asyncio.Event()
    connection = await asyncpg.connect(work.database_url)

    async def talk() -> None:
        world, number = World(connection), 0
        while not done.is_set():
            await world.liked((GOOD + BAD)[number % 4], [-1 if number % 4 < 2 else 1], "liar")
            number += 1

    async def learn() -> None:
        while not done.is_set():
            await work.learner.step()

    workers = [asyncio.create_task(each()) for each in (talk, learn)]
    try:
        rounds = Trusting(work.database, quiet)
        for trust in (0.1, 0.9, 0.2, 0.8):
            await work.rows("UPDATE neural.user_trust_scores SET trust = $1 WHERE user_id = 'liar'", trust)
            assert await rounds.recompute() is not None
            await asyncio.sleep(0.1)
    finally:
        done.set()
        await asyncio.gather(*workers)
        await connection.close()
    assert (await trusts(work))["liar"] == 0.1
    await rounds.recompute()
    await work.learn()
    await exact(work)
