"""Types of learning and recommendation. Scores are in [0, 1] unless stated otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

ANY = ""
"""Wildcard: any task or any domain; as a user ID, the tenant itself; as a tenant ID, the global scope."""


class Scope(StrEnum):
    """Set of users whose feedback an estimate is based on."""

    USER = "user"
    TENANT = "tenant"
    GLOBAL = "global"


class Strategy(StrEnum):
    """Rule by which a model is chosen from the estimates of the candidates."""

    GREEDY = "greedy"
    THOMPSON = "thompson"
    EPSILON_GREEDY = "epsilon_greedy"
    SCOPE_FALLBACK = "scope_fallback"


class LearningMode(StrEnum):
    """Weight of a unit of feedback: 1 (running_mean), or its evidence (evidence_weighted)."""

    RUNNING_MEAN = "running_mean"
    EVIDENCE_WEIGHTED = "evidence_weighted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreVersion:
    """A version of the learned scores, with the parameters that its numbers were computed with."""

    number: int
    mode: LearningMode
    half_life: timedelta


ASPECTS = ("accuracy", "relevance", "speed")
"""Categories of explicit feedback with a separate score."""


@dataclass(frozen=True, slots=True, order=True)
class UnitKey:
    """Key of a unit: the feedback of one user on one output."""

    tenant_id: str
    output_id: str
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFacts:
    """Valid feedback and manifest fields of one unit, as read from the raw rows."""

    key: UnitKey
    created_at: datetime
    """Creation time of the output, from which the age of the unit is computed."""
    task_type: str
    domain_mode: str
    models: tuple[str, ...]
    model_versions: tuple[str, ...]
    """One per model; "" if the version is not known."""
    orchestration_id: str = ""
    services_used: tuple[str, ...] = ()
    rating: int | None = None
    """-1, 0 or 1; None without explicit feedback."""
    categories: tuple[str, ...] = ()
    sentiments: tuple[float, ...] = ()
    """Sentiments of the implicit signals in [-1, 1], one per signal type."""
    voice: float | None = None
    """Sentiment of the voice comment in [-1, 1]; None without a transcribed comment."""
    trust: float = 1.0
    """Trust of the rater, before it is limited to [0.1, 1]."""
    is_established: bool = True
    """Whether the trust of the rater is established."""
    epochs: tuple[int, ...] = ()
    """Per model, the number of quality shifts in this context before the unit; empty if all are 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """Amounts that a unit adds to its cells, the same for each of its models."""

    key: UnitKey
    task_type: str
    domain_mode: str
    models: tuple[str, ...]
    model_versions: tuple[str, ...]
    evidence: int
    """Weighted evidence per model, in fixed point (see `neural.domain.fixed_point`)."""
    score_sum: int
    """Weighted evidence times score per model, in fixed point."""
    rating: int | None
    implicit_sign: int
    """Sign of the mean sentiment of the implicit signals; 0 without signals."""
    aspects: tuple[str, ...]
    orchestration_id: str
    services_used: tuple[str, ...]
    created_at: datetime
    epochs: tuple[int, ...] = ()
    """One per model; empty if all are 0."""
    is_established: bool = True
    """Whether the trust of the rater is established."""

    def epoch(self, index: int) -> int:
        """Returns the epoch of the model with this index."""
        return self.epochs[index] if self.epochs else 0


@dataclass(frozen=True, slots=True, order=True)
class BoardKey:
    """Key of a board: the cells of all models in one context at one scope.

    Tenant ANY is the global scope, user ANY the tenant scope.
    """

    tenant_id: str
    user_id: str
    task_type: str
    domain_mode: str

    @property
    def scope(self) -> Scope:
        """Scope of the feedback in the board."""
        if self.tenant_id == ANY:
            return Scope.GLOBAL
        return Scope.TENANT if self.user_id == ANY else Scope.USER


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """Score of one model in one context at one scope, all versions of the model combined."""

    model: str
    model_version: str
    """Newest version; "" if it is not known."""
    evidence: float
    """Decayed evidence in units, at `computed_at` of the board."""
    score: float
    """Mean score; 0.5 without evidence."""
    total: int
    """Number of units, not decayed."""
    positive: int = 0
    negative: int = 0
    orchestration_id: str = ""
    """Orchestration with the best mean score for this model, at tenant scope only; "" without one."""
    services: tuple[str, ...] = ()
    """Services used for at least half of the evidence, at tenant scope only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A published board. Immutable; a board with a greater revision replaces it as a whole."""

    key: BoardKey
    revision: str
    """Fixed width, so that revisions of all processes sort by age as text."""
    version: int
    """Number of the version of the scores."""
    half_life: timedelta
    mode: LearningMode
    computed_at: datetime
    rows: Mapping[str, BoardRow]
    """By model."""
