"""(e) Coverage of the intervals of off-policy estimates, simulated and seeded, with Clopper-Pearson intervals.

The product's Thompson sampling chooses the models. Its estimates are updated every thousand events, so that
propensities are not uniform and some models are no longer chosen. Users differ in their mean rewards and have many
events each. Two target policies are evaluated: a policy that was fixed beforehand and prefers some of those models, and
the greedy policy on the final scores. The latter scores were learned from the evaluation events, as in the service. The
settings were chosen on other seeds.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

import numpy as np
from statsmodels.stats.proportion import proportion_confint

from bench.performance.figures import verdict
from neural.domain.model import Strategy
from neural.domain.policy import propensities
from neural.domain.shrinkage import Estimate
from neural.evaluation.diagnostics import diagnose, shortfall
from neural.evaluation.estimators import Interval, Numbers, Sample, estimates, ratio

SEED = 20260401
EVENTS, BATCH, USERS, TASKS, MODELS = 8000, 1000, 400, 5, 4
TRIES = 600
COVERED_MIN = 0.93
PRIOR = 10.0
TASTE = 0.1
"""Spread of a user's mean rewards around the population's."""


async def run(_: object) -> bool:
    """Runs the simulation without servers. Returns True if all intervals have the required coverage."""
    print(f"(e) off-policy evaluation, {EVENTS} events of {USERS} users, {TASKS} tasks, {MODELS} models")
    begun = time.perf_counter()
    random = np.random.default_rng(SEED)
    covered: dict[str, Counter[str]] = {"set beforehand": Counter(), "learned from the events": Counter()}
    errors: dict[str, dict[str, list[float]]] = {name: {} for name in covered}
    verdicts: Counter[str] = Counter()
    sizes: list[float] = []
    for _ in range(TRIES):
        for name, (sample, truth) in zip(covered, simulate_log(random), strict=True):
            sizes.append(diagnose(sample).effective_events)
            if shortfall(diagnose(sample)):
                continue
            verdicts[name] += 1
            usual = textbook(sample)
            for estimator, interval in estimates(sample).items():
                covered[name][estimator] += covers(interval, truth)
                covered[name][f"{estimator}, textbook"] += covers(usual[estimator], truth)
                errors[name].setdefault(estimator, []).append(interval.value - truth)
    low, median, high = np.quantile(sizes, [0.05, 0.5, 0.95])
    print(f"         effective sample size: median {median:.0f}, 90 % in [{low:.0f}, {high:.0f}]")
    kept = True
    for name, counts in covered.items():
        kept &= print_coverage(name, counts, errors[name], verdicts[name])
    print(f"         {time.perf_counter() - begun:.1f} s")
    return kept


def textbook(sample: Sample) -> dict[str, Interval]:
    """Returns the textbook intervals, which assume independent events and a positive propensity of every model."""
    each, one, weights = np.arange(EVENTS), np.ones(EVENTS), sample.weights
    corrected = sample.expected + weights * (sample.rewards - sample.predicted)
    return {
        "ips": ratio(weights * sample.rewards, one, each),
        "snips": ratio(weights * sample.rewards, weights, each),
        "dr": ratio(corrected, one, each),
    }


def covers(interval: Interval, truth: float) -> bool:
    """Returns True if the interval contains the true value."""
    return interval.lower <= truth <= interval.upper


def simulate_log(random: np.random.Generator) -> Sequence[tuple[Sample, float]]:
    """Simulates logged events. Returns the sample and the true value of each target policy."""
    means = random.uniform(0.35, 0.75, (TASKS, MODELS))
    guesses = np.clip(means + random.normal(0, 0.1, means.shape), 0, 1)
    shares = random.dirichlet(np.full(TASKS, 3.0))
    tastes = random.uniform(-TASTE, TASTE, (USERS, TASKS, MODELS)) + random.uniform(-TASTE, TASTE, (USERS, 1, 1))
    users = random.choice(USERS, EVENTS, p=random.dirichlet(np.full(USERS, 2.0)))
    tasks = random.choice(TASKS, EVENTS, p=shares)
    liked, seen = np.zeros(means.shape), np.zeros(means.shape)
    logged, models, rewards = np.empty(EVENTS), np.empty(EVENTS, np.int64), np.empty(EVENTS)
    for first in range(0, EVENTS, BATCH):
        part = slice(first, first + BATCH)
        chances = thompson(liked, seen)[tasks[part]]
        models[part] = (np.cumsum(chances, axis=1) < random.random((BATCH, 1)) * (1 - 1e-12)).sum(axis=1)
        logged[part] = chances[np.arange(BATCH), models[part]]
        chance = means[tasks[part], models[part]] + tastes[users[part], tasks[part], models[part]]
        rewards[part] = random.random(BATCH) < chance
        np.add.at(liked, (tasks[part], models[part]), rewards[part])
        np.add.at(seen, (tasks[part], models[part]), 1.0)
    learned = shrunk(liked, seen)
    before = np.array(
        [propensities(believed(row, 20.0), [0.0] * MODELS, Strategy.THOMPSON, 0.0, 0.5) for row in guesses]
    )
    after = np.eye(MODELS)[learned.argmax(axis=1)]

    def sample(policy: Numbers) -> tuple[Sample, float]:
        values = (policy * learned).sum(axis=1)
        return Sample(
            rewards=rewards,
            logged=logged,
            target=policy[tasks, models],
            predicted=learned[tasks, models],
            expected=values[tasks],
            users=users,
        ), float(shares @ (policy * means).sum(axis=1))

    return sample(before), sample(after)


def shrunk(liked: Numbers, seen: Numbers) -> Numbers:
    """Returns estimates by task and model, shrunk towards the model's mean over all tasks."""
    parents = (liked.sum(axis=0) + 1) / (seen.sum(axis=0) + 2)
    return np.asarray((liked + PRIOR * parents) / (seen + PRIOR), np.float64)


