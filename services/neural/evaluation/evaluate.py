"""Evaluates a strategy with the present boards on logged decisions, for EvaluatePolicy.

The target policy is the strategy with its present estimates, restricted to the logged candidates of each decision.
Costs and epsilon of requests are not logged; the values of the settings are used. The evaluation assumes that the
presence of feedback does not depend on the choice, and that the boards are based on much more feedback than the events
of one context, because both come from the same feedback. The reward model of the doubly robust estimator is the
estimate of the boards.

The service cannot verify a propensity that a client states. Its weight, target / propensity, is limited: the mean
weight is then below 1 by the removed part, and the estimators widen their intervals by it.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from kit.postgres.pool import Database
from neural.boards.store import BoardStore
from neural.domain.constraints import RankingRequest
from neural.domain.model import ANY, Board, BoardKey, Strategy
from neural.domain.shrinkage import Priors
from neural.evaluation.diagnostics import Diagnostics, diagnose, shortfall
from neural.evaluation.estimators import Interval, Sample, estimates
from neural.evaluation.events import Context, Event, Exclusion, LoggedDecisions, read_decisions
from neural.recommendation.ranking import board_keys, rank
from neural.settings import RecommendSettings

log = logging.getLogger(__name__)

CONTEXTS_PER_BATCH = 200

Choice = Mapping[str, tuple[float, float]]
"""Target propensity and predicted reward by candidate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Result of an evaluation."""

    diagnostics: Diagnostics
    estimates: Mapping[str, Interval]
    """By estimator; empty without enough data."""
    shortfall: str
    """Why the data is not sufficient; empty if it is."""
    decisions: int
    """Decisions of the period, with and without feedback."""
    excluded: Mapping[Exclusion, int]
    """Decisions that are no events, by reason."""
    client_events: int
    """Events whose propensity a client stated."""
    limited_weights: int
    """Events of clients whose weight was limited."""


class PolicyEvaluator:
    """Evaluates strategies, one at a time per process."""

    def __init__(
        self,
        database: Database,
        boards: BoardStore,
        settings: RecommendSettings,
        priors_of: Callable[[str], Priors],
    ) -> None:
        """`priors_of` returns the priors of a tenant."""
        self._database, self._boards, self._settings = database, boards, settings
        self._priors_of = priors_of
        self._lock = asyncio.Lock()

    async def evaluate(self, tenant: str, strategy: Strategy, start: datetime, end: datetime) -> Evaluation:
        """Evaluates a strategy on the decisions from `start` to before `end`. Waits for a running evaluation."""
        async with self._lock:
            logged = await read_decisions(self._database, tenant, start, end)
            choices = await self._choices(tenant, strategy, logged.events)
            evaluation = await asyncio.to_thread(evaluate_decisions, logged, choices, self._settings.policy_weight_max)
        found = evaluation.diagnostics
        fields = {
            "strategy": strategy.value,
            "events": found.events,
            "effective_events": found.effective_events,
            "effective_users": found.effective_users,
            "overlap": found.overlap,
            "weight_max": found.weight_max,
            "weight_mean": found.weight_mean.value,
            "limited_weights": evaluation.limited_weights,
            "excluded": {reason.value: count for reason, count in evaluation.excluded.items()},
        }
        log.info("policy evaluated", extra={"fields": fields})
        return evaluation

    async def _choices(self, tenant: str, strategy: Strategy, events: Sequence[Event]) -> dict[Context, Choice]:
        """Returns the choice of the strategy in every context of the events."""
        contexts = sorted({event.context for event in events})
        shared: dict[BoardKey, Board] = {}
        choices: dict[Context, Choice] = {}
        now = datetime.now(UTC)
        for start in range(0, len(contexts), CONTEXTS_PER_BATCH):
            batch = contexts[start : start + CONTEXTS_PER_BATCH]
            keys = {key for context in batch for key in _keys(tenant, context)}
            read = {board.key: board for board in await self._boards.read(tenant, keys - shared.keys())}
            shared |= {key: board for key, board in read.items() if key.user_id == ANY}
            choices |= await asyncio.to_thread(self._rank_contexts, tenant, batch, shared | read, strategy, now)
        return choices

    def _rank_contexts(
        self,
        tenant: str,
        contexts: Sequence[Context],
        boards: Mapping[BoardKey, Board],
        strategy: Strategy,
        now: datetime,
    ) -> dict[Context, Choice]:
        choices: dict[Context, Choice] = {}
        for context in contexts:
            request = RankingRequest(
                user_id=context.user_id,
                task_type=context.task_type,
                domain_mode=context.domain_mode,
                candidates=context.candidates,
                strategy=strategy,
            )
            selected = [boards[key] for key in _keys(tenant, context) if key in boards]
            ranking = rank(selected, request, self._priors_of(tenant), strategy, self._settings.epsilon, now)
            choices[context] = {
                each.estimate.model: (each.propensity, each.estimate.mean) for each in ranking.candidates
            }
        return choices


def _keys(tenant: str, context: Context) -> list[BoardKey]:
    return board_keys(tenant, context.user_id, context.task_type, context.domain_mode)


def evaluate_decisions(logged: LoggedDecisions, choices: Mapping[Context, Choice], weight_max: float) -> Evaluation:
    """Returns the evaluation of decisions with the choices of the target policy.

    `weight_max` limits the importance weights of events whose propensity a client stated.
    """
    events = logged.events
    exact = sample_of(events, choices)
    is_stated = np.array([event.is_stated_by_client for event in events], np.bool_)
    is_limited = is_stated & (exact.weights > weight_max)
    sample = replace(exact, logged=np.where(is_limited, exact.target / weight_max, exact.logged))
    diagnostics = diagnose(sample)
    reason = shortfall(diagnostics)
    intervals = {} if reason else {name: each.clipped() for name, each in estimates(sample).items()}
    return Evaluation(
        diagnostics=diagnostics,
        estimates=intervals,
        shortfall=reason,
        decisions=logged.decisions,
        excluded=logged.excluded,
        client_events=int(is_stated.sum()),
        limited_weights=int(is_limited.sum()),
    )


def sample_of(events: Sequence[Event], choices: Mapping[Context, Choice]) -> Sample:
    """Returns the sample of events with the choices of the target policy."""
    values = {context: math.fsum(chance * mean for chance, mean in each.values()) for context, each in choices.items()}
    logged = [choices[event.context][event.model] for event in events]
    numbers = {rater: number for number, rater in enumerate(dict.fromkeys(event.rater for event in events))}
    return Sample(
        rewards=np.array([event.reward for event in events], np.float64),
        logged=np.array([event.propensity for event in events], np.float64),
        target=np.array([chance for chance, _ in logged], np.float64),
        predicted=np.array([mean for _, mean in logged], np.float64),
        expected=np.array([values[event.context] for event in events], np.float64),
        users=np.array([numbers[event.rater] for event in events], np.int64),
    )
