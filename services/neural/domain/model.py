"""The nouns of learning and recommending. Frozen; no I/O; every score in [0, 1] unless said otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

ANY = ""
"""Stands for any task, any domain and, as a user, for the whole tenant; as a tenant, for the global scope."""


class Scope(StrEnum):
    """Whose feedback an estimate rests on."""

    USER = "user"
    TENANT = "tenant"
    GLOBAL = "global"


class Strategy(StrEnum):
    """How a model is chosen among estimates."""

    GREEDY = "greedy"
    THOMPSON = "thompson"
    EPSILON_GREEDY = "epsilon_greedy"
    SCOPE_FALLBACK = "scope_fallback"


class LearningMode(StrEnum):
    """How a unit of feedback counts."""

    RUNNING_MEAN = "running_mean"
    EVIDENCE_WEIGHTED = "evidence_weighted"


ASPECTS = ("accuracy", "relevance", "speed")
"""Categories of explicit feedback that have a score of their own."""


@dataclass(frozen=True, slots=True, order=True)
class UnitKey:
    """Names a unit of learning: what one user thought of one output."""

    tenant_id: str
    output_id: str
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFacts:
    """Everything accepted and standing that bears on one unit, as read from the raw rows."""

    key: UnitKey
    created_at: datetime
    """When the output was produced; sets the age of the unit."""
    task_type: str
    domain_mode: str
    models: tuple[str, ...]
    model_versions: tuple[str, ...]
    """One per model; "" is the unnamed version."""
    orchestration_id: str = ""
    services_used: tuple[str, ...] = ()
    rating: int | None = None
    """-1, 0 or 1; None without explicit feedback."""
    categories: tuple[str, ...] = ()
    sentiments: tuple[float, ...] = ()
    """Sentiment of each implicit signal type seen, each type once, in [-1, 1]."""
    voice: float | None = None
    """Sentiment of the voice, in [-1, 1]; None without a heard comment."""
    trust: float = 1.0
    """Trust of the rater, before clamping to [0.1, 1]."""
    epochs: tuple[int, ...] = ()
    """One per model: shifts of its quality in this context up to the unit's time; none stands for zeros."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What a unit adds to each cell it feeds; the same numbers for each of its models."""

    key: UnitKey
    task_type: str
    domain_mode: str
    models: tuple[str, ...]
    model_versions: tuple[str, ...]
    evidence: int
    """Decayed evidence per model, in fixed point (see `neural.domain.fixed_point`)."""
    score_sum: int
    """Decayed evidence times score per model, in fixed point."""
    rating: int | None
    implicit_sign: int
    """Sign of the mean sentiment of the signals; 0 without any."""
    aspects: tuple[str, ...]
    orchestration_id: str
    services_used: tuple[str, ...]
    created_at: datetime
    epochs: tuple[int, ...] = ()
    """One per model; none stands for zeros."""

    def epoch(self, place: int) -> int:
        """Returns the epoch of the model in this place."""
        return self.epochs[place] if self.epochs else 0


@dataclass(frozen=True, slots=True, order=True)
class BoardKey:
    """Names a board: the cells of all models in one context at one scope.

    tenant_id ANY is the global scope; user_id ANY is tenant scope.
    """

    tenant_id: str
    user_id: str
    task_type: str
    domain_mode: str

    @property
    def scope(self) -> Scope:
        """The scope whose feedback the board holds."""
        if self.tenant_id == ANY:
            return Scope.GLOBAL
        return Scope.TENANT if self.user_id == ANY else Scope.USER


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """What one scope knows of one model in one context, all versions of the model carried over into one."""

    model: str
    model_version: str
    """Newest version; "" is the unnamed one."""
    evidence: float
    """Decayed evidence in units, at the board's `computed_at`."""
    score: float
    """Mean score; 0.5 without evidence."""
    total: int
    """Units, not decayed."""
    positive: int = 0
    negative: int = 0
    orchestration_id: str = ""
    """Best received orchestration of this model here; "" when there is none. At tenant scope only."""
    services: tuple[str, ...] = ()
    """Services that most of the evidence rests on. At tenant scope only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A board as published: immutable, replaced as a whole by one of a greater revision."""

    key: BoardKey
    revision: str
    """Fixed width, so that text order is age order, whichever process wrote it."""
    version: int
    """Version of the learned scores."""
    half_life: timedelta
    mode: LearningMode
    computed_at: datetime
    rows: Mapping[str, BoardRow]
    """By model."""
