"""Quality of the recommended models in a play, compared with simpler choices and with hindsight."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from cli.demo.workload import Request


@dataclass(frozen=True, slots=True)
class Turn:
    """One played request."""

    request: Request
    model: str
    """The model that was recommended and followed."""

    @property
    def quality(self) -> float:
        """Quality of the recommended model's answer, in [0, 1]."""
        return self.request.outcomes[self.model].quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Mean qualities over a window of turns, in [0, 1]."""

    turns: int
    followed: float
    """Of the recommended models."""
    error: float
    """Standard error of `followed`; 0 for a single turn."""
    random: float
    """Of a model drawn at random, in expectation."""
    fixed: float
    """Of the one model that was best over the whole play, known only afterwards."""
    contextual: float
    """Of the model that was best for each task and domain over the whole play, known only afterwards."""
    oracle: float
    """Of the best answer to each request. No router can reach it, since answers vary by chance."""

    @property
    def gap_closed(self) -> float:
        """Share of the gap between `random` and `oracle` that was closed; 0 without a gap."""
        gap = self.oracle - self.random
        return (self.followed - self.random) / gap if gap > 0 else 0.0


class QualityStatistics:
    """Statistics over a whole play. Raises ValueError without a turn."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        """Takes the turns in order of play."""
        if not turns:
            raise ValueError("no turns were played")
        self.turns = turns
        """The turns in order of play."""
        sums: dict[Hashable, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        counts: dict[Hashable, int] = defaultdict(int)
        for turn in turns:
            for key in (None, _context(turn.request)):
                counts[key] += 1
                for model, outcome in turn.request.outcomes.items():
                    sums[key][model] += outcome.quality
        self._means = {
            key: {model: value / counts[key] for model, value in models.items()} for key, models in sums.items()
        }
        self.fixed = _best(self._means[None])
        """The one model that was best over the whole play."""

    def windows(self, count: int = 5) -> list[Quality]:
        """Returns the qualities of `count` windows of equal size, or one per turn when there are fewer turns."""
        total, count = len(self.turns), min(count, len(self.turns))
        cuts = [total * place // count for place in range(count + 1)]
        return [self.quality(self.turns[start:end]) for start, end in itertools.pairwise(cuts)]

    def quality(self, turns: Sequence[Turn]) -> Quality:
        """Returns the qualities of these turns."""
        followed, error = _mean_and_error([turn.quality for turn in turns])
        outcomes = [turn.request.outcomes for turn in turns]
        return Quality(
            turns=len(turns),
            followed=followed,
            error=error,
            random=_mean([_mean([each.quality for each in models.values()]) for models in outcomes]),
            fixed=_mean([models[self.fixed].quality for models in outcomes]),
            contextual=_mean(
                [turn.request.outcomes[_best(self._means[_context(turn.request)])].quality for turn in turns]
            ),
            oracle=_mean([max(each.quality for each in models.values()) for models in outcomes]),
        )

    def means(self, task: str, domain: str) -> dict[str, float]:
        """Returns the mean quality per model in a context over the whole play; empty for an unknown context."""
        return self._means.get((task, domain), {})


def _context(request: Request) -> tuple[str, str]:
    return request.task, request.domain


def _best(means: dict[str, float]) -> str:
    return max(sorted(means), key=means.__getitem__)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    mean, count = _mean(values), len(values)
    if count < 2:
        return mean, 0.0
    variance = math.fsum((value - mean) ** 2 for value in values) / (count - 1)
    return mean, math.sqrt(variance / count)
