"""Policies that choose models, for many rows at once.

The arithmetic equals that of `neural.domain.shrinkage` and `neural.domain.policy`;
`bench.learning.replay.service_parity` compares them. Thompson sampling draws from the posteriors, which gives the
probabilities that `neural.domain.policy` integrates numerically.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.learning.replay.cells import Cell
from bench.learning.replay.tuned_settings import FORMULA_EPSILON, FORMULA_SAMPLES
from bench.learning.tables import Amount, Indices, Numbers
from neural.domain.model import Scope
from neural.domain.shrinkage import ROOT_MEAN, Priors

DRAWS = 2
"""Draws per context when choices of Thompson sampling are averaged over thousands of contexts."""
EPSILON = 0.1
FORMULA, GLOBAL, OURS = "formula scoped", "global mean, eps 0.1", "ours"

Boards = Sequence[tuple[Cell, Cell]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strengths:
    """The values of `neural.domain.shrinkage.Priors` that have an effect when all requests have the same domain."""

    root: Amount
    domain: Amount
    tenant: Amount
    user: Amount
    cap: Amount
    """Limit on the evidence from other tasks in the tenant and user scopes."""
    certainty_max: Amount
    """Limit on the evidence of an estimate, in units."""

    @classmethod
    def of(cls, priors: Priors) -> Strengths:
        """Returns the strengths of the priors."""
        return cls(
            root=priors.root,
            domain=priors.domain,
            tenant=priors.tenant,
            user=priors.user,
            cap=priors.rollup_caps[0],
            certainty_max=priors.certainty_max,
        )


def shrink(boards: Boards, given: Strengths) -> tuple[Numbers, Numbers]:
    """Returns mean and evidence of every model in every context, as `neural.domain.shrinkage.estimate` does."""
    shape = boards[0][0].evidence.shape
    mean, n = np.full(shape, ROOT_MEAN), np.broadcast_to(np.asarray(given.root), shape)
    strengths = (
        (given.root, given.domain, np.inf),
        (given.tenant, given.tenant, given.cap),
        (given.user, given.user, given.cap),
    )
    for (whole, inner), (outer, own, cap) in zip(boards, strengths, strict=True):
        outside = np.maximum(whole.evidence - inner.evidence, 0.0)
        total = whole.evidence * whole.score - inner.evidence * inner.score
        average = np.clip(total / np.maximum(outside, 1e-12), 0.0, 1.0)
        mean, n = _absorb(mean, n, np.where(outside > 1e-9, np.minimum(outside, cap), 0.0), average, outer)
        mean, n = _absorb(mean, n, inner.evidence, inner.score, own)
    return mean, np.minimum(n, given.certainty_max)


def _absorb(mean: Numbers, n: Numbers, counted: Numbers, average: Numbers, strength: Amount) -> tuple[Numbers, Numbers]:
    prior = np.minimum(strength, n)
    after = counted + prior
    has_evidence = counted > 0
    return np.where(has_evidence, (counted * average + prior * mean) / after, mean), np.maximum(
        np.where(has_evidence, after, n), n
    )


class Policy:
    """Chooses the model with the highest score, or with probability `epsilon` a random one."""

    def __init__(self, name: str, score: Callable[[Boards], Numbers], epsilon: float = 0.0) -> None:
        self.name = name
        self.score = score
        self.epsilon = epsilon

    def choose(self, boards: Boards, rng: np.random.Generator) -> Indices:
        """Chooses one model in each context."""
        best: Indices = self.score(boards).argmax(-1)
        if not self.epsilon:
            return best
        contexts, models = boards[0][0].evidence.shape
        random_models = rng.integers(models, size=contexts)
        return np.where(rng.random(contexts) < self.epsilon, random_models, best)

    def probabilities(self, boards: Boards, rng: np.random.Generator) -> Numbers:
        """Returns the probability of each model in each context."""
        del rng
        score = self.score(boards)
        share = self.epsilon / score.shape[-1]
        probabilities: Numbers = share + (1 - self.epsilon) * np.eye(score.shape[-1])[score.argmax(-1)]
        return probabilities


class Thompson(Policy):
    """Thompson sampling: chooses the model with the highest draw from its posterior."""

    def __init__(self, name: str, given: Strengths, certainty: Amount = 1.0) -> None:
        super().__init__(name, lambda boards: shrink(boards, given)[0])
        self._given = given
        self._certainty = certainty

    def choose(self, boards: Boards, rng: np.random.Generator) -> Indices:
        """Chooses one model in each context."""
        return self._draw(*shrink(boards, self._given), rng)

    def probabilities(self, boards: Boards, rng: np.random.Generator) -> Numbers:
        """Returns the share of `DRAWS` draws in which each model is chosen."""
        mean, n = shrink(boards, self._given)
        found = np.zeros_like(mean)
        every = np.arange(len(mean))
        for _ in range(DRAWS):
            found[every, self._draw(mean, n, rng)] += 1 / DRAWS
        return found

    def _draw(self, mean: Numbers, n: Numbers, rng: np.random.Generator) -> Indices:
        n = n * self._certainty
        drawn: Indices = rng.beta(np.maximum(mean * n, 1e-3), np.maximum((1 - mean) * n, 1e-3)).argmax(-1)
        return drawn


class UniformRandom(Policy):
    """Chooses a random model for every request."""

    def __init__(self) -> None:
        super().__init__("random", lambda boards: np.zeros_like(boards[0][0].evidence), 1.0)


def scope_fallback_score(priors: Priors) -> Callable[[Boards], Numbers]:
    """Returns the formula with scope fallback: running means at the first confident scope from user to global.

    It equals SCOPE_FALLBACK in `neural.domain.policy`: only models that are confident at that scope are candidates.
    Without a confident scope the shrunk means decide.
    """
    given = Strengths.of(priors)

    def score(boards: Boards) -> Numbers:
        found = shrink(boards, given)[0]
        for scope, (_, cell) in zip((Scope.GLOBAL, Scope.TENANT, Scope.USER), boards, strict=True):
            confident = np.minimum(cell.evidence / priors.samples_min(scope), 1.0) >= priors.threshold
            found = np.where(confident.any(-1, keepdims=True), np.where(confident, cell.score, -1.0), found)
        return found

    return score


def per_model_score(priors: Priors) -> Callable[[Boards], Numbers]:
    """Returns the formula with a scope per model and without shrinkage.

    A model has the running mean of the first scope at which it is confident, otherwise of its most confident scope,
    and 0.5 without feedback.
    """

    def score(boards: Boards) -> Numbers:
        found, most = np.full_like(boards[0][0].evidence, ROOT_MEAN), np.zeros_like(boards[0][0].evidence)
        for scope, (_, cell) in zip((Scope.GLOBAL, Scope.TENANT, Scope.USER), boards, strict=True):
            confidence = np.minimum(cell.evidence / priors.samples_min(scope), 1.0)
            better = (confidence > 0) & ((confidence >= priors.threshold) | (confidence >= most))
            found, most = np.where(better, cell.score, found), np.maximum(confidence, most)
        return found

    return score


def global_mean_score(boards: Boards) -> Numbers:
    """Returns the running mean of the task over all tenants."""
    return boards[0][1].score


def with_samples(priors: Priors, times: float) -> Priors:
    """Returns priors whose scopes need `times` as many samples to be confident."""
    samples: dict[str, Any] = {
        f"{scope.value}_samples_min": round(priors.samples_min(scope) * times) for scope in Scope
    }
    return dataclasses.replace(priors, **samples)


def default_policies(priors: Priors) -> list[Policy]:
    """Returns the compared policies. One has the settings of `bench.learning.replay.tuned_settings`."""
    later = scope_fallback_score(with_samples(priors, FORMULA_SAMPLES))
    return [
        UniformRandom(),
        Policy(FORMULA, scope_fallback_score(priors)),
        Policy("formula scoped, eps 0.1", scope_fallback_score(priors), EPSILON),
        Policy("formula scoped, tuned", later, FORMULA_EPSILON),
        Policy("formula per model", per_model_score(priors)),
        Policy("formula per model, eps 0.1", per_model_score(priors), EPSILON),
        Policy(GLOBAL, global_mean_score, EPSILON),
        Thompson(OURS, Strengths.of(priors), priors.information),
    ]
