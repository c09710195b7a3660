"""Cells: deltas of replaced units, in any order, give the sums of the present units."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural.domain.cells import COUNTS, SUMS, CellKey, boards_of, cell_deltas, companion_deltas, contexts
from neural.domain.model import BoardKey, Contribution, LearningMode, UnitKey
from neural.domain.scoring import contribution_of
from tests.neural.fixtures.units import facts, feedback, moments

HALF_LIFE = timedelta(days=30)
KEYS = [UnitKey(tenant, output, user) for tenant in ("acme", "globex") for output in ("o", "p") for user in ("u", "v")]
MODELS = [("m",), ("m", "n"), ("n", "k", "m")]


@st.composite
def contributions(draw: st.DrawFn) -> Contribution | None:
    models = draw(st.sampled_from(MODELS))
    unit = facts(
        key=draw(st.sampled_from(KEYS)),
        created_at=draw(moments),
        task_type=draw(st.sampled_from(["chat", "code"])),
        domain_mode=draw(st.sampled_from(["general", "law"])),
        models=models,
        model_versions=tuple(draw(st.sampled_from(["", "v2"])) for _ in models),
        categories=tuple(draw(st.lists(st.sampled_from(["accuracy", "speed", "tone"]), unique=True))),
        orchestration_id=draw(st.sampled_from(["", "flow"])),
        services_used=tuple(draw(st.lists(st.sampled_from(["search", "ocr"]), unique=True))),
        **draw(feedback()),
    )
    return contribution_of(unit, LearningMode.EVIDENCE_WEIGHTED, HALF_LIFE)


class UpdatedCells:
    """Units, and their cells updated by deltas."""

    def __init__(self) -> None:
        """Starts without units."""
        self.units: dict[UnitKey, Contribution] = {}
        self._cells: dict[CellKey, list[int]] = defaultdict(lambda: [0] * len(SUMS + COUNTS))
        self._companions: dict[Any, list[int]] = defaultdict(lambda: [0, 0])

    def replace(self, key: UnitKey, new: Contribution | None) -> None:
        """Replaces the contribution of a unit, or removes it."""
        removed = [self.units.pop(key)] if key in self.units else []
        added = [new] if new is not None else []
        self.units.update((each.key, each) for each in added)
        _add(self._cells, cell_deltas(removed, added))
        _add(self._companions, companion_deltas(removed, added))

    @property
    def cells(self) -> dict[CellKey, list[int]]:
        """The cells that are not empty."""
        return {key: sums for key, sums in self._cells.items() if any(sums)}

    @property
    def companions(self) -> dict[Any, list[int]]:
        """The companions that are not empty."""
        return {key: sums for key, sums in self._companions.items() if any(sums)}


def _add(cells: Any, deltas: Mapping[Any, Iterable[int]]) -> None:
    for key, delta in deltas.items():
        cells[key] = [a + b for a, b in zip(cells[key], delta, strict=True)]


@given(st.lists(contributions(), max_size=12), st.data(), st.randoms(use_true_random=False))
def test_cells_after_replacements_in_any_order_equal_sum_of_units(
    drawn: list[Contribution | None], data: st.DataObject, chance: random.Random
) -> None:
    last = {each.key: each for each in drawn if each is not None}
    steps: list[tuple[UnitKey, Contribution | None]] = [(each.key, each) for each in drawn if each is not None]
    steps += chance.choices(steps, k=len(steps)) if steps else []
    steps += [(key, None) for key in KEYS if data.draw(st.booleans())]
    chance.shuffle(steps)
    final = [(key, last.get(key)) for key in KEYS]
    chance.shuffle(final)
    updated, orderly = UpdatedCells(), UpdatedCells()
    for key, contribution in [*steps, *final]:
        updated.replace(key, contribution)
    for key, contribution in sorted(last.items()):
        orderly.replace(key, contribution)
    assert updated.cells == orderly.cells
    assert updated.companions == orderly.companions
    assert updated.cells == {key: list(delta) for key, delta in cell_deltas([], last.values()).items()}


@given(contributions())
def test_deltas_of_added_and_removed_unit_are_empty(unit: Contribution | None) -> None:
    if unit is not None:
        assert cell_deltas([unit], [unit]) == {}
        assert companion_deltas([unit], [unit]) == {}


@given(contributions())
def test_unit_changes_cells_of_user_and_tenant_with_rollups(unit: Contribution | None) -> None:
    if unit is None:
        return
    deltas = cell_deltas([], [unit])
    models = list(zip(unit.models, unit.model_versions, strict=True))
    assert set(deltas) == {
        CellKey(unit.key.tenant_id, user, task, domain, model, version)
        for user in ("", unit.key.user_id)
        for task, domain in contexts(unit.task_type, unit.domain_mode)
        for model, version in models
    }
    for delta in deltas.values():
        values = dict(zip((*SUMS, *COUNTS), delta, strict=True))
        assert (values["evidence"], values["score_sum"]) == (unit.evidence, unit.score_sum)
        assert values["total_count"] == 1
        thumbs = [values[f"{name}_count"] for name in ("positive", "negative", "neutral")]
        assert sum(thumbs) == int(unit.rating is not None)
        for aspect in ("accuracy", "relevance", "speed"):
            expected = unit.evidence if aspect in unit.aspects else 0
            assert values[f"{aspect}_evidence"] == expected


@pytest.mark.parametrize("rating", [-1, 0, 1])
def test_boards_of_unit_are_its_contexts_of_user_and_tenant(rating: int) -> None:
    unit = contribution_of(facts(rating=rating), LearningMode.RUNNING_MEAN, HALF_LIFE)
    assert unit is not None
    assert boards_of(cell_deltas([], [unit])) == {
        BoardKey("acme", user, *context)
        for user in ("", "u")
        for context in (("chat", "general"), ("chat", ""), ("", ""))
    }
