"""Comparison of the stored facts with the ledger: every acknowledged fact is stored once, and nothing else is."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from bench.resilience.chaos.record.examples import Examples
from bench.resilience.chaos.record.ledger import SQL as LEDGER_SQL
from bench.resilience.chaos.record.ledger import Ledger, digest
from bench.resilience.chaos.record.queries import SQL
from kit.errors import NotFound
from kit.objects import ObjectStore, open_store

PAGE_ROWS = 5_000
Row = tuple[Any, ...]


@dataclass(slots=True)
class Findings:
    """Differences between the database and the ledger. All are empty after a correct run."""

    lost: Examples = field(default_factory=Examples)
    """Acknowledged facts that are not stored."""
    duplicated: Examples = field(default_factory=Examples)
    """Facts that are stored more than once, and recordings that were processed more than once."""
    unexpected: Examples = field(default_factory=Examples)
    """Stored facts that were not sent, or that differ from those sent."""
    unprocessed: Examples = field(default_factory=Examples)
    """Recordings that failed or still wait."""
    counts: Counter[str] = field(default_factory=Counter)
    """Number of compared facts by kind."""


async def wait_until_empty(url: str, query: str, seconds_max: float) -> float:
    """Waits until the query returns 0 and returns the seconds it took. Raises TimeoutError after `seconds_max`."""
    clock = asyncio.get_running_loop().time
    begun = clock()
    connection = await asyncpg.connect(url)
    try:
        async with asyncio.timeout(seconds_max):
            while True:
                if await connection.fetchval(SQL[query]) == 0:
                    return clock() - begun
                await asyncio.sleep(0.1)
    finally:
        await connection.close()


async def compare(url: str, ledger: Ledger, audio_url: str = "") -> Findings:
    """Compares the stored facts with the sent and the acknowledged ones.

    Recordings are compared if `audio_url`, the folder of their audio, is given. Rows are read in pages, and compared
    in the file of the ledger.
    """
    found = Findings()
    ledger.forget_stored()
    connection = await asyncpg.connect(url)
    try:
        if stray := await connection.fetchval(SQL["stray_manifests"]):
            found.unexpected.add(f"{stray} manifests without output")
        await _load(connection, ledger, "outputs", "stored_names", lambda r: ("outputs", r[0], r[1], r[2]))
        await _load(connection, ledger, "marks", "stored_names", lambda r: ("signals", r[0], r[1], r[2]))
        await _load(connection, ledger, "votes", "stored_votes", lambda r: (*r[:3], r[4], r[5], r[3]))
        await _load(connection, ledger, "withdrawals", "stored_withdrawals", tuple)
        await _load(connection, ledger, "requests", "stored_requests", lambda r: (*r[:3], digest(r[3])))
        if audio_url:
            await _load_recordings(connection, ledger, open_store(audio_url))
    finally:
        await connection.close()
    for kind, findings in (("lost", found.lost), ("duplicated", found.duplicated), ("unexpected", found.unexpected)):
        for query in (name for name in LEDGER_SQL if name.startswith(f"{kind}_")):
            if audio_url or not query.endswith("_recordings"):
                findings.extend(row[0] for row in ledger.file.execute(LEDGER_SQL[query]))
    if audio_url:
        found.unprocessed.extend(row[0] for row in ledger.file.execute(LEDGER_SQL["unprocessed_recordings"]))
    found.counts.update(dict(ledger.file.execute(LEDGER_SQL["counts"]).fetchall()))
    return found


async def _load(
    connection: asyncpg.Connection, ledger: Ledger, query: str, table: str, values: Callable[[Row], Row]
) -> None:
    """Copies the rows of a query to a table of the ledger's file."""
    ledger_rows: list[Row] = []

    def write() -> None:
        if ledger_rows:
            places = ", ".join("?" * len(ledger_rows[0]))
            ledger.file.executemany(f"INSERT INTO {table} VALUES ({places})", ledger_rows)
            ledger_rows.clear()

    async with connection.transaction():
        async for row in connection.cursor(SQL[query], prefetch=PAGE_ROWS):
            ledger_rows.append(values(tuple(row)))
            if len(ledger_rows) >= PAGE_ROWS:
                write()
    write()


async def _load_recordings(connection: asyncpg.Connection, ledger: Ledger, audio: ObjectStore) -> None:
    rows: Sequence[asyncpg.Record] = await connection.fetch(SQL["recordings"])
    numbers = Counter((row["tenant_id"], row["voice_id"]) for row in rows)
    for row in rows:
        key = row["tenant_id"], row["voice_id"]
        values = (*key, row["output_id"], row["user_id"], row["status"], await _digest(audio, row["audio_key"]))
        ledger.file.execute(
            "INSERT OR IGNORE INTO stored_recordings VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*values, numbers[key], row["completions"]),
        )


async def _digest(audio: ObjectStore, key: str) -> bytes | None:
    """Returns the digest of an object as the ledger computes it; None if the object does not exist."""
    content = hashlib.blake2b(digest_size=16)
    try:
        async for chunk in audio.stream(key):
            content.update(chunk)
    except NotFound:
        return None
    return content.digest()
