"""How models are chosen, for many rows at once; the same arithmetic as `neural.domain.shrinkage` and
`neural.domain.policy`.

`bench.learning.replay.check` compares both. Thompson sampling draws from the posteriors, which gives the probabilities
that `neural.domain.policy` integrates, up to the error of its grid.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.learning.replay.cells import Cell
from bench.learning.replay.chosen import FORMULA_EPSILON, FORMULA_SAMPLES
from bench.learning.tables import Amount, Numbers, Places
from neural.domain.model import Scope
from neural.domain.shrinkage import ROOT_MEAN, Priors

DRAWS = 2
"""Draws per context when what Thompson sampling would choose is averaged over thousands of contexts."""
EPSILON = 0.1
FORMULA, GLOBAL, OURS = "formula scoped", "global mean, eps 0.1", "ours"

Boards = Sequence[tuple[Cell, Cell]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strengths:
    """The numbers of `neural.domain.shrinkage.Priors` that matter where every request has the same domain."""

    root: Amount
    domain: Amount
    tenant: Amount
    user: Amount
    cap: Amount
    """Most evidence that tenant and user scope give from other tasks."""
    certainty_max: Amount
    """Most units behind an estimate."""

    @classmethod
    def of(cls, beliefs: Priors) -> Strengths:
        """Returns the strengths of some beliefs."""
        return cls(
            root=beliefs.root,
            domain=beliefs.domain,
            tenant=beliefs.tenant,
            user=beliefs.user,
            cap=beliefs.rollup_caps[0],
            certainty_max=beliefs.certainty_max,
        )


def shrink(boards: Boards, given: Strengths) -> tuple[Numbers, Numbers]:
    """Returns mean and evidence of every model in every context, as `neural.domain.shrinkage.estimate` has them."""
    shape = boards[0][0].evidence.shape
    mean, n = np.full(shape, ROOT_MEAN), np.broadcast_to(np.asarray(given.root), shape)
    ways = (
        (given.root, given.domain, np.inf),
        (given.tenant, given.tenant, given.cap),
        (given.user, given.user, given.cap),
    )
    for (whole, inner), (outer, own, cap) in zip(boards, ways, strict=True):
        outside = np.maximum(whole.evidence - inner.evidence, 0.0)
        total = whole.evidence * whole.score - inner.evidence * inner.score
        average = np.clip(total / np.maximum(outside, 1e-12), 0.0, 1.0)
        mean, n = _absorb(mean, n, np.where(outside > 1e-9, np.minimum(outside, cap), 0.0), average, outer)
        mean, n = _absorb(mean, n, inner.evidence, inner.score, own)
    return mean, np.minimum(n, given.certainty_max)


def _absorb(mean: Numbers, n: Numbers, counted: Numbers, average: Numbers, strength: Amount) -> tuple[Numbers, Numbers]:
    prior = np.minimum(strength, n)
    after = counted + prior
    there = counted > 0
    return np.where(there, (counted * average + prior * mean) / after, mean), np.maximum(np.where(there, after, n), n)


class Policy:
    """Chooses what scores best, except for a share of requests that are served by lot."""

    def __init__(self, name: str, score: Callable[[Boards], Numbers], epsilon: float = 0.0) -> None:
        self.name = name
        self.score = score
        self.epsilon = epsilon

    def choose(self, boards: Boards, chance: np.random.Generator) -> Places:
        """Chooses one model in each context."""
        best: Places = self.score(boards).argmax(-1)
        if not self.epsilon:
            return best
        contexts, models = boards[0][0].evidence.shape
        lots = chance.integers(models, size=contexts)
        return np.where(chance.random(contexts) < self.epsilon, lots, best)

    def chances(self, boards: Boards, chance: np.random.Generator) -> Numbers:
        """Returns with which probability each model is chosen in each context."""
        del chance
        score = self.score(boards)
        share = self.epsilon / score.shape[-1]
        chances: Numbers = share + (1 - self.epsilon) * np.eye(score.shape[-1])[score.argmax(-1)]
        return chances


class Thompson(Policy):
    """Chooses each model as often as it is the best of a draw from the posteriors."""

    def __init__(self, name: str, given: Strengths, certainty: Amount = 1.0) -> None:
        super().__init__(name, lambda boards: shrink(boards, given)[0])
        self._given = given
        self._certainty = certainty

    def choose(self, boards: Boards, chance: np.random.Generator) -> Places:
        """Chooses one model in each context."""
        return self._draw(*shrink(boards, self._given), chance)

    def chances(self, boards: Boards, chance: np.random.Generator) -> Numbers:
        """Returns how often each model wins among some draws."""
        mean, n = shrink(boards, self._given)
        found = np.zeros_like(mean)
        every = np.arange(len(mean))
        for _ in range(DRAWS):
            found[every, self._draw(mean, n, chance)] += 1 / DRAWS
        return found

    def _draw(self, mean: Numbers, n: Numbers, chance: np.random.Generator) -> Places:
        n = n * self._certainty
        drawn: Places = chance.beta(np.maximum(mean * n, 1e-3), np.maximum((1 - mean) * n, 1e-3)).argmax(-1)
        return drawn


class AtRandom(Policy):
    """Serves every request by lot."""

    def __init__(self) -> None:
        super().__init__("random", lambda boards: np.zeros_like(boards[0][0].evidence), 1.0)


def by_fallback(beliefs: Priors) -> Callable[[Boards], Numbers]:
    """Returns the documented formula: running means at the first scope with enough confidence, user to global.

    This equals SCOPE_FALLBACK in `neural.domain.policy`: only models that are confident at that scope are candidates;
    without a confident scope the shrunk means decide.
    """
    given = Strengths.of(beliefs)

    def score(boards: Boards) -> Numbers:
        found = shrink(boards, given)[0]
        for scope, (_, cell) in zip((Scope.GLOBAL, Scope.TENANT, Scope.USER), boards, strict=True):
            confident = np.minimum(cell.evidence / beliefs.samples_min(scope), 1.0) >= beliefs.threshold
            found = np.where(confident.any(-1, keepdims=True), np.where(confident, cell.score, -1.0), found)
        return found

    return score


def by_model(beliefs: Priors) -> Callable[[Boards], Numbers]:
    """Returns the documented formula read for each model by itself, with nothing shrunk.

    A model has its running mean at the first scope where it is confident; else at the most confident one; 0.5
    without feedback.
    """

    def score(boards: Boards) -> Numbers:
        found, most = np.full_like(boards[0][0].evidence, ROOT_MEAN), np.zeros_like(boards[0][0].evidence)
        for scope, (_, cell) in zip((Scope.GLOBAL, Scope.TENANT, Scope.USER), boards, strict=True):
            confidence = np.minimum(cell.evidence / beliefs.samples_min(scope), 1.0)
            better = (confidence > 0) & ((confidence >= beliefs.threshold) | (confidence >= most))
            found, most = np.where(better, cell.score, found), np.maximum(confidence, most)
        return found

    return score


def by_global_mean(boards: Boards) -> Numbers:
    """Returns the running mean of the task over everybody."""
    return boards[0][1].score


def with_samples(beliefs: Priors, times: float) -> Priors:
    """Returns beliefs by which scopes become confident later."""
    samples: dict[str, Any] = {
        f"{scope.value}_samples_min": round(beliefs.samples_min(scope) * times) for scope in Scope
    }
    return dataclasses.replace(beliefs, **samples)


def line_up(beliefs: Priors) -> list[Policy]:
    """Returns the learning policies that are compared; one of them is tuned as `bench.learning.replay.chosen` says."""
    later = by_fallback(with_samples(beliefs, FORMULA_SAMPLES))
    return [
        AtRandom(),
        Policy(FORMULA, by_fallback(beliefs)),
        Policy("formula scoped, eps 0.1", by_fallback(beliefs), EPSILON),
        Policy("formula scoped, tuned", later, FORMULA_EPSILON),
        Policy("formula per model", by_model(beliefs)),
        Policy("formula per model, eps 0.1", by_model(beliefs), EPSILON),
        Policy(GLOBAL, by_global_mean, EPSILON),
        Thompson(OURS, Strengths.of(beliefs), beliefs.information),
    ]
