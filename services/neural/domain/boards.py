"""Boards: the cells of all models in one context at one scope, combined for publication."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from neural.domain.fixed_point import decayed, mean
from neural.domain.model import Board, BoardKey, BoardRow, LearningMode

SHIFT_CARRY_OVER, SHIFT_CARRY_OVER_MAX = 0.1, 20.0
"""Share of the evidence from before a quality shift that counts after it, and its upper limit in units."""
VERSION_OVERLAP_MAX = timedelta(days=7)
"""Time for which an unused version of a model keeps its full evidence if it was used beside the newer one before."""
SERVICE_SHARE_MIN = 0.5
"""A service is required if at least this share of a model's evidence comes from outputs that used it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionCell:
    """The stored sums of one model version in one cell."""

    model: str
    model_version: str
    first_output_at: datetime
    """Creation time of the first output of the version. Versions are ordered by it."""
    last_output_at: datetime | None = None
    """Creation time of the latest output of the version; None if unknown, which counts as that of the first output."""
    epoch: int = 0
    """Number of quality shifts of the model before the units."""
    evidence: int
    score_sum: int
    positive: int
    negative: int
    total: int


@dataclass(frozen=True, slots=True)
class Companion:
    """Orchestration or service used with a model, and the sums of that model's units."""

    kind: str
    name: str
    evidence: int
    score_sum: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBoard:
    """A board as stored in the database."""

    key: BoardKey
    revision: str
    version: int
    half_life: timedelta
    mode: LearningMode
    cells: Sequence[VersionCell]
    companions: Mapping[str, Sequence[Companion]]
    """By model."""


class VersionedCell(Protocol):
    """A cell of one model version in one epoch."""

    @property
    def model_version(self) -> str: ...
    @property
    def first_output_at(self) -> datetime: ...
    @property
    def last_output_at(self) -> datetime | None: ...
    @property
    def epoch(self) -> int: ...


def carried_over(cells: Sequence[VersionedCell], evidence: Sequence[float], carry_over: float) -> list[float]:
    """Returns the part of each cell's evidence that counts for its model.

    Evidence of a version is multiplied by `carry_over` for each replacement (`replacement_counts`). Evidence from
    before a quality shift is multiplied by SHIFT_CARRY_OVER for each later shift, and limited to SHIFT_CARRY_OVER_MAX
    units.
    """
    replacements = replacement_counts(cells)
    latest = max((cell.epoch for cell in cells), default=0)
    amounts = []
    for cell, full in zip(cells, evidence, strict=True):
        amount = full * carry_over ** replacements[cell.model_version]
        if cell.epoch < latest:
            amount = min(amount * SHIFT_CARRY_OVER ** (latest - cell.epoch), SHIFT_CARRY_OVER_MAX)
        amounts.append(amount)
    return amounts


def replacement_counts(cells: Iterable[VersionedCell]) -> dict[str, int]:
    """Returns how often each version was replaced: the length of the longest chain of versions that replaced it.

    The counts depend on the first and latest outputs of the versions alone, so that the order of arrival does not
    matter. The database function neural.replacement_counts computes the same.
    """
    versions = {cell.model_version: cell for cell in cells}
    counts: dict[str, int] = {}
    for older in sorted(versions.values(), key=lambda cell: cell.first_output_at, reverse=True):
        newer = (counts[name] + 1 for name in counts if _is_replacement(versions[name], older))
        counts[older.model_version] = max(newer, default=0)
    return counts


def _is_replacement(newer: VersionedCell, older: VersionedCell) -> bool:
    """Returns whether a version was introduced after the last output of another one, or outlived it by a week.

    Versions with outputs in the same period are alternatives, as with an alias that a provider routes to several
    versions. None of them replaces another.
    """
    if newer.first_output_at <= older.first_output_at:
        return False
    if newer.first_output_at > (older.last_output_at or older.first_output_at):
        return True
    if newer.last_output_at is None or older.last_output_at is None:
        return False
    return newer.last_output_at - older.last_output_at > VERSION_OVERLAP_MAX


def newest_first(cells: Iterable[VersionCell]) -> list[VersionCell]:
    """Returns the cells of one model, newest version first."""
    return sorted(cells, key=lambda cell: (cell.first_output_at, cell.model_version, cell.epoch), reverse=True)


def assemble(stored: StoredBoard, now: datetime, carry_over: float) -> Board:
    """Returns the published form of a board: one row per model, evidence decayed to `now`."""
    by_model: dict[str, list[VersionCell]] = defaultdict(list)
    for cell in stored.cells:
        if cell.total > 0:
            by_model[cell.model].append(cell)
    rows = {}
    for model, cells in by_model.items():
        evidence = score_sum = 0.0
        ordered = newest_first(cells)
        full = [decayed(cell.evidence, now, stored.half_life) for cell in ordered]
        for amount, cell in zip(carried_over(ordered, full, carry_over), ordered, strict=True):
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
    """Returns a board as JSON. The revision comes first, where the script of the cache compares it."""
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
    """Returns the board that `encode` wrote. Raises ValueError, KeyError or TypeError for other data."""
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
