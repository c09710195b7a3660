"""Boards: the cells of all models in one context at one scope, as they are published and read."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from neural.fixed import decayed, mean
from neural.model import Board, BoardKey, BoardRow, LearningMode

SERVICE_SHARE_MIN = 0.5
"""A service is required when at least this share of a model's evidence was made with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionCell:
    """The stored sums of one model version in one cell."""

    model: str
    model_version: str
    first_output_at: datetime
    """When the version was first seen; what makes it newer than another."""
    evidence: int
    score_sum: int
    positive: int
    negative: int
    total: int


@dataclass(frozen=True, slots=True)
class Companion:
    """What a model's outputs were made with, and how they were received."""

    kind: str
    name: str
    evidence: int
    score_sum: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A board as it lies in the database."""

    key: BoardKey
    revision: str
    version: int
    half_life: timedelta
    mode: LearningMode
    cells: Sequence[VersionCell]
    companions: Mapping[str, Sequence[Companion]]
    """By model."""


def shares(count: int, carry_over: float) -> list[float]:
    """Returns the share of evidence that each version keeps, newest first: 1, s, s^2 and so on."""
    return [carry_over**rank for rank in range(count)]


def newest_first(cells: Iterable[VersionCell]) -> list[VersionCell]:
    """Orders versions of one model, the one that appeared last first."""
    return sorted(cells, key=lambda cell: (cell.first_output_at, cell.model_version), reverse=True)


def assemble(stored: Stored, now: datetime, carry_over: float) -> Board:
    """Makes the published form of a board: versions carried over into one row a model, evidence decayed to now."""
    by_model: dict[str, list[VersionCell]] = defaultdict(list)
    for cell in stored.cells:
        if cell.total > 0:
            by_model[cell.model].append(cell)
    rows = {}
    for model, cells in by_model.items():
        evidence = score_sum = 0.0
        ordered = newest_first(cells)
        for share, cell in zip(shares(len(ordered), carry_over), ordered, strict=True):
            amount = share * decayed(cell.evidence, now, stored.half_life)
            evidence += amount
            score_sum += amount * mean(cell.score_sum, cell.evidence)
        companions = stored.companions.get(model, ())
        rows[model] = BoardRow(
            model=model,
            model_version=ordered[0].model_version,
            evidence=evidence,
            score=score_sum / evidence if evidence > 0 else 0.5,
            total=sum(cell.total for cell in cells),
            positive=sum(cell.positive for cell in cells),
            negative=sum(cell.negative for cell in cells),
            orchestration_id=_best_orchestration(companions),
            services=_required_services(companions, sum(cell.evidence for cell in cells)),
        )
    return Board(
        key=stored.key,
        revision=stored.revision,
        version=stored.version,
        half_life=stored.half_life,
        mode=stored.mode,
        computed_at=now,
        rows=rows,
    )


def _best_orchestration(companions: Iterable[Companion]) -> str:
    known = [each for each in companions if each.kind == "orchestration" and each.evidence > 0]
    best = max(known, key=lambda each: (mean(each.score_sum, each.evidence), each.evidence, each.name), default=None)
    return best.name if best else ""


def _required_services(companions: Iterable[Companion], evidence: int) -> tuple[str, ...]:
    return tuple(
        sorted(
            each.name
            for each in companions
            if each.kind == "service" and evidence > 0 and each.evidence >= SERVICE_SHARE_MIN * evidence
        )
    )


def encode(board: Board) -> bytes:
    """Returns a board as JSON, for the cache; the revision comes first, so that the cache can compare it."""
    rows = [
        [r.model, r.model_version, r.evidence, r.score, r.total, r.positive, r.negative, r.orchestration_id, r.services]
        for r in board.rows.values()
    ]
    fields = {
        "revision": board.revision,
        "version": board.version,
        "half_life_s": board.half_life.total_seconds(),
        "mode": board.mode.value,
        "computed_at": board.computed_at.timestamp(),
        "rows": rows,
    }
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode()


def decode(key: BoardKey, data: bytes) -> Board:
    """Reads what `encode` wrote; raises ValueError, KeyError or TypeError for anything else."""
    fields = json.loads(data)
    rows = {}
    for model, version, evidence, score, total, positive, negative, orchestration, services in fields["rows"]:
        rows[model] = BoardRow(
            model=model,
            model_version=version,
            evidence=evidence,
            score=score,
            total=total,
            positive=positive,
            negative=negative,
            orchestration_id=orchestration,
            services=tuple(services),
        )
    return Board(
        key=key,
        revision=fields["revision"],
        version=fields["version"],
        half_life=timedelta(seconds=fields["half_life_s"]),
        mode=LearningMode(fields["mode"]),
        computed_at=datetime.fromtimestamp(fields["computed_at"], UTC),
        rows=rows,
    )
