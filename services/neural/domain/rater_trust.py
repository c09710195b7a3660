"""How far a rater is trusted, and why, from what the rater said of each model at each task.

Four factors, each in [0, 1]:

    account_age = min(1, days since the first vote / 7)
    volume      = min(1, limit / votes), limit = max(100, a tenth of the tenant's votes); 1 below 20 raters
    diversity   = min(1, entropy of the ratings in bits / 0.5)
    alignment   = min(1, exp(L / 3)), L the log-likelihood ratio of the population against the rater's own habit

    trust = alignment * volume * (1 - 0.2 (1 - account_age) - 0.2 (1 - diversity)), within [0.1, 1]

L compares, on the same models and tasks, two ways to predict the rater's thumbs. The population: the share of thumbs up
among the others (the rater left out, everybody one voice a cell, however loud), shifted by one number so that a strict
or lenient rater is not held against it, with room for taste (beta-binomial, 20 votes strong). The habit: rates of the
rater's own, whatever the others say, spread around the rater's overall share of thumbs up (beta-binomial, one vote
strong) - in every cell (task, model), or for every model, or for one of the models alone, each as likely as the others.
An honest rater's L grows with the votes, that of one who pushes or buries a model falls. By Markov's inequality an
aligned rater gets an L below -log(1000) once in a thousand times: there the rater is an outlier, and trust is 0.1.

Below 20 votes that can be compared, trust is 1 unless the rater is an outlier, which takes 8 of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

TRUST_NEUTRAL = 1.0
"""Trust of a rater of whom too little is known, and value of a factor that cannot be told."""
TRUST_MIN = 0.1
VOTES_MIN = 20
OUTLIER_VOTES_MIN = 8
OUTLIER_ODDS = 1000.0
VOICES_MAX = 1.0
"""What one rater's votes on one cell count for in the population, however many they are."""
OTHERS_MIN = 3
"""Other raters on a cell that make it comparable."""

_FULL_AGE = timedelta(days=7)
_FULL_ENTROPY, _RAMP = 0.5, 3.0
_SOFT_WEIGHT = 0.2
_SHARE_MAX, _VOTES_FREE, _RATERS_MIN = 0.1, 100, 20
_TASTE, _HABIT, _PRIOR = 20.0, 1.0, 2.0


class Place(NamedTuple):
    """What a vote was about."""

    task_type: str
    model: str


class Votes(NamedTuple):
    """A rater's votes on one place."""

    up: int = 0
    down: int = 0
    neutral: int = 0


class Voices(NamedTuple):
    """What everybody thinks of one place, each rater with at most VOICES_MAX voices."""

    up: float
    down: float
    raters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """All raters of a tenant."""

    voices: Mapping[Place, Voices]
    raters: int
    votes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rater:
    """A rater's sufficient statistics."""

    votes: Mapping[Place, Votes]
    since: datetime | None
    """When the first vote was recorded; None when none stands."""


@dataclass(frozen=True, slots=True)
class Factor:
    """One part of a trust score."""

    name: str
    value: float
    """In [0, 1]."""
    explanation: str
    """One sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """How far a rater is trusted, and why."""

    trust: float
    """In [0.1, 1]."""
    factors: tuple[Factor, ...]
    outlier_reason: str = ""
    """Empty unless the rater is an outlier."""


class _Compared(NamedTuple):
    place: Place
    up: int
    votes: int
    expected: float
    """Share of thumbs up among the others."""


def judge(rater: Rater, population: Population, now: datetime) -> Judgement:
    """Judges a rater who is part of the population."""
    compared = _comparable(rater, population)
    votes = sum(each.votes for each in compared)
    ratio = log_ratio(compared)
    age, volume = _account_age(rater, now), _volume(rater, population)
    diversity, alignment = _diversity(rater), _alignment(ratio, votes)
    factors = (age, volume, diversity, alignment)
    if votes >= OUTLIER_VOTES_MIN and ratio <= -math.log(OUTLIER_ODDS):
        reason = (
            f"{votes} votes fit a habit of the rater's own {_odds(-ratio)} times better than what "
            f"{population.raters - 1} other raters think of the same models and tasks."
        )
        return Judgement(trust=TRUST_MIN, factors=factors, outlier_reason=reason)
    if votes < VOTES_MIN:
        return Judgement(trust=TRUST_NEUTRAL, factors=factors)
    soft = 1 - _SOFT_WEIGHT * (1 - age.value) - _SOFT_WEIGHT * (1 - diversity.value)
    trust = min(max(alignment.value * volume.value * soft, TRUST_MIN), 1.0)
    return Judgement(trust=trust, factors=factors)


def voices_of(votes: Votes) -> tuple[float, float]:
    """Returns what a rater's votes on a place add to the population, thumbs up and down."""
    share = min(1.0, VOICES_MAX / max(votes.up + votes.down, 1))
    return votes.up * share, votes.down * share


def _comparable(rater: Rater, population: Population) -> list[_Compared]:
    up = down = 0.0
    others: dict[Place, tuple[float, float, int]] = {}
    for place, voices in population.voices.items():
        said = rater.votes.get(place, Votes())
        own_up, own_down = voices_of(said)
        rest = max(voices.up - own_up, 0.0), max(voices.down - own_down, 0.0)
        up, down = up + rest[0], down + rest[1]
        if said.up + said.down and voices.raters - 1 >= OTHERS_MIN:
            others[place] = (*rest, said.up + said.down)
    base = (up + 1) / (up + down + 2)
    return [
        _Compared(place, rater.votes[place].up, votes, (liked + _PRIOR * base) / (liked + disliked + _PRIOR))
        for place, (liked, disliked, votes) in others.items()
    ]


