"""Hierarchical estimates of models, and their blend with the scores of the Brain.

Levels are ordered from global (any task) to user (task, domain). Each level is the prior of the next (empirical Bayes,
as in Gelman et al., "Bayesian Data Analysis", 3rd ed., chapter 5, with given strengths). With m and n the mean and the
evidence of the previous level, and S and C the score sum and the evidence of this level:

    p      = min(strength, n)                    a prior is not stronger than its own evidence
    mean   = (S + p m) / (C + p)
    n      = max(n, C + p)

Thompson sampling uses n as the evidence of the estimate. With n = C + p, a single vote of a user would reduce thousands
of units of other users to `strength` units, and exploration would not converge (bench/learning/replay).

A roll-up counts only the evidence that the narrower cells of its scope do not hold, so that no unit is counted twice
within a scope, and at most `rollup_caps`, because feedback in other contexts is weak evidence for this context.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from kit.settings.declaration import Setting
from neural.domain.model import ANY, Board, BoardRow, Scope

ROOT_MEAN = 0.5
"""Expected score of a model without feedback."""
BLEND_WEIGHT_MAX = 0.35
"""Largest weight of an estimate in the blend with a score of the Brain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Priors:
    """Strengths of the priors in units, and the samples from which a scope is confident."""

    root: float = 2.0
    """Strength of the prior that a model without feedback has the mean ROOT_MEAN."""
    task: Annotated[float, Setting("PRIOR_TASK", 0, 1e6, "units")] = 10.0
    """Strength of the estimate over all tasks as the prior of a task."""
    domain: Annotated[float, Setting("PRIOR_DOMAIN", 0, 1e6, "units")] = 20.0
    """Strength of the estimate of a task as the prior of one of its domains."""
    tenant: Annotated[float, Setting("PRIOR_TENANT", 0, 1e6, "units")] = 30.0
    """Strength of the global estimate as the prior of a tenant."""
    user: Annotated[float, Setting("PRIOR_USER", 0, 1e6, "units")] = 40.0
    """Strength of the tenant's estimate as the prior of a user."""
    rollup_caps: tuple[float, float] = (5.0, 10.0)
    """Largest evidence of the (any, any) and (task, any) cells at tenant and user scope, in units."""
    user_samples_min: Annotated[int, Setting("MIN_SAMPLES_USER", 1, 1_000_000, "units")] = 20
    """Evidence at which the confidence of user scope is 1."""
    tenant_samples_min: Annotated[int, Setting("MIN_SAMPLES_TENANT", 1, 1_000_000, "units")] = 50
    """Evidence at which the confidence of tenant scope is 1."""
    global_samples_min: Annotated[int, Setting("MIN_SAMPLES_GLOBAL", 1, 1_000_000, "units")] = 100
    """Evidence at which the confidence of global scope is 1."""
    information: Annotated[float, Setting("UNIT_INFORMATION", 0.1, 100)] = 2.4
    """Number of Bernoulli trials that one unit is worth in Thompson sampling: m(1 - m) divided by the variance of unit
    scores, the minimum over all qualities (bench/learning/replay). With 1 each unit counts as one Bernoulli trial."""
    certainty_max: Annotated[float, Setting("CERTAINTY_MAX", 1, 1e9, "units")] = 200.0
    """Largest evidence of an estimate in Thompson sampling, in units. A finite limit preserves exploration, so that
    improved models are found again (bench/learning/replay)."""
    threshold: Annotated[float, Setting("CONFIDENCE_THRESHOLD", 0.01, 1)] = 0.5
    """Confidence from which a scope determines the estimate's scope."""

    def samples_min(self, scope: Scope) -> int:
        """Returns the evidence at which the confidence of a scope is 1, in units."""
        if scope is Scope.USER:
            return self.user_samples_min
        return self.tenant_samples_min if scope is Scope.TENANT else self.global_samples_min

    def strength(self, scope: Scope, task: str, domain: str) -> float:
        """Returns the strength of the prior of a cell, in units."""
        if scope is Scope.TENANT:
            return self.tenant
        if scope is Scope.USER:
            return self.user
        if task == ANY:
            return self.root
        return self.task if domain == ANY else self.domain

    def cap(self, scope: Scope, task: str, domain: str) -> float:
        """Returns the largest evidence that counts from a cell, in units."""
        if scope is Scope.GLOBAL or domain != ANY:
            return float("inf")
        return self.rollup_caps[0] if task == ANY else self.rollup_caps[1]


