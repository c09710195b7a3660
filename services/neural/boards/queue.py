"""Queue of boards that changed and are to be published. Rows are written in the transaction of the change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries
from neural.domain.model import BoardKey, ScoreVersion

_SQL = load_queries("neural", "boards.sql")


async def enqueue_boards(connection: Connection, version: ScoreVersion, boards: Iterable[BoardKey]) -> None:
    """Queues boards for publication."""
    keys = sorted(boards)
    if keys:
        columns = [[getattr(key, name) for key in keys] for name in BoardKey.__slots__]
        await connection.execute(_SQL["enqueue_boards"], version.number, *columns)


async def enqueue_boards_of_models(
    connection: Connection, version: ScoreVersion, models: Sequence[tuple[str, str]]
) -> None:
    """Queues all boards with a row of one of the models, given as (tenant, model)."""
    columns = [tenant for tenant, _ in models], [model for _, model in models]
    await connection.execute(_SQL["enqueue_boards_of_models"], version.number, *columns)


async def increment_revisions(connection: Connection, tenants: Iterable[str]) -> None:
    """Marks the boards of tenants as changed by something other than their cells."""
    await connection.execute(_SQL["increment_board_revisions"], sorted(tenants))
