"""Comparison of two means with scipy on raw numbers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ttest_ind

from experiments.analysis.means import compare_means


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
