"""Prepared rankings and the decisions drawn from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from neural.budget.weights import BudgetWeight
from neural.domain.model import Board, BoardKey
from neural.recommendation.experiment_overrides import ExperimentOverride
from neural.recommendation.ranking import Candidate, Ranking
from neural.reliability.error_rates import UnreliableModels


@dataclass(slots=True)
class PreparedRanking:
    """A ranking that is valid while its boards, its budget weight and the unreliable models do not change."""

    ranking: Ranking
    keys: Sequence[BoardKey]
    boards: Sequence[Board]
    loaded_at: float
    """Monotonic time in seconds at which the oldest board was loaded."""
    generation: int
    """Generation of the board table up to which the boards are known to be current."""
    valid_until: float
    """Monotonic time in seconds at which the oldest entries of the board table expire."""
    budget: BudgetWeight | None = None
    """Weight of the tenant's budget in the ranking."""
    unreliable: UnreliableModels | None = None
    """Models of the tenant with a high error rate."""
    override: ExperimentOverride | None = None
    """Experiment variant applied to the ranking."""
    rendered: dict[int, Any] = field(default_factory=dict)
    """Rendered answers by candidate index, cached by the API."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One draw from a ranking."""

    decision_id: str
    tenant_id: str
    prepared: PreparedRanking
    index: int
    """Index of the chosen candidate; -1 without candidates."""
    staleness_ms: float
    decided_at: float
    """Unix time in seconds."""

    @property
    def chosen(self) -> Candidate | None:
        """The chosen candidate."""
        return self.prepared.ranking.candidates[self.index] if self.index >= 0 else None
