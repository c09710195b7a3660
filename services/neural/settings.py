"""Settings of the service, read from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from kit import ports
from kit.postgres.pool import PostgresSettings
from kit.redis.client import redis_address
from kit.rpc.auth_settings import AuthSettings
from kit.rpc.server import RpcServerSettings
from kit.settings import Reader
from neural.domain.model import LearningMode, Scope, Strategy
from neural.domain.shrinkage import Priors

DEFAULT_PORT = ports.NEURAL
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningSettings:
    """Settings of learning. Mode and half-life apply from the next rebuild; the live version keeps its own."""

    mode: LearningMode = LearningMode.EVIDENCE_WEIGHTED
    half_life: timedelta = 30 * _DAY
    """Half-life of evidence, at least one day."""
    carry_over: float = 0.5
    """Share of the evidence of a model version that counts for the next version, in [0, 1]."""
    global_tenants_min: int = 3
    """Tenants that a published global score requires."""
    global_raters_min: int = 10
    """Users that a published global score requires."""
    rebuild_workers: int = 2
    """Statements that a rebuild runs in parallel."""
    nightly_hour: int | None = 3
    """Hour of the nightly run in UTC; None if only RunBatchLearning starts runs."""
    decision_retention: timedelta = 90 * _DAY
    """Retention of decisions, after which the partitions of whole months are dropped."""
    poll_interval: timedelta = timedelta(milliseconds=200)
    """Longest time between two reads of the queues without a wake-up message."""
    budget_gain: float = 1.0
    """Largest change per hour of the cost weight that keeps a tenant's daily budget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendSettings:
    """Settings of recommendations."""

    strategy: Strategy = Strategy.THOMPSON
    epsilon: float = 0.1
    """Probability of exploration of the strategy epsilon_greedy."""
    priors: Priors = field(default_factory=Priors)
    has_fitted_priors: bool = True
    """Whether the strengths fitted by nightly runs replace the configured ones."""
    table_boards_max: int = 200_000
    """Boards in the memory of the process."""
    rankings_max: int = 50_000
    """Prepared rankings in the memory of the process."""
    answer_ttl: timedelta = timedelta(seconds=60)
    """How long a client may reuse a recommendation."""
    log_queue_max: int = 20_000
    """Decisions queued for the decision log. Further decisions are dropped and counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeuralSettings:
    """Settings of the process."""

    rpc: RpcServerSettings
    postgres: PostgresSettings
    learning: LearningSettings
    recommend: RecommendSettings
    redis_url: str
    auth: AuthSettings
    metrics_port: int
    """Port of the metrics endpoint; 0 for none."""
    log_level: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> NeuralSettings:
        """Reads the variables RADIANT_*. Raises SettingsError with all missing and invalid variables."""
        reader = Reader(environ, "RADIANT_")
        settings = cls(
            rpc=RpcServerSettings.read(reader, DEFAULT_PORT),
            postgres=PostgresSettings.read(reader, "radiant-neural"),
            learning=_learning(reader),
            recommend=RecommendSettings(
                strategy=Strategy(reader.choice("STRATEGY", "thompson", [each.value for each in Strategy])),
                epsilon=reader.number("EPSILON", 0.1, 0, 1),
                priors=_priors(reader),
                has_fitted_priors=reader.flag("FITTED_PRIORS", True),
            ),
            redis_url=redis_address(reader, None),
            auth=AuthSettings.read(reader),
            metrics_port=reader.integer("METRICS_PORT", 0, 0, 65535),
            log_level=reader.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
        )
        reader.done()
        return settings


def _learning(reader: Reader) -> LearningSettings:
    modes = [each.value for each in LearningMode]
    return LearningSettings(
        mode=LearningMode(reader.choice("LEARNING_MODE", LearningMode.EVIDENCE_WEIGHTED.value, modes)),
        half_life=timedelta(days=reader.number("HALF_LIFE_DAYS", 30, 1, 36500)),
        carry_over=reader.number("VERSION_CARRY_OVER", 0.5, 0, 1),
        global_tenants_min=reader.integer("GLOBAL_TENANTS_MIN", 3, 1, 1_000_000),
        global_raters_min=reader.integer("GLOBAL_RATERS_MIN", 10, 1, 1_000_000),
        rebuild_workers=reader.integer("REBUILD_WORKERS", 2, 1, 16),
        nightly_hour=None if (hour := reader.integer("NIGHTLY_HOUR", 3, -1, 23)) < 0 else hour,
        decision_retention=timedelta(days=reader.number("DECISION_RETENTION_DAYS", 90, 1, 36500)),
        budget_gain=reader.number("BUDGET_GAIN", 1, 0.01, 100),
    )


def _priors(reader: Reader) -> Priors:
    return Priors(
        min_samples={
            Scope.USER: reader.integer("MIN_SAMPLES_USER", 20, 1, 1_000_000),
            Scope.TENANT: reader.integer("MIN_SAMPLES_TENANT", 50, 1, 1_000_000),
            Scope.GLOBAL: reader.integer("MIN_SAMPLES_GLOBAL", 100, 1, 1_000_000),
        },
        information=reader.number("UNIT_INFORMATION", 2.4, 0.1, 100),
        certainty_max=reader.number("CERTAINTY_MAX", 200, 1, 1e9),
        threshold=reader.number("CONFIDENCE_THRESHOLD", 0.5, 0.01, 1),
        task=reader.number("PRIOR_TASK", 10, 0, 1e6),
        domain=reader.number("PRIOR_DOMAIN", 20, 0, 1e6),
        tenant=reader.number("PRIOR_TENANT", 30, 0, 1e6),
        user=reader.number("PRIOR_USER", 40, 0, 1e6),
    )
