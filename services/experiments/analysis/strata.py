"""One effect out of several epochs, whose shares and users differ: never pooled, always compared within an epoch.

Mantel and Haenszel's weights n m / (n + m) for the difference, the Cochran-Mantel-Haenszel test for proportions of
independent users, the normal test of the weighted difference for everything else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from experiments.analysis.effect import Effect, finite, unknown

EXACT = frozenset({"z_pooled", "fisher"})
"""Tests of proportions of independent users."""


def combine(effects: Sequence[Effect], alpha: float = 0.05) -> Effect:
    """Combines the effects of epochs; an epoch where a group is empty says nothing."""
    from scipy.stats import norm

    told = [each for each in effects if each.control_users and each.treatment_users]
    if len(told) == 1:
        return told[0]
    users = sum(each.control_users for each in told), sum(each.treatment_users for each in told)
    if not told:
        return effects[0] if len(effects) == 1 else unknown(0.0, 0.0, *users)
    weights = [each.control_users * each.treatment_users / each.users for each in told]
    mean = _weighting(told, weights)
    error = math.sqrt(sum((w * each.error) ** 2 for w, each in zip(weights, told, strict=True))) / sum(weights)
    difference = mean(lambda each: each.difference)
    radius = float(norm.ppf(1 - alpha / 2)) * error
    counted = all(each.test in EXACT for each in told)
    statistic, p_value = _mantel_haenszel(told) if counted else _normal(difference, error)
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
        cohens_h=mean(lambda each: each.cohens_h or 0.0) if counted else None,
        test="mantel_haenszel" if counted else "stratified",
        control_users=users[0],
        treatment_users=users[1],
    )


def _weighting(effects: Sequence[Effect], weights: Sequence[float]) -> Callable[[Callable[[Effect], float]], float]:
    """Returns a function that averages a field of the effects."""
    total = sum(weights)
    return lambda field: sum(w * field(each) for w, each in zip(weights, effects, strict=True)) / total


def _mantel_haenszel(effects: Sequence[Effect]) -> tuple[float, float]:
    """Returns the signed root of the Cochran-Mantel-Haenszel statistic and its p."""
    import numpy as np
    from statsmodels.stats.contingency_tables import StratifiedTable

    tables = []
    for each in effects:
        after, before = round(each.treatment * each.treatment_users), round(each.control * each.control_users)
        tables.append(np.array([[after, each.treatment_users - after], [before, each.control_users - before]]))
    with np.errstate(divide="ignore", invalid="ignore"):  # where all outcomes of all epochs are the same
        result = StratifiedTable(tables).test_null_odds(correction=False)
    root = math.sqrt(max(finite(result.statistic, 0.0), 0.0))
    return math.copysign(root, sum(each.difference for each in effects)), finite(result.pvalue, 1.0)


def _normal(difference: float, error: float) -> tuple[float, float]:
    """Returns z and its two-sided p; 0 and 1 without any error."""
    from scipy.stats import norm

    if error <= 0:
        return 0.0, 1.0
    return difference / error, finite(2 * norm.sf(abs(difference) / error), 1.0)
