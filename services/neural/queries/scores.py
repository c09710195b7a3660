"""Learned scores and the state of learning, read for people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg

from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from neural.domain.boards import amounts
from neural.domain.cells import COUNTS
from neural.domain.fixed_point import decayed
from neural.domain.model import ASPECTS, Scope
from neural.learning.apply import Version
from neural.rebuild.versions import as_learner, live_and_building

_SQL = load_queries("neural", "recommendation.sql")
_NIGHTLY = load_queries("neural", "nightly.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which scores a page shows."""

    scope: Scope
    tenant_id: str
    user_id: str = ""
    model: str = ""
    task_type: str = ""
    domain_mode: str = ""
    rollups: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One cell, the versions of its model carried over into one."""

    model: str
    model_version: str
    task_type: str
    domain_mode: str
    evidence: float
    """Decayed, in units."""
    score: float
    aspects: dict[str, float]
    """Mean by aspect; those without evidence are absent."""
    counts: dict[str, int]
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of scores."""

    scores: Sequence[Score]
    more: bool
    version: Version


class Scores:
    """Reads scores: a tenant's own under its row-level security, published global ones as the learner."""

    def __init__(self, database: Database, carry_over: float) -> None:
        self._database, self._carry_over = database, carry_over

    async def page(self, wanted: Wanted, after: tuple[str, str, str], size: int) -> Page:
        """Returns the page after (task, domain, model)."""
        everyone = wanted.scope is Scope.GLOBAL
        scope = as_learner(self._database) if everyone else self._database.tenant(wanted.tenant_id)
        who = ("", "") if everyone else (wanted.tenant_id, wanted.user_id)
        prefix = "global_" if everyone else ""
        async with scope as connection:
            version, _ = await live_and_building(connection)
            filters = (wanted.model, wanted.task_type, wanted.domain_mode, wanted.rollups)
            query = "global_score_keys" if prefix else "score_keys"
            keys = await connection.fetch(_SQL[query], version.number, *who, *filters, *after, size + 1)
            rows = await self._cells(connection, version, who, keys[:size], everyone)
        now = datetime.now(UTC)
        grouped: dict[tuple[str, str, str], list[asyncpg.Record]] = defaultdict(list)
        for row in rows:
            grouped[row["task_type"], row["domain_mode"], row["model"]].append(row)
        scores = [self._score(cells, version.half_life, now) for cells in grouped.values()]
        return Page(scores=scores, more=len(keys) > size, version=version)

    async def _cells(
        self,
        connection: Connection,
        version: Version,
        who: tuple[str, str],
        keys: Sequence[asyncpg.Record],
        everyone: bool,
    ) -> list[asyncpg.Record]:
        columns = [[row[name] for row in keys] for name in ("task_type", "domain_mode", "model")]
        query = "global_score_cells" if everyone else "score_cells"
        rows: list[asyncpg.Record] = await connection.fetch(_SQL[query], version.number, *who, *columns)
        return rows

    def _score(self, cells: Sequence[asyncpg.Record], half_life: timedelta, now: datetime) -> Score:
        ages = [_Age(*_age(cell), epoch=cell["epoch"]) for cell in cells]
        whole = [decayed(int(cell["evidence"]), now, half_life) for cell in cells]
        counted = amounts(ages, whole, self._carry_over)
        shares = [part / evidence if evidence > 0 else 0.0 for part, evidence in zip(counted, whole, strict=True)]

        def mean_of(evidence: str, total: str) -> tuple[float, float]:
            weight = worth = 0.0
            for share, cell in zip(shares, cells, strict=True):
                weight += share * decayed(int(cell[evidence]), now, half_life)
                worth += share * decayed(int(cell[total]), now, half_life)
            return weight, worth / weight if weight > 0 else 0.5

        evidence, score = mean_of("evidence", "score_sum")
        aspects = {name: mean_of(f"{name}_evidence", f"{name}_sum") for name in ASPECTS}
        newest = max(cells, key=_age)
        return Score(
            model=newest["model"],
            model_version=newest["model_version"],
            task_type=newest["task_type"],
            domain_mode=newest["domain_mode"],
            evidence=evidence,
            score=score,
            aspects={name: value for name, (weight, value) in aspects.items() if weight > 0},
            counts={name: sum(cell[name] for cell in cells) for name in COUNTS},
            updated_at=max(cell["updated_at"] for cell in cells),
        )


@dataclass(frozen=True, slots=True)
class _Age:
    first_output_at: datetime
    model_version: str
    epoch: int


def _age(cell: asyncpg.Record) -> tuple[datetime, str]:
    first = cell["first_output_at"]
    aware = isinstance(first, datetime) and first.tzinfo is not None
    return (first if aware else datetime.min.replace(tzinfo=UTC), cell["model_version"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How far the learning is."""

    waiting: int
    lag_ms: float
    learned: int
    version: Version
    last_run: asyncpg.Record | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustPage:
    """A page of raters."""

    rows: Sequence[asyncpg.Record]
    more: bool


async def learning_status(database: Database, tenant: str) -> Status:
    """Reads the state of learning for one tenant, or all for the empty one."""
    async with as_learner(database) as connection:
        version, _ = await live_and_building(connection)
        waiting = await connection.fetchrow(_SQL["waiting"], tenant)
        assert waiting is not None  # noqa: S101 - an aggregate always gives a row
        return Status(
            waiting=waiting["units"],
            lag_ms=waiting["lag_ms"],
            learned=await connection.fetchval(_SQL["learned"], version.number, tenant),
            version=version,
            last_run=await connection.fetchrow(_NIGHTLY["last_run"]),
        )


async def trust_page(
    database: Database, tenant: str, outliers_only: bool, after: tuple[float, str], size: int
) -> TrustPage:
    """Reads a page of raters, least trusted first."""
    async with database.tenant(tenant) as connection:
        rows = await connection.fetch(_SQL["trust_scores"], tenant, outliers_only, *after, size + 1)
    return TrustPage(rows=rows[:size], more=len(rows) > size)
