"""Estimates: shrunk towards what is known more broadly, answered by the narrowest scope that is sure."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural.domain.model import Board, BoardKey, BoardRow, LearningMode, Scope
from neural.domain.shrinkage import ROOT_MEAN, Beliefs, Estimate, estimate
from neural.recommendation.ranking import board_keys
from tests.neural.units import MOMENT

HALF_LIFE = timedelta(days=30)
KEYS = board_keys("acme", "u", "chat", "general")
GLOBAL, TENANT, USER = KEYS[2], KEYS[5], KEYS[8]
Cells = dict[BoardKey, tuple[float, float]]


def believed(cells: Cells, beliefs: Beliefs | None = None, age: timedelta = timedelta()) -> Estimate:
    """Estimates model m from evidence and score by board."""
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
    return estimate("m", boards, MOMENT + age, beliefs or Beliefs())


def everywhere(scope: int, evidence: float, score: float) -> Cells:
    """Returns a scope (0 global, 1 tenant, 2 user) all of whose feedback is on this task and domain."""
    return dict.fromkeys(KEYS[3 * scope : 3 * scope + 3], (evidence, score))


def test_nothing_is_known() -> None:
    nothing = believed({})
    assert (nothing.mean, nothing.evidence, nothing.scope, nothing.confidence) == (ROOT_MEAN, 2.0, None, 0.0)
    assert [(level.evidence, level.shrunk) for level in nothing.levels] == [(0.0, ROOT_MEAN)] * 9


def test_a_chain_by_hand() -> None:
    cells = {**everywhere(0, 100, 0.9), **everywhere(1, 60, 0.5), **everywhere(2, 10, 0.1)}
    found = believed(cells)
    first = (100 * 0.9 + 2 * 0.5) / 102
    second = (60 * 0.5 + 30 * first) / 90
    third = (10 * 0.1 + 40 * second) / 50
    assert (found.mean, found.evidence) == pytest.approx((third, 102))
    assert (found.scope, found.confidence, found.total) == (Scope.USER, 0.5, 10)
    assert [level.shrunk for level in found.levels][2::3] == pytest.approx([first, second, third])


def test_a_prior_is_never_stronger_than_what_is_behind_it() -> None:
    found = believed(everywhere(2, 3, 1.0))
    assert (found.mean, found.evidence) == pytest.approx(((3 + 2 * 0.5) / 5, 5))


def test_rollups_count_only_what_the_narrower_cells_do_not_hold() -> None:
    alone = believed(everywhere(1, 8, 0.75))
    elsewhere = believed({**everywhere(1, 8, 0.75), KEYS[3]: (11, (8 * 0.75 + 3 * 0.1) / 11)})
    after = (3 * 0.1 + 2 * 0.5) / 5
    assert elsewhere.levels[3].shrunk == pytest.approx(after)
    assert elsewhere.mean == pytest.approx((8 * 0.75 + 5 * after) / 13)
    assert alone.mean == pytest.approx((8 * 0.75 + 2 * 0.5) / 10)


def test_what_is_known_elsewhere_in_a_scope_is_capped() -> None:
    few, many = (believed({KEYS[3]: (amount, 1.0)}) for amount in (5.0, 5000.0))
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
def test_the_narrowest_sure_scope_answers_or_else_the_surest(
    amounts: tuple[float, ...], scope: Scope, confidence: float
) -> None:
    cells: Cells = {}
    for place, amount in enumerate(amounts):
        cells |= everywhere(place, amount, 0.7) if amount else {}
    found = believed(cells)
    assert found.scope is scope
    assert found.confidence == pytest.approx(confidence)


def test_evidence_fades_until_it_is_read() -> None:
    found = believed(everywhere(2, 20, 0.9), age=HALF_LIFE)
    assert (found.confidence, found.levels[-1].evidence) == pytest.approx((0.5, 10))


@given(st.lists(st.tuples(st.floats(0.01, 1e4), st.floats(0, 1)), min_size=3, max_size=3))
def test_estimates_lie_between_what_is_known_and_the_root(levels: list[tuple[float, float]]) -> None:
    cells: Cells = {}
    for place, (evidence, score) in enumerate(levels):
        cells |= everywhere(place, evidence, score)
    found = believed(cells)
    scores = [score for _, score in levels] + [ROOT_MEAN]
    assert min(scores) - 1e-9 <= found.mean <= max(scores) + 1e-9
    assert found.evidence >= 2


@given(st.floats(0.01, 1e4), st.floats(0, 1), st.floats(0, 1))
def test_better_feedback_never_lowers_an_estimate(evidence: float, one: float, other: float) -> None:
    low, high = (believed(everywhere(2, evidence, score)).mean for score in sorted([one, other]))
    assert low <= high + 1e-12


def test_much_feedback_outweighs_every_prior() -> None:
    found = believed({**everywhere(0, 1e6, 0.0), **everywhere(1, 1e6, 0.0), **everywhere(2, 4000, 1.0)})
    assert found.mean == pytest.approx(1, abs=0.02)