def log_ratio(compared: list[_Compared]) -> float:
    """Returns L, in nats; 0 with nothing to compare."""
    if not compared:
        return 0.0
    up, votes = sum(each.up for each in compared), sum(each.votes for each in compared)
    shift = _shift(compared, min(max(up, 0.5), votes - 0.5))
    base = (up + 0.5) / (votes + 1)
    cells: dict[Place, tuple[float, float, float]] = {}
    models: dict[str, tuple[float, float, float]] = {}
    for each in compared:
        expected = each.votes * _squeezed(_logit(each.expected) + shift)
        cells[each.place] = (each.up, each.votes, expected)
        before = models.get(each.place.model, (0.0, 0.0, 0.0))
        models[each.place.model] = (before[0] + each.up, before[1] + each.votes, before[2] + expected)
    by_cell, by_model = _ratios(cells.values(), base), _ratios(models.values(), base)
    habits = [-math.fsum(by_cell), -math.fsum(by_model), _mean_of_logs([-each for each in by_model])]
    return -_mean_of_logs(habits)


def _ratios(groups: Iterable[tuple[float, float, float]], base: float) -> list[float]:
    return [
        _beta_binomial(up, votes, _TASTE, expected / votes) - _beta_binomial(up, votes, _HABIT, base)
        for up, votes, expected in groups
    ]


def _mean_of_logs(logs: list[float]) -> float:
    """Returns the logarithm of the mean of what the logarithms stand for."""
    most = max(logs)
    return most + math.log(math.fsum(math.exp(each - most) for each in logs) / len(logs))


def _beta_binomial(up: float, votes: float, strength: float, rate: float) -> float:
    """Log-probability of one sequence of thumbs under a rate that is beta-distributed around another."""
    a, b = strength * rate, strength * (1 - rate)
    return (
        math.lgamma(up + a)
        - math.lgamma(a)
        + math.lgamma(votes - up + b)
        - math.lgamma(b)
        + math.lgamma(strength)
        - math.lgamma(votes + strength)
    )


def _shift(compared: list[_Compared], up: float) -> float:
    """Finds what, added to every log-odds, makes the expected thumbs up those that were given; by bisection."""
    low, high = -12.0, 12.0
    odds = [(each.votes, _logit(each.expected)) for each in compared]
    for _ in range(30):
        middle = (low + high) / 2
        if math.fsum(votes * _squeezed(each + middle) for votes, each in odds) < up:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _logit(rate: float) -> float:
    return math.log(rate / (1 - rate))


def _squeezed(odds: float) -> float:
    return 1 / (1 + math.exp(-min(max(odds, -30.0), 30.0)))


def _account_age(rater: Rater, now: datetime) -> Factor:
    if rater.since is None:
        return Factor("account_age", 0.0, "No vote stands.")
    age = max(now - rater.since, timedelta())
    text = f"First vote {age.days} days ago; {_FULL_AGE.days} days count in full."
    return Factor("account_age", min(1.0, age / _FULL_AGE), text)


def _volume(rater: Rater, population: Population) -> Factor:
    said = sum(sum(each) for each in rater.votes.values())
    if population.raters < _RATERS_MIN:
        text = f"{said} votes; the limit begins with {_RATERS_MIN} raters, of whom there are {population.raters}."
        return Factor("volume", TRUST_NEUTRAL, text)
    limit = max(float(_VOTES_FREE), _SHARE_MAX * population.votes)
    text = f"{said} of {population.votes} votes; beyond {limit:.0f} a rater weighs no more."
    return Factor("volume", min(1.0, limit / max(said, 1)), text)


def _diversity(rater: Rater) -> Factor:
    counts = [sum(each[place] for each in rater.votes.values()) for place in range(len(Votes._fields))]
    said = sum(counts)
    if not said:
        return Factor("diversity", TRUST_NEUTRAL, "No vote to tell by.")
    entropy = math.fsum(-count / said * math.log2(count / said) for count in counts if count)
    text = (
        f"{counts[0]} thumbs up, {counts[1]} down and {counts[2]} neutral give {entropy + 0.0:.2f} bits; "
        f"{_FULL_ENTROPY} count in full."
    )
    return Factor("diversity", min(1.0, entropy / _FULL_ENTROPY), text)


def _alignment(ratio: float, votes: int) -> Factor:
    if not votes:
        text = f"Nothing to compare: no model and task that {OTHERS_MIN} other raters voted on, too."
        return Factor("alignment", TRUST_NEUTRAL, text)
    better, worse = (
        ("the others' view", "a habit") if ratio >= 0 else ("a habit of the rater's own", "the others' view")
    )
    text = f"{better[0].upper()}{better[1:]} predicts {votes} votes {_odds(abs(ratio))} times better than {worse}."
    return Factor("alignment", min(1.0, math.exp(ratio / _RAMP)), text)


def _odds(ratio: float) -> str:
    return f"{math.exp(ratio):.3g}" if ratio < 20 else f"e^{ratio:.0f}"
