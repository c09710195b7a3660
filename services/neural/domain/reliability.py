"""Error rates of models with their lower bounds, and the rates whose lower bound exceeds a maximum."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

QUANTILE = 1.6448536269514722
"""Standard normal quantile of a one-sided bound with a confidence of 95 %."""
TASK_CALLS_MIN = 20
"""Calls of a model in a task from which the task has an error rate of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCounts:
    """Numbers of calls by their outcome. A call that its caller cancelled counts neither for nor against the model."""

    answered: int = 0
    errors: int = 0
    timeouts: int = 0
    cancelled: int = 0

    @property
    def failed(self) -> int:
        """Calls that failed or timed out."""
        return self.errors + self.timeouts

    @property
    def judged(self) -> int:
        """Calls that count for the error rate."""
        return self.answered + self.failed

    @property
    def error_rate(self) -> float | None:
        """Share of failed calls; None without calls."""
        return self.failed / self.judged if self.judged else None

    @property
    def error_rate_lower(self) -> float:
        """Lower bound of the error rate, one-sided with a confidence of 95 %; 0 without calls.

        Wilson's score interval (E. B. Wilson, "Probable Inference", JASA 22, 1927), which is valid for few calls: one
        failure of one call gives 0.27.
        """
        n = self.judged
        if not self.failed:
            return 0.0
        rate, z2 = self.failed / n, QUANTILE**2
        centre = rate + z2 / (2 * n)
        return max(centre - QUANTILE * math.sqrt(rate * (1 - rate) / n + z2 / (4 * n * n)), 0.0) / (1 + z2 / n)

    def __add__(self, other: CallCounts) -> CallCounts:
        """Returns the sum of two counts."""
        return CallCounts(
            answered=self.answered + other.answered,
            errors=self.errors + other.errors,
            timeouts=self.timeouts + other.timeouts,
            cancelled=self.cancelled + other.cancelled,
        )


@dataclass(frozen=True, slots=True)
class ExcessRates:
    """Error rates of a model whose lower bound exceeds the maximum, rounded to 0.01; None for the others."""

    overall: float | None
    by_task: Mapping[str, float | None] = field(default_factory=dict)
    """Rates of the tasks with at least TASK_CALLS_MIN calls."""

    def of(self, task: str) -> float | None:
        """Returns the rate in a task: of its own calls if they suffice, else of all calls of the model."""
        return self.by_task.get(task, self.overall)


def excess_rates(by_task: Mapping[str, CallCounts], rate_max: float) -> ExcessRates | None:
    """Returns the rates of a model that exceed the maximum by their lower bound; None if none does."""
    rates = ExcessRates(
        _excess(sum(by_task.values(), CallCounts()), rate_max),
        {task: _excess(counts, rate_max) for task, counts in by_task.items() if counts.judged >= TASK_CALLS_MIN},
    )
    is_exceeded = rates.overall is not None or any(rate is not None for rate in rates.by_task.values())
    return rates if is_exceeded else None


def _excess(counts: CallCounts, rate_max: float) -> float | None:
    return round(counts.failed / counts.judged, 2) if counts.error_rate_lower > rate_max else None
