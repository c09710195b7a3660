"""Hierarchical estimates, and the blend with scores of the Brain."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural.domain.model import Board, BoardKey, BoardRow, LearningMode, Scope
from neural.domain.shrinkage import ROOT_MEAN, Estimate, Priors, blend, blend_weight, estimate
from neural.recommendation.ranking import board_keys
from tests.neural.fixtures.units import MOMENT

HALF_LIFE = timedelta(days=30)
KEYS = board_keys("acme", "u", "chat", "general")
GLOBAL, TENANT, USER = KEYS[2], KEYS[5], KEYS[8]
Cells = dict[BoardKey, tuple[float, float]]


def estimate_of(cells: Cells, priors: Priors | None = None, age: timedelta = timedelta()) -> Estimate:
    """Returns the estimate of model m from (evidence, score) by board."""
    boards = []
    for key in KEYS:
        rows = {}
        if key in cells:
            evidence, score = cells[key]
            rows["m"] = BoardRow(model="m", model_version="", evidence=evidence, score=score, total=round(evidence))
        boards.append(
            Board(
                key=key,
                revision="0",
                version=1,
                half_life=HALF_LIFE,
                mode=LearningMode.EVIDENCE_WEIGHTED,
                computed_at=MOMENT,
                rows=rows,
            )
        )
    return estimate("m", boards, MOMENT + age, priors or Priors())


def all_levels(scope: int, evidence: float, score: float) -> Cells:
    """Returns the cells of a scope (0 global, 1 tenant, 2 user) with feedback on this task and domain only."""
    return dict.fromkeys(KEYS[3 * scope : 3 * scope + 3], (evidence, score))


def test_estimate_without_feedback_is_root_mean() -> None:
    empty = estimate_of({})
    assert (empty.mean, empty.evidence, empty.scope, empty.confidence) == (ROOT_MEAN, 2.0, None, 0.0)
    assert [(level.evidence, level.shrunk) for level in empty.levels] == [(0.0, ROOT_MEAN)] * 9


def test_estimate_of_three_scopes_equals_known_values() -> None:
    cells = {**all_levels(0, 100, 0.9), **all_levels(1, 60, 0.5), **all_levels(2, 10, 0.1)}
    found = estimate_of(cells)
    first = (100 * 0.9 + 2 * 0.5) / 102
    second = (60 * 0.5 + 30 * first) / 90
    third = (10 * 0.1 + 40 * second) / 50
    assert (found.mean, found.evidence) == pytest.approx((third, 102))
    assert (found.scope, found.confidence, found.total) == (Scope.USER, 0.5, 10)
    assert [level.shrunk for level in found.levels][2::3] == pytest.approx([first, second, third])


def test_prior_is_limited_by_its_evidence() -> None:
    found = estimate_of(all_levels(2, 3, 1.0))
    assert (found.mean, found.evidence) == pytest.approx(((3 + 2 * 0.5) / 5, 5))


def test_rollup_counts_only_evidence_outside_narrower_cells() -> None:
    alone = estimate_of(all_levels(1, 8, 0.75))
    elsewhere = estimate_of({**all_levels(1, 8, 0.75), KEYS[3]: (11, (8 * 0.75 + 3 * 0.1) / 11)})
    after = (3 * 0.1 + 2 * 0.5) / 5
    assert elsewhere.levels[3].shrunk == pytest.approx(after)
    assert elsewhere.mean == pytest.approx((8 * 0.75 + 5 * after) / 13)
    assert alone.mean == pytest.approx((8 * 0.75 + 2 * 0.5) / 10)


def test_rollup_evidence_is_capped() -> None:
    few, many = (estimate_of({KEYS[3]: (amount, 1.0)}) for amount in (5.0, 5000.0))
    assert few.mean == pytest.approx(many.mean)
    assert few.scope is None


@pytest.mark.parametrize(
    ("amounts", "scope", "confidence"),
    [
        ((100, 50, 10), Scope.USER, 0.5),
        ((100, 50, 9.9), Scope.TENANT, 1.0),
        ((100, 24, 9), Scope.GLOBAL, 1.0),
        ((40, 20, 9), Scope.USER, 0.45),
        ((40, 24, 9), Scope.TENANT, 0.48),
        ((0, 0, 1), Scope.USER, 0.05),
    ],
)
def test_estimate_scope_is_narrowest_confident_or_most_confident(
    amounts: tuple[float, ...], scope: Scope, confidence: float
) -> None:
    cells: Cells = {}
    for scope_index, amount in enumerate(amounts):
        cells |= all_levels(scope_index, amount, 0.7) if amount else {}
    found = estimate_of(cells)
    assert found.scope is scope
    assert found.confidence == pytest.approx(confidence)


def test_estimate_decays_evidence_to_now() -> None:
    found = estimate_of(all_levels(2, 20, 0.9), age=HALF_LIFE)
    assert (found.confidence, found.levels[-1].evidence) == pytest.approx((0.5, 10))


@given(st.lists(st.tuples(st.floats(0.01, 1e4), st.floats(0, 1)), min_size=3, max_size=3))
def test_estimate_lies_between_scores_and_root_mean(levels: list[tuple[float, float]]) -> None:
    cells: Cells = {}
    for scope_index, (evidence, score) in enumerate(levels):
        cells |= all_levels(scope_index, evidence, score)
    found = estimate_of(cells)
    scores = [score for _, score in levels] + [ROOT_MEAN]
    assert min(scores) - 1e-9 <= found.mean <= max(scores) + 1e-9
    assert found.evidence >= 2


@given(st.floats(0.01, 1e4), st.floats(0, 1), st.floats(0, 1))
def test_estimate_increases_with_score(evidence: float, one: float, other: float) -> None:
    low, high = (estimate_of(all_levels(2, evidence, score)).mean for score in sorted([one, other]))
    assert low <= high + 1e-12


def test_estimate_with_much_feedback_ignores_priors() -> None:
    found = estimate_of({**all_levels(0, 1e6, 0.0), **all_levels(1, 1e6, 0.0), **all_levels(2, 4000, 1.0)})
    assert found.mean == pytest.approx(1, abs=0.02)


shares = st.floats(0, 1)
thresholds = st.floats(0.01, 1)


@given(shares, shares, shares, thresholds)
def test_blend_equals_formula(brain: float, neural: float, confidence: float, threshold: float) -> None:
    weight = 0.35 * min(1, confidence / threshold)
    assert blend(brain, neural, confidence, threshold) == pytest.approx((1 - weight) * brain + weight * neural)
    assert min(brain, neural) - 1e-12 <= blend(brain, neural, confidence, threshold) <= max(brain, neural) + 1e-12


@pytest.mark.parametrize(("confidence", "weight"), [(0.0, 0.0), (0.25, 0.175), (0.5, 0.35), (1.0, 0.35)])
def test_blend_weight_grows_until_threshold(confidence: float, weight: float) -> None:
    assert blend_weight(confidence, 0.5) == pytest.approx(weight)
    assert blend(0.8, 0.2, confidence, 0.5) == pytest.approx(0.8 - 0.6 * weight)
