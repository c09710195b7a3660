"""Scores of units, compared with an independent implementation of the formula."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural.domain.fixed_point import FRACTION_BITS, LANDMARK, weigh
from neural.domain.model import LearningMode
from neural.domain.scoring import contribution_of, score_unit
from tests.neural.fixtures.units import MOMENT, facts, feedback

MODES = st.sampled_from(list(LearningMode))
HALF_LIFE = timedelta(days=30)


def formula(rating: int | None, sentiments: tuple[float, ...], voice: float | None, trust: float) -> Any:
    """Returns weighted score and evidence by the formula, with 0 and 1 for its brackets."""
    t = 0.1 if trust < 0.1 else 1.0 if trust > 1 else trust
    has_e, has_i, has_v = int(rating is not None), int(bool(sentiments)), int(voice is not None)
    e, v = rating or 0, voice or 0.0
    i = sum(sentiments) / len(sentiments) if sentiments else 0.0
    below = 3 * t * has_e + has_i + 2 * t * has_v
    if not below:
        return None
    return (3 * t * e + i + 2 * t * v) / below, below / (3 * has_e + has_i + 2 * has_v)


@given(feedback())
def test_unit_score_equals_formula(given_feedback: dict[str, Any]) -> None:
    expected, scored = formula(**given_feedback), score_unit(facts(**given_feedback))
    if expected is None:
        assert scored is None
        return
    assert scored is not None
    assert scored.weighted_score == pytest.approx(expected[0], abs=1e-12)
    assert scored.evidence == pytest.approx(expected[1], abs=1e-12)
    assert scored.score == pytest.approx((expected[0] + 1) / 2, abs=1e-12)


@given(feedback())
def test_unit_score_is_within_range(given_feedback: dict[str, Any]) -> None:
    scored = score_unit(facts(**given_feedback))
    if scored is not None:
        assert -1 - 1e-12 <= scored.weighted_score <= 1 + 1e-12
        assert 0.1 - 1e-12 <= scored.evidence <= 1 + 1e-12
        assert 0.1 <= scored.trust <= 1


@pytest.mark.parametrize(
    ("trust", "counted"), [(-5.0, 0.1), (0.0, 0.1), (0.1, 0.1), (0.4, 0.4), (1.0, 1.0), (9.0, 1.0)]
)
def test_unit_score_with_trust_scales_votes_but_not_signals(trust: float, counted: float) -> None:
    vote, signal = score_unit(facts(rating=1, trust=trust)), score_unit(facts(sentiments=(0.7,), trust=trust))
    assert vote is not None
    assert signal is not None
    assert (vote.trust, vote.evidence, vote.weighted_score) == pytest.approx((counted, counted, 1.0))
    assert (signal.evidence, signal.weighted_score) == (1.0, 0.7)


@pytest.mark.parametrize(
    ("given_feedback", "weighted", "evidence"),
    [
        ({"rating": 1}, 1.0, 1.0),
        ({"rating": 1, "sentiments": (0.7,), "trust": 0.5}, 0.88, 0.625),
        ({"rating": 1, "sentiments": (0.7,), "voice": -0.5, "trust": 0.5}, 1.7 / 3.5, 3.5 / 6),
        ({"rating": -1, "sentiments": (0.7, 0.3)}, (-3 + 0.5) / 4, 1.0),
        ({"rating": 1, "voice": -0.5, "trust": 0.5}, (1.5 - 0.5) / 2.5, 0.5),
        ({"rating": 0, "sentiments": (-0.8,), "voice": 1.0, "trust": 0.1}, (-0.8 + 0.2) / 1.5, 0.25),
    ],
)
def test_unit_score_of_known_facts_is_known(given_feedback: dict[str, Any], weighted: float, evidence: float) -> None:
    scored = score_unit(facts(**given_feedback))
    assert scored is not None
    assert (scored.weighted_score, scored.evidence) == pytest.approx((weighted, evidence))


@given(feedback(), MODES, st.integers(1, 16))
def test_contribution_of_k_models_is_divided_equally(
    given_feedback: dict[str, Any], mode: LearningMode, k: int
) -> None:
    models = tuple(f"m{number}" for number in range(k))
    unit = facts(models=models, model_versions=("",) * k, **given_feedback)
    scored, contribution = score_unit(unit), contribution_of(unit, mode, HALF_LIFE)
    if scored is None:
        assert contribution is None
        return
    assert contribution is not None
    whole = scored.evidence if mode is LearningMode.EVIDENCE_WEIGHTED else 1.0
    scale = weigh(1.0, MOMENT, HALF_LIFE)
    assert contribution.models == models
    assert k * contribution.evidence / scale == pytest.approx(whole, rel=1e-9)
    assert k * contribution.score_sum / scale == pytest.approx(whole * scored.score, rel=1e-9, abs=1e-9)


@given(st.lists(feedback(), min_size=1, max_size=30))
def test_contributions_in_running_mean_mode_equal_recurrence(units: list[dict[str, Any]]) -> None:
    current, count = 0.0, 0
    evidence = score_sum = 0
    for given_feedback in units:
        contribution = contribution_of(facts(**given_feedback), LearningMode.RUNNING_MEAN, HALF_LIFE)
        expected = formula(**given_feedback)
        assert (contribution is None) is (expected is None)
        if contribution is None:
            continue
        current = (current * count + (expected[0] + 1) / 2) / (count + 1)
        count += 1
        evidence += contribution.evidence
        score_sum += contribution.score_sum
    if count:
        assert score_sum / evidence == pytest.approx(current, abs=1e-9)
        assert evidence == count * weigh(1.0, MOMENT, HALF_LIFE)


@given(feedback())
def test_contribution_has_sign_of_signals_and_aspects_of_votes(given_feedback: dict[str, Any]) -> None:
    unit = facts(categories=("speed", "tone", "accuracy"), **given_feedback)
    contribution = contribution_of(unit, LearningMode.EVIDENCE_WEIGHTED, HALF_LIFE)
    if contribution is None:
        return
    mean = math.fsum(given_feedback["sentiments"])
    assert contribution.implicit_sign == (0 if mean == 0 else math.copysign(1, mean))
    assert contribution.aspects == (() if given_feedback["rating"] is None else ("accuracy", "speed"))


def test_weight_at_landmark_equals_amount() -> None:
    assert weigh(0.75, LANDMARK, HALF_LIFE) == 3 << (FRACTION_BITS - 2)
