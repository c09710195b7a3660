"""Stores the signals of a group of writes with one statement and finds the duplicates among them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from ingest.domain.model import SENTIMENTS, SignalColumns, Write, WriteResult
from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries
from kit.telemetry.metrics import Counter

_SQL = load_queries("ingest", "writes.sql")
INSERT_NEW = _SQL["insert_signals"].replace("ON CONFLICT DO NOTHING", "")
"""The query `insert_signals` without ON CONFLICT. It fails on the first duplicate."""

SEPARATOR = "\x1f"
"""Separates the values of a column. The API allows no control characters in names, and JSON escapes them."""
OPTIMISTIC_MIN = 50
"""Smallest group that is first inserted without a check for duplicates."""
_SENTIMENT_TEXTS = {sentiment: str(sentiment) for sentiment in SENTIMENTS.values()}
REPEATED = Counter(
    "radiant_ingest_groups_with_repeats_total",
    "Groups of signals that were stored a second time because they contained duplicates.",
)


async def store_signals(
    connection: Connection, tenant: str, writes: Sequence[Write], results: Sequence[WriteResult]
) -> None:
    """Stores the signals of all writes and sets `duplicate_signals` of each result.

    Duplicates are rare, and the check for them costs as much as the insert. A large group is therefore inserted
    without the check, behind a savepoint, and inserted again with the check if it contains a duplicate.
    """
    batches = [(write.signals, result) for write, result in zip(writes, results, strict=True) if len(write.signals)]
    signals = batches[0][0]
    if len(batches) > 1:
        signals = SignalColumns()
        for batch, _ in batches:
            signals.extend(batch)
    if len(signals) >= OPTIMISTIC_MIN and await _insert_new(connection, tenant, signals):
        return
    inserted = await connection.fetchval(_SQL["insert_signals"], tenant, *insert_arguments(signals))
    if inserted == len(signals):
        return
    duplicates = await _find_duplicates(connection, tenant, signals)
    start = 0
    for batch, result in batches:
        end = start + len(batch)
        result.duplicate_signals = frozenset(position - start for position in duplicates if start <= position < end)
        start = end


def insert_arguments(signals: SignalColumns) -> tuple[str | None, ...]:
    """Returns the arguments of `insert_signals` after the tenant."""
    sentiments = SEPARATOR.join([_SENTIMENT_TEXTS[each] for each in signals.sentiments])
    values = SEPARATOR.join([each or "" for each in signals.values]) if any(signals.values) else None
    return (*_key_arguments(signals), SEPARATOR.join(signals.types), sentiments, values, SEPARATOR)


def _key_arguments(signals: SignalColumns) -> tuple[str, str, str, str]:
    """Joins each key column to one text, which asyncpg encodes ten times as fast as an array."""
    times = [str(each) for each in signals.times_us]
    join = SEPARATOR.join
    return join(signals.output_ids), join(signals.user_ids), join(signals.signal_ids), join(times)


async def _insert_new(connection: Connection, tenant: str, signals: SignalColumns) -> bool:
    """Inserts signals without a check for duplicates. Returns False, and stores none, if one is a duplicate."""
    try:
        async with connection.transaction():
            await connection.execute(INSERT_NEW, tenant, *insert_arguments(signals))
    except asyncpg.UniqueViolationError:
        REPEATED.inc()
        return False
    return True


async def _find_duplicates(connection: Connection, tenant: str, signals: SignalColumns) -> set[int]:
    """Returns the positions of signals that an earlier transaction stored or that occur earlier in the group."""
    rows = await connection.fetch(_SQL["stored_signal_positions"], tenant, *_key_arguments(signals), SEPARATOR)
    duplicates = {row["position"] - 1 for row in rows}
    seen: set[tuple[str, str, str, int]] = set()
    for position, (output, user, signal_id, time_us) in enumerate(
        zip(signals.output_ids, signals.user_ids, signals.signal_ids, signals.times_us, strict=True)
    ):
        key = (output, user, UUID(signal_id).hex, time_us)
        if key in seen:
            duplicates.add(position)
        seen.add(key)
    return duplicates