@dataclass(frozen=True, slots=True)
class Level:
    """One cell of a model, and the estimate after it."""

    scope: Scope
    task_type: str
    domain_mode: str
    score: float
    """Mean score of the cell; 0.5 without evidence."""
    evidence: float
    """Decayed evidence in units."""
    confidence: float
    total: int
    shrunk: float
    """Mean after this level."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Estimate of one model in one context."""

    model: str
    mean: float
    """Expected score, in [0, 1]."""
    evidence: float
    """Evidence of the mean in units, the root prior included, at most `certainty_max`. Sum of the Beta parameters."""
    scope: Scope | None
    """Narrowest scope whose confidence reaches the threshold, else the most confident one; None without feedback."""
    confidence: float
    total: int
    positive: int
    negative: int
    levels: tuple[Level, ...]


def estimate(model: str, boards: Sequence[Board], now: datetime, priors: Priors) -> Estimate:
    """Returns the estimate of a model. Boards are ordered global, tenant, user; in each any, task, (task, domain)."""
    mean, n = ROOT_MEAN, priors.root
    levels: list[Level] = []
    own: dict[Scope, tuple[Level, BoardRow | None]] = {}
    for index, board in enumerate(boards):
        key, row = board.key, board.rows.get(model)
        scope, fade = key.scope, 0.5 ** ((now - board.computed_at) / board.half_life)
        evidence = row.evidence * fade if row else 0.0
        score = row.score if row else ROOT_MEAN
        outside, total = evidence, evidence * score
        narrower = boards[index + 1] if index + 1 < len(boards) else board
        if narrower.key.scope is scope and narrower is not board and (inner := narrower.rows.get(model)):
            inside = inner.evidence * 0.5 ** ((now - narrower.computed_at) / narrower.half_life)
            outside, total = max(evidence - inside, 0.0), total - inside * inner.score
        if outside > 1e-9:
            counted = min(outside, priors.cap(scope, key.task_type, key.domain_mode))
            prior = min(priors.strength(scope, key.task_type, key.domain_mode), n)
            average = min(max(total / outside, 0.0), 1.0)
            mean, n = (counted * average + prior * mean) / (counted + prior), max(n, counted + prior)
        confidence = min(evidence / priors.samples_min(scope), 1.0)
        level = Level(scope, key.task_type, key.domain_mode, score, evidence, confidence, row.total if row else 0, mean)
        levels.append(level)
        own[scope] = level, row
    scope_, level_, row_ = _select_scope(own, priors.threshold)
    return Estimate(
        model,
        mean,
        min(n, priors.certainty_max),
        scope_,
        level_.confidence if level_ else 0.0,
        level_.total if level_ else 0,
        row_.positive if row_ else 0,
        row_.negative if row_ else 0,
        tuple(levels),
    )


def _select_scope(
    own: dict[Scope, tuple[Level, BoardRow | None]], threshold: float
) -> tuple[Scope | None, Level | None, BoardRow | None]:
    """Returns the scope of the estimate and its cell, chosen among the narrowest cells of all scopes."""
    narrow_first = [scope for scope in (Scope.USER, Scope.TENANT, Scope.GLOBAL) if scope in own]
    for scope in narrow_first:
        if own[scope][0].confidence >= threshold:
            return scope, *own[scope]
    known = [scope for scope in narrow_first if own[scope][0].evidence > 0]
    if not known:
        return None, None, None
    best = max(known, key=lambda scope: own[scope][0].confidence)
    return best, *own[best]


def blend_weight(confidence: float, threshold: float) -> float:
    """Returns w = 0.35 * min(1, confidence / threshold), with `threshold` in (0, 1]."""
    return BLEND_WEIGHT_MAX * min(1.0, confidence / threshold)


def blend(brain: float, neural: float, confidence: float, threshold: float) -> float:
    """Returns (1 - w) * brain + w * neural, in [0, 1] if both scores are."""
    weight = blend_weight(confidence, threshold)
    return (1 - weight) * brain + weight * neural
