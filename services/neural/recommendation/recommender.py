"""Recommender: draws decisions from prepared rankings, and prepares rankings again when their inputs change."""

from __future__ import annotations

import random
import time
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from kit.ids import new_id
from neural.boards.table import BoardTable
from neural.budget.weights import BudgetWeight
from neural.domain.constraints import RankingRequest
from neural.domain.shrinkage import Priors
from neural.recommendation.decision import Decision, PreparedRanking
from neural.recommendation.decision_log import DecisionLog
from neural.recommendation.experiment_overrides import ExperimentOverride
from neural.recommendation.ranking import board_keys, rank
from neural.reliability.error_rates import UnreliableModels
from neural.settings import RecommendSettings
from splits.model_names import ModelNames

_seeds = random.SystemRandom()

OverrideOf = Callable[[str, str, str, str], ExperimentOverride | None]
"""Returns the override for (tenant, user, task, domain)."""
BudgetOf = Callable[[str], BudgetWeight | None]
"""Returns the budget weight of a tenant: the same object until it changes."""
UnreliableOf = Callable[[str], UnreliableModels | None]
"""Returns the models of a tenant with a high error rate: the same object until they change."""
PriorsOf = Callable[[str], Priors]
"""Returns the priors of a tenant."""
NamesOf = Callable[[str], ModelNames]
"""Returns the names of the models of a tenant: the same object until they change."""
_RULES = ModelNames()


class Recommender:
    """Decides which model to use."""

    def __init__(
        self,
        table: BoardTable,
        log: DecisionLog,
        settings: RecommendSettings,
        *,
        override_of: OverrideOf = lambda *_: None,
        budget_of: BudgetOf = lambda _: None,
        unreliable_of: UnreliableOf = lambda _: None,
        priors_of: PriorsOf | None = None,
        names_of: NamesOf = lambda _: _RULES,
    ) -> None:
        """Without `priors_of`, the priors of the settings apply to all tenants."""
        self._table, self._log, self._settings = table, log, settings
        self._budget_of, self._priors_of = budget_of, priors_of or (lambda _: settings.priors)
        self._unreliable_of = unreliable_of
        self._prepared: OrderedDict[tuple[str, bytes, ExperimentOverride | None], PreparedRanking] = OrderedDict()
        self._random = random.Random(_seeds.getrandbits(128))  # noqa: S311 - exploration needs no secret numbers
        self.override_of, self.names_of = override_of, names_of

    def decide_prepared(
        self, tenant: str, digest: bytes, override: ExperimentOverride | None = None
    ) -> Decision | None:
        """Returns a decision from the prepared ranking of this request, or None if there is no valid one."""
        prepared = self._prepared.get((tenant, digest, override))
        if prepared is None or not self._is_valid(tenant, prepared):
            return None
        return self._draw(tenant, prepared)

    async def decide(
        self, tenant: str, digest: bytes, request: RankingRequest, override: ExperimentOverride | None = None
    ) -> Decision:
        """Returns a decision. `digest` identifies the request among all requests of the tenant.

        A request that allows none of the override's models is not part of the experiment.
        """
        request = replace(request, names=self.names_of(tenant))
        prepared = await self.prepare(tenant, override.apply(request) if override else request)
        if override is not None and not prepared.ranking.candidates:
            prepared = await self.prepare(tenant, request)
        else:
            prepared.override = override
        key = (tenant, digest, override)
        self._prepared[key] = prepared
        self._prepared.move_to_end(key)
        if len(self._prepared) > self._settings.rankings_max:
            self._prepared.popitem(last=False)
        return self._draw(tenant, prepared)

    async def prepare(self, tenant: str, request: RankingRequest) -> PreparedRanking:
        """Returns the ranking for a request without a decision.

        The budget weight and the unreliable models of the tenant are applied, unless the request is unconstrained.
        """
        budget, unreliable = self._budget_of(tenant), self._unreliable_of(tenant)
        request = replace(request, names=self.names_of(tenant))
        if budget is not None:
            request = budget.apply(request)
        if unreliable is not None and not request.is_unconstrained:
            request = unreliable.apply(request)
        keys = board_keys(tenant, request.user_id, request.task_type, request.domain_mode)
        # The generation is read before the boards, so that a change while they are read invalidates the ranking.
        generation = self._table.generation
        boards = await self._table.boards(tenant, keys)
        settings = self._settings
        now = datetime.now(UTC)
        ranking = rank(boards, request, self._priors_of(tenant), settings.strategy, settings.epsilon, now)
        valid_until = time.monotonic() + self._table.ttl_s()
        loaded_at = self._table.oldest_load(keys)
        return PreparedRanking(ranking, keys, boards, loaded_at, generation, valid_until, budget, unreliable)

    def staleness_ms(self, prepared: PreparedRanking) -> float:
        """Returns the time since the oldest board of a ranking was last known to be current."""
        return max(time.monotonic() - self._table.current_since(prepared.loaded_at), 0.0) * 1000

    def _is_valid(self, tenant: str, prepared: PreparedRanking) -> bool:
        if time.monotonic() >= prepared.valid_until or prepared.budget is not self._budget_of(tenant):
            return False
        if prepared.unreliable is not self._unreliable_of(tenant):
            return False
        if prepared.ranking.request.names is not self.names_of(tenant):
            return False
        if prepared.generation == self._table.generation:
            return True
        if any(self._table.peek(key) is not board for key, board in zip(prepared.keys, prepared.boards, strict=True)):
            return False
        prepared.generation = self._table.generation
        return True

    def _draw(self, tenant: str, prepared: PreparedRanking) -> Decision:
        cumulative = prepared.ranking.cumulative
        index = -1
        if cumulative:
            index = min(bisect_right(cumulative, self._random.random() * cumulative[-1]), len(cumulative) - 1)
        decision = Decision(new_id(), tenant, prepared, index, self.staleness_ms(prepared), time.time())
        if index >= 0:
            self._log.add(decision)
        return decision
