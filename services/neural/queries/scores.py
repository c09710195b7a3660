"""Queries for learned scores, for ListModelScores."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg

from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from neural.domain.boards import carried_over
from neural.domain.cells import COUNTS
from neural.domain.fixed_point import decayed
from neural.domain.model import ASPECTS, Scope, ScoreVersion
from neural.store.access import LEARNER
from neural.store.versions import live_and_building

_SQL = load_queries("neural", "queries.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFilter:
    """Selects the scores of a listing. An empty text selects all values."""

    scope: Scope
    tenant_id: str
    user_id: str = ""
    model: str = ""
    task_type: str = ""
    domain_mode: str = ""
    includes_rollups: bool = False
    """Whether roll-ups over domains and tasks are included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelScore:
    """Score of a model in one context, all versions of the model combined."""

    model: str
    model_version: str
    task_type: str
    domain_mode: str
    evidence: float
    """Decayed evidence in units."""
    score: float
    aspects: dict[str, float]
    """Mean score by aspect. Aspects without evidence are left out."""
    counts: dict[str, int]
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundScores:
    """Scores of a listing, and their version."""

    scores: Sequence[ModelScore]
    version: ScoreVersion


class Scores:
    """Reads scores of a tenant with its row-level security, and published global scores as the learner."""

    def __init__(self, database: Database, carry_over: float) -> None:
        """`carry_over` is the share of evidence that counts for the next version of a model."""
        self._database, self._carry_over = database, carry_over

    async def read(self, selected: ScoreFilter, after: tuple[str, str, str], limit: int) -> FoundScores:
        """Returns scores after a position, given as (task, domain, model)."""
        is_global = selected.scope is Scope.GLOBAL
        transaction = self._database.as_role(LEARNER) if is_global else self._database.tenant(selected.tenant_id)
        owner = ("", "") if is_global else (selected.tenant_id, selected.user_id)
        filters = (selected.model, selected.task_type, selected.domain_mode, selected.includes_rollups)
        async with transaction as connection:
            version, _ = await live_and_building(connection)
            keys = await connection.fetch(_SQL["score_keys"], version.number, *owner, *filters, *after, limit)
            columns = [[row[name] for row in keys] for name in ("task_type", "domain_mode", "model")]
            rows = await connection.fetch(_SQL["score_cells"], version.number, *owner, *columns)
        now = datetime.now(UTC)
        cells_by_key: dict[tuple[str, str, str], list[asyncpg.Record]] = defaultdict(list)
        for row in rows:
            cells_by_key[row["task_type"], row["domain_mode"], row["model"]].append(row)
        scores = [self._score(cells, version.half_life, now) for cells in cells_by_key.values()]
        return FoundScores(scores=scores, version=version)

    def _score(self, cells: Sequence[asyncpg.Record], half_life: timedelta, now: datetime) -> ModelScore:
        versions = [_CellVersion(*_version(cell), cell["last_output_at"], cell["epoch"]) for cell in cells]
        full = [decayed(int(cell["evidence"]), now, half_life) for cell in cells]
        counted = carried_over(versions, full, self._carry_over)
        shares = [part / evidence if evidence > 0 else 0.0 for part, evidence in zip(counted, full, strict=True)]

        def mean_of(evidence: str, total: str) -> tuple[float, float]:
            evidence_sum = score_sum = 0.0
            for share, cell in zip(shares, cells, strict=True):
                evidence_sum += share * decayed(int(cell[evidence]), now, half_life)
                score_sum += share * decayed(int(cell[total]), now, half_life)
            return evidence_sum, score_sum / evidence_sum if evidence_sum > 0 else 0.5

        evidence, score = mean_of("evidence", "score_sum")
        aspects = {name: mean_of(f"{name}_evidence", f"{name}_sum") for name in ASPECTS}
        newest = max(cells, key=_version)
        return ModelScore(
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
class _CellVersion:
    first_output_at: datetime
    model_version: str
    last_output_at: datetime | None
    epoch: int


def _version(cell: asyncpg.Record) -> tuple[datetime, str]:
    first = cell["first_output_at"]
    is_aware = isinstance(first, datetime) and first.tzinfo is not None
    return (first if is_aware else datetime.min.replace(tzinfo=UTC), cell["model_version"])
