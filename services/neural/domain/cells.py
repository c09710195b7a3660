"""From units to cells: how replacing contributions changes the sums of every scope and roll-up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from neural.domain.model import ANY, ASPECTS, BoardKey, Contribution


class CellKey(NamedTuple):
    """Names a cell: one model version in one context, of one user or (user ANY) of the tenant."""

    tenant_id: str
    user_id: str
    task_type: str
    domain_mode: str
    model: str
    model_version: str
    epoch: int = 0
    """How often the model's quality had shifted in this context; 0 in roll-ups."""


class CompanionKey(NamedTuple):
    """Names what a model worked with in one context of a tenant."""

    tenant_id: str
    task_type: str
    domain_mode: str
    model: str
    kind: str
    """orchestration or service."""
    name: str


SUMS = ("evidence", "score_sum", *(f"{aspect}_{part}" for aspect in ASPECTS for part in ("evidence", "sum")))
"""Fixed-point columns of a cell, in the order of a delta."""
COUNTS = (
    "positive_count",
    "negative_count",
    "neutral_count",
    "implicit_positive_count",
    "implicit_negative_count",
    "total_count",
)
"""Whole-number columns of a cell, in the order of a delta."""
Delta = list[int]
"""Changes of SUMS, then of COUNTS."""


def contexts(task: str, domain: str) -> tuple[tuple[str, str], ...]:
    """Returns the context and its roll-ups: (task, domain), (task, any), (any, any)."""
    return (task, domain), (task, ANY), (ANY, ANY)


def _worth(unit: Contribution) -> Delta:
    sums = [unit.evidence, unit.score_sum]
    for aspect in ASPECTS:
        sums += [unit.evidence, unit.score_sum] if aspect in unit.aspects else [0, 0]
    thumbs = [int(unit.rating == rating) for rating in (1, -1, 0)]
    return [*sums, *thumbs, int(unit.implicit_sign > 0), int(unit.implicit_sign < 0), 1]


def _cells(unit: Contribution) -> Iterator[CellKey]:
    tenant, user = unit.key.tenant_id, unit.key.user_id
    for who in (user, ANY):
        for task, domain in contexts(unit.task_type, unit.domain_mode):
            for place, (model, version) in enumerate(zip(unit.models, unit.model_versions, strict=True)):
                yield CellKey(tenant, who, task, domain, model, version, unit.epoch(place) if domain != ANY else 0)


def cell_deltas(gone: Iterable[Contribution], come: Iterable[Contribution]) -> dict[CellKey, Delta]:
    """Returns the change of each cell when some contributions go and others come; unchanged cells are left out."""
    deltas: dict[CellKey, Delta] = {}
    for sign, units in ((-1, gone), (1, come)):
        for unit in units:
            worth = _worth(unit)
            for key in _cells(unit):
                delta = deltas.setdefault(key, [0] * len(worth))
                for place, amount in enumerate(worth):
                    delta[place] += sign * amount
    return {key: delta for key, delta in deltas.items() if any(delta)}


def companion_deltas(gone: Iterable[Contribution], come: Iterable[Contribution]) -> dict[CompanionKey, tuple[int, int]]:
    """Returns the change of evidence and score_sum of each companion of each model."""
    deltas: dict[CompanionKey, list[int]] = defaultdict(lambda: [0, 0])
    for sign, units in ((-1, gone), (1, come)):
        for unit in units:
            named = [("service", name) for name in unit.services_used]
            if unit.orchestration_id:
                named.append(("orchestration", unit.orchestration_id))
            for kind, name in named:
                for model in unit.models:
                    place = (unit.key.tenant_id, unit.task_type, unit.domain_mode)
                    delta = deltas[CompanionKey(*place, model, kind, name)]
                    delta[0] += sign * unit.evidence
                    delta[1] += sign * unit.score_sum
    return {key: (delta[0], delta[1]) for key, delta in deltas.items() if any(delta)}


def boards_of(keys: Iterable[CellKey]) -> set[BoardKey]:
    """Returns the boards on which the cells stand."""
    return {BoardKey(key.tenant_id, key.user_id, key.task_type, key.domain_mode) for key in keys}
