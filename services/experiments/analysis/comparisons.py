"""Comparisons of every treatment with the control by every metric, over all epochs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from experiments.analysis.clustered import compare_clustered
from experiments.analysis.confidence_sequence import ConfidenceSequence, sequence_of
from experiments.analysis.cuped import compare_cuped
from experiments.analysis.effect import Effect
from experiments.analysis.means import compare_means
from experiments.analysis.multiplicity import benjamini_hochberg, holm
from experiments.analysis.noninferiority import margin_test, score_test
from experiments.analysis.proportions import compare_proportions
from experiments.analysis.strata import combine
from splits.model import Direction, Experiment, Metric, MetricKind, OutcomeSummary


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

    @property
    def gain(self) -> float:
        """The difference with the sign of an improvement: positive when the treatment is better."""
        return self.effect.difference if self.metric.direction is Direction.UP else -self.effect.difference

    @property
    def margin(self) -> float:
        """Absolute loss that still counts as not worse."""
        return self.metric.margin * abs(self.effect.control)

    @property
    def sequence_gain_low(self) -> float:
        """Lower bound of the gain by the confidence sequence."""
        return self.sequence.low if self.metric.direction is Direction.UP else -self.sequence.high


def compare_groups(
    control: OutcomeSummary, treatment: OutcomeSummary, kind: MetricKind = MetricKind.MEAN, alpha: float = 0.05
) -> Effect:
    """Returns the effect in one epoch by the most powerful test that is valid for the outcomes."""
    adjusted = compare_cuped(control, treatment, alpha)
    if adjusted is not None:
        return adjusted
    if not (control.is_single and treatment.is_single):
        return compare_clustered(control, treatment, alpha)
    if kind is MetricKind.PROPORTION and control.is_binary and treatment.is_binary:
        return compare_proportions(round(control.sum_y), control.users, round(treatment.sum_y), treatment.users, alpha)
    return compare_means(
        control.users, control.sum_y, control.sum_yy, treatment.users, treatment.sum_y, treatment.sum_yy, alpha
    )


def compare_all(experiment: Experiment, summaries: Iterable[OutcomeSummary]) -> list[Comparison]:
    """Returns the comparisons of each treatment by each metric that has outcomes.

    The primary metric comes first and is always included.
    """
    known = {(each.metric, each.variant, each.epoch): each for each in summaries}
    epochs = sorted({epoch for _, _, epoch in known}) or [experiment.epoch]
    comparisons = []
    for metric in experiment.measured:
        if metric is not experiment.measured[0] and not any(name == metric.name for name, _, _ in known):
            continue
        for variant in experiment.treatments:
            pairs = [
                tuple(
                    known.get((metric.name, name, epoch)) or _empty_summary(metric.name, name, epoch)
                    for name in (experiment.control.name, variant.name)
                )
                for epoch in epochs
            ]
            effects = [
                compare_groups(control, treatment, metric.kind, experiment.alpha) for control, treatment in pairs
            ]
            comparisons.append(_unadjusted(experiment, metric, variant.name, combine(effects, experiment.alpha)))
    return _adjusted(comparisons, experiment.measured[0].name)


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


def _unadjusted(experiment: Experiment, metric: Metric, variant: str, effect: Effect) -> Comparison:
    """Returns a comparison whose p-values are not adjusted for multiple comparisons."""
    sequence = sequence_of(effect, experiment.alpha / max(len(experiment.treatments), 1))
    return Comparison(
        metric=metric,
        variant=variant,
        effect=effect,
        sequence=sequence,
        sequence_p_holm=sequence.p_value,
        p_holm=effect.p_value,
        p_benjamini_hochberg=effect.p_value,
        not_worse_p=_not_worse_p(metric, effect),
    )


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
