"""Overrides of rankings by running model routing experiments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from kit.poll import Snapshot
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from neural.domain.constraints import RankingRequest
from neural.domain.model import Strategy
from neural.store.access import LEARNER
from splits.assignment import assign
from splits.definitions import decode
from splits.model import EVERY_TENANT, Experiment, ExperimentType

_SQL = load_queries("neural", "recommendation.sql")

POLL_INTERVAL = timedelta(seconds=0.5)
_COLUMNS = ("experiment_id", "tenant_id", "epoch", "etag", "started_at")


@dataclass(frozen=True, slots=True)
class ExperimentOverride:
    """Variant of an experiment that applies to a request."""

    experiment_id: str
    variant: str
    epoch: int
    models: tuple[str, ...] = ()
    """Models of the variant; empty if the variant does not restrict them."""
    strategy: Strategy | None = None
    epsilon: float | None = None

    def apply(self, request: RankingRequest) -> RankingRequest:
        """Returns the request with the strategy of the variant and those of its models that the request allows.

        The models have the names of the request.
        """
        allowed = self.models
        if request.candidates:
            models = {request.names.model(each) for each in self.models}
            allowed = tuple(each for each in request.candidates if request.names.model(each) in models)
        return replace(
            request,
            candidates=allowed if self.models else request.candidates,
            strategy=self.strategy or request.strategy,
            epsilon=request.epsilon if self.epsilon is None else self.epsilon,
            is_restricted=bool(self.models),
        )


@dataclass(frozen=True, slots=True)
class _Experiments:
    signature: str = ""
    by_tenant: Mapping[str, Sequence[Experiment]] = field(default_factory=dict)


class RunningExperiments:
    """The running experiments on models, reloaded twice per second."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.snapshot = Snapshot("experiments", self._load, _Experiments(), POLL_INTERVAL)

    def override(self, tenant: str, user: str, task: str, domain: str) -> ExperimentOverride | None:
        """Returns the override of the first experiment that covers a request, or None without one.

        Experiments of the tenant have priority over experiments on all tenants.
        """
        by_tenant = self.snapshot.value.by_tenant
        if not by_tenant or not user:
            return None
        for owner in (tenant, EVERY_TENANT):
            for experiment in by_tenant.get(owner, ()):
                assignment = assign(experiment, user, tenant, task, domain)
                if assignment.variant:
                    return _override(experiment, assignment.variant)
        return None

    async def _load(self, current: _Experiments) -> _Experiments:
        async with self._database.as_role(LEARNER) as connection:
            signature: str = await connection.fetchval(_SQL["experiments_signature"])
            if signature == current.signature:
                return current
            rows = await connection.fetch(_SQL["running_experiments"])
        by_tenant: dict[str, list[Experiment]] = defaultdict(list)
        for row in rows:
            experiment = decode(row["definition"], state="running", **{name: row[name] for name in _COLUMNS})
            if experiment.type is ExperimentType.MODEL_ROUTING:
                by_tenant[experiment.tenant_id].append(experiment)
        return _Experiments(signature, dict(by_tenant))


def _override(experiment: Experiment, variant: str) -> ExperimentOverride:
    config = next(each.config for each in experiment.variants if each.name == variant)
    models, model = config.get("models"), config.get("model")
    names = [str(each) for each in models] if isinstance(models, list) else [model] if isinstance(model, str) else []
    strategy, epsilon = config.get("strategy"), config.get("epsilon")
    return ExperimentOverride(
        experiment.experiment_id,
        variant,
        experiment.epoch,
        tuple(names),
        Strategy(strategy) if isinstance(strategy, str) else None,
        float(epsilon) if isinstance(epsilon, int | float) else None,
    )
