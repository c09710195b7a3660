"""LearnOutput: learns one output immediately and returns the contributions of its feedback."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from kit.errors import NotFound, Unavailable
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from neural.domain.model import LearningMode, UnitFacts, UnitKey
from neural.domain.scoring import UnitScore, score_unit
from neural.learning.learner import Learner
from neural.learning.unit_facts import key_columns, read_facts
from neural.store.access import LEARNER
from neural.store.versions import live_and_building

_SQL = load_queries("neural", "learning.sql")

RATERS_MAX = 10_000
TIMEOUT_S = 5.0
POLL_INTERVAL_S = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedOutput:
    """Contributions of the feedback on one output."""

    has_manifest: bool
    mode: LearningMode
    units: Sequence[tuple[UnitFacts, UnitScore]]


async def learn_output(database: Database, learner: Learner, tenant: str, output_id: str) -> LearnedOutput:
    """Learns the feedback of at most 10,000 raters on an output and returns its contributions.

    Raises NotFound (OUTPUT_UNKNOWN) for an output without manifest and feedback, Unavailable (LEARNER_BEHIND) if the
    output is not learned within 5 s.
    """
    async with database.as_role(LEARNER) as connection:
        has_manifest = await connection.fetchval(_SQL["output_has_manifest"], tenant, output_id)
        rows = await connection.fetch(_SQL["raters_of_output"], tenant, output_id, RATERS_MAX)
        units = [UnitKey(tenant, output_id, row["user_id"]) for row in rows]
        if not has_manifest and not units:
            message = "The output has neither a manifest nor feedback. Check output_id."
            raise NotFound(message, reason="OUTPUT_UNKNOWN")
        await connection.execute(_SQL["enqueue_units"], *key_columns(units))
    await _wait_until_learned(database, learner, tenant, output_id)
    async with database.as_role(LEARNER) as connection:
        live, _ = await live_and_building(connection)
        facts = await read_facts(connection, units)
    scored = [(each, score) for each in facts if (score := score_unit(each)) is not None]
    return LearnedOutput(has_manifest=has_manifest, mode=live.mode, units=scored)


async def _wait_until_learned(database: Database, learner: Learner, tenant: str, output_id: str) -> None:
    try:
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                await learner.step()
                async with database.as_role(LEARNER) as connection:
                    if not await connection.fetchval(_SQL["output_is_queued"], tenant, output_id):
                        return
                await asyncio.sleep(POLL_INTERVAL_S)
    except TimeoutError:
        message = "The output was not learned within 5 s. Retry later."
        raise Unavailable(message, reason="LEARNER_BEHIND") from None
