"""Epochs are compared within, never pooled."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable

from experiments.analysis.comparisons import measure
from experiments.analysis.effect import Effect
from experiments.analysis.proportions import compare_proportions
from experiments.analysis.strata import combine
from tests.experiments.analysis.outcomes import numbers


def test_a_changed_split_reverses_no_winner() -> None:
    """Treatment is better in both epochs; pooled it looks worse, for the bad epoch has most of its users."""
    epochs = [compare_proportions(4500, 9000, 530, 1000), compare_proportions(200, 1000, 2070, 9000)]
    pooled = compare_proportions(4700, 10_000, 2600, 10_000)
    combined = combine(epochs)
    assert pooled.difference < 0 < combined.difference
    assert combined.difference == pytest.approx(0.03)
    assert combined.p_value < 0.05
    assert combined.test == "mantel_haenszel"


def test_p_is_that_of_cochran_mantel_haenszel() -> None:
    told = [(100, 1000, 130, 1000), (40, 300, 80, 700)]
    tables = [np.array([[t, m - t], [c, n - c]]) for c, n, t, m in told]
    expected = StratifiedTable(tables).test_null_odds(correction=False)
    assert combine([compare_proportions(*each) for each in told]).p_value == pytest.approx(expected.pvalue)


def test_one_epoch_stands_for_itself_and_empty_ones_for_nothing() -> None:
    alone = compare_proportions(100, 1000, 130, 1000)
    assert combine([alone]) == alone
    assert combine([compare_proportions(0, 0, 0, 0), alone, compare_proportions(5, 9, 0, 0)]) == alone
    assert combine([]).p_value == 1.0


def test_nothing_is_nan_where_all_outcomes_are_the_same() -> None:
    combined = combine([compare_proportions(100, 100, 100, 100), compare_proportions(50, 50, 80, 80)])
    assert (combined.p_value, combined.difference) == (1.0, 0.0)


def test_means_are_combined_too() -> None:
    random = np.random.default_rng(8)

    def epoch(level: float, n: int, m: int) -> Effect:
        before, after = random.normal(level, 1, n), random.normal(level + 0.2, 1, m)
        return measure(numbers("c", before, "cost"), numbers("t", after, "cost"))

    combined = combine([epoch(0, 1000, 200), epoch(5, 200, 1000)])
    assert combined.test == "stratified"
    assert combined.low < 0.2 < combined.high
    assert combined.difference == pytest.approx(0.2, abs=0.15)
