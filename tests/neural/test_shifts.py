"""Shifts of quality: seen soon, seldom where there is none, whatever order feedback comes in."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural.domain.drift import AFTER_MIN, BEFORE_MIN, WINDOW, find_shift
from neural.domain.model import BoardKey
from neural.drift.detector import Shifting
from neural.rebuild.rebuild import Rebuild
from tests.neural.history import exact, run_id
from tests.neural.works import Works, quiet
from tests.neural.world import World


def scores(seed: int, *parts: tuple[int, float]) -> list[float]:
    """Draws thumbs with noise: so many, with such a share of thumbs up."""
    chance = np.random.default_rng(seed)
    drawn = [chance.random(count) < share for count, share in parts]
    return [float(each) for part in drawn for each in part]


@pytest.mark.parametrize(("before", "after"), [(0.9, 0.3), (0.3, 0.9), (0.8, 0.3)])
def test_a_great_shift_is_found_within_sixty_scores(before: float, after: float) -> None:
    delays = []
    for seed in range(200):
        said = scores(seed, (200, before), (60, after))
        found = (count for count in range(201, 261) if find_shift(said[:count]))
        delays.append(next(found, 300) - 200)
    assert np.quantile(delays, 0.95) <= 60
    assert np.median(delays) <= 30


def test_steady_quality_seldom_alarms() -> None:
    alarms = 0
    for seed in range(20):
        share = np.random.default_rng(seed).uniform(0.3, 0.95)
        said, start = scores(seed, (1500, float(share))), 0
        for count in range(BEFORE_MIN + AFTER_MIN, len(said)):
            if find_shift(said[max(start, count - WINDOW) : count]):
                alarms, start = alarms + 1, count
    assert alarms <= 3


def test_the_place_is_near_the_truth() -> None:
    places = [found.place for seed in range(100) if (found := find_shift(scores(seed, (200, 0.9), (50, 0.2))))]
    assert len(places) >= 95
    assert np.median(places) == pytest.approx(200, abs=3)


@given(st.lists(st.floats(0, 1), max_size=WINDOW))
def test_whatever_the_scores_both_sides_have_enough(said: list[float]) -> None:
    found = find_shift(said)
    if found is not None:
        assert BEFORE_MIN <= found.place <= len(said) - AFTER_MIN
        assert 0 <= found.before <= 1
        assert 0 <= found.after <= 1


KEY = BoardKey("acme", "", "chat", "general")
START = datetime.now(UTC) - timedelta(days=2)


async def told(world: World, number: int, rating: int, model: str = "m") -> None:
    """Records an output, a minute after the one before, and a vote on it."""
    name = f"{model}-{number}"
    await world.manifest(name, model, at=START + timedelta(minutes=number))
    await world.vote(name, rating, f"user-{number % 7}")


async def test_a_leader_that_falls_is_left(work: Works) -> None:
    chance = random.Random(5)
    for number in range(120):
        await told(work.world, number, 1 if chance.random() < 0.95 else -1)
        if number % 3 == 0:
            await told(work.world, number, 1 if chance.random() < 0.7 else -1, "n")
    await work.publish()
    shifting = Shifting(work.database, quiet)
    shifting.note([KEY])
    assert await shifting.look() == 1
    assert await work.number("SELECT count(*) FROM neural.quality_shifts") == 0
    assert (await work.estimates())["m"].mean > (await work.estimates())["n"].mean
    for number in range(120, 150):
        await told(work.world, number, 1 if chance.random() < 0.1 else -1)
    await work.publish()
    before = (await work.board()).rows["m"].evidence
    shifting.note([KEY])
    await shifting.look()
    (row,) = await work.rows("SELECT * FROM neural.quality_shifts")
    assert (row["tenant_id"], row["task_type"], row["domain_mode"], row["model"]) == ("acme", "chat", "general", "m")
    assert abs(row["shifted_at"] - (START + timedelta(minutes=120))) <= timedelta(minutes=5)
    assert row["mean_before"] > 0.8 > 0.3 > row["mean_after"]
    await work.publish()
    assert (await work.board()).rows["m"].evidence < before / 2
    assert (await work.estimates())["m"].mean < (await work.estimates())["n"].mean
    await exact(work)
    cells = await work.cells()
    report = await Rebuild(work.database, work.settings, quiet).run(run_id())
    assert report["changed_cells"] == 0
    assert await work.cells() == cells


async def test_late_feedback_of_before_belongs_to_before(work: Works) -> None:
    for number in range(60):
        await told(work.world, number, 1)
    await work.rows(
        "INSERT INTO neural.quality_shifts VALUES ('acme', 'chat', 'general', 'm', $1, now(), 1, 0),"
        " ('globex', 'chat', 'general', 'm', $1, now(), 1, 0)",
        START + timedelta(minutes=30),
    )
    await work.learn()
    await told(work.world, -1, -1)
    await work.world.vote("m-40", -1, "late")
    await work.learn()
    rows = await work.rows(
        "SELECT epoch, total_count FROM neural.neural_model_scores"
        " WHERE user_id = '' AND domain_mode <> '' ORDER BY epoch"
    )
    assert [tuple(row) for row in rows] == [(0, 31), (1, 31)]
    await exact(work)
    other = work.world.of("hooli")
    await other.manifest("x", "m", at=START + timedelta(minutes=40))
    await other.vote("x", 1, "u")
    await work.learn()
    assert await work.number("SELECT max(epoch) FROM neural.neural_model_scores WHERE tenant_id = 'hooli'") == 0


async def test_two_processes_begin_one_epoch(work: Works) -> None:
    for number in range(150):
        await told(work.world, number, 1 if number < 120 else -1)
    await work.publish()
    first, second = Shifting(work.database, quiet), Shifting(work.database, quiet)
    for each in (first, second):
        each.note([KEY, KEY])
    await asyncio.gather(first.look(), second.look())
    await first.look()
    assert await work.number("SELECT count(*) FROM neural.quality_shifts") == 1


async def test_old_scores_are_pruned(work: Works) -> None:
    for number in range(WINDOW + 30):
        await told(work.world, number, 1)
    await work.publish()
    shifting = Shifting(work.database, quiet)
    shifting.note([KEY])
    await shifting.look()
    assert await work.number("SELECT count(*) FROM neural.recent_units") <= WINDOW + 1
