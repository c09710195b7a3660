"""Estimates that shrink towards what is known more broadly.

Levels come from global (any) to user (task, domain); each acts as a prior for the next (empirical Bayes, as in
Gelman et al., "Bayesian Data Analysis", 3rd ed., chapter 5, with set strengths). With m and n the estimate and the
evidence behind the level before, and S and C this level's own:

    p      = min(strength, n)                    a prior is never stronger than what is behind it
    mean   = (S + p m) / (C + p)
    n      = max(n, C + p)

n is what Thompson sampling explores by. C + p alone would be the belief about this user or tenant as one of their kind:
a single vote would let what thousands said count as `strength` units, and exploring would never end (bench/replay).

A roll-up counts only what the narrower cells of its scope do not hold, so that nothing is counted twice within a
scope, and never more than its cap: what a tenant thinks of a model elsewhere says little about this task.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from neural.domain.model import ANY, Board, BoardRow, Scope

ROOT_MEAN = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Beliefs:
    """How strongly levels act on one another, and how many samples make a scope confident."""

    root: float = 2.0
    """Strength of the belief, before any feedback, that a model is average."""
    task: float = 10.0
    domain: float = 20.0
    tenant: float = 30.0
    user: float = 40.0
    rollup_caps: tuple[float, float] = (5.0, 10.0)
    """Most evidence that the (any, any) and (task, any) cells of tenant and user scope give."""
    min_samples: dict[Scope, int] = field(default_factory=lambda: {Scope.USER: 20, Scope.TENANT: 50, Scope.GLOBAL: 100})
    information: float = 2.4
    """How many yes-or-no answers a unit is worth to Thompson sampling: m(1 - m) over the variance of unit scores, the
    least over all qualities (bench/replay); 1 explores as if each unit were a single coin toss."""
    certainty_max: float = 200.0
    """Most units that count as behind an estimate when models are explored: nobody is ever sure for good, so that what
    was wrongly given up, or has become better, is found again (bench/replay)."""
    threshold: float = 0.5
    """Confidence from which a scope answers by itself."""

    def strength(self, scope: Scope, task: str, domain: str) -> float:
        """Returns how strongly the level before a cell acts on it."""
        if scope is Scope.TENANT:
            return self.tenant
        if scope is Scope.USER:
            return self.user
        if task == ANY:
            return self.root
        return self.task if domain == ANY else self.domain

    def cap(self, scope: Scope, task: str, domain: str) -> float:
        """Returns the most evidence that a cell gives."""
        if scope is Scope.GLOBAL or domain != ANY:
            return float("inf")
        return self.rollup_caps[0] if task == ANY else self.rollup_caps[1]


@dataclass(frozen=True, slots=True)
class Level:
    """What one cell says of a model, and the estimate after it."""

    scope: Scope
    task_type: str
    domain_mode: str
    score: float
    """Of the cell alone; 0.5 without evidence."""
    evidence: float
    """Decayed, in units."""
    confidence: float
    total: int
    shrunk: float
    """Estimate after this level."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is believed of one model in one context."""

    model: str
    mean: float
    """Expected score, in [0, 1]."""
    evidence: float
    """Units behind the mean, the root belief included, up to a limit; what a Beta distribution of it is made of."""
    scope: Scope | None
    """Narrowest scope whose own confidence reaches the threshold; else the most confident; None without feedback."""
    confidence: float
    total: int
    positive: int
    negative: int
    levels: tuple[Level, ...]


def estimate(model: str, boards: Sequence[Board], now: datetime, beliefs: Beliefs) -> Estimate:
    """Estimates a model from boards in order: global, tenant, user; in each any, task, (task, domain)."""
    mean, n = ROOT_MEAN, beliefs.root
    levels: list[Level] = []
    own: dict[Scope, tuple[Level, BoardRow | None]] = {}
    for place, board in enumerate(boards):
        key, row = board.key, board.rows.get(model)
        scope, fade = key.scope, 0.5 ** ((now - board.computed_at) / board.half_life)
        evidence = row.evidence * fade if row else 0.0
        score = row.score if row else ROOT_MEAN
        outside, total = evidence, evidence * score
        narrower = boards[place + 1] if place + 1 < len(boards) else board
        if narrower.key.scope is scope and narrower is not board and (inner := narrower.rows.get(model)):
            inside = inner.evidence * 0.5 ** ((now - narrower.computed_at) / narrower.half_life)
            outside, total = max(evidence - inside, 0.0), total - inside * inner.score
        if outside > 1e-9:
            counted = min(outside, beliefs.cap(scope, key.task_type, key.domain_mode))
            prior = min(beliefs.strength(scope, key.task_type, key.domain_mode), n)
            average = min(max(total / outside, 0.0), 1.0)
            mean, n = (counted * average + prior * mean) / (counted + prior), max(n, counted + prior)
        confidence = min(evidence / beliefs.min_samples[scope], 1.0)
        level = Level(scope, key.task_type, key.domain_mode, score, evidence, confidence, row.total if row else 0, mean)
        levels.append(level)
        own[scope] = level, row
    scope_, level_, row_ = _answering(own, beliefs.threshold)
    return Estimate(
        model,
        mean,
        min(n, beliefs.certainty_max),
        scope_,
        level_.confidence if level_ else 0.0,
        level_.total if level_ else 0,
        row_.positive if row_ else 0,
        row_.negative if row_ else 0,
        tuple(levels),
    )


def _answering(
    own: dict[Scope, tuple[Level, BoardRow | None]], threshold: float
) -> tuple[Scope | None, Level | None, BoardRow | None]:
    """Chooses the scope that answers among the innermost cells of each scope."""
    narrow_first = [scope for scope in (Scope.USER, Scope.TENANT, Scope.GLOBAL) if scope in own]
    for scope in narrow_first:
        if own[scope][0].confidence >= threshold:
            return scope, *own[scope]
    known = [scope for scope in narrow_first if own[scope][0].evidence > 0]
    if not known:
        return None, None, None
    best = max(known, key=lambda scope: own[scope][0].confidence)
    return best, *own[best]
