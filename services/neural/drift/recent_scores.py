"""The latest scores of each model in each context, where shifts of quality are looked for."""

from __future__ import annotations

from collections.abc import Sequence

from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries
from neural.domain.fixed_point import mean
from neural.domain.model import Contribution

_SQL = load_queries("neural", "learning.sql")


async def note_recent(connection: Connection, gone: Sequence[Contribution], come: Sequence[Contribution]) -> None:
    """Notes the scores of units that came, and drops those that went; in the transaction that learns them."""
    again = {unit.key for unit in come}
    forgotten = [unit for unit in gone if unit.key not in again]
    if forgotten:
        await connection.execute(_SQL["forget_recent"], *_columns(forgotten))
    if come:
        scores = [mean(unit.score_sum, unit.evidence) for unit in come for _ in set(unit.models)]
        await connection.execute(_SQL["note_recent"], *_columns(come), scores)


def _columns(units: Sequence[Contribution]) -> tuple[list[object], ...]:
    rows = [
        (
            unit.key.tenant_id,
            unit.task_type,
            unit.domain_mode,
            model,
            unit.created_at,
            unit.key.output_id,
            unit.key.user_id,
        )
        for unit in units
        for model in dict.fromkeys(unit.models)
    ]
    return tuple(list(column) for column in zip(*rows, strict=True))
