"""Combination of the effects of epochs."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable

from experiments.analysis.comparisons import compare_groups
from experiments.analysis.effect import Effect
from experiments.analysis.proportions import compare_proportions
from experiments.analysis.strata import combine
from tests.experiments.fixtures.summaries import known, numbers


def test_combine_of_epochs_with_other_shares_keeps_direction_of_the_effect() -> None:
    """The treatment is better in both epochs. Pooled, it seems worse: most of its users are in the worse epoch."""
    epochs = [compare_proportions(4500, 9000, 530, 1000), compare_proportions(200, 1000, 2070, 9000)]
    pooled = compare_proportions(4700, 10_000, 2600, 10_000)
    combined = combine(epochs)
    assert pooled.difference < 0 < combined.difference
    assert combined.difference == pytest.approx(0.03)
    assert combined.p_value < 0.05
    assert combined.test == "mantel_haenszel"


def test_combine_of_proportions_equals_cochran_mantel_haenszel() -> None:
    counts = [(100, 1000, 130, 1000), (40, 300, 80, 700)]
    tables = [np.array([[t, m - t], [c, n - c]]) for c, n, t, m in counts]
    expected = StratifiedTable(tables).test_null_odds(correction=False)
    assert combine([compare_proportions(*each) for each in counts]).p_value == pytest.approx(expected.pvalue)


def test_combine_ignores_epochs_with_an_empty_group() -> None:
    alone = compare_proportions(100, 1000, 130, 1000)
    assert combine([alone]) == alone
    assert combine([compare_proportions(0, 0, 0, 0), alone, compare_proportions(5, 9, 0, 0)]) == alone
    assert combine([]).p_value == 1.0


def test_combine_of_equal_outcomes_has_p_value_one() -> None:
    combined = combine([compare_proportions(100, 100, 100, 100), compare_proportions(50, 50, 80, 80)])
    assert (combined.p_value, combined.difference) == (1.0, 0.0)


def test_combine_of_means_is_stratified() -> None:
    random = np.random.default_rng(8)

    def epoch(level: float, n: int, m: int) -> Effect:
        before, after = random.normal(level, 1, n), random.normal(level + 0.2, 1, m)
        return compare_groups(numbers("c", before, "cost"), numbers("t", after, "cost"))

    combined = combine([epoch(0, 1000, 200), epoch(5, 200, 1000)])
    assert combined.test == "stratified"
    low, high = known(combined.low, combined.high)
    assert low < 0.2 < high
    assert combined.difference == pytest.approx(0.2, abs=0.15)
