"""Which candidates may be chosen at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from neural.domain.model import Strategy


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What the Brain knows of a model."""

    capabilities: frozenset[str] = frozenset()
    cost: float | None = None
    """Expected, in US dollars; None when unknown."""
    latency_ms: float | None = None
    unhealthy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """For whom and for what a model is needed."""

    user_id: str
    task_type: str
    domain_mode: str
    candidates: tuple[str, ...] = ()
    """Empty: every model that the tenant has feedback on."""
    excluded: frozenset[str] = frozenset()
    capabilities: frozenset[str] = frozenset()
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    cost_max: float | None = None
    latency_ms_max: float | None = None
    cost_weight: float = 0.0
    strategy: Strategy | None = None
    """None leaves it to the setting."""
    epsilon: float | None = None
    """None leaves it to the setting."""
    closed: bool = False
    """Whether no candidates means none, instead of all."""
    budget_weight: float = 0.0
    """Weight of cost that the tenant's budget asks for; the greater one holds."""
    model_costs: Mapping[str, float] = field(default_factory=dict)
    """What models were seen to cost, in US dollars: stands in the weighing for what no profile names."""

    @property
    def weighs_budget(self) -> bool:
        """Whether the budget asks for more weight of cost than the request."""
        return self.budget_weight > self.cost_weight

    def penalties(self, among: Sequence[str]) -> list[float]:
        """Returns the quality given up for each candidate's cost, relative to the dearest of them, in their order."""
        weight = max(self.cost_weight, self.budget_weight)
        costs = [self._cost(model) for model in among] if weight > 0 else []
        dearest = max(costs, default=0.0)
        return [weight * (cost / dearest) for cost in costs] if dearest > 0 else [0.0] * len(among)

    def _cost(self, model: str) -> float:
        profile = self.profiles.get(model)
        return profile.cost if profile and profile.cost is not None else self.model_costs.get(model, 0.0)


def refusal(model: str, demand: Demand) -> str:
    """Returns the constraint that a model fails, in words; empty when it fails none."""
    if model in demand.excluded:
        return "excluded by the request"
    profile = demand.profiles.get(model, Profile())
    missing = demand.capabilities - profile.capabilities
    if missing:
        return f"lacks {', '.join(sorted(missing))}"
    if profile.unhealthy:
        return "its provider is unhealthy"
    if demand.cost_max is not None and profile.cost is not None and profile.cost > demand.cost_max:
        return "costs more than the limit"
    if (
        demand.latency_ms_max is not None
        and profile.latency_ms is not None
        and profile.latency_ms > demand.latency_ms_max
    ):
        return "is slower than the limit"
    return ""


def split(demand: Demand, known: Collection[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """Returns the eligible candidates in a stable order, and the others with their reasons."""
    eligible, refused = [], []
    for model in dict.fromkeys(demand.candidates) or ([] if demand.closed else sorted(known)):
        why = refusal(model, demand)
        if why:
            refused.append((model, why))
        else:
            eligible.append(model)
    return eligible, refused
