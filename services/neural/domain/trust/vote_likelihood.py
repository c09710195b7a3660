"""Likelihood of votes under the rates of a population, compared with habits that do not depend on it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

RATER_STRENGTH = 20.0
"""Strength of the beta distribution of one rater's rates around those of the population, in votes."""
_HABIT_STRENGTH = 1.0
_UP_ERROR_MAX = 1e-9


class TaskModel(NamedTuple):
    """Subject of a vote: a model at a task."""

    task_type: str
    model: str


class ComparedCell(NamedTuple):
    """Votes on one model at one task, and the rate that a population predicts for them."""

    cell: TaskModel
    up: float
    votes: float
    expected: float
    """Share of up votes of the population, in (0, 1)."""


def log_ratio(compared: Sequence[ComparedCell], *, strength: float = RATER_STRENGTH, shift_max: float = 12.0) -> float:
    """Returns L, the log-likelihood ratio of the population and the habits, in nats; 0 without votes.

    `strength` is that of the beta distribution around the rates of the population. `shift_max` limits the shift of all
    its log-odds.
    """
    if not compared:
        return 0.0
    up, votes = sum(each.up for each in compared), sum(each.votes for each in compared)
    shift = _shift(compared, min(max(up, 0.5), votes - 0.5), shift_max)
    base = (up + 0.5) / (votes + 1)
    cells: dict[TaskModel, tuple[float, float, float]] = {}
    models: dict[str, tuple[float, float, float]] = {}
    for each in compared:
        expected = each.votes * _logistic(_logit(each.expected) + shift)
        cells[each.cell] = (each.up, each.votes, expected)
        before = models.get(each.cell.model, (0.0, 0.0, 0.0))
        models[each.cell.model] = (before[0] + each.up, before[1] + each.votes, before[2] + expected)
    by_cell, by_model = (_ratios(each.values(), strength, base) for each in (cells, models))
    habits = [-math.fsum(by_cell), -math.fsum(by_model), _log_mean_exp([-each for each in by_model])]
    return -_log_mean_exp(habits)


def _ratios(groups: Iterable[tuple[float, float, float]], strength: float, base: float) -> list[float]:
    return [
        _beta_binomial(up, votes, strength, expected / votes) - _beta_binomial(up, votes, _HABIT_STRENGTH, base)
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


def _shift(compared: Sequence[ComparedCell], up: float, shift_max: float) -> float:
    """Returns the shift of all log-odds with which the expected number of up votes is `up`.

    Newton's method; a step that leaves the bracket is replaced by bisection.
    """
    low, high, middle = -shift_max, shift_max, 0.0
    odds = [(each.votes, _logit(each.expected)) for each in compared]
    for _ in range(30):
        rates = [(votes, _logistic(each + middle)) for votes, each in odds]
        missing = up - math.fsum(votes * rate for votes, rate in rates)
        if abs(missing) < _UP_ERROR_MAX:
            break
        low, high = (middle, high) if missing > 0 else (low, middle)
        slope = math.fsum(votes * rate * (1 - rate) for votes, rate in rates)
        step = middle + missing / slope if slope > 0 else low
        middle = step if low < step < high else (low + high) / 2
    return middle


def _logit(rate: float) -> float:
    return math.log(rate / (1 - rate))


def _logistic(odds: float) -> float:
    return 1 / (1 + math.exp(-min(max(odds, -30.0), 30.0)))
