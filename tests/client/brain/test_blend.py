"""Blending of the scores of the Brain with learned estimates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiant_client import mix
from radiant_client.brain.blend import NEURAL_WEIGHT_MAX, weight_of
from radiant_client.brain.entries import LearnedModel


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.05, 1.0))
def test_blend_any_scores_weights_the_estimate_by_its_confidence(
    brain: float, score: float, confidence: float, threshold: float
) -> None:
    mixed = mix({"a": brain}, [LearnedModel("a", score, confidence, 1.0, "user")], threshold=threshold)[0]
    weight = 0.35 * min(1.0, confidence / threshold)
    assert mixed.weight == pytest.approx(weight)
    assert mixed.final == pytest.approx((1 - weight) * brain + weight * score)
    assert min(brain, score) - 1e-12 <= mixed.final <= max(brain, score) + 1e-12


def test_blend_several_models_ranks_them_and_keeps_the_score_of_unlearned_models() -> None:
    ranked = mix(
        {"new": 0.7, "good": 0.6, "bad": 0.8},
        (LearnedModel("good", 1.0, 1.0, 1.0, ""), LearnedModel("x", 0.5, 0.5, 1.0, "user")),
    )
    assert [one.model for one in ranked] == ["bad", "good", "new"]
    assert ranked[1].final == pytest.approx(0.65 * 0.6 + 0.35)
    assert (ranked[2].final, ranked[2].weight) == (0.7, 0.0)


def test_weight_of_estimate_has_a_maximum_and_rejects_threshold_out_of_range() -> None:
    assert weight_of(0.25) == pytest.approx(0.175)
    assert weight_of(5.0) == NEURAL_WEIGHT_MAX
    with pytest.raises(ValueError, match="threshold"):
        weight_of(0.5, 0.0)
