"""Random choice of a model from an entry: eligible models only, with the exact probability."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiant_client.brain.blend import mix
from radiant_client.brain.decision import model_of_variant
from radiant_client.brain.entries import LearnedModel, are_learned, draw
from radiant_client.experiments.local_experiments import Assigned

NAMES = st.sampled_from(["a", "b", "c", "d", "e"])
SHARES = st.dictionaries(NAMES, st.one_of(st.just(0.0), st.floats(1e-6, 1.0)), min_size=1)


def learned(shares: dict[str, float]) -> tuple[LearnedModel, ...]:
    """Returns the models of an entry with these propensities."""
    return tuple(LearnedModel(model, 0.5, 0.5, share, "user") for model, share in shares.items())


@given(SHARES, st.sets(NAMES), st.sets(NAMES), st.floats(0.0, 1.0, exclude_max=True))
def test_draw_any_entry_returns_an_eligible_model_with_normalised_propensity(
    shares: dict[str, float], candidates: set[str], excluded: set[str], random_number: float
) -> None:
    eligible = {
        model: share
        for model, share in shares.items()
        if (not candidates or model in candidates) and model not in excluded
    }
    drawn = draw(learned(shares), lambda: random_number, candidates, excluded)
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


def test_draw_many_times_matches_the_propensities() -> None:
    models, lot = learned({"a": 0.5, "b": 0.3, "c": 0.2, "never": 0.0}), random.Random(7).random
    draws = [drawn for _ in range(20_000) if (drawn := draw(models, lot, excluded={"b"}))]
    counts = Counter(chosen.model for chosen, _ in draws)
    assert counts["a"] / 20_000 == pytest.approx(0.5 / 0.7, abs=0.015)
    assert counts["c"] / 20_000 == pytest.approx(0.2 / 0.7, abs=0.015)
    assert set(counts) == {"a", "c"}
    assert {propensity for chosen, propensity in draws if chosen.model == "a"} == {0.5 / 0.7}


@pytest.mark.parametrize("name", ["openai/gpt-4o", "gpt-4o-2024-08-06"])
def test_draw_with_other_name_of_a_model_returns_the_name_of_the_candidate(name: str) -> None:
    models = learned({"gpt-4o": 0.6, "b": 0.4})
    drawn = draw(models, lambda: 0.0, [name, "b"])
    assert drawn is not None
    assert (drawn[0].model, drawn[1]) == (name, 0.6)
    assert draw(models, lambda: 0.0, [name], [name]) is None
    assert draw(models, lambda: 0.0, [name], ["gpt-4o"]) is None
    assert are_learned([name, "b"], {"gpt-4o", "b"})
    assert not are_learned([name], {"b"})


def test_variant_and_blend_apply_to_other_names_of_a_model() -> None:
    assigned = Assigned("e", "treatment", 1, True, "model_routing", {"model": "gpt-4o"})
    assert model_of_variant(assigned, ["b", "openai/gpt-4o"], []) == "openai/gpt-4o"
    assert model_of_variant(assigned, ["b"], []) is None
    assert model_of_variant(assigned, ["openai/gpt-4o"], ["gpt-4o-2024-08-06"]) is None
    (mixed,) = mix({"openai/gpt-4o": 0.0}, [LearnedModel("gpt-4o", 1.0, 1.0, 1.0, "tenant")])
    assert mixed.model == "openai/gpt-4o"
    assert mixed.final == pytest.approx(0.35)
