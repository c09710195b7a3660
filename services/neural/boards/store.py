"""Reads boards from the database."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import asyncpg

from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from neural.domain.boards import Companion, StoredBoard, VersionCell, assemble
from neural.domain.model import ANY, Board, BoardKey, LearningMode
from neural.store.access import LEARNER

_SQL = load_queries("neural", "boards.sql")

_EARLIEST = datetime.min.replace(tzinfo=UTC)


def _revision(rows: Sequence[asyncpg.Record]) -> str:
    """Returns version, board revision of the tenant and sum of the cells' revisions, as text of a fixed width."""
    cells = sum(row["revision"] or 0 for row in rows)
    return f"{rows[0]['version']:010d}{rows[0]['board_revision']:012d}{cells:018d}"


def _stored(key: BoardKey, rows: Sequence[asyncpg.Record]) -> StoredBoard:
    companions = defaultdict(list)
    for row in rows:
        if row["companions"] and row["model"] not in companions:
            for kind, name, evidence, score_sum in json.loads(row["companions"]):
                companions[row["model"]].append(Companion(kind, name, int(evidence), int(score_sum)))
    return StoredBoard(
        key=key,
        revision=_revision(rows),
        version=rows[0]["version"],
        half_life=timedelta(seconds=rows[0]["half_life_seconds"]),
        mode=LearningMode(rows[0]["mode"]),
        cells=[_cell(row) for row in rows if row["model"] is not None],
        companions=companions,
    )


def _cell(row: asyncpg.Record) -> VersionCell:
    first = row["first_output_at"]
    return VersionCell(
        model=row["model"],
        model_version=row["model_version"],
        first_output_at=first if isinstance(first, datetime) and first.tzinfo else _EARLIEST,
        last_output_at=row["last_output_at"],
        evidence=int(row["evidence"]),
        score_sum=int(row["score_sum"]),
        positive=row["positive_count"],
        negative=row["negative_count"],
        total=row["total_count"],
        epoch=row["epoch"],
    )


async def read_boards(
    connection: Connection, keys: Iterable[BoardKey], now: datetime, carry_over: float
) -> list[Board]:
    """Returns boards that the transaction may read. A board without cells is empty."""
    wanted = sorted(set(keys))
    boards: list[Board] = []
    of_tenants = [key for key in wanted if key.tenant_id != ANY], _SQL["boards"]
    of_global = [key for key in wanted if key.tenant_id == ANY], _SQL["global_boards"]
    for selected, query in (of_tenants, of_global):
        if not selected:
            continue
        columns = [[getattr(key, name) for key in selected] for name in BoardKey.__slots__]
        by_key: dict[BoardKey, list[asyncpg.Record]] = defaultdict(list)
        for row in await connection.fetch(query, *columns):
            by_key[BoardKey(*(row[name] for name in BoardKey.__slots__))].append(row)
        boards += [assemble(_stored(key, rows), now, carry_over) for key, rows in by_key.items()]
    return boards


class BoardStore:
    """Reads boards of a tenant with its row-level security, and global boards as the learner."""

    def __init__(self, database: Database, carry_over: float) -> None:
        self._database, self._carry_over = database, carry_over

    async def read(self, tenant: str, keys: Iterable[BoardKey]) -> list[Board]:
        """Returns the boards of the tenant and of the global scope. Boards of other tenants are left out."""
        wanted = list(keys)
        own = [key for key in wanted if key.tenant_id == tenant]
        shared = [key for key in wanted if key.tenant_id == ANY]
        now = datetime.now(UTC)
        boards: list[Board] = []
        if own:
            async with self._database.tenant(tenant) as connection:
                boards += await read_boards(connection, own, now, self._carry_over)
        if shared:
            async with self._database.as_role(LEARNER) as connection:
                boards += await read_boards(connection, shared, now, self._carry_over)
        return boards
