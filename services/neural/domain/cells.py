"""Cells: sums of contributions by model and context, and the changes of cells when contributions are replaced."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from neural.domain.model import ANY, ASPECTS, BoardKey, Contribution


class CellKey(NamedTuple):
    """Key of a cell: one model version in one context, of one user or (user ANY) of the tenant."""

    tenant_id: str
    user_id: str
    task_type: str
    domain_mode: str
    model: str
    model_version: str
    epoch: int = 0
    """Number of quality shifts of the model in this context before the units; 0 in roll-ups."""


class CompanionKey(NamedTuple):
    """Key of a companion: an orchestration or service used with a model in one context of a tenant."""

    tenant_id: str
    task_type: str
    domain_mode: str
    model: str
    kind: str
    """"orchestration" or "service"."""
    name: str


SUMS = (
    "evidence",
    "score_sum",
    *(f"{aspect}_{part}" for aspect in ASPECTS for part in ("evidence", "sum")),
    "new_evidence",
    "new_score_sum",
)
"""Fixed-point columns of a cell, in the order of `Delta`. The last two are those of raters who are not established."""
COUNTS = (
    "positive_count",
    "negative_count",
    "neutral_count",
    "implicit_positive_count",
    "implicit_negative_count",
    "total_count",
)
"""Integer columns of a cell, in the order of `Delta`."""
Delta = list[int]
"""Changes of the columns in SUMS, then of those in COUNTS."""


def contexts(task: str, domain: str) -> tuple[tuple[str, str], ...]:
    """Returns the context and its roll-ups: (task, domain), (task, any), (any, any)."""
    return (task, domain), (task, ANY), (ANY, ANY)


def _amounts(unit: Contribution) -> Delta:
    sums = [unit.evidence, unit.score_sum]
    for aspect in ASPECTS:
        sums += [unit.evidence, unit.score_sum] if aspect in unit.aspects else [0, 0]
    sums += [0, 0] if unit.is_established else [unit.evidence, unit.score_sum]
    thumbs = [int(unit.rating == rating) for rating in (1, -1, 0)]
    return [*sums, *thumbs, int(unit.implicit_sign > 0), int(unit.implicit_sign < 0), 1]


def _cells(unit: Contribution) -> Iterator[CellKey]:
    tenant, user = unit.key.tenant_id, unit.key.user_id
    for owner in (user, ANY):
        for task, domain in contexts(unit.task_type, unit.domain_mode):
            for index, (model, version) in enumerate(zip(unit.models, unit.model_versions, strict=True)):
                yield CellKey(tenant, owner, task, domain, model, version, unit.epoch(index) if domain != ANY else 0)


def cell_deltas(removed: Iterable[Contribution], added: Iterable[Contribution]) -> dict[CellKey, Delta]:
    """Returns the change of each cell when contributions are removed and added. Unchanged cells are left out."""
    deltas: dict[CellKey, Delta] = {}
    for sign, units in ((-1, removed), (1, added)):
        for unit in units:
            amounts = _amounts(unit)
            for key in _cells(unit):
                delta = deltas.setdefault(key, [0] * len(amounts))
                for index, amount in enumerate(amounts):
                    delta[index] += sign * amount
    return {key: delta for key, delta in deltas.items() if any(delta)}


def companion_deltas(
    removed: Iterable[Contribution], added: Iterable[Contribution]
) -> dict[CompanionKey, tuple[int, int]]:
    """Returns the change of (evidence, score_sum) of each companion of each model."""
    deltas: dict[CompanionKey, list[int]] = defaultdict(lambda: [0, 0])
    for sign, units in ((-1, removed), (1, added)):
        for unit in units:
            companions = [("service", name) for name in unit.services_used]
            if unit.orchestration_id:
                companions.append(("orchestration", unit.orchestration_id))
            for kind, name in companions:
                for model in unit.models:
                    context = (unit.key.tenant_id, unit.task_type, unit.domain_mode)
                    delta = deltas[CompanionKey(*context, model, kind, name)]
                    delta[0] += sign * unit.evidence
                    delta[1] += sign * unit.score_sum
    return {key: (delta[0], delta[1]) for key, delta in deltas.items() if any(delta)}


def boards_of(keys: Iterable[CellKey]) -> set[BoardKey]:
    """Returns the boards that contain the cells."""
    return {BoardKey(key.tenant_id, key.user_id, key.task_type, key.domain_mode) for key in keys}
