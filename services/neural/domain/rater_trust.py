"""Trust of a rater, computed from the rater's votes on each model and task.

Trust is computed from four factors, each in [0, 1]:

    account_age = min(1, days since the first vote / 7)
    volume      = min(1, limit / votes), limit = max(100, 10 % of the tenant's votes); 1 below 20 raters
    diversity   = min(1, entropy of the ratings in bits / 0.5)
    alignment   = min(1, exp(L / 3)), with L the log-likelihood ratio of two models of the rater's votes

    trust = alignment * volume * (1 - 0.2 (1 - account_age) - 0.2 (1 - diversity)), limited to [0.1, 1]

L compares two models of the rater's votes on the same tasks and models:

- Population: the share of up votes of the other raters, each of whom counts for one vote per cell (task, model). All
  log-odds are shifted by one number, so that strict and lenient raters are treated alike. The rate of the rater has a
  beta distribution around it with the strength of 20 votes (beta-binomial), which allows for individual preferences.
- Habit: rates that do not depend on other raters, with a beta distribution around the rater's overall share of up votes
  and the strength of one vote. The rates differ by cell, by model, or for a single model only; all have the same prior
  probability.

L increases with the votes of an honest rater, and decreases with the votes of a rater who promotes or demotes a model.
By Markov's inequality, L of an aligned rater is below -log(1000) with a probability of at most 0.001. A rater below
that limit with at least 8 comparable votes is an outlier, and has the trust 0.1. Otherwise, with fewer than 20
comparable votes, trust is 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

TRUST_NEUTRAL = 1.0
"""Trust of a rater with too few votes, and value of a factor that cannot be computed."""
TRUST_MIN = 0.1
VOTES_MIN = 20
OUTLIER_VOTES_MIN = 8
OUTLIER_ODDS = 1000.0
CELL_VOTES_MAX = 1.0
"""Largest weight of one rater's votes on one cell in the population, in votes."""
OTHERS_MIN = 3
"""Other raters of a cell from which votes on it are comparable."""

_FULL_AGE = timedelta(days=7)
_FULL_ENTROPY, _ALIGNMENT_SCALE = 0.5, 3.0
_SOFT_WEIGHT = 0.2
_SHARE_MAX, _VOTES_LIMIT_MIN, _RATERS_MIN = 0.1, 100, 20
_POPULATION_STRENGTH, _HABIT_STRENGTH, _PRIOR_STRENGTH = 20.0, 1.0, 2.0


class TaskModel(NamedTuple):
    """Subject of a vote: a model at a task."""

    task_type: str
    model: str


class Votes(NamedTuple):
    """Votes of one rater on one model at one task."""

    up: int = 0
    down: int = 0
    neutral: int = 0


class CappedVotes(NamedTuple):
    """Votes of all raters on one model at one task, each rater with at most CELL_VOTES_MAX votes."""

    up: float
    down: float
    raters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Votes of all raters of a tenant."""

    votes_by_cell: Mapping[TaskModel, CappedVotes]
    raters: int
    votes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rater:
    """Votes of one rater."""

    votes: Mapping[TaskModel, Votes]
    first_vote_at: datetime | None
    """When the first valid vote was recorded; None without a valid vote."""


@dataclass(frozen=True, slots=True)
class TrustFactor:
    """One factor of a trust score."""

    name: str
    value: float
    """In [0, 1]."""
    explanation: str
    """One sentence for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustScore:
    """Trust of a rater and its factors."""

    trust: float
    """In [0.1, 1]."""
    factors: tuple[TrustFactor, ...]
    outlier_reason: str = ""
    """Why the rater is an outlier; empty for other raters."""


class _ComparedCell(NamedTuple):
    cell: TaskModel
    up: int
    votes: int
    expected: float
    """Share of up votes of the other raters."""


def compute_trust(rater: Rater, population: Population, now: datetime) -> TrustScore:
    """Returns the trust score of a rater who is part of the population."""
    compared = _comparable(rater, population)
    votes = sum(each.votes for each in compared)
    ratio = log_ratio(compared)
    age, volume = _account_age(rater, now), _volume(rater, population)
    diversity, alignment = _diversity(rater), _alignment(ratio, votes)
    factors = (age, volume, diversity, alignment)
    if votes >= OUTLIER_VOTES_MIN and ratio <= -math.log(OUTLIER_ODDS):
        reason = (
            f"A habit of the rater predicts {votes} votes {_odds(-ratio)} times better than the votes of "
            f"{population.raters - 1} other raters on the same models and tasks."
        )
        return TrustScore(trust=TRUST_MIN, factors=factors, outlier_reason=reason)
    if votes < VOTES_MIN:
        return TrustScore(trust=TRUST_NEUTRAL, factors=factors)
    soft = 1 - _SOFT_WEIGHT * (1 - age.value) - _SOFT_WEIGHT * (1 - diversity.value)
    trust = min(max(alignment.value * volume.value * soft, TRUST_MIN), 1.0)
    return TrustScore(trust=trust, factors=factors)


def capped_votes(votes: Votes) -> tuple[float, float]:
    """Returns the up and down votes that a rater's votes on one cell add to the population."""
    share = min(1.0, CELL_VOTES_MAX / max(votes.up + votes.down, 1))
    return votes.up * share, votes.down * share


