"""Verdict of an experiment: the winner, and the criteria of its deployment.

The confidence sequence decides while an experiment runs, the fixed-horizon test after it has completed. A sample ratio
mismatch blocks every verdict. If several treatments win, the verdict names the one with the highest merit. The control
wins if every treatment is worse.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from experiments.analysis.comparisons import Comparison, compare_all
from experiments.analysis.effect import relative
from experiments.analysis.multiplicity import holm
from experiments.analysis.sample_ratio import (
    MISMATCH_P_MAX,
    Exposures,
    SampleRatio,
    mismatched_strata,
    sample_ratio,
    total_users,
)
from splits.assignment import expected_shares
from splits.model import COST, LATENCY, Experiment, OutcomeSummary, State, WinnerRule

LATENCY_RISE_MAX = 0.20
"""Largest relative rise of the mean latency that still passes."""
SEQUENCE_USERS_MIN = 100
"""Smallest number of users per group for a verdict by the confidence sequence, which is asymptotic."""


class Winner(StrEnum):
    """Outcome of an experiment."""

    CONTROL = "control"
    TREATMENT = "treatment"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """Criterion of deployment."""

    name: str
    value: float
    threshold: float
    passed: bool
    explanation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """Analysis of an experiment at one time."""

    winner: Winner
    winning_variant: str
    """Name of the variant that wins; empty when the analysis is inconclusive."""
    should_deploy: bool
    """Whether a treatment wins and every criterion passed."""
    criteria: tuple[Criterion, ...]
    """Criteria for the winning treatment; without one, for the treatment with the highest merit."""
    may_stop: bool
    """Whether the experiment runs and the confidence sequence gives a verdict."""
    blocked: str
    """Condition that prevents a verdict, as text; empty without one."""
    comparisons: tuple[Comparison, ...]
    sample_ratios: tuple[SampleRatio, ...]
    excluded_strata: int = 0
    """Number of strata that are left out: of the analysis because their sample ratio is a mismatch, or of a comparison
    because they have too few users."""


def analyse(
    experiment: Experiment,
    summaries: Iterable[OutcomeSummary],
    exposures: Mapping[str, Exposures],
    now: datetime,
    shares: Mapping[int, Mapping[str, float]] | None = None,
) -> Analysis:
    """Returns the analysis of an experiment at the time `now`, which is the end of a completed experiment.

    `exposures` counts analysed users by stratum, epoch and variant. `shares` contains the planned shares by epoch; an
    epoch without planned shares is tested against the current ones.
    """
    current = expected_shares(experiment)
    planned = {epoch: (shares or {}).get(epoch, current) for users in exposures.values() for epoch in users}
    excluded = mismatched_strata(exposures, planned)
    kept = [users for stratum, users in exposures.items() if stratum not in excluded]
    ratios = tuple(sample_ratio(users, planned[epoch], epoch) for epoch, users in sorted(total_users(kept).items()))
    summaries = [each for each in summaries if each.stratum not in excluded]
    mismatches = [str(each.epoch) for each in ratios if each.is_mismatch]
    blocked = f"sample ratio mismatch in epoch {', '.join(mismatches)}" if mismatches else ""
    comparisons = compare_all(experiment, summaries, exposures)
    standings = _standings(experiment, comparisons)
    best = max(standings, key=lambda each: (each.wins, each.merit))
    winner, name = Winner.INCONCLUSIVE, ""
    if not blocked and best.wins:
        winner, name = Winner.TREATMENT, best.variant
    elif not blocked and all(each.loses for each in standings):
        winner, name = Winner.CONTROL, experiment.control.name
    criteria = _criteria(experiment, best, ratios, now)
    running = experiment.state in (State.RUNNING, State.PAUSED)
    return Analysis(
        winner=winner,
        winning_variant=name,
        should_deploy=winner is Winner.TREATMENT and all(each.passed for each in criteria),
        criteria=criteria,
        may_stop=running and winner is not Winner.INCONCLUSIVE,
        blocked=blocked,
        comparisons=tuple(comparisons),
        sample_ratios=ratios,
        excluded_strata=len(excluded.union(*(each.small_strata for each in comparisons))),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """Verdict for one treatment."""

    variant: str
    by_metric: Mapping[str, Comparison]
    primary: Comparison
    """Comparison by the primary metric."""
    p_value: float
    """p-value of the winner rule, adjusted over treatments."""
    wins: bool
    loses: bool
    merit: float
    """Gain of the metric that the winner rule improves, relative to the control."""


def _standings(experiment: Experiment, comparisons: Sequence[Comparison]) -> list[_Standing]:
    """Returns the verdict for each treatment by the winner rule."""
    is_completed = experiment.state is State.COMPLETED
    rows = []
    for variant in experiment.treatments:
        by_metric = {each.metric.name: each for each in comparisons if each.variant == variant.name}
        primary = by_metric[experiment.measured[0].name]
        rows.append((variant.name, by_metric, primary, *_rule_result(experiment, by_metric, primary, is_completed)))
    adjusted = holm([row[3] for row in rows])
    result = []
    for (name, by_metric, primary, _, is_gain, merit), p_value in zip(rows, adjusted, strict=True):
        has_users = (
            is_completed or min(primary.effect.control_users, primary.effect.treatment_users) >= SEQUENCE_USERS_MIN
        )
        worse_p = primary.p_holm if is_completed else primary.sequence_p_holm
        result.append(
            _Standing(
                variant=name,
                by_metric=by_metric,
                primary=primary,
                p_value=p_value,
                wins=has_users and is_gain and p_value < experiment.alpha,
                loses=has_users and primary.gain < 0 and worse_p < experiment.alpha,
                merit=merit,
            )
        )
    return result


def _rule_result(
    experiment: Experiment, by_metric: Mapping[str, Comparison], primary: Comparison, is_completed: bool
) -> tuple[float, bool, float]:
    """Returns the p-value of the winner rule for one treatment, whether the gain is positive, and the merit."""
    scale = abs(primary.effect.control) or 1.0
    if experiment.winner_rule is WinnerRule.SUPERIORITY:
        p_value = primary.effect.p_value if is_completed else primary.sequence.p_value
        return p_value, primary.gain > 0, relative(primary.gain, scale)
    saved = by_metric.get(COST if experiment.winner_rule is WinnerRule.NON_INFERIOR_CHEAPER else LATENCY)
    if saved is None:
        return 1.0, False, 0.0
    merit = relative(saved.gain, saved.effect.control or 1.0)
    if is_completed:
        return max(primary.not_worse_p, saved.effect.p_value), saved.gain > 0, merit
    return saved.sequence.p_value if primary.is_not_worse_anytime else 1.0, saved.gain > 0, merit


def _criteria(
    experiment: Experiment, best: _Standing, ratios: Sequence[SampleRatio], now: datetime
) -> tuple[Criterion, ...]:
    """Returns every criterion of deployment with its value."""
    users = min(best.primary.effect.control_users, best.primary.effect.treatment_users)
    ran = now - experiment.started_at if experiment.started_at else timedelta(0)
    hours, hours_min = ran / timedelta(hours=1), experiment.min_duration / timedelta(hours=1)
    lowest = min((each.p_value for each in ratios), default=1.0)
    test = "fixed-horizon test" if experiment.state is State.COMPLETED else "confidence sequence"
    return (
        _at_least("sample_ratio", lowest, MISMATCH_P_MAX, "p-value of the sample ratio"),
        Criterion(
            name="significance",
            value=best.p_value,
            threshold=experiment.alpha,
            passed=best.p_value < experiment.alpha,
            explanation=f"p-value of the {test}, adjusted over {len(experiment.treatments)} treatment(s)",
        ),
        Criterion(
            name="direction",
            value=best.merit,
            threshold=0.0,
            passed=best.merit > 0,
            explanation="relative gain of the metric that the winner rule improves",
        ),
        _at_least("users", users, experiment.min_per_group, "users with outcomes in the smaller group"),
        _at_least("duration", hours, hours_min, "hours since the start"),
        _latency(best.by_metric.get(LATENCY)),
        *(
            _guardrail(experiment, metric.name, best.by_metric.get(metric.name))
            for metric in experiment.measured
            if metric.is_guardrail
        ),
    )


def _at_least(name: str, value: float, threshold: float, explanation: str) -> Criterion:
    """Returns a criterion that passes when the value is at least the threshold."""
    return Criterion(name=name, value=value, threshold=threshold, passed=value >= threshold, explanation=explanation)


def _latency(comparison: Comparison | None) -> Criterion:
    """Returns the criterion of latency, which passes when latency is not measured."""
    rise = comparison.effect.relative_difference if comparison else 0.0
    return Criterion(
        name="latency",
        value=rise,
        threshold=LATENCY_RISE_MAX,
        passed=rise <= LATENCY_RISE_MAX,
        explanation="relative rise of the mean latency" if comparison else "not measured",
    )


def _guardrail(experiment: Experiment, name: str, comparison: Comparison | None) -> Criterion:
    """Returns the criterion of a guardrail, which passes when the metric is significantly not worse than its margin."""
    if comparison is None:
        return Criterion(name=f"guardrail:{name}", value=0.0, threshold=0.0, passed=False, explanation="not measured")
    if experiment.state is State.COMPLETED:
        passed = comparison.not_worse_p < experiment.alpha
    else:
        passed = comparison.is_not_worse_anytime
    return Criterion(
        name=f"guardrail:{name}",
        value=comparison.gain,
        threshold=-comparison.margin,
        passed=passed,
        explanation=f"gain, significantly above the threshold (p-value {comparison.not_worse_p:.3g})",
    )
