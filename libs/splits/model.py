"""Data types of experiments. Shares are in [0, 1]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

EVERY_TENANT = ""
"""Tenant of an experiment over all tenants."""

POSITIVE_RATE = "positive_rate"
"""Share of units with a weighted score above 0."""
MEAN_SCORE = "mean_score"
"""Mean score of units, in [0, 1]."""
COST = "cost"
"""Mean cost of outputs."""
LATENCY = "latency_ms"
"""Mean latency of outputs in milliseconds."""


class ExperimentType(StrEnum):
    """Object that the variants of an experiment configure."""

    MODEL_ROUTING = "model_routing"
    ORCHESTRATION = "orchestration"
    SERVICE = "service"
    PROMPT = "prompt"


class State(StrEnum):
    """State of an experiment."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class MetricKind(StrEnum):
    """Kind of an outcome: binary or a number."""

    PROPORTION = "proportion"
    MEAN = "mean"


class Direction(StrEnum):
    """Direction in which a metric improves."""

    UP = "up"
    DOWN = "down"


class WinnerRule(StrEnum):
    """Rule by which a treatment wins."""

    SUPERIORITY = "superiority"
    NON_INFERIOR_CHEAPER = "non_inferior_cheaper"
    NON_INFERIOR_FASTER = "non_inferior_faster"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """Variant of an experiment: the control or a treatment."""

    name: str
    config: Mapping[str, object] = field(default_factory=dict)
    weight: float | None = None
    """Weight among the treatments; None counts as 1. Ignored for the control."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Targeting:
    """Conditions that a request must meet to be assigned. An empty condition is always met."""

    task_types: frozenset[str] = frozenset()
    domain_modes: frozenset[str] = frozenset()
    tenant_ids: frozenset[str] = frozenset()
    attributes: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """Metric of an experiment."""

    name: str
    kind: MetricKind = MetricKind.MEAN
    direction: Direction = Direction.UP
    is_guardrail: bool = False
    """Whether the metric is a guardrail, which a treatment must not make worse."""
    margin: float = 0.05
    """Largest loss, relative to the control, with which the treatment still counts as not worse."""


BUILT_IN = (
    Metric(name=POSITIVE_RATE, kind=MetricKind.PROPORTION),
    Metric(name=MEAN_SCORE),
    Metric(name=COST, direction=Direction.DOWN),
    Metric(name=LATENCY, direction=Direction.DOWN),
)
"""Metrics of every experiment; the first is the primary metric. A metric with the same name replaces one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """Definition and state of an experiment."""

    experiment_id: str
    tenant_id: str = EVERY_TENANT
    name: str = ""
    type: ExperimentType = ExperimentType.MODEL_ROUTING
    state: State = State.DRAFT
    variants: tuple[Variant, ...]
    """Variants; the first is the control."""
    traffic: float = 0.5
    """Share of users in all treatments together."""
    layer: str = ""
    """Name of the layer; empty without one. Experiments with different slots of a layer never share a user."""
    layer_slots: tuple[float, float] = (0.0, 1.0)
    """Half-open interval of the layer, within [0, 1]."""
    holdout: float = 0.0
    """Share of users that are excluded from every experiment of the layer, or of the tenant without a layer."""
    targeting: Targeting = field(default_factory=Targeting)
    forced: Mapping[str, str] = field(default_factory=dict)
    """Forced variants by user, for testers. Testers are not analysed."""
    epoch: int = 1
    hypothesis: str = ""
    metrics: tuple[Metric, ...] = ()
    """Metrics in addition to BUILT_IN."""
    alpha: float = 0.05
    """Significance level."""
    min_per_group: int = 1000
    """Smallest number of users per group for deployment."""
    min_duration: timedelta = timedelta(hours=168)
    """Shortest duration for deployment."""
    winner_rule: WinnerRule = WinnerRule.SUPERIORITY
    started_at: datetime | None = None
    etag: int = 0

    @property
    def control(self) -> Variant:
        """The control, which is the first variant."""
        return self.variants[0]

    @property
    def treatments(self) -> tuple[Variant, ...]:
        """All variants but the control."""
        return self.variants[1:]

    @property
    def measured(self) -> tuple[Metric, ...]:
        """All metrics, the primary metric first."""
        own = {metric.name: metric for metric in self.metrics}
        return (*(own.pop(metric.name, metric) for metric in BUILT_IN), *own.values())

    def metric(self, name: str) -> Metric:
        """Returns a metric by name; raises KeyError for an unknown name."""
        return {metric.name: metric for metric in self.measured}[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Covariate:
    """Sums over users of a covariate x from before the experiment; x is 0 for users without earlier outcomes."""

    sum_x: float
    sum_xx: float
    sum_xy: float
    """Σ x y, where y is the total of a user."""
    sum_xm: float
    """Σ x m, where m is the weight of a user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeSummary:
    """Outcomes of one metric in one variant and epoch, as sums over users.

    For a user with outcomes v and weights w (the trust of the rater, otherwise 1), y = Σ w (v - shift) and m = Σ w. The
    metric is shift + Σ y / Σ m over users. Squares of numbers near their mean lose no digits, so the shift is close to
    the metric; it is 0 for outcomes that are all 0 or 1.
    """

    epoch: int
    variant: str
    stratum: str = ""
    """Tenant or group of tenants of the users."""
    metric: str
    users: int
    """Number of users with an outcome."""
    sum_y: float
    sum_m: float
    sum_yy: float
    sum_mm: float
    sum_ym: float
    sumsq: float
    """Σ w (v - shift)² over single outcomes, for effect sizes."""
    shift: float = 0.0
    """Number that is subtracted from every outcome."""
    pre: Covariate | None = None
    """Covariate from before the experiment; None without one."""

    @property
    def mean(self) -> float:
        """Value of the metric; 0 without outcomes."""
        return self.shift + self.shifted_mean if self.sum_m > 0 else 0.0

    @property
    def shifted_mean(self) -> float:
        """Value of the metric minus the shift; 0 without outcomes."""
        return self.sum_y / self.sum_m if self.sum_m > 0 else 0.0

    @property
    def is_single(self) -> bool:
        """Whether each user has one outcome of weight 1, so that outcomes are independent."""
        return self.sum_m == self.users and self.sum_mm == self.users

    @property
    def is_binary(self) -> bool:
        """Whether every outcome, and the total of every user, is 0 or 1."""
        return self.shift == 0 and self.sumsq == self.sum_y == self.sum_yy


def summarize_single(
    *, variant: str, metric: str, users: int, total: float, squares: float, epoch: int = 1
) -> OutcomeSummary:
    """Returns the summary of users with one outcome of weight 1 each, from the sum and the sum of squares."""
    return OutcomeSummary(
        epoch=epoch,
        variant=variant,
        metric=metric,
        users=users,
        sum_y=total,
        sum_m=users,
        sum_yy=squares,
        sum_mm=users,
        sum_ym=total,
        sumsq=squares,
    )
