"""Scores of the global scope: contributions of tenants, measured once per period, and the published cells.

With noise, everything that leaves the global scope is computed from the stored contributions, which do not change
within a period. Without noise (`RADIANT_GLOBAL_TENANTS_MIN` 1), contributions follow every change of a tenant's cells.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from neural.boards.queue import enqueue_boards, increment_revisions
from neural.domain.fixed_point import decayed, weigh
from neural.domain.global_scope.noise import GRID
from neural.domain.global_scope.release import (
    RATER_UNITS_MAX,
    PublishedCell,
    ReleaseRules,
    TenantContribution,
    noised_contribution,
    release,
)
from neural.domain.model import ANY, BoardKey, ScoreVersion
from neural.settings import LearningSettings
from neural.store.access import LEARNER
from neural.store.bulk import STATEMENT_TIMEOUT_S, configure_bulk_statements
from neural.store.versions import live_and_building

_SQL = load_queries("neural", "boards.sql")

INTERVAL = timedelta(seconds=30)
"""Time between two checks for tenants that are due for a measurement."""

Context = tuple[str, str]
"""Task and domain."""
_CELL = ("task_type", "domain_mode", "model", "model_version")


def release_rules(settings: LearningSettings) -> ReleaseRules:
    """Returns the rules of the release that the settings state."""
    return ReleaseRules(
        tenants_min=settings.global_tenants_min,
        raters_min=settings.global_raters_min,
        share_max=settings.global_tenant_share_max,
        epsilon=settings.global_epsilon,
        period=settings.global_period,
    )


async def lock_global_scores(connection: Connection) -> None:
    """Waits until no other transaction computes global scores, and locks others out until this one ends."""
    await connection.execute(_SQL["lock_global_scores"])


class GlobalMeasurement:
    """Measures the contributions of tenants with noise, each tenant once per period over all processes."""

    def __init__(self, database: Database, settings: LearningSettings, on_boards_queued: Callable[[], None]) -> None:
        """`on_boards_queued` is called when boards are queued for publication."""
        self._database, self._rules, self._on_boards_queued = database, release_rules(settings), on_boards_queued

    async def step(self, now: datetime | None = None) -> int:
        """Measures the tenants that are due, queues the global boards, and returns the number of tenants."""
        now = now or datetime.now(UTC)
        async with self._database.as_role(LEARNER) as connection:
            await connection.execute(_SQL["delete_contributions_of_others"], self._rules.period_start(now))
            tenants = await self._due(connection, now)
        if not tenants:
            return 0
        async with self._database.as_role(LEARNER) as connection:
            await lock_global_scores(connection)
            tenants = await self._due(connection, now)
            live, _ = await live_and_building(connection)
            contexts = await self._measure(connection, live, tenants, now)
            await connection.execute(_SQL["delete_earlier_scores"])
            await enqueue_boards(connection, live, {BoardKey(ANY, ANY, *context) for context in contexts})
        self._on_boards_queued()
        return len(tenants)

    async def _due(self, connection: Connection, now: datetime) -> list[str]:
        values = self._rules.noise_scale, self._rules.period_start(now)
        return [row["tenant_id"] for row in await connection.fetch(_SQL["due_tenants"], *values)]

    async def _measure(
        self, connection: Connection, live: ScoreVersion, tenants: Sequence[str], now: datetime
    ) -> set[Context]:
        """Replaces the contributions of tenants. Returns all contexts whose publication may change."""
        contexts = _contexts(await connection.fetch(_SQL["delete_contributions"], tenants))
        contexts |= _contexts(await connection.fetch(_SQL["published_contexts"]))
        start = self._rules.period_start(now)
        await connection.execute(_SQL["upsert_measurements"], tenants, start, self._rules.noise_scale)
        if self._rules.is_exact:  # the publisher measures the queued contexts
            return contexts | _contexts(await connection.fetch(_SQL["score_contexts"], live.number, ANY))
        await configure_bulk_statements(connection)
        key = await connection.fetchval(_SQL["noise_key"])
        end = start + self._rules.period
        values = live.number, tenants, str(weigh(RATER_UNITS_MAX, end, live.half_life))
        rows = await connection.fetch(_SQL["rater_limited_sums"], *values, timeout=STATEMENT_TIMEOUT_S)
        noised = [(row, self._noised(row, live, key, start)) for row in rows]
        counting = [each for each in noised if each[1].evidence >= self._rules.evidence_min]
        await _insert_contributions(connection, counting, end)
        return contexts | _contexts([row for row, _ in counting])

    def _noised(self, row: asyncpg.Record, live: ScoreVersion, key: bytes, start: datetime) -> TenantContribution:
        end, rules = start + self._rules.period, self._rules
        evidence, score_sum = (grid_steps(int(row[name]), live, end) for name in ("evidence", "score_sum"))
        parts = [start.isoformat(), row["tenant_id"], *(row[name] for name in _CELL)]
        noised = noised_contribution(evidence, score_sum, row["first_output_at"], key, rules.noise_scale, parts)
        return replace(noised, last_output_at=row["last_output_at"])


def grid_steps(total: int, version: ScoreVersion, moment: datetime) -> int:
    """Returns a sum of weights in fixed point, decayed to a time, in steps of the grid of the release."""
    return round(decayed(total, moment, version.half_life) * GRID)


async def recompute_global(
    connection: Connection, keys: Iterable[BoardKey], settings: LearningSettings
) -> set[BoardKey]:
    """Recomputes the published cells after changes of boards, and returns the global boards that changed."""
    wanted, rules = set(keys), release_rules(settings)
    contexts = {(key.task_type, key.domain_mode) for key in wanted if key.tenant_id == ANY}
    if rules.is_exact:
        rows = await connection.fetch(_SQL["participants"], sorted({key.tenant_id for key in wanted}))
        taking_part = {row["tenant_id"] for row in rows}
        contexts |= {
            (key.task_type, key.domain_mode) for key in wanted if key.user_id == ANY and key.tenant_id in taking_part
        }
    if not contexts:
        return set()
    await lock_global_scores(connection)  # before the version is read: a rebuild with the lock may change it
    live, _ = await live_and_building(connection)
    await _publish(connection, live, contexts, rules, datetime.now(UTC))
    await increment_revisions(connection, [ANY])
    return {BoardKey(ANY, ANY, task, domain) for task, domain in contexts}


async def recompute_version(connection: Connection, version: ScoreVersion, settings: LearningSettings) -> None:
    """Recomputes exact global scores from a version that becomes live.

    Scores with noise do not change: the next period reads the new version.
    """
    rules = release_rules(settings)
    if not rules.is_exact:
        return
    await lock_global_scores(connection)
    contexts = _contexts(await connection.fetch(_SQL["score_contexts"], version.number, ANY))
    contexts |= _contexts(await connection.fetch(_SQL["published_contexts"]))
    await _publish(connection, version, contexts, rules, datetime.now(UTC))


async def enqueue_tenant(connection: Connection, tenant: str) -> None:
    """Queues the global boards that change when a tenant joins or leaves global learning."""
    live, _ = await live_and_building(connection)
    contexts = _contexts(await connection.fetch(_SQL["score_contexts"], live.number, tenant))
    contexts |= _contexts(await connection.fetch(_SQL["published_contexts"]))
    await enqueue_boards(connection, live, {BoardKey(ANY, ANY, *context) for context in contexts})


async def _publish(
    connection: Connection, version: ScoreVersion, contexts: set[Context], rules: ReleaseRules, now: datetime
) -> None:
    columns = [task for task, _ in sorted(contexts)], [domain for _, domain in sorted(contexts)]
    if rules.is_exact:
        await _measure_exact(connection, version, columns, rules.period_start(now) + rules.period)
    cells: dict[tuple[str, ...], list[asyncpg.Record]] = defaultdict(list)
    for row in await connection.fetch(_SQL["contributions"], rules.noise_scale, *columns):
        cells[tuple(row[name] for name in _CELL)].append(row)
    published = []
    for cell, rows in cells.items():
        found = release([_contribution(row) for row in rows], rules)
        if found is not None:
            values = {name: getattr(found, name) for name in ("sums", "counts", "raters", "tenants")}
            published.append(
                dict(zip(_CELL, cell, strict=True))
                | values
                | _period_texts(found)
                | {"decayed_to": _text(rows[0]["decayed_to"])}
            )
    await connection.execute(_SQL["delete_publications"], *columns)
    await connection.execute(_SQL["insert_publications"], json.dumps(published))


async def _measure_exact(
    connection: Connection, version: ScoreVersion, columns: tuple[list[str], list[str]], moment: datetime
) -> None:
    """Replaces the contributions of all tenants in the contexts by exact ones, decayed to a time."""
    rows = await connection.fetch(_SQL["tenant_sums"], version.number, *columns)
    exact = [
        (
            row,
            TenantContribution(
                sums=tuple(grid_steps(int(each), version, moment) for each in row["sums"]),
                counts=tuple(row["counts"]),
                raters=row["raters"],
                first_output_at=row["first_output_at"],
                last_output_at=row["last_output_at"],
            ),
        )
        for row in rows
    ]
    tenants = sorted({row["tenant_id"] for row in rows})
    await connection.execute(_SQL["upsert_measurements"], tenants, moment, 0.0)
    await connection.execute(_SQL["delete_contributions_of_contexts"], *columns)
    await _insert_contributions(connection, exact, moment)


async def _insert_contributions(
    connection: Connection, measured: Sequence[tuple[asyncpg.Record, TenantContribution]], decayed_to: datetime
) -> None:
    fields: list[dict[str, Any]] = [
        {name: row[name] for name in ("tenant_id", *_CELL)}
        | {"sums": each.sums, "counts": each.counts, "raters": each.raters}
        | _period_texts(each)
        for row, each in measured
    ]
    await connection.execute(_SQL["insert_contributions"], json.dumps(fields), decayed_to)


def _contribution(row: asyncpg.Record) -> TenantContribution:
    return TenantContribution(
        sums=tuple(row["sums"]),
        counts=tuple(row["counts"]),
        raters=row["raters"],
        first_output_at=row["first_output_at"],
        last_output_at=row["last_output_at"],
    )


def _period_texts(cell: TenantContribution | PublishedCell) -> dict[str, str | None]:
    last = cell.last_output_at
    return {"first_output_at": _text(cell.first_output_at), "last_output_at": None if last is None else _text(last)}


def _contexts(rows: Iterable[asyncpg.Record]) -> set[Context]:
    return {(row["task_type"], row["domain_mode"]) for row in rows}


def _text(moment: datetime) -> str:
    return moment.isoformat()
