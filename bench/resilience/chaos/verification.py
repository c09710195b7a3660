"""Comparison of the database with the ledger: every acknowledged fact is stored exactly once, and nothing else is."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from bench.resilience.chaos.events import Event, Vote
from bench.resilience.chaos.ledger import Ledger
from kit.postgres.queries import Queries

SQL = Queries((Path(__file__).parent / "queries.sql").read_text(), "bench/resilience/chaos")


@dataclass(slots=True)
class Findings:
    """Differences between the database and the ledger. All lists are empty after a correct run."""

    lost: list[str] = field(default_factory=list)
    """Acknowledged facts that are not stored."""
    duplicated: list[str] = field(default_factory=list)
    """Facts that are stored more than once."""
    unexpected: list[str] = field(default_factory=list)
    """Stored facts that were not sent, or that differ from those sent."""
    counts: Counter[str] = field(default_factory=Counter)
    """Number of compared facts by kind."""


async def wait_until_drained(url: str, seconds_max: float) -> float:
    """Waits until all queues are empty and returns the seconds it took. Raises TimeoutError after `seconds_max`."""
    clock = asyncio.get_running_loop().time
    begun = clock()
    connection = await asyncpg.connect(url)
    try:
        async with asyncio.timeout(seconds_max):
            while True:
                if await connection.fetchval(SQL["waiting"]) == 0:
                    return clock() - begun
                await asyncio.sleep(0.1)
    finally:
        await connection.close()


async def compare(url: str, ledger: Ledger) -> Findings:
    """Compares the stored facts with the sent and the acknowledged ones."""
    found = Findings()
    connection = await asyncpg.connect(url)
    try:
        outputs = await connection.fetch(SQL["outputs"])
        stray = await connection.fetchval(SQL["stray_manifests"])
        marks = await connection.fetch(SQL["marks"])
        votes = await connection.fetch(SQL["votes"])
        withdrawals = await connection.fetch(SQL["withdrawals"])
        requests = await connection.fetch(SQL["requests"])
    finally:
        await connection.close()
    sent, acked = list(ledger.sent.values()), list(ledger.acknowledged().values())
    if stray:
        found.unexpected.append(f"{stray} manifests without output")
    stored = {(row["tenant_id"], row["output_id"]): row["manifests"] for row in outputs}
    _compare_names(found, "outputs", stored, _names(sent, "outputs"), _names(acked, "outputs"))
    stored = {(row["tenant_id"], row["mark"]): row["rows"] for row in marks}
    _compare_names(found, "signals", stored, _names(sent, "marks"), _names(acked, "marks"))
    _votes(found, votes, sent, acked)
    _withdrawals(found, withdrawals, sent, acked)
    _answers(found, requests, ledger)
    return found


def _names(events: Iterable[Event], what: str) -> set[tuple[str, str]]:
    return {(event.tenant, name) for event in events for name in getattr(event, what)}


def _compare_names(
    found: Findings,
    what: str,
    stored: dict[tuple[str, str], int],
    sent: set[tuple[str, str]],
    acked: set[tuple[str, str]],
) -> None:
    found.counts[f"{what} acknowledged"] += len(acked)
    found.counts[f"{what} stored"] += len(stored)
    found.lost += [f"{what}: {key}" for key in acked if not stored.get(key)]
    found.duplicated += [f"{what}: {key} {rows} times" for key, rows in stored.items() if rows > 1]
    found.unexpected += [f"{what}: {key}" for key in stored if key not in sent]


def _by_unit(events: Iterable[Event]) -> dict[tuple[str, str, str], list[Vote]]:
    units: dict[tuple[str, str, str], list[Vote]] = defaultdict(list)
    for event in events:
        for vote in event.votes:
            units[event.tenant, vote.output, vote.user].append(vote)
    return units


def _votes(found: Findings, rows: list[asyncpg.Record], sent: list[Event], acked: list[Event]) -> None:
    sent_units, acknowledged_units = _by_unit(sent), _by_unit(acked)
    stored = {
        (row["tenant_id"], row["output_id"], row["user_id"]): (row["time_us"], row["request_id"], row["rating"])
        for row in rows
    }
    found.counts["votes acknowledged"] += sum(len(votes) for votes in acknowledged_units.values())
    for unit, votes in acknowledged_units.items():
        greatest = max((vote.time_us, vote.request_id) for vote in votes)
        if unit not in stored or stored[unit][:2] < greatest:
            found.lost.append(f"vote: {unit} {greatest}")
    for unit, vote in stored.items():
        if vote not in [(each.time_us, each.request_id, each.rating) for each in sent_units.get(unit, ())]:
            found.unexpected.append(f"vote: {unit} {vote}")


def _withdrawals(found: Findings, rows: list[asyncpg.Record], sent: list[Event], acked: list[Event]) -> None:
    def by_unit(events: list[Event]) -> dict[tuple[str, str, str], set[int]]:
        units: dict[tuple[str, str, str], set[int]] = defaultdict(set)
        for event in events:
            if (each := event.withdrawal) is not None:
                units[event.tenant, each.output, each.user].add(each.until_us)
        return units

    sent_units, acknowledged_units = by_unit(sent), by_unit(acked)
    stored = {(row["tenant_id"], row["output_id"], row["user_id"]): row["until_us"] for row in rows}
    found.counts["withdrawals acknowledged"] += sum(len(times) for times in acknowledged_units.values())
    found.lost += [
        f"withdrawal: {unit}" for unit, times in acknowledged_units.items() if stored.get(unit, 0) < max(times)
    ]
    found.unexpected += [
        f"withdrawal: {unit}" for unit, until in stored.items() if until not in sent_units.get(unit, ())
    ]


def _answers(found: Findings, rows: list[asyncpg.Record], ledger: Ledger) -> None:
    """Checks that every acknowledged request is stored with the answer that its client received."""
    kept = {(row["tenant_id"], row["request_id"]): row for row in rows}
    found.counts["requests acknowledged"] += len(ledger.answers)
    found.counts["requests sent"] += len(ledger.sent)
    for key, answer in ledger.answers.items():
        row = kept.get(key)
        if row is None:
            found.lost.append(f"answer: {key}")
        elif row["method"] != ledger.sent[key].method or bytes(row["answer"]) != answer:
            found.unexpected.append(f"answer: {key}")
    found.unexpected += [f"request: {key}" for key in kept if key not in ledger.sent]
