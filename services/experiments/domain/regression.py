"""Regressions of a rollout: losses of the treatment that are beyond their limit and significant.

The level of the experiment is divided among the metrics that are checked and among the epochs in which the rollout
compares users (weighted Bonferroni). Each p-value is valid at every check, so that a rollout of equal variants is
rolled back with at most the level of the experiment over all steps and checks. The primary metric and the first epoch
have the greater shares: a loss of twice the limit is smallest, in standard errors, for the primary metric, and most
losses exist from the first step on.

A loss beyond its limit is excluded, so that a step can be taken, when the one-sided p-value of a loss of the limit or
more is at most `risk_max`. The error of a wrong step is bounded by later checks, which roll back; a smaller risk would
hold rollouts of few users for weeks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import NormalDist

from experiments.analysis.comparisons import Comparison
from experiments.analysis.effect import relative
from experiments.analysis.verdict import Analysis
from splits.model import LATENCY, MEAN_SCORE, POSITIVE_RATE, Experiment

ROUNDING = 1e-9
"""Tolerance of comparisons with a limit."""
PRIMARY_SHARE = 2 / 3
"""Share of the level for the primary metric; the others have equal parts of the rest."""
_METRICS = {"positive_rate": POSITIVE_RATE, "latency": LATENCY, "satisfaction": MEAN_SCORE}
"""Metric of the analysis by the name of its limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionLimits:
    """Limits of the relative change against the control. A change beyond a limit is a regression."""

    positive_rate: float = -0.05
    latency: float = 0.30
    satisfaction: float = -0.10
    users_min: int = 100
    """Smallest number of users per group for a comparison and for a step; 0 disables both rules."""
    risk_max: float = 0.25
    """Largest p-value of a loss of the limit or more with which a step is taken; 1 disables the rule."""

    @property
    def by_name(self) -> Mapping[str, float]:
        """Limits of the relative changes by name."""
        return {"positive_rate": self.positive_rate, "latency": self.latency, "satisfaction": self.satisfaction}


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMetrics:
    """Metrics of one group in the current epoch; None for a metric without outcomes."""

    users: int = 0
    positive_rate: float | None = None
    latency: float | None = None
    """Mean latency in milliseconds."""
    satisfaction: float | None = None
    """Mean score, in [0, 1]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Evidence that the treatment is worse than the control by one metric."""

    users: int
    """Users with outcomes in the smaller group."""
    p_value: float
    """One-sided p-value of "not worse", valid at every check."""
    is_significant: bool
    """Whether the p-value is below the level of a loss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutMetrics:
    """Metrics of both groups."""

    control: GroupMetrics = field(default_factory=GroupMetrics)
    treatment: GroupMetrics = field(default_factory=GroupMetrics)
    broken_guardrails: tuple[str, ...] = ()
    """Names of guardrail metrics that are worse by more than their margin."""
    losses: Mapping[str, Loss] = field(default_factory=dict)
    """Evidence that the treatment is worse, by metric of the analysis."""
    change_errors: Mapping[str, float] = field(default_factory=dict)
    """Standard errors of the relative changes, by name of the limit."""
    guardrail_losses: Mapping[str, float] = field(default_factory=dict)
    """p-values of a loss of the margin or more, by guardrail with a margin."""
    has_failing_calls: bool = False
    """Whether the calls of the treatment fail more often than those of the control."""
    has_sample_ratio_mismatch: bool = False
    excluded_strata: int = 0
    """Number of tenants that are left out because of their sample ratio or their number of users."""
    ignored_outputs: int = 0
    """Number of outputs that name another variant than the assignment."""


def rollout_metrics(
    experiment: Experiment, analysis: Analysis, variant: str, level_share: float = 1.0
) -> RolloutMetrics:
    """Returns the metrics of a treatment and the control from an analysis of the current epoch.

    An analysis of several epochs dilutes a regression that began in the last one. `level_share` is the share of the
    level of the experiment for the current epoch.
    """
    comparisons = {each.metric.name: each for each in analysis.comparisons if each.variant == variant}
    effects = {
        name: each.effect
        for name, each in comparisons.items()
        if each.effect.control_users and each.effect.treatment_users
    }
    primary = comparisons[POSITIVE_RATE].effect

    def group(users: int, name: str) -> GroupMetrics:
        means = {metric: float(getattr(effect, name)) for metric, effect in effects.items()}
        return GroupMetrics(
            users=users,
            positive_rate=means.get(POSITIVE_RATE),
            latency=means.get(LATENCY),
            satisfaction=means.get(MEAN_SCORE),
        )

    return RolloutMetrics(
        control=group(primary.control_users, "control"),
        treatment=group(primary.treatment_users, "treatment"),
        broken_guardrails=tuple(
            name for name, each in comparisons.items() if each.metric.is_guardrail and each.gain < -each.margin
        ),
        losses=_losses(experiment, comparisons, level_share),
        change_errors={
            limit: each.error / abs(each.control)
            for limit, name in _METRICS.items()
            if (each := effects.get(name)) and each.error > 0 and each.control
        },
        guardrail_losses={
            name: _excess_p_value(each.gain + each.margin, each.effect.error)
            for name, each in comparisons.items()
            if each.metric.is_guardrail and each.margin > 0 and name in effects
        },
        has_sample_ratio_mismatch=any(each.is_mismatch for each in analysis.sample_ratios),
        excluded_strata=analysis.excluded_strata,
    )


def _losses(experiment: Experiment, comparisons: Mapping[str, Comparison], level_share: float) -> dict[str, Loss]:
    """Returns the evidence of each checked metric: those with a limit, and the guardrails.

    The level is divided among all metrics that can be checked, because their first outcomes come at different times.
    """
    checked = [each.name for each in experiment.measured if each.name in _METRICS.values() or each.is_guardrail]
    shares = dict.fromkeys(checked, (1 - PRIMARY_SHARE) / max(len(checked) - 1, 1)) | {checked[0]: PRIMARY_SHARE}
    return {
        name: Loss(
            users=min(each.effect.control_users, each.effect.treatment_users),
            p_value=each.loss_p,
            is_significant=each.loss_p < experiment.alpha * shares[name] * level_share,
        )
        for name, each in comparisons.items()
        if name in shares
    }


def regressions(limits: RegressionLimits, metrics: RolloutMetrics) -> tuple[list[str], list[str]]:
    """Returns a text for each regression, and the name of each loss beyond its limit that may be chance.

    Both contain broken guardrails and changes beyond their limits. Losses with fewer users than `limits.users_min` in a
    group may be chance.
    """
    found: list[str] = []
    undecided: list[str] = []
    for name in metrics.broken_guardrails:
        (found if _is_significant(limits, metrics, name) else undecided).append(f"guardrail {name}")
    changes = relative_changes(metrics)
    for name, limit in limits.by_name.items():
        change = changes.get(name)
        if change is None or not (change > limit + ROUNDING if limit > 0 else change < limit - ROUNDING):
            continue
        if _is_significant(limits, metrics, _METRICS[name]):
            found.append(f"{name} {change:+.1%} (limit {limit:+.0%})")
        else:
            undecided.append(name)
    return found, undecided


def possible_regressions(limits: RegressionLimits, metrics: RolloutMetrics) -> list[str]:
    """Returns the names of metrics and guardrails whose loss may be beyond its limit by more than `limits.risk_max`."""
    changes = relative_changes(metrics)
    risks = {
        name: _excess_p_value((limit - changes[name]) * (1 if limit > 0 else -1), metrics.change_errors.get(name, 0.0))
        for name, limit in limits.by_name.items()
        if name in changes
    }
    risks |= {f"guardrail {name}": p_value for name, p_value in metrics.guardrail_losses.items()}
    risks |= {"answered calls": 1.0} if metrics.has_failing_calls else {}
    return [name for name, p_value in risks.items() if p_value > limits.risk_max]


def _excess_p_value(distance: float, error: float) -> float:
    """Returns the one-sided p-value of a loss of a limit or more; `distance` is that of the estimate to the limit."""
    if error <= 0:
        return 0.0 if distance > -ROUNDING else 1.0
    return NormalDist().cdf(-distance / error)


def _is_significant(limits: RegressionLimits, metrics: RolloutMetrics, metric: str) -> bool:
    """Returns whether a significant loss with enough users in both groups exists for a metric of the analysis."""
    loss = metrics.losses.get(metric)
    return loss is not None and loss.is_significant and loss.users >= max(limits.users_min, 1)


def relative_changes(metrics: RolloutMetrics) -> dict[str, float]:
    """Returns the relative change of each metric with outcomes in both groups."""
    changes = {}
    for name in ("positive_rate", "latency", "satisfaction"):
        control, treatment = getattr(metrics.control, name), getattr(metrics.treatment, name)
        if control is not None and treatment is not None and control > 0:
            changes[name] = relative(treatment - control, control)
    return changes
