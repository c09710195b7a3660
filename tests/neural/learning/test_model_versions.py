"""Versions of one model: a version loses evidence only when a newer one has replaced it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.neural.fixtures.feedback import YESTERDAY
from tests.neural.fixtures.stack import LearningStack, open_stack

pytestmark = pytest.mark.server

_MINUTE = timedelta(minutes=1)


@pytest.fixture
async def stack(database_url: str, redis_url: str) -> AsyncIterator[LearningStack]:
    async with open_stack(database_url, redis_url) as opened:
        await opened.feedback.trust_all("u")
        yield opened


async def test_alternating_versions_keep_all_evidence_of_both(stack: LearningStack) -> None:
    for index in range(10):
        await stack.feedback.rate("m", [1], versions=["v1"], at=YESTERDAY + 2 * index * _MINUTE)
        await stack.feedback.rate("m", [-1], versions=["v2"], at=YESTERDAY + (2 * index + 1) * _MINUTE)
    await stack.learn()
    row = (await stack.board()).rows["m"]
    assert row.score == pytest.approx(0.5, abs=0.01)
    assert row.evidence == pytest.approx(20, rel=0.1)


async def test_version_still_in_use_keeps_its_evidence_after_late_output(stack: LearningStack) -> None:
    await stack.feedback.rate("m", [1] * 4, versions=["v1"], at=YESTERDAY - timedelta(hours=2))
    await stack.feedback.rate("m", [-1] * 4, versions=["v2"], at=YESTERDAY)
    await stack.learn()
    replaced = (await stack.board()).rows["m"]
    assert replaced.score == pytest.approx(1 / 3, abs=0.01)
    await stack.feedback.manifest("late", "m", versions=["v1"], at=YESTERDAY + timedelta(hours=1))
    await stack.learn()
    beside = (await stack.board()).rows["m"]
    assert beside.score == pytest.approx(0.5, abs=0.01)
    assert beside.evidence > replaced.evidence
    assert (await stack.board()).revision > "0"


async def test_version_out_of_use_for_a_week_is_replaced_despite_overlap(stack: LearningStack) -> None:
    for days, version, rating in ((20, "v1", 1), (19, "v2", -1), (18, "v1", 1), (2, "v2", -1)):
        await stack.feedback.rate("m", [rating], versions=[version], at=YESTERDAY - timedelta(days=days))
    await stack.learn()
    assert (await stack.board()).rows["m"].score < 0.4


async def test_end_of_overlap_without_new_feedback_publishes_board(stack: LearningStack) -> None:
    await stack.feedback.rate("m", [1], versions=["v1"], at=YESTERDAY - timedelta(hours=1))
    await stack.feedback.rate("m", [-1], versions=["v2"], at=YESTERDAY)
    await stack.publish()
    before = (await stack.board()).revision
    await stack.feedback.manifest("again", "m", versions=["v2"], at=YESTERDAY + timedelta(hours=1))
    await stack.publish()
    assert (await stack.board()).revision == before  # the order of the versions is the same
    await stack.feedback.manifest("late", "m", versions=["v1"], at=YESTERDAY + timedelta(hours=2))
    await stack.publish()
    assert (await stack.board()).revision > before


async def test_rebuild_fills_in_unknown_ends_of_versions(stack: LearningStack) -> None:
    for index, version in enumerate(("v1", "v2", "v1", "v2")):
        rating = 1 if version == "v1" else -1
        await stack.feedback.rate("m", [rating], versions=[version], at=YESTERDAY + index * _MINUTE)
    await stack.learn()
    await stack.rows("UPDATE neural.model_versions SET last_output_at = NULL")  # as an earlier release stored them
    assert (await stack.board()).rows["m"].score == pytest.approx(1 / 3, abs=0.01)
    await stack.rebuild.run(str(uuid4()))
    assert (await stack.board()).rows["m"].score == pytest.approx(0.5, abs=0.01)


_OUTPUTS = (("v1", 0, 1), ("v2", 1, -1), ("v1", 2, 1), ("v3", 5, 1), ("v2", 400, -1), ("v3", 401, 1))
"""Version, hours after the first output, and rating."""


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(len(_OUTPUTS))), pauses=st.sets(st.integers(0, len(_OUTPUTS))))
async def test_weights_of_versions_do_not_depend_on_order_of_arrival(
    stack: LearningStack, order: list[int], pauses: set[int]
) -> None:
    tenant = f"t{uuid4().hex[:12]}"
    feedback = stack.feedback.for_tenant(tenant)
    await feedback.trust_all("u")
    begin = YESTERDAY - timedelta(hours=401)
    for place, index in enumerate(order):
        version, hours, rating = _OUTPUTS[index]
        await feedback.rate("m", [rating], versions=[version], at=begin + timedelta(hours=hours))
        if place in pauses:
            await stack.learn()
    await stack.learn()
    row = (await stack.board(tenant=tenant)).rows["m"]
    spans = await stack.rows(
        "SELECT model_version, first_output_at, last_output_at FROM neural.model_versions WHERE tenant_id = $1"
        " ORDER BY model_version",
        tenant,
    )
    periods = [[(each[name] - begin) / timedelta(hours=1) for name in (1, 2)] for each in spans]
    assert periods == [[0, 2], [1, 400], [5, 401]]
    weights = {"v1": 0.5, "v2": 1.0, "v3": 1.0}  # v2 and v3 are in use; v1 was last used a week before both
    decay = {index: 2 ** (-(24 * 30 - hours) / (24 * 30)) for index, (_, hours, _) in enumerate(_OUTPUTS)}
    parts = [weights[version] * decay[index] for index, (version, _, _) in enumerate(_OUTPUTS)]
    good = sum(part for part, (_, _, rating) in zip(parts, _OUTPUTS, strict=True) if rating > 0)
    assert row.score == pytest.approx(good / sum(parts), abs=1e-9)
