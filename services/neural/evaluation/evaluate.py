"""Evaluates a strategy on the present boards against what was decided.

The target policy is the strategy as it would choose now, among the candidates that each decision had; costs and
epsilons of single requests are not logged and count as the settings say. Two things are assumed: whether a choice is
judged does not depend on it, and the boards rest on much more than the events of any one context, since both come from
the same feedback. The reward model of the doubly robust estimator is the estimate that the boards give.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from kit.postgres.pool import Database
from neural.boards.store import BoardStore
from neural.domain.constraints import Demand
from neural.domain.model import ANY, Board, BoardKey, Strategy
from neural.evaluation.diagnostics import Diagnostics, diagnose, shortfall
from neural.evaluation.estimators import Interval, Sample, estimates
from neural.evaluation.events import Context, Event, read_events
from neural.recommendation.prior_cache import Believes, Settled
from neural.recommendation.ranking import board_keys, rank
from neural.settings import RecommendSettings

log = logging.getLogger(__name__)

PART = 200
"""Contexts that are ranked together."""

Choice = Mapping[str, tuple[float, float]]
"""Target probability and predicted reward of each candidate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What can be said of a strategy."""

    diagnostics: Diagnostics
    estimates: Mapping[str, Interval]
    """By estimator; empty when there is not enough data."""
    missing: str
    """What a verdict needs; empty when there is one."""


class PolicyEvaluation:
    """Evaluates strategies, one at a time in a process."""

    def __init__(
        self,
        database: Database,
        boards: BoardStore,
        settings: RecommendSettings,
        strengths: Believes | None = None,
    ) -> None:
        self._database, self._boards, self._settings = database, boards, settings
        self._strengths = strengths or Settled(settings.beliefs)
        self._turn = asyncio.Lock()

    async def evaluate(self, tenant: str, strategy: Strategy, start: datetime, end: datetime) -> Evaluation:
        """Evaluates a strategy on the decisions from start to before end; waits for its turn."""
        async with self._turn:
            events = await read_events(self._database, tenant, start, end)
            choices = await self._choices(tenant, strategy, events)
            found = await asyncio.to_thread(evaluated, events, choices)
        seen = found.diagnostics
        fields = {
            "strategy": strategy.value,
            "events": seen.events,
            "effective_events": seen.effective_events,
            "effective_users": seen.effective_users,
            "overlap": seen.overlap,
            "weight_max": seen.weight_max,
            "weight_mean": seen.weight_mean.value,
        }
        log.info("policy evaluated", extra={"fields": fields})
        return found

    async def _choices(self, tenant: str, strategy: Strategy, events: Sequence[Event]) -> dict[Context, Choice]:
        """Asks the strategy for its choice in every context that occurred."""
        contexts = sorted({event.context for event in events})
        shared: dict[BoardKey, Board] = {}
        choices: dict[Context, Choice] = {}
        now = datetime.now(UTC)
        for part in (contexts[place : place + PART] for place in range(0, len(contexts), PART)):
            keys = {key for context in part for key in _keys(tenant, context)}
            read = {board.key: board for board in await self._boards.read(tenant, keys - shared.keys())}
            shared |= {key: board for key, board in read.items() if key.user_id == ANY}
            choices |= await asyncio.to_thread(self._ranked, tenant, part, shared | read, strategy, now)
        return choices

    def _ranked(
        self,
        tenant: str,
        contexts: Sequence[Context],
        boards: Mapping[BoardKey, Board],
        strategy: Strategy,
        now: datetime,
    ) -> dict[Context, Choice]:
        choices: dict[Context, Choice] = {}
        for context in contexts:
            demand = Demand(
                user_id=context.user_id,
                task_type=context.task_type,
                domain_mode=context.domain_mode,
                candidates=context.candidates,
                strategy=strategy,
            )
            seen = [boards[key] for key in _keys(tenant, context) if key in boards]
            ranking = rank(seen, demand, self._strengths.of(tenant), strategy, self._settings.epsilon, now)
            choices[context] = {
                each.estimate.model: (each.propensity, each.estimate.mean) for each in ranking.candidates
            }
        return choices


def _keys(tenant: str, context: Context) -> list[BoardKey]:
    return board_keys(tenant, context.user_id, context.task_type, context.domain_mode)


def evaluated(events: Sequence[Event], choices: Mapping[Context, Choice]) -> Evaluation:
    """Makes the evaluation of events under the choices of the target policy."""
    sample = sample_of(events, choices)
    found = diagnose(sample)
    missing = shortfall(found)
    said = {} if missing else {name: each.clipped() for name, each in estimates(sample).items()}
    return Evaluation(diagnostics=found, estimates=said, missing=missing)


def sample_of(events: Sequence[Event], choices: Mapping[Context, Choice]) -> Sample:
    """Puts events and choices side by side."""
    values = {context: math.fsum(chance * mean for chance, mean in each.values()) for context, each in choices.items()}
    made = [choices[event.context][event.model] for event in events]
    numbers = {rater: place for place, rater in enumerate(dict.fromkeys(event.rater for event in events))}
    return Sample(
        rewards=np.array([event.reward for event in events], np.float64),
        logged=np.array([event.propensity for event in events], np.float64),
        target=np.array([chance for chance, _ in made], np.float64),
        predicted=np.array([mean for _, mean in made], np.float64),
        expected=np.array([values[event.context] for event in events], np.float64),
        users=np.array([numbers[event.rater] for event in events], np.int64),
    )
