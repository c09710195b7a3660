"""Latest scores of each model by context, the input of the drift detector."""

from __future__ import annotations

from collections.abc import Sequence

from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries
from neural.domain.fixed_point import mean
from neural.domain.model import Contribution

_SQL = load_queries("neural", "drift.sql")


async def update_recent_scores(
    connection: Connection, removed: Sequence[Contribution], added: Sequence[Contribution]
) -> None:
    """Stores the scores of added units and deletes those of removed ones, in the transaction that learns them."""
    replaced = {unit.key for unit in added}
    deleted = [unit for unit in removed if unit.key not in replaced]
    if deleted:
        await connection.execute(_SQL["delete_recent_scores"], *_columns(deleted))
    if added:
        scores = [mean(unit.score_sum, unit.evidence) for unit in added for _ in set(unit.models)]
        await connection.execute(_SQL["upsert_recent_scores"], *_columns(added), scores)


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
