"""Combination of the effects of several epochs by stratification. Users of different epochs are never pooled.

The difference is weighted by Mantel and Haenszel's n m / (n + m). The test is that of Cochran, Mantel and Haenszel for
proportions of independent users, and the normal test of the weighted difference for all other metrics.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from experiments.analysis.effect import Effect, finite, untested_effect

PROPORTION_TESTS = frozenset({"z_pooled", "fisher"})
"""Names of tests of proportions of independent users."""


def combine(effects: Sequence[Effect], alpha: float = 0.05) -> Effect:
    """Returns the combined effect of epochs. Epochs with an empty group are ignored."""
    strata = [each for each in effects if each.control_users and each.treatment_users]
    if len(strata) == 1:
        return strata[0]
    users = sum(each.control_users for each in strata), sum(each.treatment_users for each in strata)
    if not strata:
        return effects[0] if len(effects) == 1 else untested_effect(0.0, 0.0, *users)
    from scipy.stats import norm

    weights = [each.control_users * each.treatment_users / each.users for each in strata]
    mean = _weighted_mean(strata, weights)
    error = math.sqrt(sum((w * each.error) ** 2 for w, each in zip(weights, strata, strict=True))) / sum(weights)
    difference = mean(lambda each: each.difference)
    radius = float(norm.ppf(1 - alpha / 2)) * error
    is_proportion = all(each.test in PROPORTION_TESTS for each in strata)
    statistic, p_value = _mantel_haenszel(strata) if is_proportion else _normal(difference, error)
    return Effect(
        control=mean(lambda each: each.control),
        treatment=mean(lambda each: each.treatment),
        difference=difference,
        error=error,
        low=difference - radius,
        high=difference + radius,
        statistic=statistic,
        p_value=p_value,
        cohens_d=mean(lambda each: each.cohens_d),
        cohens_h=mean(lambda each: each.cohens_h or 0.0) if is_proportion else None,
        test="mantel_haenszel" if is_proportion else "stratified",
        control_users=users[0],
        treatment_users=users[1],
    )


def _weighted_mean(effects: Sequence[Effect], weights: Sequence[float]) -> Callable[[Callable[[Effect], float]], float]:
    """Returns a function that computes the weighted mean of a field of the effects."""
    total = sum(weights)
    return lambda field: sum(w * field(each) for w, each in zip(weights, effects, strict=True)) / total


def _mantel_haenszel(effects: Sequence[Effect]) -> tuple[float, float]:
    """Returns the signed root of the Cochran-Mantel-Haenszel statistic and its p-value."""
    import numpy as np
    from statsmodels.stats.contingency_tables import StratifiedTable

    tables = []
    for each in effects:
        treated, controls = round(each.treatment * each.treatment_users), round(each.control * each.control_users)
        tables.append(np.array([[treated, each.treatment_users - treated], [controls, each.control_users - controls]]))
    with np.errstate(divide="ignore", invalid="ignore"):  # division by 0 when all outcomes of all epochs are equal
        result = StratifiedTable(tables).test_null_odds(correction=False)
    root = math.sqrt(max(finite(result.statistic, 0.0), 0.0))
    return math.copysign(root, sum(each.difference for each in effects)), finite(result.pvalue, 1.0)


def _normal(difference: float, error: float) -> tuple[float, float]:
    """Returns z and its two-sided p-value; 0 and 1 without variance."""
    if error <= 0:
        return 0.0, 1.0
    from scipy.stats import norm

    return difference / error, finite(2 * norm.sf(abs(difference) / error), 1.0)
