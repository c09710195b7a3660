"""The nouns of experiments. Frozen; no I/O; shares in [0, 1]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

EVERY_TENANT = ""
"""As the tenant of an experiment: all of them."""

POSITIVE_RATE = "positive_rate"
"""Share of units whose weighted score is above 0."""
MEAN_SCORE = "mean_score"
"""Mean score of units, in [0, 1]."""
COST = "cost"
LATENCY = "latency_ms"


class ExperimentType(StrEnum):
    """What an experiment varies."""

    MODEL_ROUTING = "model_routing"
    ORCHESTRATION = "orchestration"
    SERVICE = "service"
    PROMPT = "prompt"


class State(StrEnum):
    """Where an experiment stands."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class MetricKind(StrEnum):
    """Whether an outcome is yes or no, or a number."""

    PROPORTION = "proportion"
    MEAN = "mean"


class Direction(StrEnum):
    """Which way a metric is better."""

    UP = "up"
    DOWN = "down"


class WinnerRule(StrEnum):
    """When a treatment wins."""

    SUPERIORITY = "superiority"
    NON_INFERIOR_CHEAPER = "non_inferior_cheaper"
    NON_INFERIOR_FASTER = "non_inferior_faster"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way of doing things."""

    name: str
    config: Mapping[str, object] = field(default_factory=dict)
    weight: float | None = None
    """Share among treatments, relative to the others; None counts 1. Ignored for the control."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Targeting:
    """Whom an experiment covers: everybody who meets all conditions; an empty one is met by all."""

    task_types: frozenset[str] = frozenset()
    domain_modes: frozenset[str] = frozenset()
    tenant_ids: frozenset[str] = frozenset()
    attributes: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """Something that an experiment measures."""

    name: str
    kind: MetricKind = MetricKind.MEAN
    direction: Direction = Direction.UP
    guardrail: bool = False
    """A treatment must not make it worse."""
    margin: float = 0.05
    """Loss, relative to the control, that is still taken as no loss."""


BUILT_IN = (
    Metric(name=POSITIVE_RATE, kind=MetricKind.PROPORTION),
    Metric(name=MEAN_SCORE),
    Metric(name=COST, direction=Direction.DOWN),
    Metric(name=LATENCY, direction=Direction.DOWN),
)
"""Measured in every experiment; the first decides. A metric of the same name in the experiment replaces one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """A comparison of variants on real users."""

    experiment_id: str
    tenant_id: str = EVERY_TENANT
    name: str = ""
    type: ExperimentType = ExperimentType.MODEL_ROUTING
    state: State = State.DRAFT
    variants: tuple[Variant, ...]
    """The control first."""
    traffic: float = 0.5
    """Share of users in treatment, all treatments together."""
    layer: str = ""
    """Experiments of one layer never share a user; empty for none."""
    layer_slots: tuple[float, float] = (0.0, 1.0)
    """Half-open share of the layer."""
    holdout: float = 0.0
    """Share of users kept out of every experiment of the layer, or of the tenant without one."""
    targeting: Targeting = field(default_factory=Targeting)
    forced: Mapping[str, str] = field(default_factory=dict)
    """Variants of testers by user; never analysed."""
    epoch: int = 1
    hypothesis: str = ""
    metrics: tuple[Metric, ...] = ()
    """Measured beside those that are built in."""
    alpha: float = 0.05
    min_per_group: int = 1000
    min_duration: timedelta = timedelta(hours=168)
    winner_rule: WinnerRule = WinnerRule.SUPERIORITY
    started_at: datetime | None = None
    etag: int = 0

    @property
    def control(self) -> Variant:
        """The first variant."""
        return self.variants[0]

    @property
    def treatments(self) -> tuple[Variant, ...]:
        """All variants but the control."""
        return self.variants[1:]

    @property
    def measured(self) -> tuple[Metric, ...]:
        """Every metric, the one that decides first."""
        own = {metric.name: metric for metric in self.metrics}
        return (*(own.pop(metric.name, metric) for metric in BUILT_IN), *own.values())

    def metric(self, name: str) -> Metric:
        """Returns a metric by name; KeyError for one that is not measured."""
        return {metric.name: metric for metric in self.measured}[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Covariate:
    """Sums over users of something known of each before the experiment, x; 0 for users of whom nothing is known."""

    sum_x: float
    sum_xx: float
    sum_xy: float
    """With y, the user's total."""
    sum_xm: float
    """With m, the user's weight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeSummary:
    """Outcomes of one metric in one variant and epoch, as sums over users.

    A user's outcomes v with weights w (trust; 1 without) add up to y = Σ w v and m = Σ w; the metric is Σ y / Σ m.
    """

    epoch: int
    variant: str
    metric: str
    users: int
    """Users with an outcome."""
    sum_y: float
    sum_m: float
    sum_yy: float
    sum_mm: float
    sum_ym: float
    sumsq: float
    """Σ w v² over single outcomes; for effect sizes."""
    pre: Covariate | None = None

    @property
    def mean(self) -> float:
        """The metric; 0 without outcomes."""
        return self.sum_y / self.sum_m if self.sum_m > 0 else 0.0

    @property
    def single(self) -> bool:
        """Whether each user gave one outcome of weight 1, so that outcomes are independent as they stand."""
        return self.sum_m == self.users and self.sum_mm == self.users

    @property
    def binary(self) -> bool:
        """Whether every outcome, and every user's total, is 0 or 1."""
        return self.sumsq == self.sum_y == self.sum_yy


def summarize_single(
    *, variant: str, metric: str, users: int, total: float, squares: float, epoch: int = 1
) -> OutcomeSummary:
    """Makes the summary of users with one outcome of weight 1 each, from the sum and the sum of squares."""
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