def thompson(liked: Numbers, seen: Numbers) -> Numbers:
    """Returns the propensities of Thompson sampling by task and model."""
    means = shrunk(liked, seen)
    rows = [
        propensities(believed(mean, count), [0.0] * MODELS, Strategy.THOMPSON, 0.0, 0.5)
        for mean, count in zip(means, seen + PRIOR, strict=True)
    ]
    return np.array(rows)


def believed(means: Numbers, evidence: Numbers | float) -> list[Estimate]:
    """Returns estimates with these means and evidence."""
    behind = np.broadcast_to(evidence, means.shape)
    return [
        Estimate(f"m{place}", float(mean), float(n), None, 0.0, 0, 0, 0, ())
        for place, (mean, n) in enumerate(zip(means, behind, strict=True))
    ]


def print_coverage(name: str, counts: Counter[str], errors: dict[str, list[float]], verdicts: int) -> bool:
    """Prints the coverage of each estimator. Returns True if all coverages are sufficient."""
    print(f"         policy {name}: estimates in {verdicts} of {TRIES} simulations")
    kept = verdicts > 0
    for estimator, missed in errors.items():
        naive = proportion_confint(counts[f"{estimator}, textbook"], verdicts, method="beta")
        low, high = proportion_confint(counts[estimator], verdicts, method="beta")
        error, bias = float(np.sqrt(np.mean(np.square(missed)))), float(np.mean(missed))
        print(f"         {estimator:<6} [{low:.1%}, {high:.1%}]   RMSE {error:.4f}   bias {bias:+.4f}")
        print(f"                textbook interval, for comparison: [{naive[0]:.1%}, {naive[1]:.1%}]")
        rate = 100 * counts[estimator] / verdicts
        kept &= verdict(f"{estimator} covers the truth", rate, " %", 100 * COVERED_MIN, at_least=True)
    return kept
