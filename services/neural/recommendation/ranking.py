"""From boards and a demand to ranked candidates with exact propensities. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate

from neural.domain.constraints import Demand, split
from neural.domain.explanation import on_budget, sentence
from neural.domain.model import ANY, Board, BoardKey, LearningMode, Strategy
from neural.domain.policy import propensities
from neural.domain.shrinkage import Beliefs, Estimate, estimate


def board_keys(tenant: str, user: str, task: str, domain: str) -> list[BoardKey]:
    """Returns the boards that bear on a context: global, tenant, user; in each any, task, (task, domain)."""
    contexts = list(dict.fromkeys([(ANY, ANY), (task, ANY), (task, domain)]))
    scopes = [(ANY, ANY), (tenant, ANY)] + ([(tenant, user)] if user else [])
    return [BoardKey(*scope, *context) for scope in scopes for context in contexts]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An eligible model in its place."""

    estimate: Estimate
    utility: float
    """The estimate less the weighted cost."""
    propensity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Eligible candidates, best first, with everything that was behind it."""

    demand: Demand
    candidates: Sequence[Candidate]
    refused: Sequence[tuple[str, str]]
    strategy: Strategy
    mode: LearningMode
    version: int
    reasoning: str
    companions: Mapping[str, tuple[str, tuple[str, ...]]]
    """Orchestration and services by model, in this task and domain."""
    cumulative: Sequence[float] = field(default=())
    """Running sums of the propensities."""


def known_models(boards: Sequence[Board]) -> set[str]:
    """Returns the models that the tenant or the user has feedback on."""
    return {model for board in boards if board.key.tenant_id != ANY for model in board.rows}


def rank(
    boards: Sequence[Board], demand: Demand, beliefs: Beliefs, strategy: Strategy, epsilon: float, now: datetime
) -> Ranking:
    """Ranks what a demand allows; boards come as in `board_keys`."""
    eligible, refused = split(demand, known_models(boards))
    chosen = demand.strategy or strategy
    epsilon = epsilon if demand.epsilon is None else demand.epsilon
    estimates = [estimate(model, boards, now, beliefs) for model in eligible]
    penalties = demand.penalties(eligible)
    chances: list[float] = []
    if estimates:
        chances = propensities(estimates, penalties, chosen, epsilon, beliefs.threshold, beliefs.information)
    candidates = [
        Candidate(each, each.mean - penalty, chance)
        for each, penalty, chance in zip(estimates, penalties, chances, strict=True)
    ]
    candidates.sort(key=lambda each: (-each.utility, -each.propensity, each.estimate.model))
    here = [board for board in boards if board.key.tenant_id != ANY and board.key.user_id == ANY]
    rows = here[-1].rows if here else {}
    return Ranking(
        demand=demand,
        candidates=candidates,
        refused=refused,
        strategy=chosen,
        mode=boards[0].mode,
        version=max(board.version for board in boards),
        reasoning=_reasoning(candidates, demand, chosen is not Strategy.SCOPE_FALLBACK and any(penalties)),
        companions={model: (row.orchestration_id, row.services) for model, row in rows.items()},
        cumulative=list(accumulate(each.propensity for each in candidates)),
    )


def _reasoning(candidates: Sequence[Candidate], demand: Demand, weighed: bool) -> str:
    said = sentence([each.estimate for each in candidates], demand.task_type, demand.domain_mode)
    return f"{said} {on_budget(demand.budget_weight)}" if weighed and demand.weighs_budget else said
