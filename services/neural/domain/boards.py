"""Boards: the cells of all models in one context at one scope, as they are published and read."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from neural.domain.fixed_point import decayed, mean
from neural.domain.model import Board, BoardKey, BoardRow, LearningMode

SHIFT_KEEP, SHIFT_KEPT_MAX = 0.1, 20.0
"""Share, and most units, of the evidence from before a shift of quality that count after it."""
SERVICE_SHARE_MIN = 0.5
"""A service is required when at least this share of a model's evidence was made with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionCell:
    """The stored sums of one model version in one cell."""

    model: str
    model_version: str
    first_output_at: datetime
    """When the version was first seen; what makes it newer than another."""
    epoch: int = 0
    """How often the model's quality had shifted when its units were made."""
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


class Aged(Protocol):
    """A cell of one version of a model in one epoch."""

    @property
    def model_version(self) -> str: ...
    @property
    def first_output_at(self) -> datetime: ...
    @property
    def epoch(self) -> int: ...


def amounts(cells: Sequence[Aged], evidence: Sequence[float], carry_over: float) -> list[float]:
    """Returns how much of each cell's evidence counts for its model.

    A version keeps `carry_over` for each newer one. What was said before the model's quality shifted keeps SHIFT_KEEP
    for each shift since, and no more than SHIFT_KEPT_MAX units.
    """
    newest = sorted({(cell.first_output_at, cell.model_version) for cell in cells}, reverse=True)
    rank = {version: place for place, (_, version) in enumerate(newest)}
    latest = max((cell.epoch for cell in cells), default=0)
    found = []
    for cell, whole in zip(cells, evidence, strict=True):
        amount = whole * carry_over ** rank[cell.model_version]
        if cell.epoch < latest:
            amount = min(amount * SHIFT_KEEP ** (latest - cell.epoch), SHIFT_KEPT_MAX)
        found.append(amount)
    return found


def newest_first(cells: Iterable[VersionCell]) -> list[VersionCell]:
    """Orders cells of one model, the version that appeared last first."""
    return sorted(cells, key=lambda cell: (cell.first_output_at, cell.model_version, cell.epoch), reverse=True)


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
        whole = [decayed(cell.evidence, now, stored.half_life) for cell in ordered]
        for amount, cell in zip(amounts(ordered, whole, carry_over), ordered, strict=True):
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
