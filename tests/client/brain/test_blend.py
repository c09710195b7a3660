"""The draw of a model: eligible ones only, with the exact probability, and the Brain's formula."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiant_client import mix
from radiant_client.brain.blend import NEURAL_WEIGHT_MAX, weight_of
from radiant_client.brain.entries import LearnedModel, draw

NAMES = st.sampled_from(["a", "b", "c", "d", "e"])
SHARES = st.dictionaries(NAMES, st.one_of(st.just(0.0), st.floats(1e-6, 1.0)), min_size=1)


def learned(shares: dict[str, float]) -> tuple[LearnedModel, ...]:
    """Builds the models of an entry from propensities."""
    return tuple(LearnedModel(model, 0.5, 0.5, share, "user") for model, share in shares.items())


@given(SHARES, st.sets(NAMES), st.sets(NAMES), st.floats(0.0, 1.0, exclude_max=True))
def test_a_drawn_model_is_eligible_and_its_propensity_is_renormalised(
    shares: dict[str, float], candidates: set[str], excluded: set[str], lot: float
) -> None:
    eligible = {
        model: share
        for model, share in shares.items()
        if (not candidates or model in candidates) and model not in excluded
    }
    drawn = draw(learned(shares), lambda: lot, candidates, excluded)
    if not eligible:
        assert drawn is None
        return
    assert drawn is not None
    chosen, propensity = drawn
    assert chosen.model in eligible
    total = sum(eligible.values())
    if total > 0.0:
        assert eligible[chosen.model] > 0.0
        assert propensity == pytest.approx(eligible[chosen.model] / total)
    else:
        assert (chosen.model, propensity) == (next(iter(eligible)), 1.0)
    assert 0.0 < propensity <= 1.0


def test_models_are_drawn_as_often_as_their_propensities_say() -> None:
    models, lot = learned({"a": 0.5, "b": 0.3, "c": 0.2, "never": 0.0}), random.Random(7).random
    draws = [drawn for _ in range(20_000) if (drawn := draw(models, lot, excluded={"b"}))]
    counts = Counter(chosen.model for chosen, _ in draws)
    assert counts["a"] / 20_000 == pytest.approx(0.5 / 0.7, abs=0.015)
    assert counts["c"] / 20_000 == pytest.approx(0.2 / 0.7, abs=0.015)
    assert set(counts) == {"a", "c"}
    assert {propensity for chosen, propensity in draws if chosen.model == "a"} == {0.5 / 0.7}


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.05, 1.0))
def test_the_formula_mixes_by_confidence(brain: float, score: float, confidence: float, threshold: float) -> None:
    mixed = mix({"a": brain}, [LearnedModel("a", score, confidence, 1.0, "user")], threshold=threshold)[0]
    weight = 0.35 * min(1.0, confidence / threshold)
    assert mixed.weight == pytest.approx(weight)
    assert mixed.final == pytest.approx((1 - weight) * brain + weight * score)
    assert min(brain, score) - 1e-12 <= mixed.final <= max(brain, score) + 1e-12


def test_models_are_ranked_and_unlearned_ones_keep_the_brains_score() -> None:
    ranked = mix({"new": 0.7, "good": 0.6, "bad": 0.8}, (LearnedModel("good", 1.0, 1.0, 1.0, ""), *learned({"x": 1.0})))
    assert [one.model for one in ranked] == ["bad", "good", "new"]
    assert ranked[1].final == pytest.approx(0.65 * 0.6 + 0.35)
    assert (ranked[2].final, ranked[2].weight) == (0.7, 0.0)


def test_the_weight_has_a_ceiling_and_the_threshold_a_range() -> None:
    assert weight_of(0.25) == pytest.approx(0.175)
    assert weight_of(5.0) == NEURAL_WEIGHT_MAX
    with pytest.raises(ValueError, match="threshold"):
        weight_of(0.5, 0.0)
