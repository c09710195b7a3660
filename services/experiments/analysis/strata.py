"""Combination of the effects of several epochs, and of several tenants, by stratification.

The difference is weighted by Mantel and Haenszel's n m / (n + m). Over epochs, the test is that of Cochran, Mantel and
Haenszel for proportions of independent users, and the normal test of the weighted difference for all other metrics.

Over tenants, no single tenant decides. From three tenants on, the smallest and the largest difference are replaced by
those next to them (a winsorised mean over tenants), likewise the standard errors and the means of the control, and the
largest weight by the one next to it. The standard error of the combined difference is multiplied by √(k / (k - 1))
for k tenants, which covers the greater variance of such a mean.

A test rejects only if it rejects without each of the tenants: its p-value is the greatest one over these sets. That is
the p-value of the partial conjunction hypothesis "fewer than two tenants have an effect" (Benjamini and Heller,
"Screening for partial conjunction hypotheses", Biometrics 2008). As a maximum of p-values that are valid at every
interim analysis, it is valid at every interim analysis. One tenant can hide an effect of the others only among three
tenants or fewer.

Tenants with few users are merged with one another, never with a tenant that has enough users: its users would otherwise
be compared together with those of the small tenant. If the small tenants together have too few users, they are left
out. If one merged stratum remains, its tests must reject without each of its tenants. If one tenant remains, it decides
alone, unless the tenants that are left out have enough users and only too few outcomes of the metric.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from functools import reduce

from experiments.analysis.effect import Effect, finite, interval, untested_effect
from splits.model import Covariate, OutcomeSummary

STRATUM_USERS_MIN = 20
"""Smallest number of users per group in a stratum. Smaller ones have no usable variance and are merged or left out."""
Stratum = Mapping[int, tuple[OutcomeSummary, OutcomeSummary]]
"""Control and treatment of a tenant, or of several small ones, by epoch."""
PROPORTION_TESTS = frozenset({"z_pooled", "fisher"})
"""Names of tests of proportions of independent users."""


def combine(effects: Sequence[Effect], alpha: float = 0.05) -> Effect:
    """Returns the combined effect of epochs.

    Epochs with an empty group are ignored, and those whose standard error is unknown, if it is known of others.
    """
    strata = [each for each in effects if each.control_users and each.treatment_users]
    strata = [each for each in strata if each.is_estimated] or strata
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
    low, high = interval(difference, float(norm.ppf(1 - alpha / 2)) * error)
    is_proportion = all(each.test in PROPORTION_TESTS for each in strata)
    statistic, p_value = _mantel_haenszel(strata) if is_proportion else _normal(difference, error)
    return Effect(
        control=mean(lambda each: each.control),
        treatment=mean(lambda each: each.treatment),
        difference=difference,
        error=error,
        low=low,
        high=high,
        statistic=statistic,
        p_value=p_value,
        cohens_d=_known_mean([each.cohens_d for each in strata], weights),
        cohens_h=_known_mean([each.cohens_h for each in strata], weights) if is_proportion else None,
        test="mantel_haenszel" if is_proportion else "stratified",
        control_users=users[0],
        treatment_users=users[1],
    )


def combine_tenants(effects: Sequence[Effect], alpha: float = 0.05) -> tuple[Effect, list[Effect]]:
    """Returns the effect over all tenants, and the effects that a decision requires: one without each of the tenants.

    For one tenant, both are its effect. Tenants with an empty group are ignored.
    """
    tenants = [each for each in effects if each.control_users and each.treatment_users]
    if len(tenants) < 2:
        found = combine(effects, alpha)
        return found, [found]
    without = [[*tenants[:index], *tenants[index + 1 :]] for index in range(len(tenants))]
    required = [each[0] if len(each) == 1 else _winsorised(each, alpha) for each in without]
    return restricted(_winsorised(tenants, alpha), required), required


def restricted(whole: Effect, required: Sequence[Effect]) -> Effect:
    """Returns the effect with an interval and a p-value that reject only if those of all required effects reject."""
    low = [each.low for each in required if each.low is not None]
    high = [each.high for each in required if each.high is not None]
    is_known = min(len(low), len(high)) == len(required)
    return replace(
        whole,
        low=min(low) if is_known else None,
        high=max(high) if is_known else None,
        p_value=max(each.p_value for each in required),
    )


def merge_small(strata: Mapping[str, Stratum]) -> tuple[list[Stratum], frozenset[str]]:
    """Returns the strata to compare, and the names of those that are left out.

    Strata with too few users are merged with one another in order of their names until they have enough. They are left
    out if they have too few users together, unless all strata are small.
    """
    ordered = sorted(strata.items())
    large = [stratum for _, stratum in ordered if _users(stratum) >= STRATUM_USERS_MIN]
    small = {name: stratum for name, stratum in ordered if _users(stratum) < STRATUM_USERS_MIN}
    merged: list[Stratum] = []
    rest: Stratum = {}
    for stratum in small.values():
        rest = _merged(rest, stratum)
        if _users(rest) >= STRATUM_USERS_MIN:
            merged.append(rest)
            rest = {}
    if rest and merged:
        merged[-1] = _merged(merged[-1], rest)
    if large or merged:
        return large + merged, frozenset() if merged else frozenset(small)
    return [rest], frozenset()


def merge_all(strata: Iterable[Stratum]) -> Stratum:
    """Returns the users of all strata as one stratum."""
    nothing: Stratum = {}
    return reduce(_merged, strata, nothing)


def without_each(strata: Mapping[str, Stratum]) -> list[Stratum]:
    """Returns, for each stratum, the users of all others as one stratum. Those with an empty group are omitted."""
    found = []
    for left_out in strata:
        others = merge_all(stratum for name, stratum in strata.items() if name != left_out)
        if _users(others):
            found.append(others)
    return found


def _winsorised(tenants: Sequence[Effect], alpha: float) -> Effect:
    """Returns the combined effect of two or more tenants, with their extreme differences replaced from three on."""
    from scipy.stats import norm

    count = len(tenants)
    weights = [each.control_users * each.treatment_users / each.users for each in tenants]
    weights = [min(each, sorted(weights)[-2]) for each in weights]
    mean, error_of = _weighted_mean(tenants, weights), _limited(tenants, lambda each: each.error)
    error = math.sqrt(sum((w * error_of(each)) ** 2 for w, each in zip(weights, tenants, strict=True))) / sum(weights)
    if count > 2:
        error *= math.sqrt(count / (count - 1))
    control = mean(_limited(tenants, lambda each: each.control))
    difference = mean(_limited(tenants, lambda each: each.difference))
    low, high = interval(difference, float(norm.ppf(1 - alpha / 2)) * error)
    statistic, p_value = _normal(difference, error)
    return Effect(
        control=control,
        treatment=control + difference,
        difference=difference,
        error=error,
        low=low,
        high=high,
        statistic=statistic,
        p_value=p_value,
        cohens_d=_limited_mean([each.cohens_d for each in tenants], weights),
        test="tenants",
        control_users=sum(each.control_users for each in tenants),
        treatment_users=sum(each.treatment_users for each in tenants),
    )


def _limited(tenants: Sequence[Effect], field: Callable[[Effect], float]) -> Callable[[Effect], float]:
    """Returns a function of a field whose extreme values are replaced by those next to them, from three tenants on."""
    ordered = sorted(field(each) for each in tenants)
    if len(ordered) < 3:
        return field
    return lambda each: min(max(field(each), ordered[1]), ordered[-2])


def _users(stratum: Stratum) -> int:
    """Returns the number of users of the smaller group over all epochs."""
    return min(sum(pair[group].users for pair in stratum.values()) for group in (0, 1))


def _merged(one: Stratum, other: Stratum) -> Stratum:
    """Returns the stratum of the users of both strata."""
    both = dict(one)
    for epoch, pair in other.items():
        before = both.get(epoch)
        both[epoch] = pair if before is None else (_sum(before[0], pair[0]), _sum(before[1], pair[1]))
    return both


def _sum(one: OutcomeSummary, other: OutcomeSummary) -> OutcomeSummary:
    """Returns the summary of the users of both summaries."""
    names = ("users", "sum_y", "sum_m", "sum_yy", "sum_mm", "sum_ym", "sumsq")
    if one.shift != other.shift:
        weight = one.sum_m + other.sum_m
        shift = (one.mean * one.sum_m + other.mean * other.sum_m) / weight if weight > 0 else 0.0
        one, other = _shifted(one, shift), _shifted(other, shift)
    sums = {name: getattr(one, name) + getattr(other, name) for name in names}
    return replace(one, stratum="", pre=_sum_of_covariates(each.pre for each in (one, other)), **sums)


def _shifted(summary: OutcomeSummary, shift: float) -> OutcomeSummary:
    """Returns the summary with another shift."""
    by = summary.shift - shift
    pre = summary.pre
    return replace(
        summary,
        shift=shift,
        sum_y=summary.sum_y + by * summary.sum_m,
        sum_yy=summary.sum_yy + 2 * by * summary.sum_ym + by * by * summary.sum_mm,
        sum_ym=summary.sum_ym + by * summary.sum_mm,
        sumsq=summary.sumsq + 2 * by * summary.sum_y + by * by * summary.sum_m,
        pre=pre and replace(pre, sum_xy=pre.sum_xy + by * pre.sum_xm),
    )


def _sum_of_covariates(covariates: Iterable[Covariate | None]) -> Covariate | None:
    """Returns the sum; None when no user has earlier outcomes. Without a covariate, all its sums are 0."""
    known = [each for each in covariates if each is not None]
    if not known:
        return None
    return Covariate(**{each.name: sum(getattr(one, each.name) for one in known) for each in fields(Covariate)})


def _weighted_mean(effects: Sequence[Effect], weights: Sequence[float]) -> Callable[[Callable[[Effect], float]], float]:
    """Returns a function that computes the weighted mean of a field of the effects."""
    total = sum(weights)
    return lambda field: sum(w * field(each) for w, each in zip(weights, effects, strict=True)) / total


def _known_mean(values: Sequence[float | None], weights: Sequence[float]) -> float | None:
    """Returns the weighted mean of effect sizes; None when one of them is unknown."""
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return None
    return sum(w * value for w, value in zip(weights, known, strict=True)) / sum(weights)


def _limited_mean(values: Sequence[float | None], weights: Sequence[float]) -> float | None:
    """Returns the weighted mean of effect sizes whose extremes are replaced by those next to them, from three on."""
    ordered = sorted(value for value in values if value is not None)
    if len(ordered) < 3:
        return _known_mean(values, weights)
    limited = [value if value is None else min(max(value, ordered[1]), ordered[-2]) for value in values]
    return _known_mean(limited, weights)


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
