"""Hash chain of a tenant's audit log, computed from its entries without functions of the database."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import asyncpg

from kit.postgres.pool import Database
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "audit.sql")
_SESSION = load_queries("ingest", "session.sql")

VERIFY_S_MAX = 600.0
"""Longest duration of a verification."""
PAGE_ENTRIES = 500


def entry_hash(previous: bytes, tenant: str, row: asyncpg.Record) -> bytes:
    """Returns SHA-256 over the previous hash and an entry: the text of a JSON array as PostgreSQL prints jsonb."""
    values = (tenant, row["sequence"], row["service"], row["actor"], row["action"], row["target"], row["reason"])
    texts = [json.dumps(value, ensure_ascii=False) for value in values]
    text = f"[{', '.join([*texts, row['detail'], str(row['time_us'])])}]"
    return hashlib.sha256(previous + text.encode()).digest()


@dataclass(slots=True)
class Chain:
    """Result of the computation."""

    tenant: str
    wanted: Collection[int] = ()
    """Sequence numbers whose hashes are kept."""
    entries: int = 0
    first_invalid: int = 0
    """Number of the first entry that does not follow its predecessor; 0 if all do."""
    last: int = 0
    """Number of the last entry."""
    last_hash: bytes = b""
    head: int = 0
    """Number of the last entry by the recorded end of the chain."""
    head_hash: bytes = b""
    hashes: dict[int, bytes] = field(default_factory=dict)
    """Hashes of the wanted entries that exist."""

    @property
    def missing_end(self) -> int:
        """Number of the first entry that the recorded end has and the log does not have; 0 if they agree."""
        if self.head > self.last:
            return self.last + 1
        return 0 if (self.head, self.head_hash) == (self.last, self.last_hash) else max(self.last, 1)

    def add(self, rows: Sequence[asyncpg.Record]) -> None:
        """Adds the next entries in order."""
        for row in rows:
            self.entries += 1
            is_valid = row["sequence"] == self.entries and row["hash"] == entry_hash(self.last_hash, self.tenant, row)
            if not is_valid and not self.first_invalid:
                self.first_invalid = row["sequence"]
            self.last, self.last_hash = row["sequence"], row["hash"]
            if self.last in self.wanted:
                self.hashes[self.last] = self.last_hash


async def compute_chain(database: Database, tenant: str, wanted: Collection[int] = ()) -> Chain:
    """Recomputes all hashes of a tenant's log in one snapshot. Later entries are not included."""
    chain = Chain(tenant, frozenset(wanted))
    async with database.tenant(tenant) as connection:
        await connection.execute(_SESSION["disable_statement_timeout"])
        async with asyncio.timeout(VERIFY_S_MAX):
            cursor = await connection.cursor(_SQL["audit_chain"], tenant)
            while rows := await cursor.fetch(PAGE_ENTRIES):
                chain.head, chain.head_hash = rows[0]["head"] or 0, rows[0]["head_hash"] or b""
                chain.add([row for row in rows if row["sequence"] is not None])
    return chain