def _comparable(rater: Rater, population: Population) -> list[_ComparedCell]:
    up = down = 0.0
    others: dict[TaskModel, tuple[float, float, int]] = {}
    for cell, all_votes in population.votes_by_cell.items():
        own = rater.votes.get(cell, Votes())
        own_up, own_down = capped_votes(own)
        rest = max(all_votes.up - own_up, 0.0), max(all_votes.down - own_down, 0.0)
        up, down = up + rest[0], down + rest[1]
        if own.up + own.down and all_votes.raters - 1 >= OTHERS_MIN:
            others[cell] = (*rest, own.up + own.down)
    base = (up + 1) / (up + down + 2)
    return [
        _ComparedCell(
            cell,
            rater.votes[cell].up,
            votes,
            (cell_up + _PRIOR_STRENGTH * base) / (cell_up + cell_down + _PRIOR_STRENGTH),
        )
        for cell, (cell_up, cell_down, votes) in others.items()
    ]


def log_ratio(compared: list[_ComparedCell]) -> float:
    """Returns L in nats, or 0 without comparable votes."""
    if not compared:
        return 0.0
    up, votes = sum(each.up for each in compared), sum(each.votes for each in compared)
    shift = _shift(compared, min(max(up, 0.5), votes - 0.5))
    base = (up + 0.5) / (votes + 1)
    cells: dict[TaskModel, tuple[float, float, float]] = {}
    models: dict[str, tuple[float, float, float]] = {}
    for each in compared:
        expected = each.votes * _logistic(_logit(each.expected) + shift)
        cells[each.cell] = (each.up, each.votes, expected)
        before = models.get(each.cell.model, (0.0, 0.0, 0.0))
        models[each.cell.model] = (before[0] + each.up, before[1] + each.votes, before[2] + expected)
    by_cell, by_model = _ratios(cells.values(), base), _ratios(models.values(), base)
    habits = [-math.fsum(by_cell), -math.fsum(by_model), _log_mean_exp([-each for each in by_model])]
    return -_log_mean_exp(habits)


def _ratios(groups: Iterable[tuple[float, float, float]], base: float) -> list[float]:
    return [
        _beta_binomial(up, votes, _POPULATION_STRENGTH, expected / votes)
        - _beta_binomial(up, votes, _HABIT_STRENGTH, base)
        for up, votes, expected in groups
    ]


def _log_mean_exp(logs: list[float]) -> float:
    """Returns the logarithm of the mean of exp(x) over the logarithms x."""
    highest = max(logs)
    return highest + math.log(math.fsum(math.exp(each - highest) for each in logs) / len(logs))


def _beta_binomial(up: float, votes: float, strength: float, rate: float) -> float:
    """Returns the log-probability of a sequence of votes whose rate has a beta distribution with the mean `rate`."""
    a, b = strength * rate, strength * (1 - rate)
    return (
        math.lgamma(up + a)
        - math.lgamma(a)
        + math.lgamma(votes - up + b)
        - math.lgamma(b)
        + math.lgamma(strength)
        - math.lgamma(votes + strength)
    )


def _shift(compared: list[_ComparedCell], up: float) -> float:
    """Returns the shift of all log-odds with which the expected number of up votes is `up`, found by bisection."""
    low, high = -12.0, 12.0
    odds = [(each.votes, _logit(each.expected)) for each in compared]
    for _ in range(30):
        middle = (low + high) / 2
        if math.fsum(votes * _logistic(each + middle) for votes, each in odds) < up:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _logit(rate: float) -> float:
    return math.log(rate / (1 - rate))


def _logistic(odds: float) -> float:
    return 1 / (1 + math.exp(-min(max(odds, -30.0), 30.0)))


def _account_age(rater: Rater, now: datetime) -> TrustFactor:
    if rater.first_vote_at is None:
        return TrustFactor("account_age", 0.0, "The rater has no valid vote.")
    age = max(now - rater.first_vote_at, timedelta())
    text = f"The first vote is {age.days} days old. The factor is 1 from {_FULL_AGE.days} days."
    return TrustFactor("account_age", min(1.0, age / _FULL_AGE), text)


def _volume(rater: Rater, population: Population) -> TrustFactor:
    votes = sum(sum(each) for each in rater.votes.values())
    if population.raters < _RATERS_MIN:
        text = f"{votes} votes. The limit applies from {_RATERS_MIN} raters; there are {population.raters}."
        return TrustFactor("volume", TRUST_NEUTRAL, text)
    limit = max(float(_VOTES_LIMIT_MIN), _SHARE_MAX * population.votes)
    text = f"{votes} of {population.votes} votes. The limit per rater is {limit:.0f} votes."
    return TrustFactor("volume", min(1.0, limit / max(votes, 1)), text)


def _diversity(rater: Rater) -> TrustFactor:
    counts = [sum(each[index] for each in rater.votes.values()) for index in range(len(Votes._fields))]
    total = sum(counts)
    if not total:
        return TrustFactor("diversity", TRUST_NEUTRAL, "The rater has no votes.")
    entropy = math.fsum(-count / total * math.log2(count / total) for count in counts if count)
    text = (
        f"{counts[0]} up, {counts[1]} down and {counts[2]} neutral votes have an entropy of {entropy + 0.0:.2f} bits. "
        f"The factor is 1 from {_FULL_ENTROPY} bits."
    )
    return TrustFactor("diversity", min(1.0, entropy / _FULL_ENTROPY), text)


def _alignment(ratio: float, votes: int) -> TrustFactor:
    if not votes:
        text = f"No votes are comparable: no model and task of the rater has votes of {OTHERS_MIN} other raters."
        return TrustFactor("alignment", TRUST_NEUTRAL, text)
    odds = _odds(abs(ratio))
    text = (
        f"The votes of other raters predict {votes} votes {odds} times better than a habit of the rater."
        if ratio >= 0
        else f"A habit of the rater predicts {votes} votes {odds} times better than the votes of other raters."
    )
    return TrustFactor("alignment", min(1.0, math.exp(ratio / _ALIGNMENT_SCALE)), text)


def _odds(ratio: float) -> str:
    return f"{math.exp(ratio):.3g}" if ratio < 20 else f"e^{ratio:.0f}"
