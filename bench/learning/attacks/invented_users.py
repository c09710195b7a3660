"""Attacks by one user with many votes, and by invented users with few votes each, on a tenant with honest raters.

60 honest raters give 20 votes each on drawn models. The attackers then rate the model of median quality up and the best
model down. The figures are the mean quality that honest users are served afterwards by the highest estimate, on prompts
that were not rated.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from bench.learning.intervals import format_interval, interval
from bench.learning.replay.streams import HELD_OUT
from bench.learning.tables import Indices, Numbers, Table
from bench.performance.figures import verdict
from neural.domain.boards import SHIFT_CARRY_OVER, SHIFT_CARRY_OVER_MAX
from neural.domain.drift import WINDOW, RatedScore, find_shift, scores_to_test
from neural.domain.shrinkage import ROOT_MEAN
from neural.domain.trust.population import VOTES_MIN, Rater, Votes, population_of
from neural.domain.trust.rater_trust import TrustScore
from neural.domain.trust.tenant_votes import TenantVotes, divide_votes
from neural.domain.trust.vote_likelihood import TaskModel
from neural.settings import RecommendSettings

HONEST_RATERS, HONEST_VOTES, ATTACK_VOTES, ONE_USER_VOTES = 60, 20, 7, 50
INVENTED_USERS = (30, 100, 300)
COST_MAX = 0.02
"""Largest allowed cost of an attack, and of the defense without an attack."""
NEW_SHARE, NEW_FLOOR = 0.25, 100.0
HEAVY_SHARE, HEAVY_FLOOR, HEAVY_RATERS_MIN = 0.1, 20.0, 20
_START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class VoteLog:
    """Votes of a tenant in the order of their outputs. Arrays are by vote."""

    rater: Indices
    task: Indices
    model: Indices
    score: Numbers
    """1 for up votes, 0 for down votes."""


def run(table: Table, seeds: range, events: int) -> bool:
    """Prints the cost of each attack without and with the defense. Returns True if the bounds are met."""
    del events
    started = time.perf_counter()
    attacks = [("no attack", 0, 0), ("one user", 1, ONE_USER_VOTES)]
    attacks += [(f"{users} invented users", users, ATTACK_VOTES) for users in INVENTED_USERS]
    served = {
        (name, defends): np.array([served_quality(table, seed, users, votes, defends) for seed in seeds])
        for name, users, votes in attacks
        for defends in (False, True)
    }
    print(f"\n{table.name}: cost of invented users, {len(seeds)} seeds, best estimate served to honest users")
    clean = served["no attack", False]
    print(f"  no attack: quality {clean.mean():.4f} without defense")
    print(f"  {'':24}{'no defense':30}{'defense':30}ratio of the qualities")
    kept = True
    for name, _, _ in attacks:
        costs = [clean - served[name, defends] for defends in (False, True)]
        ratio = served[name, True].mean() / served[name, False].mean()
        print(f"  {name:24}" + "".join(f"{format_interval(each):30}" for each in costs) + f"{ratio:.3f}")
        kept &= verdict(f"cost of {name}", interval(costs[1])[0], "", COST_MAX, at_least=False)
    print(f"  {time.perf_counter() - started:.0f} s")
    return kept


def served_quality(table: Table, seed: int, attackers: int, votes_each: int, defends: bool) -> float:
    """Returns the mean held-out quality of the models with the highest estimates."""
    rng = np.random.default_rng([seed, 5])
    shuffled = rng.permutation(len(table.task))
    held, rated = np.split(shuffled, [round(HELD_OUT * len(shuffled))])
    log = _vote_log(table, rated, rng, attackers, votes_each)
    counts = np.bincount(table.task[held], minlength=len(table.tasks))
    quality = np.zeros((len(table.tasks), len(table.models)))
    np.add.at(quality, table.task[held], table.quality[held])
    chosen = _estimates(log, *quality.shape, defends).argmax(1)
    return float(quality[np.arange(len(quality)), chosen].sum() / counts.sum())


def _vote_log(table: Table, rated: Indices, rng: np.random.Generator, attackers: int, votes_each: int) -> VoteLog:
    models, honest = len(table.models), HONEST_RATERS * HONEST_VOTES
    ranked = np.argsort(-table.quality[rated].mean(0))
    best, median = ranked[0], ranked[models // 2]
    prompt, model = rng.choice(rated, honest), rng.integers(models, size=honest)
    is_up = rng.random(honest) < table.quality[prompt, model]
    rater = np.tile(np.arange(HONEST_RATERS), HONEST_VOTES)
    attacks = attackers * votes_each
    target = np.where(np.arange(attacks) % 2 == 0, median, best)
    return VoteLog(
        np.concatenate([rater, HONEST_RATERS + np.arange(attacks) % max(attackers, 1)]),
        np.concatenate([table.task[prompt], rng.choice(table.task[rated], attacks)]),
        np.concatenate([model, target]),
        np.concatenate([is_up, target == median]).astype(np.float64),
    )


def _estimates(log: VoteLog, tasks: int, models: int, defends: bool) -> Numbers:
    """Returns the estimates by task and model: the mean over all tasks, as the prior of the mean of the task."""
    priors = RecommendSettings().priors
    raters = int(log.rater.max()) + 1
    scores = _trust_scores(log, raters) if defends else []
    trust = np.array([each.trust for each in scores] or np.ones(raters))
    established = np.array([each.is_established for each in scores] or np.ones(raters, np.bool_))
    found = np.empty((tasks, models))
    for model in range(models):
        is_model = log.model == model
        over_all, evidence = _cell(log, is_model, trust, established, defends)
        prior = (over_all * min(evidence, priors.rollup_caps[0]) + ROOT_MEAN * priors.root) / (
            min(evidence, priors.rollup_caps[0]) + priors.root
        )
        for task in range(tasks):
            mean, amount = _cell(log, is_model & (log.task == task), trust, established, defends)
            found[task, model] = (mean * amount + prior * priors.task) / (amount + priors.task)
    return found


def _trust_scores(log: VoteLog, raters: int) -> Sequence[TrustScore]:
    votes: list[dict[TaskModel, Votes]] = [{} for _ in range(raters)]
    for rater, task, model, score in zip(log.rater, log.task, log.model, log.score, strict=True):
        cell = TaskModel(str(task), str(model))
        before = votes[rater].get(cell, Votes())
        votes[rater][cell] = before._replace(up=before.up + int(score), down=before.down + int(1 - score))
    known = {
        str(rater): Rater(votes=own, since=_START + timedelta(hours=int(rater >= HONEST_RATERS)))
        for rater, own in enumerate(votes)
    }
    everyone = population_of(list(known.values()))
    frequent = {user: each for user, each in known.items() if sum(map(sum, each.votes.values())) >= VOTES_MIN}
    divided = divide_votes(everyone, frequent) or divide_votes(everyone, known) or TenantVotes(population=everyone)
    return [divided.trust(user, rater, _START + timedelta(hours=2)) for user, rater in known.items()]


def _cell(
    log: VoteLog, is_inside: np.ndarray, trust: Numbers, established: np.ndarray, defends: bool
) -> tuple[float, float]:
    """Returns mean and evidence of the votes of a cell, with most evidence from before a shift removed."""
    rater, score = log.rater[is_inside], log.score[is_inside]
    weight = trust[rater]
    shift = _shift_index(rater, score, weight, established[rater], defends)
    if shift is None:
        return _mean(rater, score, weight, established)
    old, new = (
        _mean(rater[part], score[part], weight[part], established) for part in (slice(shift), slice(shift, None))
    )
    left = min(SHIFT_CARRY_OVER * old[1], SHIFT_CARRY_OVER_MAX)
    return (left * old[0] + new[0] * new[1]) / (left + new[1]), left + new[1]


def _shift_index(rater: Indices, score: Numbers, weight: Numbers, established: np.ndarray, defends: bool) -> int | None:
    if defends:
        values = zip(score, rater, weight, established, strict=True)
        rated = [RatedScore(float(value), str(who), float(much), bool(known)) for value, who, much, known in values]
        tested = scores_to_test(rated)
    else:  # every score counts as that of another rater
        rated = [RatedScore(float(value), str(place)) for place, value in enumerate(score)]
        tested = list(range(len(rated)))[-WINDOW:]
    shift = find_shift([rated[index] for index in tested])
    return None if shift is None else tested[shift.index]


def _mean(rater: Indices, score: Numbers, weight: Numbers, established: np.ndarray) -> tuple[float, float]:
    """Returns mean and evidence of votes with the limits of one rater and of all new raters (`neural.excess_of`)."""
    evidence = np.bincount(rater, weight, len(established))
    units = np.bincount(rater, minlength=len(established))
    total = np.bincount(rater, weight * score, len(established))
    counted = np.ones(len(established))
    if (units > 0).sum() >= HEAVY_RATERS_MIN:
        average = evidence / np.maximum(units, 1)
        limit = np.maximum(HEAVY_SHARE * evidence.sum(), HEAVY_FLOOR * average)
        counted = np.minimum(1.0, limit / np.maximum(evidence, 1e-12))
    known, fresh = (float((evidence * counted)[each].sum()) for each in (established, ~established))
    floor = NEW_FLOOR * evidence.sum() / max(units.sum(), 1)
    limit_new = max(NEW_SHARE * known, floor - known / NEW_SHARE, 0.0)
    counted = np.where(established, counted, counted * min(1.0, limit_new / max(fresh, 1e-12)))
    amount = float((evidence * counted).sum())
    return (float((total * counted).sum()) / amount if amount > 0 else ROOT_MEAN), amount
