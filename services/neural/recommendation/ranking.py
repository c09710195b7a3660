"""Rankings: eligible candidates with their estimates and exact propensities. No input or output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import accumulate

from neural.domain.constraints import RankingRequest, split_candidates
from neural.domain.model import ANY, Board, BoardKey, LearningMode, Strategy
from neural.domain.policy import propensities
from neural.domain.shrinkage import Estimate, Priors, estimate
from neural.recommendation.explanation import explain_budget, explain_ranking
from splits.model_names import ModelNames


def board_keys(tenant: str, user: str, task: str, domain: str) -> list[BoardKey]:
    """Returns the boards of a context, ordered global, tenant, user; in each any, task, (task, domain)."""
    contexts = list(dict.fromkeys([(ANY, ANY), (task, ANY), (task, domain)]))
    scopes = [(ANY, ANY), (tenant, ANY)] + ([(tenant, user)] if user else [])
    return [BoardKey(*scope, *context) for scope in scopes for context in contexts]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An eligible model with its estimate."""

    estimate: Estimate
    utility: float
    """Mean of the estimate minus the cost penalty."""
    propensity: float
    credited_model: str
    """Model whose feedback the estimate is based on. The estimate has the name of the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Eligible candidates, best first, with all inputs of the ranking."""

    request: RankingRequest
    candidates: Sequence[Candidate]
    refused: Sequence[tuple[str, str]]
    """Excluded candidates with the reason."""
    strategy: Strategy
    mode: LearningMode
    version: int
    reasoning: str
    companions: Mapping[str, tuple[str, tuple[str, ...]]]
    """Orchestration and required services by model, in this task and domain."""
    cumulative: Sequence[float] = field(default=())
    """Cumulative sums of the propensities."""


def known_models(boards: Sequence[Board], names: ModelNames) -> set[str]:
    """Returns the models with feedback of the tenant or the user, each under one name."""
    known = {model for board in boards if board.key.tenant_id != ANY for model in board.rows}
    return {names.learned_model(model, known) for model in known}


def rank(
    boards: Sequence[Board], request: RankingRequest, priors: Priors, strategy: Strategy, epsilon: float, now: datetime
) -> Ranking:
    """Returns the ranking for a request. Boards are ordered as by `board_keys`."""
    eligible, refused = split_candidates(request, known_models(boards, request.names))
    chosen = request.strategy or strategy
    epsilon = epsilon if request.epsilon is None else request.epsilon
    learned = {model for board in boards for model in board.rows}
    credited = [request.names.learned_model(name, learned) for name in eligible]
    estimates = [
        replace(estimate(model, boards, now, priors), model=name)
        for name, model in zip(eligible, credited, strict=True)
    ]
    penalties = request.cost_penalties(eligible)
    chances: list[float] = []
    if estimates:
        chances = propensities(estimates, penalties, chosen, epsilon, priors.threshold, priors.information)
    candidates = [
        Candidate(each, each.mean - penalty, chance, model)
        for each, penalty, chance, model in zip(estimates, penalties, chances, credited, strict=True)
    ]
    candidates.sort(key=lambda each: (-each.utility, -each.propensity, each.estimate.model))
    of_tenant = [board for board in boards if board.key.tenant_id != ANY and board.key.user_id == ANY]
    rows = of_tenant[-1].rows if of_tenant else {}
    has_penalties = chosen is not Strategy.SCOPE_FALLBACK and any(penalties)
    return Ranking(
        request=request,
        candidates=candidates,
        refused=refused,
        strategy=chosen,
        mode=boards[0].mode,
        version=max(board.version for board in boards),
        reasoning=_reasoning(candidates, request, has_penalties),
        companions={
            name: (row.orchestration_id, row.services)
            for name, model in zip(eligible, credited, strict=True)
            if (row := rows.get(model)) is not None
        },
        cumulative=list(accumulate(each.propensity for each in candidates)),
    )


def _reasoning(candidates: Sequence[Candidate], request: RankingRequest, has_penalties: bool) -> str:
    text = explain_ranking([each.estimate for each in candidates], request.task_type, request.domain_mode)
    if has_penalties and request.is_budget_weight_used:
        return f"{text} {explain_budget(request.budget_weight)}"
    return text
