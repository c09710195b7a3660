"""Every treatment against the control by every metric: the right test for the outcomes there are, over all epochs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from experiments.analysis.clustered import compare_clustered
from experiments.analysis.cuped import compare_cuped
from experiments.analysis.effect import Effect
from experiments.analysis.means import compare_means
from experiments.analysis.multiple import benjamini_hochberg, holm
from experiments.analysis.noninferiority import margin_test, score_test
from experiments.analysis.proportions import compare_proportions
from experiments.analysis.sequential import Sequence, sequence_of
from experiments.analysis.strata import combine
from splits.model import Direction, Experiment, Metric, MetricKind, OutcomeSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A treatment against the control by one metric."""

    metric: Metric
    variant: str
    effect: Effect
    """By the test of a fixed horizon."""
    sequence: Sequence
    """Valid at every look; at alpha over the number of treatments."""
    sequence_p_holm: float
    """Of the deciding metric over treatments; of other metrics as it is, for no verdict rests on it."""
    p_holm: float
    """Adjusted within its family: the deciding metric over treatments, or all other metrics and treatments."""
    p_benjamini_hochberg: float
    not_worse_p: float
    """One-sided p of being worse by the metric's margin or more."""

    @property
    def gain(self) -> float:
        """The difference, positive when the treatment is better."""
        return self.effect.difference if self.metric.direction is Direction.UP else -self.effect.difference

    @property
    def margin(self) -> float:
        """Loss, absolute, that is taken as no loss."""
        return self.metric.margin * abs(self.effect.control)

    @property
    def sequence_gain_low(self) -> float:
        """Lower bound of the gain by the sequence."""
        return self.sequence.low if self.metric.direction is Direction.UP else -self.sequence.high


def measure(
    control: OutcomeSummary, treatment: OutcomeSummary, kind: MetricKind = MetricKind.MEAN, alpha: float = 0.05
) -> Effect:
    """Compares two groups of one epoch by the strongest test that their outcomes allow."""
    adjusted = compare_cuped(control, treatment, alpha)
    if adjusted is not None:
        return adjusted
    if not (control.single and treatment.single):
        return compare_clustered(control, treatment, alpha)
    if kind is MetricKind.PROPORTION and control.binary and treatment.binary:
        return compare_proportions(round(control.sum_y), control.users, round(treatment.sum_y), treatment.users, alpha)
    return compare_means(
        control.users, control.sum_y, control.sum_yy, treatment.users, treatment.sum_y, treatment.sum_yy, alpha
    )


def compare_all(experiment: Experiment, summaries: Iterable[OutcomeSummary]) -> list[Comparison]:
    """Compares each treatment by each metric that has outcomes; the deciding metric comes first and always."""
    known = {(each.metric, each.variant, each.epoch): each for each in summaries}
    epochs = sorted({epoch for _, _, epoch in known}) or [experiment.epoch]
    found = []
    for metric in experiment.measured:
        if metric is not experiment.measured[0] and not any(name == metric.name for name, _, _ in known):
            continue
        for variant in experiment.treatments:
            pairs = [
                tuple(
                    known.get((metric.name, name, epoch)) or _nothing(metric.name, name, epoch)
                    for name in (experiment.control.name, variant.name)
                )
                for epoch in epochs
            ]
            effects = [measure(before, after, metric.kind, experiment.alpha) for before, after in pairs]
            found.append(_comparison(experiment, metric, variant.name, combine(effects, experiment.alpha)))
    return _adjusted(found, experiment.measured[0].name)


def _nothing(metric: str, variant: str, epoch: int) -> OutcomeSummary:
    """Makes the summary of no outcomes."""
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


def _comparison(experiment: Experiment, metric: Metric, variant: str, effect: Effect) -> Comparison:
    """Makes a comparison, not yet adjusted."""
    sequence = sequence_of(effect, experiment.alpha / max(len(experiment.treatments), 1))
    return Comparison(
        metric=metric,
        variant=variant,
        effect=effect,
        sequence=sequence,
        sequence_p_holm=sequence.p_value,
        p_holm=effect.p_value,
        p_benjamini_hochberg=effect.p_value,
        not_worse_p=_not_worse(metric, effect),
    )


def _not_worse(metric: Metric, effect: Effect) -> float:
    """Chooses the test of non-inferiority by the outcomes there are."""
    margin = metric.margin * abs(effect.control)
    if effect.test not in ("z_pooled", "fisher"):
        return margin_test(effect, margin, metric.direction)
    n, m = effect.control_users, effect.treatment_users
    return score_test(
        round(effect.control * n), n, round(effect.treatment * m), m, min(margin, 0.999), metric.direction
    )


def _adjusted(found: list[Comparison], deciding: str) -> list[Comparison]:
    """Adjusts p within both families, keeping the order."""
    first = [each for each in found if each.metric.name == deciding]
    rest = [each for each in found if each.metric.name != deciding]
    result = []
    for family in (first, rest):
        ps = [each.effect.p_value for each in family]
        looks = [each.sequence.p_value for each in family]
        anytime = holm(looks) if family is first else looks
        for each, strict, loose, look in zip(family, holm(ps), benjamini_hochberg(ps), anytime, strict=True):
            result.append(replace(each, p_holm=strict, p_benjamini_hochberg=loose, sequence_p_holm=look))
    return result
