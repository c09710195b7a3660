"""Settings of the service."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

from kit import ports
from kit.auth.settings import AuthSettings
from kit.postgres.pool import PostgresSettings
from kit.redis.client import RedisSettings
from kit.rpc.server import RpcServerSettings
from kit.settings.declaration import Defaults, Report, Setting
from kit.settings.service import ServiceSettings
from neural.domain.model import LearningMode, Strategy
from neural.domain.shrinkage import Priors


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningSettings:
    """Settings of learning."""

    mode: Annotated[LearningMode, Setting("LEARNING_MODE")] = LearningMode.EVIDENCE_WEIGHTED
    """Weight of a unit: 1 or its evidence. Applies from the next rebuild; the live version keeps its mode."""
    half_life: Annotated[timedelta, Setting("HALF_LIFE_DAYS", 1, 36_500, "days")] = timedelta(days=30)
    """Half-life of evidence. Applies from the next rebuild; the live version keeps its half-life."""
    carry_over: Annotated[float, Setting("VERSION_CARRY_OVER", 0, 1)] = 0.5
    """Share of the evidence of a model version that counts for the next version."""
    global_tenants_min: Annotated[int, Setting("GLOBAL_TENANTS_MIN", 1, 1_000_000, "tenants")] = 3
    """Tenants that a published global score requires beside any one tenant. With 1, scores are exact and one tenant is
    enough."""
    global_raters_min: Annotated[int, Setting("GLOBAL_RATERS_MIN", 1, 1_000_000, "users")] = 10
    """Users that a published global score requires beside those of any one tenant."""
    global_tenant_share_max: Annotated[float, Setting("GLOBAL_TENANT_SHARE_MAX", 0.01, 1)] = 0.25
    """Largest share of one tenant in the evidence of a global score. With T tenants, at least 1 / T applies."""
    global_epsilon: Annotated[float, Setting("GLOBAL_EPSILON", 0.01, 100)] = 1.0
    """Privacy loss of one rater per global score and publication (differential privacy). Less adds more noise."""
    global_period: Annotated[timedelta, Setting("GLOBAL_PERIOD_HOURS", 1, 720, "hours")] = timedelta(hours=24)
    """Time between two publications of global scores. Periods begin at multiples of it since 1970, in UTC."""
    rebuild_workers: Annotated[int, Setting("REBUILD_WORKERS", 1, 16, "statements")] = 2
    """Statements that a rebuild runs in parallel."""
    nightly_hour: Annotated[int, Setting("NIGHTLY_HOUR", -1, 23)] = 3
    """Hour of the nightly run in UTC; -1 if only RunBatchLearning starts runs."""
    decision_retention: Annotated[timedelta, Setting("DECISION_RETENTION_DAYS", 1, 36_500, "days")] = timedelta(days=90)
    """Retention of decisions, after which the partitions of whole months are dropped."""
    budget_gain: Annotated[float, Setting("BUDGET_GAIN", 0.01, 100)] = 1.0
    """Largest change per hour of the cost weight that keeps a tenant's daily budget."""
    poll_interval: timedelta = timedelta(milliseconds=200)
    """Longest time between two reads of the queues without a wake-up message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendSettings:
    """Settings of recommendations."""

    strategy: Annotated[Strategy, Setting("STRATEGY")] = Strategy.THOMPSON
    """Strategy of requests that do not name one."""
    epsilon: Annotated[float, Setting("EPSILON", 0, 1)] = 0.1
    """Probability of exploration of the strategy epsilon_greedy."""
    priors: Priors = field(default_factory=Priors)
    has_fitted_priors: Annotated[bool, Setting("FITTED_PRIORS")] = True
    """Whether the strengths fitted by nightly runs replace the configured ones."""
    error_rate_max: Annotated[float, Setting("ERROR_RATE_MAX", 0, 1)] = 0.5
    """Largest error rate of a recommended model. A model is excluded if the lower bound of its rate exceeds it, with a
    confidence of 95 %; 1 excludes none."""
    error_window: Annotated[timedelta, Setting("ERROR_RATE_WINDOW_HOURS", 1, 168, "hours")] = timedelta(hours=1)
    """Time before now whose calls count for error rates."""
    table_boards_max: int = 200_000
    """Boards in the memory of the process."""
    rankings_max: int = 50_000
    """Prepared rankings in the memory of the process."""
    answer_ttl: timedelta = timedelta(seconds=60)
    """Time for which a client may reuse a recommendation."""
    policy_weight_max: Annotated[float, Setting("POLICY_WEIGHT_MAX", 1, 1_000_000)] = 100.0
    """Largest importance weight in EvaluatePolicy of a decision whose propensity a client stated."""
    log_queue_max: int = 20_000
    """Decisions queued for the decision log. Further decisions are dropped and counted."""


class NeuralSettings(ServiceSettings):
    """Settings of the process."""

    rpc: Annotated[RpcServerSettings, Defaults(port=ports.NEURAL)]
    postgres: Annotated[PostgresSettings, Defaults(application_name="radiant-neural")]
    redis: RedisSettings
    auth: AuthSettings
    learning: LearningSettings
    recommend: RecommendSettings

    def check(self, report: Report) -> None:
        """Reports a missing Redis address, which the service requires."""
        report.require("REDIS_URL", bool(self.redis.url), "is not set")
