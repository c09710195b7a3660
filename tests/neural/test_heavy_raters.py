"""Nobody's voice is more than a tenth of a cell, or 20 units, once twenty people speak."""

from __future__ import annotations

import pytest

from neural.domain.model import Scope
from neural.queries.scores import Scores, Wanted
from tests.neural.history import exact, run_id
from tests.neural.works import Works


async def crowd(work: Works, people: int, loud: int) -> None:
    """Lets people dislike a model ten times each, and one like it as often as it takes."""
    for person in range(people):
        await work.world.liked("m", [-1] * 10, f"person-{person}")
    await work.world.liked("m", [1] * loud, "loud")
    await work.learn()


async def seen(work: Works) -> tuple[float, float]:
    """Returns evidence and score of the board of the tenant, at the age at which they were given."""
    row = (await work.board()).rows["m"]
    return row.evidence, row.score


async def test_one_loud_voice_counts_for_a_tenth(work: Works) -> None:
    await crowd(work, 20, 200)  # 400 units, of which a tenth is 40
    evidence, score = await seen(work)
    assert score == pytest.approx(40 / 240, abs=1e-6)  # the others say 0
    whole = (await work.board("loud")).rows["m"]
    assert whole.evidence == pytest.approx(evidence / 240 * 200, rel=1e-3)
    listed = await Scores(work.database, 0.5).page(Wanted(scope=Scope.TENANT, tenant_id="acme"), ("", "", ""), 5)
    (page,) = listed.scores
    assert page.score == pytest.approx(score, abs=1e-6)
    assert page.counts["positive_count"] == 200
    await exact(work)


async def test_it_is_lifted_when_it_is_taken_back(work: Works) -> None:
    await crowd(work, 20, 60)
    assert await work.number("SELECT count(*) FROM neural.heavy_raters") == 3
    loud = [
        row["output_id"] for row in await work.rows("SELECT output_id FROM ingest.explicit_feedback WHERE rating = 1")
    ]
    for output in loud[:45]:
        await work.world.retract(output, "loud", 5)
    await work.learn()
    assert await work.number("SELECT count(*) FROM neural.heavy_raters") == 0
    assert (await seen(work))[1] == pytest.approx(15 / 215, abs=1e-6)
    await exact(work)


async def test_few_people_are_not_limited(work: Works) -> None:
    await crowd(work, 10, 200)
    assert (await seen(work))[1] == pytest.approx(200 / 300, abs=1e-6)


async def test_a_rebuild_limits_the_same(work: Works) -> None:
    await crowd(work, 20, 200)
    before = await work.rows("SELECT tenant_id, task_type, user_id, evidence FROM neural.heavy_raters ORDER BY 1, 2, 3")
    score = (await seen(work))[1]
    report = await work.rebuild.run(run_id())
    query = (
        "SELECT tenant_id, task_type, user_id, evidence FROM neural.heavy_raters WHERE version = $1 ORDER BY 1, 2, 3"
    )
    assert await work.rows(query, report["table_version"]) == before
    assert (await seen(work))[1] == pytest.approx(score, abs=1e-9)
