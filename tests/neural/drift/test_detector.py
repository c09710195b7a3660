"""Drift detector: quality shifts in stored feedback start epochs."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta

from neural.domain.drift import WINDOW
from neural.domain.model import BoardKey
from neural.drift.detector import DriftDetector
from neural.rebuild.rebuild import Rebuild
from tests.neural.fixtures.feedback import FeedbackWriter
from tests.neural.fixtures.history import assert_cells_exact, new_run_id
from tests.neural.fixtures.stack import LearningStack, no_op

KEY = BoardKey("acme", "", "chat", "general")
START = datetime.now(UTC) - timedelta(days=2)


async def write_vote(feedback: FeedbackWriter, number: int, rating: int, model: str = "m") -> None:
    """Writes an output, one minute after the previous one, and a vote on it."""
    name = f"{model}-{number}"
    await feedback.manifest(name, model, at=START + timedelta(minutes=number))
    await feedback.vote(name, rating, f"user-{number % 7}")


async def test_detector_after_quality_drop_starts_epoch_and_lowers_estimate(stack: LearningStack) -> None:
    await stack.feedback.trust_all(*(f"user-{number}" for number in range(7)))
    chance = random.Random(5)
    for number in range(120):
        await write_vote(stack.feedback, number, 1 if chance.random() < 0.95 else -1)
        if number % 3 == 0:
            await write_vote(stack.feedback, number, 1 if chance.random() < 0.7 else -1, "n")
    await stack.publish()
    detector = DriftDetector(stack.database, no_op)
    detector.enqueue([KEY])
    assert await detector.step() == 1
    assert await stack.number("SELECT count(*) FROM neural.quality_shifts") == 0
    assert (await stack.estimates())["m"].mean > (await stack.estimates())["n"].mean
    for number in range(120, 150):
        await write_vote(stack.feedback, number, 1 if chance.random() < 0.1 else -1)
    await stack.publish()
    before = (await stack.board()).rows["m"].evidence
    detector.enqueue([KEY])
    await detector.step()
    (row,) = await stack.rows("SELECT * FROM neural.quality_shifts")
    assert (row["tenant_id"], row["task_type"], row["domain_mode"], row["model"]) == ("acme", "chat", "general", "m")
    assert abs(row["shifted_at"] - (START + timedelta(minutes=120))) <= timedelta(minutes=5)
    assert row["mean_before"] > 0.8 > 0.3 > row["mean_after"]
    await stack.publish()
    assert (await stack.board()).rows["m"].evidence < before / 2
    assert (await stack.estimates())["m"].mean < (await stack.estimates())["n"].mean
    await assert_cells_exact(stack)
    cells = await stack.cells()
    report = await Rebuild(stack.database, stack.settings, no_op).run(new_run_id())
    assert report["changed_cells"] == 0
    assert await stack.cells() == cells


async def test_late_feedback_is_added_to_epoch_of_its_output(stack: LearningStack) -> None:
    for number in range(60):
        await write_vote(stack.feedback, number, 1)
    await stack.rows(
        "INSERT INTO neural.quality_shifts VALUES ('acme', 'chat', 'general', 'm', $1, now(), 1, 0),"
        " ('globex', 'chat', 'general', 'm', $1, now(), 1, 0)",
        START + timedelta(minutes=30),
    )
    await stack.learn()
    await write_vote(stack.feedback, -1, -1)
    await stack.feedback.vote("m-40", -1, "late")
    await stack.learn()
    rows = await stack.rows(
        "SELECT epoch, total_count FROM neural.neural_model_scores"
        " WHERE user_id = '' AND domain_mode <> '' ORDER BY epoch"
    )
    assert [tuple(row) for row in rows] == [(0, 31), (1, 31)]
    await assert_cells_exact(stack)
    other = stack.feedback.for_tenant("hooli")
    await other.manifest("x", "m", at=START + timedelta(minutes=40))
    await other.vote("x", 1, "u")
    await stack.learn()
    assert await stack.number("SELECT max(epoch) FROM neural.neural_model_scores WHERE tenant_id = 'hooli'") == 0


async def test_concurrent_detectors_start_one_epoch(stack: LearningStack) -> None:
    for number in range(150):
        await write_vote(stack.feedback, number, 1 if number < 120 else -1)
    await stack.publish()
    first, second = DriftDetector(stack.database, no_op), DriftDetector(stack.database, no_op)
    for each in (first, second):
        each.enqueue([KEY, KEY])
    await asyncio.gather(first.step(), second.step())
    await first.step()
    assert await stack.number("SELECT count(*) FROM neural.quality_shifts") == 1


async def attack(stack: LearningStack, raters: int, votes_each: int) -> int:
    """Writes votes of 60 honest raters, then down votes of other raters. Returns the number of detected shifts."""
    chance = random.Random(6)
    for number in range(120):
        name = f"a-{number}"
        await stack.feedback.manifest(name, "m", at=START + timedelta(minutes=number))
        await stack.feedback.vote(name, 1 if chance.random() < 0.9 else -1, f"honest-{number % 60}")
    for number in range(raters * votes_each):
        name = f"b-{number}"
        await stack.feedback.manifest(name, "m", at=START + timedelta(minutes=120 + number))
        await stack.feedback.vote(name, -1, f"other-{number % raters}")
    await stack.publish()
    detector = DriftDetector(stack.database, no_op)
    detector.enqueue([KEY])
    await detector.step()
    return await stack.number("SELECT count(*) FROM neural.quality_shifts")


async def test_detector_after_50_votes_of_one_rater_starts_no_epoch(stack: LearningStack) -> None:
    assert await attack(stack, 1, 50) == 0


async def test_detector_after_votes_of_30_new_raters_starts_no_epoch(stack: LearningStack) -> None:
    assert await attack(stack, 30, 2) == 0


async def test_detector_tests_only_established_raters(stack: LearningStack) -> None:
    await stack.feedback.trust_all(*(f"honest-{number}" for number in range(60)))
    for number in range(WINDOW + 20):  # votes of new raters do not displace those of established ones
        await stack.feedback.manifest(f"c-{number}", "m", at=START + timedelta(minutes=2000 + number))
        await stack.feedback.vote(f"c-{number}", 1 if number % 2 else -1, f"new-{number % 40}")
    assert await attack(stack, 40, 3) == 0
    kept = "SELECT count(*) FROM neural.recent_units WHERE user_id "
    assert await stack.number(kept + "LIKE 'honest%'") == 120
    assert await stack.number(kept + "NOT LIKE 'honest%'") <= WINDOW + 1
    for number in range(40):
        await write_vote_of(stack.feedback, f"d-{number}", f"honest-{number}", 1500 + number)
    await stack.publish()
    detector = DriftDetector(stack.database, no_op)
    detector.enqueue([KEY])
    await detector.step()
    (shift,) = await stack.rows("SELECT * FROM neural.quality_shifts")
    assert shift["shifted_at"] >= START + timedelta(minutes=1400)


async def write_vote_of(feedback: FeedbackWriter, name: str, user: str, minute: int) -> None:
    """Writes an output and a down vote of a user on it."""
    await feedback.manifest(name, "m", at=START + timedelta(minutes=minute))
    await feedback.vote(name, -1, user)


async def test_detector_deletes_scores_outside_window(stack: LearningStack) -> None:
    for number in range(WINDOW + 30):
        await write_vote(stack.feedback, number, 1)
    await stack.publish()
    detector = DriftDetector(stack.database, no_op)
    detector.enqueue([KEY])
    await detector.step()
    assert await stack.number("SELECT count(*) FROM neural.recent_units") <= WINDOW + 1
