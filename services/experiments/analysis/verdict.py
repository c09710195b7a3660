"""Who wins, and whether the winner should reach everybody: each criterion with its value.

While an experiment runs only the confidence sequence decides; the test of a fixed horizon is the word of a completed
experiment. A sample ratio mismatch blocks every verdict. With several treatments the best of those that win is named,
and control wins when every treatment is worse.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from experiments.analysis.comparisons import Comparison, compare_all
from experiments.analysis.multiple import holm
from experiments.analysis.srm import ALARM_BELOW, SampleRatio, sample_ratio
from splits.assignment import expected_shares
from splits.model import COST, LATENCY, Experiment, OutcomeSummary, State, WinnerRule

LATENCY_RISE_MAX = 0.20
SEQUENCE_USERS_MIN = 100
"""Users a group below which an asymptotic sequence decides nothing."""


class Winner(StrEnum):
    """Who wins."""

    CONTROL = "control"
    TREATMENT = "treatment"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One condition of deployment."""

    name: str
    value: float
    threshold: float
    passed: bool
    explanation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """An experiment as it stands."""

    winner: Winner
    winning_variant: str
    """Name of the variant that wins; empty when inconclusive."""
    should_deploy: bool
    """A treatment wins and every criterion passed."""
    criteria: tuple[Criterion, ...]
    """Of the winning treatment, else of the most promising one."""
    may_stop: bool
    """The experiment runs and the confidence sequence has decided."""
    blocked: str
    """Why there is no verdict, in words; empty when nothing blocks."""
    comparisons: tuple[Comparison, ...]
    sample_ratios: tuple[SampleRatio, ...]


def analyse(
    experiment: Experiment,
    summaries: Iterable[OutcomeSummary],
    exposures: Mapping[int, Mapping[str, int]],
    now: datetime,
    shares: Mapping[int, Mapping[str, float]] | None = None,
) -> Analysis:
    """Analyses an experiment.

    `exposures` counts analysed users by epoch and variant, `shares` are those planned by epoch; an epoch without
    planned shares is held against the present ones. For a completed experiment `now` is when it ended.
    """
    present = expected_shares(experiment)
    ratios = tuple(
        sample_ratio(users, (shares or {}).get(epoch, present), epoch) for epoch, users in sorted(exposures.items())
    )
    alarms = [str(each.epoch) for each in ratios if each.alarm]
    blocked = f"sample ratio mismatch in epoch {', '.join(alarms)}" if alarms else ""
    comparisons = compare_all(experiment, summaries)
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
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """How one treatment stands."""

    variant: str
    by_metric: Mapping[str, Comparison]
    deciding: Comparison
    p_value: float
    """Of winning by the rule, adjusted over treatments."""
    wins: bool
    loses: bool
    merit: float
    """Gain by what the rule is after, relative to the control."""


def _standings(experiment: Experiment, comparisons: Sequence[Comparison]) -> list[_Standing]:
    """Judges each treatment by the winner rule."""
    final = experiment.state is State.COMPLETED
    rows = []
    for variant in experiment.treatments:
        by_metric = {each.metric.name: each for each in comparisons if each.variant == variant.name}
        deciding = by_metric[experiment.measured[0].name]
        rows.append((variant.name, by_metric, deciding, *_claim(experiment, by_metric, deciding, final)))
    adjusted = holm([row[3] for row in rows])
    result = []
    for (name, by_metric, deciding, _, good, merit), p_value in zip(rows, adjusted, strict=True):
        enough = final or min(deciding.effect.control_users, deciding.effect.treatment_users) >= SEQUENCE_USERS_MIN
        worse_p = deciding.p_holm if final else deciding.sequence_p_holm
        result.append(
            _Standing(
                variant=name,
                by_metric=by_metric,
                deciding=deciding,
                p_value=p_value,
                wins=enough and good and p_value < experiment.alpha,
                loses=enough and deciding.gain < 0 and worse_p < experiment.alpha,
                merit=merit,
            )
        )
    return result


