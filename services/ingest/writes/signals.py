"""Signals of a group of writes in one statement, repeats told apart."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from ingest.domain.model import SENTIMENTS, Signals, Verdict, Write
from kit.metrics import Counter
from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "writes.sql")

SEPARATOR = "\x1f"
"""Stands between values in a column; the API's rules keep control characters out of names, JSON escapes them."""
HOPE_MIN = 50
"""From so many signals on it pays to try without looking for repeats."""
_TEXTS = {sentiment: str(sentiment) for sentiment in SENTIMENTS.values()}
REPEATED = Counter(
    "radiant_ingest_groups_with_repeats_total", "Groups stored twice as slowly, since they held repeats."
)


async def store_signals(
    connection: Connection, tenant: str, writes: Sequence[Write], verdicts: Sequence[Verdict]
) -> None:
    """Stores the signals of all writes and notes in the verdicts which were known before.

    Repeats are rare, and looking for them costs as much as the rows: a large group is stored as if it had none,
    behind a savepoint, and again with a look if it had.
    """
    batches = [(write.signals, verdict) for write, verdict in zip(writes, verdicts, strict=True) if len(write.signals)]
    signals = batches[0][0]
    if len(batches) > 1:
        signals = Signals()
        for batch, _ in batches:
            signals.extend(batch)
    if len(signals) >= HOPE_MIN and await _all_new(connection, tenant, signals):
        return
    new = await connection.fetchval(_SQL["insert_signals"], tenant, *columns(signals))
    if new == len(signals):
        return
    known = await _known_before(connection, tenant, signals)
    start = 0
    for batch, verdict in batches:
        end = start + len(batch)
        verdict.duplicates = frozenset(position - start for position in known if start <= position < end)
        start = end


def _keys(signals: Signals) -> tuple[str, str, str, str]:
    """Joins columns to one text each, which the driver sends ten times as fast as arrays."""
    times = [str(each) for each in signals.times_us]
    join = SEPARATOR.join
    return join(signals.outputs), join(signals.users), join(signals.ids), join(times)


def columns(signals: Signals) -> tuple[str | None, ...]:
    """Returns what the inserting queries take after the tenant."""
    sentiments = SEPARATOR.join([_TEXTS[each] for each in signals.sentiments])
    values = SEPARATOR.join([each or "" for each in signals.values]) if any(signals.values) else None
    return (*_keys(signals), SEPARATOR.join(signals.types), sentiments, values, SEPARATOR)


async def _all_new(connection: Connection, tenant: str, signals: Signals) -> bool:
    try:
        async with connection.transaction():
            await connection.execute(_SQL["insert_new_signals"], tenant, *columns(signals))
    except asyncpg.UniqueViolationError:
        REPEATED.inc()
        return False
    return True


async def _known_before(connection: Connection, tenant: str, signals: Signals) -> set[int]:
    """Returns positions of signals that an earlier transaction stored, or an earlier place of the same group."""
    rows = await connection.fetch(_SQL["signals_known_before"], tenant, *_keys(signals), SEPARATOR)
    known = {row["position"] - 1 for row in rows}
    seen: set[tuple[str, str, str, int]] = set()
    for position, (output, user, name, moment) in enumerate(
        zip(signals.outputs, signals.users, signals.ids, signals.times_us, strict=True)
    ):
        key = (output, user, UUID(name).hex, moment)
        if key in seen:
            known.add(position)
        seen.add(key)
    return known
