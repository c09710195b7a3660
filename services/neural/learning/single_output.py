"""LearnOutput: learns one output at once and shows what it contributes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from kit.errors import NotFound, Unavailable
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from neural.domain.model import LearningMode, UnitFacts, UnitKey
from neural.domain.scoring import UnitScore, score_unit
from neural.learning.apply import columns, read_facts
from neural.learning.learner import Learner
from neural.rebuild.versions import as_learner, live_and_building

_SQL = load_queries("neural", "learning.sql")

RATERS_MAX = 10_000
WAIT_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the feedback on one output contributes."""

    manifest_known: bool
    mode: LearningMode
    units: Sequence[tuple[UnitFacts, UnitScore]]


async def learn_output(database: Database, learner: Learner, tenant: str, output_id: str) -> Shown:
    """Learns an output's feedback now and shows it; at most 10,000 raters.

    Raises NotFound for an output of which nothing is known, Unavailable when it is not learned within 5 seconds.
    """
    async with as_learner(database) as connection:
        known = await connection.fetchval(_SQL["output_has_manifest"], tenant, output_id)
        rows = await connection.fetch(_SQL["tenant_raw_outputs"], tenant, output_id, RATERS_MAX)
        units = [UnitKey(tenant, output_id, row["user_id"]) for row in rows]
        if not known and not units:
            raise NotFound("No manifest and no feedback is known of that output.", reason="OUTPUT_UNKNOWN")
        await connection.execute(_SQL["enqueue_units"], *columns(units))
    await _learned(database, learner, tenant, output_id)
    async with as_learner(database) as connection:
        live, _ = await live_and_building(connection)
        facts = await read_facts(connection, units)
    scored = [(each, score) for each in facts if (score := score_unit(each)) is not None]
    return Shown(manifest_known=known, mode=live.mode, units=scored)


async def _learned(database: Database, learner: Learner, tenant: str, output_id: str) -> None:
    try:
        async with asyncio.timeout(WAIT_S):
            while True:
                await learner.step()
                async with as_learner(database) as connection:
                    if not await connection.fetchval(_SQL["output_pending"], tenant, output_id):
                        return
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise Unavailable("The learner is behind.", reason="LEARNER_BEHIND") from None