def _claim(
    experiment: Experiment, by_metric: Mapping[str, Comparison], deciding: Comparison, final: bool
) -> tuple[float, bool, float]:
    """Returns p of the rule's claim for one treatment, whether it points the right way, and the merit."""
    scale = abs(deciding.effect.control) or 1.0
    if experiment.winner_rule is WinnerRule.SUPERIORITY:
        p_value = deciding.effect.p_value if final else deciding.sequence.p_value
        return p_value, deciding.gain > 0, deciding.gain / scale
    saved = by_metric.get(COST if experiment.winner_rule is WinnerRule.NON_INFERIOR_CHEAPER else LATENCY)
    if saved is None:
        return 1.0, False, 0.0
    merit = saved.gain / (abs(saved.effect.control) or 1.0)
    if final:
        return max(deciding.not_worse_p, saved.effect.p_value), saved.gain > 0, merit
    not_worse = deciding.sequence_gain_low > -deciding.margin
    return saved.sequence.p_value if not_worse else 1.0, saved.gain > 0, merit


def _criteria(
    experiment: Experiment, best: _Standing, ratios: Sequence[SampleRatio], now: datetime
) -> tuple[Criterion, ...]:
    """Lists every criterion of deployment with its value."""
    users = min(best.deciding.effect.control_users, best.deciding.effect.treatment_users)
    ran = now - experiment.started_at if experiment.started_at else timedelta(0)
    hours, hours_min = ran / timedelta(hours=1), experiment.min_duration / timedelta(hours=1)
    lowest = min((each.p_value for each in ratios), default=1.0)
    test = "test of a fixed horizon" if experiment.state is State.COMPLETED else "confidence sequence"
    return (
        _at_least("sample_ratio", lowest, ALARM_BELOW, "p of the planned shares"),
        Criterion(
            name="significance",
            value=best.p_value,
            threshold=experiment.alpha,
            passed=best.p_value < experiment.alpha,
            explanation=f"p by the {test}, over {len(experiment.treatments)} treatment(s)",
        ),
        Criterion(
            name="direction",
            value=best.merit,
            threshold=0.0,
            passed=best.merit > 0,
            explanation="relative gain by what the winner rule is after",
        ),
        _at_least("users", users, experiment.min_per_group, "users with outcomes in the smaller group"),
        _at_least("duration", hours, hours_min, "hours since the start"),
        _latency(best.by_metric.get(LATENCY)),
        *(
            _guardrail(experiment, metric.name, best.by_metric.get(metric.name))
            for metric in experiment.measured
            if metric.guardrail
        ),
    )


def _at_least(name: str, value: float, threshold: float, explanation: str) -> Criterion:
    """Makes a criterion that a value reaches a threshold."""
    return Criterion(name=name, value=value, threshold=threshold, passed=value >= threshold, explanation=explanation)


def _latency(comparison: Comparison | None) -> Criterion:
    """Makes the criterion of latency; one that was not measured does not stand in the way."""
    rise = comparison.effect.relative if comparison else 0.0
    return Criterion(
        name="latency",
        value=rise,
        threshold=LATENCY_RISE_MAX,
        passed=rise <= LATENCY_RISE_MAX,
        explanation="relative rise of the mean" if comparison else "not measured",
    )


def _guardrail(experiment: Experiment, name: str, comparison: Comparison | None) -> Criterion:
    """Makes the criterion that a guardrail is shown to be no worse than its margin allows."""
    if comparison is None:
        return Criterion(name=f"guardrail:{name}", value=0.0, threshold=0.0, passed=False, explanation="not measured")
    if experiment.state is State.COMPLETED:
        passed = comparison.not_worse_p < experiment.alpha
    else:
        passed = comparison.sequence_gain_low > -comparison.margin
    return Criterion(
        name=f"guardrail:{name}",
        value=comparison.gain,
        threshold=-comparison.margin,
        passed=passed,
        explanation=f"gain, shown to be above the threshold (p {comparison.not_worse_p:.3g})",
    )
