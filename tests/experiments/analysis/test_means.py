"""Comparison of two means with scipy on raw numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import ttest_ind

from experiments.analysis.clustered import compare_clustered
from experiments.analysis.comparisons import compare_groups
from experiments.analysis.means import compare_means
from experiments.analysis.strata import merge_all
from splits.model import OutcomeSummary
from tests.experiments.fixtures.summaries import clustered, numbers


def sums(values: list[float]) -> tuple[int, float, float]:
    return len(values), sum(values), sum(each * each for each in values)


def test_compare_means_from_sums_equals_scipy_on_raw_numbers() -> None:
    random = np.random.default_rng(1)
    before, after = random.normal(10, 2, 400), random.normal(10.4, 5, 300)
    effect = compare_means(*sums(before.tolist()), *sums(after.tolist()))
    expected = ttest_ind(after, before, equal_var=False)
    interval = expected.confidence_interval(0.95)
    assert effect.p_value == pytest.approx(expected.pvalue)
    assert effect.statistic == pytest.approx(expected.statistic)
    assert (effect.low, effect.high) == pytest.approx((interval.low, interval.high))
    pooled = np.sqrt((399 * before.var(ddof=1) + 299 * after.var(ddof=1)) / 698)
    assert effect.cohens_d == pytest.approx((after.mean() - before.mean()) / pooled)
    assert effect.cohens_h is None


@pytest.mark.parametrize(
    ("before", "after"),
    [([], []), ([1.0], [2.0]), ([3.0] * 50, [3.0] * 50), ([1.0, 2.0], [])],
)
def test_compare_means_without_variance_has_p_value_one(before: list[float], after: list[float]) -> None:
    effect = compare_means(*sums(before), *sums(after))
    assert (effect.p_value, effect.test) == (1.0, "none")


def shifted(variant: str, values: list[float], shift: float, stratum: str = "") -> OutcomeSummary:
    """Returns the summary of users with one number each, from which a shift is subtracted."""
    return replace(numbers(variant, [each - shift for each in values], "m"), shift=shift, stratum=stratum)


def test_means_of_large_numbers_with_a_small_spread_are_stable() -> None:
    random = np.random.default_rng(2)
    before, after = random.normal(1e8, 10, 400).tolist(), random.normal(1e8 + 2, 10, 400).tolist()
    effect = compare_groups(shifted("control", before, 1e8), shifted("new", after, 1e8 + 1))
    interval = ttest_ind(after, before, equal_var=False).confidence_interval(0.95)
    assert (effect.low, effect.high) == pytest.approx((interval.low, interval.high), rel=1e-6)
    assert effect.test == "welch"


def test_merged_strata_of_other_shifts_equal_their_users_together() -> None:
    random = np.random.default_rng(3)
    groups = {name: random.normal(1e8, 10, 60).tolist() for name in ("control", "new")}
    parts = [
        {1: (shifted("control", groups["control"][part], shift), shifted("new", groups["new"][part], shift + 3))}
        for part, shift in ((slice(0, 20), 1e8 - 5), (slice(20, 60), 1e8 + 7))
    ]
    merged = compare_groups(*merge_all(parts)[1])
    whole = compare_groups(shifted("control", groups["control"], 1e8), shifted("new", groups["new"], 1e8))
    assert (merged.low, merged.high, merged.p_value) == pytest.approx((whole.low, whole.high, whole.p_value), rel=1e-6)
    assert merged.cohens_d == pytest.approx(whole.cohens_d)


def test_clustered_means_of_large_numbers_are_stable() -> None:
    random = np.random.default_rng(4)
    users, weights = np.repeat(np.arange(50.0), 3), np.full(150, 0.5)
    values = random.normal(0, 10, 150)
    near, far = (
        compare_clustered(
            replace(clustered("control", users, values, weights, metric="m"), shift=shift),
            replace(clustered("new", users, values + 3, weights, metric="m"), shift=shift),
        )
        for shift in (0.0, 1e8)
    )
    assert (far.low, far.high, far.p_value) == pytest.approx((near.low, near.high, near.p_value), rel=1e-6)
