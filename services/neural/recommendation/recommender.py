"""Decides: prepared rankings while their boards hold, one draw a call."""

from __future__ import annotations

import random
import time
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from kit.ids import new_id
from neural.boards.table import BoardTable
from neural.budget.weights import NoPrices, Price, Prices
from neural.domain.constraints import Demand
from neural.domain.model import Board, BoardKey
from neural.recommendation.decision_log import DecisionLog
from neural.recommendation.experiment_overrides import NoTreatments, Treatment, Treatments
from neural.recommendation.prior_cache import Believes, Settled
from neural.recommendation.ranking import Candidate, Ranking, board_keys, rank
from neural.settings import RecommendSettings

_chance = random.SystemRandom()
_NONE = NoTreatments()
_FREE = NoPrices()


@dataclass(slots=True)
class Prepared:
    """A ranking that holds while its boards and its price do."""

    ranking: Ranking
    keys: Sequence[BoardKey]
    boards: Sequence[Board]
    loaded_at: float
    """Monotonic seconds at which the oldest of them was read."""
    generation: int
    until: float
    """Monotonic seconds until which the boards were seen to hold."""
    price: Price | None = None
    """What the tenant's budget asked for."""
    treatment: Treatment | None = None
    """What an experiment said of it."""
    faces: dict[int, Any] = field(default_factory=dict)
    """Rendered answers by place of the candidate, kept by whoever renders them."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One draw from a ranking."""

    decision_id: str
    tenant_id: str
    prepared: Prepared
    place: int
    """Place of the chosen candidate; -1 when there is none."""
    staleness_ms: float
    decided_at: float
    """Seconds since 1970."""

    @property
    def treatment(self) -> Treatment | None:
        """What an experiment said of it."""
        return self.prepared.treatment

    @property
    def chosen(self) -> Candidate | None:
        """The chosen candidate."""
        return self.prepared.ranking.candidates[self.place] if self.place >= 0 else None


class Recommender:
    """Answers which model to use."""

    def __init__(
        self,
        table: BoardTable,
        log: DecisionLog,
        settings: RecommendSettings,
        treatments: Treatments = _NONE,
        prices: Prices = _FREE,
        strengths: Believes | None = None,
    ) -> None:
        self._table, self._log, self._settings = table, log, settings
        self._treatments, self._prices = treatments, prices
        self._strengths = strengths or Settled(settings.beliefs)
        self._prepared: OrderedDict[tuple[str, bytes, Treatment | None], Prepared] = OrderedDict()
        self._random = random.Random(_chance.getrandbits(128))  # noqa: S311 - exploration, not a secret

    def treatment(self, tenant: str, user: str, task: str, domain: str) -> Treatment | None:
        """Returns what a running experiment says of a request."""
        return self._treatments.treatment(tenant, user, task, domain)

    def ready(self, tenant: str, digest: bytes, treatment: Treatment | None = None) -> Decision | None:
        """Decides at once if a ranking for this very question is prepared and holds."""
        prepared = self._prepared.get((tenant, digest, treatment))
        if prepared is None or not self._holds(tenant, prepared):
            return None
        return self._draw(tenant, prepared)

    async def decide(self, tenant: str, digest: bytes, demand: Demand, treatment: Treatment | None = None) -> Decision:
        """Decides; `digest` names the question among all of the tenant's, so that it need not be prepared again.

        A request that may use none of a variant's models is no part of the experiment.
        """
        prepared = await self.prepare(tenant, treatment.applied(demand) if treatment else demand)
        if treatment is not None and not prepared.ranking.candidates:
            prepared = await self.prepare(tenant, demand)
        else:
            prepared.treatment = treatment
        key = (tenant, digest, treatment)
        self._prepared[key] = prepared
        self._prepared.move_to_end(key)
        if len(self._prepared) > self._settings.decisions_max:
            self._prepared.popitem(last=False)
        return self._draw(tenant, prepared)

    async def prepare(self, tenant: str, demand: Demand) -> Prepared:
        """Ranks what a demand allows, at the price that the tenant's budget asks for, without deciding."""
        price = self._prices.price(tenant)
        if price is not None:
            demand = price.applied(demand)
        keys = board_keys(tenant, demand.user_id, demand.task_type, demand.domain_mode)
        generation = self._table.generation  # from before the reading: what changes during it is looked at again
        boards = await self._table.boards(tenant, keys)
        settings = self._settings
        now = datetime.now(UTC)
        beliefs = self._strengths.of(tenant)
        ranking = rank(boards, demand, beliefs, settings.strategy, settings.epsilon, now)
        until = time.monotonic() + self._table.life_s()
        return Prepared(ranking, keys, boards, self._table.oldest_load(keys), generation, until, price)

    def staleness_ms(self, prepared: Prepared) -> float:
        """Returns the age of the oldest board since it was last known to be current."""
        return max(time.monotonic() - self._table.current_since(prepared.loaded_at), 0.0) * 1000

    def _holds(self, tenant: str, prepared: Prepared) -> bool:
        if time.monotonic() >= prepared.until or prepared.price is not self._prices.price(tenant):
            return False
        if prepared.generation == self._table.generation:
            return True
        if any(self._table.peek(key) is not board for key, board in zip(prepared.keys, prepared.boards, strict=True)):
            return False
        prepared.generation = self._table.generation
        return True

    def _draw(self, tenant: str, prepared: Prepared) -> Decision:
        cumulative = prepared.ranking.cumulative
        place = -1
        if cumulative:
            place = min(bisect_right(cumulative, self._random.random() * cumulative[-1]), len(cumulative) - 1)
        decision = Decision(new_id(), tenant, prepared, place, self.staleness_ms(prepared), time.time())
        if place >= 0:
            self._log.add(decision)
        return decision
