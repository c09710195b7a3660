"""Comparisons of every treatment with the control by every metric, over all epochs and tenants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from experiments.analysis.clustered import compare_clustered
from experiments.analysis.confidence_sequence import ConfidenceSequence, hull, loss_p_value, sequence_of
from experiments.analysis.cuped import compare_cuped
from experiments.analysis.effect import MAGNITUDE_MAX, MAGNITUDE_MIN, Effect, untested_effect
from experiments.analysis.means import compare_means
from experiments.analysis.multiplicity import benjamini_hochberg, holm
from experiments.analysis.noninferiority import constant_margin_p_value, margin_test, score_test
from experiments.analysis.proportions import compare_proportions
from experiments.analysis.sample_ratio import Exposures
from experiments.analysis.strata import (
    STRATUM_USERS_MIN,
    Stratum,
    combine,
    combine_tenants,
    merge_all,
    merge_small,
    restricted,
    without_each,
)
from splits.model import Direction, Experiment, Metric, MetricKind, OutcomeSummary

LOSS_METRICS = 3
"""Typical number of metrics whose losses are tested together; affects the power of `loss_p` alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Comparison of a treatment with the control by one metric."""

    metric: Metric
    variant: str
    """Name of the treatment."""
    effect: Effect
    """Result of the fixed-horizon test."""
    sequence: ConfidenceSequence
    """Valid at every interim analysis, at level alpha divided by the number of treatments."""
    sequence_p_holm: float
    """p-value of the sequence. Adjusted over treatments for the primary metric; other metrics decide no verdict."""
    p_holm: float
    """Adjusted within the family: the primary metric over treatments, or all other metrics over treatments."""
    p_benjamini_hochberg: float
    """Adjusted within the same family."""
    not_worse_p: float
    """One-sided p-value of the null hypothesis "worse by the margin of the metric or more"."""
    loss_p: float
    """One-sided p-value of the null hypothesis "not worse", valid at every interim analysis, not adjusted."""
    is_not_worse_anytime: bool = False
    """Whether the confidence sequence excludes a loss of the margin or more."""
    small_strata: frozenset[str] = frozenset()
    """Names of the strata that are left out, because they have too few users with outcomes in a group."""

    @property
    def gain(self) -> float:
        """The difference with the sign of an improvement: positive when the treatment is better."""
        return _gain(self.metric, self.effect)

    @property
    def margin(self) -> float:
        """Absolute loss that still counts as not worse."""
        return self.metric.margin * abs(self.effect.control)


def compare_groups(
    control: OutcomeSummary, treatment: OutcomeSummary, kind: MetricKind = MetricKind.MEAN, alpha: float = 0.05
) -> Effect:
    """Returns the effect in one epoch by the most powerful test that is valid for the outcomes.

    A group whose numbers are too large or too small to be squared counts as a group without users.
    """
    if not (_is_representable(control) and _is_representable(treatment)):
        return untested_effect(0.0, 0.0, 0, 0)
    adjusted = compare_cuped(control, treatment, alpha)
    if adjusted is not None:
        return adjusted
    if not (control.is_single and treatment.is_single):
        return compare_clustered(control, treatment, alpha)
    if kind is MetricKind.PROPORTION and control.is_binary and treatment.is_binary:
        return compare_proportions(round(control.sum_y), control.users, round(treatment.sum_y), treatment.users, alpha)
    return compare_means(
        control.users,
        control.sum_y,
        control.sum_yy,
        treatment.users,
        treatment.sum_y,
        treatment.sum_yy,
        alpha,
        (control.shift, treatment.shift),
    )


def _is_representable(summary: OutcomeSummary) -> bool:
    """Returns whether the squares of the sums and of the mean are plain numbers."""
    names = ("shift", "sum_y", "sum_m", "sum_yy", "sum_mm", "sum_ym", "sumsq")
    sums = [abs(getattr(summary, name)) for name in names]
    return all(each <= MAGNITUDE_MAX for each in sums) and (
        summary.mean == 0 or abs(summary.mean) >= MAGNITUDE_MIN  # NaN and infinity fail the first condition
    )


def compare_all(
    experiment: Experiment, summaries: Iterable[OutcomeSummary], exposures: Mapping[str, Exposures] | None = None
) -> list[Comparison]:
    """Returns the comparisons of each treatment by each metric that has outcomes.

    The primary metric comes first and is always included. `exposures` counts users with or without outcomes by stratum.
    """
    known: dict[tuple[str, str], list[OutcomeSummary]] = defaultdict(list)
    for summary in summaries:
        known[summary.metric, summary.variant].append(summary)
    comparisons = []
    for metric in experiment.measured:
        if metric is not experiment.measured[0] and not any(name == metric.name for name, _ in known):
            continue
        controls = known[metric.name, experiment.control.name]
        for variant in experiment.treatments:
            strata = _strata(experiment, metric.name, controls, known[metric.name, variant.name])
            exposed = _exposed_strata(exposures or {}, (experiment.control.name, variant.name))
            comparisons.append(_unadjusted(experiment, metric, variant.name, strata, exposed))
    return _adjusted(comparisons, experiment.measured[0].name)


def _strata(
    experiment: Experiment, metric: str, controls: Sequence[OutcomeSummary], treated: Sequence[OutcomeSummary]
) -> dict[str, Stratum]:
    """Returns control and treatment by stratum and epoch; a group without outcomes has an empty summary."""
    pairs: dict[str, dict[int, list[OutcomeSummary]]] = defaultdict(dict)
    for index, group in enumerate((controls, treated)):
        for each in group:
            nobody = [_empty_summary(metric, each.variant, each.epoch) for _ in range(2)]
            pairs[each.stratum].setdefault(each.epoch, nobody)[index] = each
    found: dict[str, Stratum] = {
        stratum: {epoch: (pair[0], pair[1]) for epoch, pair in sorted(epochs.items())}
        for stratum, epochs in pairs.items()
    }
    empty = _empty_summary(metric, experiment.control.name, experiment.epoch)
    return found or {"": {experiment.epoch: (empty, empty)}}


def _empty_summary(metric: str, variant: str, epoch: int) -> OutcomeSummary:
    """Returns the summary of a group without outcomes."""
    return OutcomeSummary(
        epoch=epoch,
        variant=variant,
        metric=metric,
        users=0,
        sum_y=0.0,
        sum_m=0.0,
        sum_yy=0.0,
        sum_mm=0.0,
        sum_ym=0.0,
        sumsq=0.0,
    )


def _exposed_strata(exposures: Mapping[str, Exposures], variants: Sequence[str]) -> frozenset[str]:
    """Returns the names of the strata with enough users of each variant, whether or not the users have outcomes."""
    return frozenset(
        name
        for name, epochs in exposures.items()
        if min(sum(users.get(variant, 0) for users in epochs.values()) for variant in variants) >= STRATUM_USERS_MIN
    )


def _unadjusted(
    experiment: Experiment, metric: Metric, variant: str, strata: Mapping[str, Stratum], exposed: frozenset[str]
) -> Comparison:
    """Returns a comparison whose p-values are not adjusted for multiple comparisons."""

    def effect_of(stratum: Stratum) -> Effect:
        pairs = stratum.values()
        return combine([compare_groups(*pair, metric.kind, experiment.alpha) for pair in pairs], experiment.alpha)

    compared, small = merge_small(strata)
    effect, required = combine_tenants([effect_of(stratum) for stratum in compared], experiment.alpha)
    if len(compared) == 1 and len(strata) - len(small) > 1:  # one merged stratum, in which no single tenant decides
        required = [effect_of(stratum) for stratum in without_each(strata)] or required
        effect = restricted(effect, required)
    elif len(compared) == 1 and small & exposed:  # small in outcomes only: the one stratum does not decide for them
        required = [*required, effect_of(merge_all(strata[name] for name in sorted(small & exposed)))]
        effect = restricted(effect, required)
    level = experiment.alpha / max(len(experiment.treatments), 1)
    sequence = hull([sequence_of(each, level) for each in required])
    return Comparison(
        metric=metric,
        variant=variant,
        effect=effect,
        sequence=sequence,
        sequence_p_holm=sequence.p_value,
        p_holm=effect.p_value,
        p_benjamini_hochberg=effect.p_value,
        not_worse_p=max(_not_worse_p(metric, each) for each in required),
        loss_p=max(
            loss_p_value(_gain(metric, each), each.error, each.users, experiment.alpha / LOSS_METRICS)
            for each in required
        ),
        is_not_worse_anytime=all(_is_not_worse_anytime(metric, each, level) for each in required),
        small_strata=small,
    )


def _is_not_worse_anytime(metric: Metric, effect: Effect, level: float) -> bool:
    """Returns whether a loss of the margin or more is excluded at every interim analysis."""
    margin = metric.margin * abs(effect.control)
    if effect.is_constant:
        return margin > 0 and constant_margin_p_value(effect) < level
    sequence = sequence_of(effect, level)
    if sequence.low is None or sequence.high is None:
        return False
    return (sequence.low if metric.direction is Direction.UP else -sequence.high) > -margin


def _gain(metric: Metric, effect: Effect) -> float:
    """Returns the difference with the sign of an improvement."""
    return effect.difference if metric.direction is Direction.UP else -effect.difference


def _not_worse_p(metric: Metric, effect: Effect) -> float:
    """Returns the p-value of the test of non-inferiority that is valid for the outcomes."""
    margin = metric.margin * abs(effect.control)
    if effect.test not in ("z_pooled", "fisher"):
        return margin_test(effect, margin, metric.direction)
    n, m = effect.control_users, effect.treatment_users
    return score_test(
        round(effect.control * n), n, round(effect.treatment * m), m, min(margin, 0.999), metric.direction
    )


def _adjusted(comparisons: list[Comparison], primary: str) -> list[Comparison]:
    """Returns the comparisons in the same order, their p-values adjusted within the two families."""
    first = [each for each in comparisons if each.metric.name == primary]
    rest = [each for each in comparisons if each.metric.name != primary]
    result = []
    for family in (first, rest):
        p_values = [each.effect.p_value for each in family]
        sequence_p_values = [each.sequence.p_value for each in family]
        if family is first:
            sequence_p_values = holm(sequence_p_values)
        adjusted = zip(family, holm(p_values), benjamini_hochberg(p_values), sequence_p_values, strict=True)
        result += [
            replace(each, p_holm=p_holm, p_benjamini_hochberg=p_discovery, sequence_p_holm=sequence_p)
            for each, p_holm, p_discovery, sequence_p in adjusted
        ]
    return result
