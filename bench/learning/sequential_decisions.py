"""Simulated error rates of decisions that are repeated every hour: sample ratio mismatches, and steps of rollouts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from statsmodels.stats.proportion import proportion_confint

from bench.performance.figures import verdict
from experiments.analysis.sample_ratio import MISMATCH_P_MAX, sample_ratio
from experiments.analysis.verdict import analyse
from experiments.domain.regression import RegressionLimits, regressions, rollout_metrics
from experiments.domain.rollout_policy import STEPS, Action, Rollout, apply_decision, decide
from splits.model import (
    LATENCY,
    MEAN_SCORE,
    POSITIVE_RATE,
    Experiment,
    OutcomeSummary,
    State,
    Variant,
    summarize_single,
)

RATIO_RUNS, RATIO_HOURS = 2000, 168
SHARES, RATIO_USERS = (0.5, 0.1, 0.01), 20
UNEVEN, UNEVEN_USERS = 0.45, (1000, 2000, 4000)
LEAKS, LEAK, GROUPS = 4000, 0.01, (10_000, 100_000, 200_000, 500_000, 1_000_000)
POWER_MIN = 0.9
ROLLOUTS, ROLLOUT_RATE, VISITORS, SLOW_VISITORS, HOURS_MAX = 300, 0.8, 400, 42, 24 * 28
LIMIT, FALSE_ROLLBACKS_MAX = -RegressionLimits().positive_rate, 0.05
METRICS, GROUP_NAMES = (POSITIVE_RATE, MEAN_SCORE, LATENCY), ("control", "treatment")
EXPERIMENT = Experiment(
    experiment_id="e", state=State.RUNNING, variants=tuple(Variant(name=name) for name in GROUP_NAMES)
)
_START = datetime(2026, 1, 1, tzinfo=UTC)


def false_mismatches(random: np.random.Generator) -> bool:
    """Tests the planned ratio every hour for a week and counts runs with an alarm at any of the looks."""
    kept = True
    for share in SHARES:
        treated = np.cumsum(random.binomial(RATIO_USERS, share, (RATIO_RUNS, RATIO_HOURS)), axis=1)
        found = sum(
            any(_is_mismatch(RATIO_USERS * hour, int(count), share) for hour, count in enumerate(row, 1))
            for row in treated
        )
        name = f"false SRM alarms at a share of {share:.0%} under {RATIO_HOURS} hourly looks"
        format_interval(name, found, RATIO_RUNS)
        low = float(proportion_confint(found, RATIO_RUNS, method="beta")[0])
        kept &= verdict(f"{name}, lower limit", 100 * low, " %", 100 * MISMATCH_P_MAX, at_least=False)
    return kept


def uneven_ratio(random: np.random.Generator) -> bool:
    """Counts alarms when 45 % instead of 50 % of the users arrive in the treatment."""
    power = {
        users: sum(_is_mismatch(users, int(each), 0.5) for each in random.binomial(users, UNEVEN, RATIO_RUNS))
        for users in UNEVEN_USERS
    }
    for users, found in power.items():
        format_interval(f"SRM alarms at {UNEVEN:.0%} instead of 50 %, {users:,} users", found, RATIO_RUNS)
    name = f"SRM alarms at {UNEVEN:.0%} instead of 50 %, {UNEVEN_USERS[-1]:,} users"
    return verdict(name, 100 * power[UNEVEN_USERS[-1]] / RATIO_RUNS, " %", 100 * POWER_MIN, at_least=True)


def leak(random: np.random.Generator) -> bool:
    """Counts alarms when 1 % of the users of the treatment are lost."""
    power = {}
    for users in GROUPS:
        arrived = random.binomial(2 * users, 0.5, LEAKS)
        treated = random.binomial(2 * users - arrived, 1 - LEAK)
        power[users] = sum(_is_mismatch(int(c + t), int(t), 0.5) for c, t in zip(arrived, treated, strict=True))
    for users, found in power.items():
        format_interval(f"alarms at a leak of {LEAK:.0%}, {users:,} users a group", found, LEAKS)
    name = f"SRM alarms at a leak of {LEAK:.0%}, {GROUPS[-1]:,} users a group"
    return verdict(name, 100 * power[GROUPS[-1]] / LEAKS, " %", 100 * POWER_MIN, at_least=True)


def rollbacks(random: np.random.Generator) -> bool:
    """Decides about rollouts of equal and of worse treatments every hour over all steps of the default plan."""
    equal = [simulate_rollout(random) for _ in range(ROLLOUTS)]
    beyond = sum(each.was_beyond for each in equal)
    format_interval("equal variants: estimate once beyond a limit, for comparison", beyond, ROLLOUTS)
    false = sum(each.action is Action.ROLL_BACK for each in equal)
    format_interval("equal variants: rolled back", false, ROLLOUTS)
    format_interval("equal variants: finished", sum(each.action is Action.FINISH for each in equal), ROLLOUTS)
    hours = np.median([each.hours for each in equal if each.action is Action.FINISH])
    print(f"         equal variants: median time to the end {hours:.0f} h of at least {24 * len(STEPS)} h")
    worse = [simulate_rollout(random, 2 * LIMIT, users_max=1000) for _ in range(ROLLOUTS)]
    found = sum(each.action is Action.ROLL_BACK for each in worse)
    format_interval("loss of twice the limit, 1,000 users a group: rolled back", found, ROLLOUTS)
    slow = [simulate_rollout(random, 2 * LIMIT, SLOW_VISITORS) for _ in range(ROLLOUTS)]
    stepped = sum(each.steps > 0 for each in slow)
    format_interval("loss of twice the limit, about 100 users a group at the first step: step taken", stepped, ROLLOUTS)
    name = "rollbacks of equal variants"
    kept = verdict(name, 100 * false / ROLLOUTS, " %", 100 * FALSE_ROLLBACKS_MAX, at_least=False)
    name = "rollbacks at twice the limit, 1,000 users a group"
    return verdict(name, 100 * found / ROLLOUTS, " %", 100 * POWER_MIN, at_least=True) and kept


@dataclass(frozen=True, slots=True)
class SimulatedRollout:
    """End of a simulated rollout."""

    action: Action
    """Last action: ROLL_BACK, FINISH, or HOLD when the time is over."""
    users: int
    """Users of the smaller group in the epoch of the last decision."""
    hours: int
    was_beyond: bool
    """Whether an estimate was once beyond its limit."""
    steps: int
    """Number of steps after the first."""


class _Epoch:
    """Outcomes of the users of one epoch, as sums."""

    def __init__(self, visitors: int, drop: float) -> None:
        self._visitors, self._drop = visitors, drop
        self._sums = {(metric, group): [0, 0.0, 0.0] for metric in METRICS for group in GROUP_NAMES}

    def arrive(self, random: np.random.Generator, share: float) -> None:
        """Adds the users of an hour: scores, positive or not, and log-normal latencies around 1."""
        for group, part in zip(GROUP_NAMES, (min(share, 1 - share), share), strict=True):
            users = int(random.binomial(self._visitors, part))
            rate = ROLLOUT_RATE * (1 - self._drop * (group == "treatment"))
            positive = random.random(users) < rate
            scores = np.where(positive, random.uniform(0.6, 1.0, users), random.uniform(0.0, 0.5, users))
            for metric, values in zip(METRICS, (positive, scores, random.lognormal(0.0, 0.5, users)), strict=True):
                sums = self._sums[metric, group]
                sums[0] += users
                sums[1] += float(np.sum(values))
                sums[2] += float(np.sum(np.square(values, dtype=np.float64)))

    def summaries(self) -> list[OutcomeSummary]:
        """Returns the outcomes of groups with users."""
        return [
            summarize_single(variant=group, metric=metric, users=int(users), total=total, squares=squares)
            for (metric, group), (users, total, squares) in self._sums.items()
            if users
        ]


def simulate_rollout(
    random: np.random.Generator, drop: float = 0.0, visitors: int = VISITORS, users_max: int = 10**9
) -> SimulatedRollout:
    """Decides every hour about a rollout with the default plan, until it ends or its smaller group has `users_max`.

    `drop` is the relative loss of positive users in the treatment; `visitors` is the number of new users per hour.
    """
    rollout, moment = Rollout(percent=10.0, stepped_at=_START), _START
    epoch, is_beyond, steps = _Epoch(visitors, drop), False, 0
    action, users = Action.HOLD, 0
    while moment - _START < timedelta(hours=HOURS_MAX):
        moment += timedelta(hours=1)
        epoch.arrive(random, rollout.percent / 100)
        analysis = analyse(EXPERIMENT, epoch.summaries(), {}, moment)
        metrics = rollout_metrics(EXPERIMENT, analysis, "treatment", rollout.level_share)
        users = min(metrics.control.users, metrics.treatment.users)
        is_beyond |= users >= rollout.limits.users_min and any(map(any, regressions(rollout.limits, metrics)))
        decision = decide(rollout, moment, metrics)
        action = decision.action
        if action in (Action.ROLL_BACK, Action.FINISH) or users >= users_max:
            break
        if action is Action.ADVANCE and decision.to_percent > 50:
            epoch = _Epoch(visitors, drop)
        steps += action is Action.ADVANCE
        rollout = apply_decision(rollout, decision, moment)
    return SimulatedRollout(action, users, (moment - _START) // timedelta(hours=1), is_beyond, steps)


def _is_mismatch(users: int, treated: int, share: float) -> bool:
    """Returns whether the ratio of treated users is a mismatch with their planned share."""
    counts = {"control": users - treated, "treatment": treated}
    return sample_ratio(counts, {"control": 1 - share, "treatment": share}).is_mismatch


def format_interval(name: str, found: int, tries: int) -> None:
    """Prints a share with its interval."""
    low, high = proportion_confint(found, tries, method="beta")
    print(f"         {name}: {found / tries:.2%} [{low:.2%}, {high:.2%}] of {tries:,}")
