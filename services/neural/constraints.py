"""Which candidates may be chosen at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from neural.model import Strategy


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

    def penalty(self, model: str, among: Sequence[str]) -> float:
        """Returns the quality given up for a model's cost, relative to the dearest of the candidates."""
        if self.cost_weight == 0:
            return 0.0
        costs = [self.profiles[each].cost or 0.0 for each in among if each in self.profiles]
        dearest = max(costs, default=0.0)
        profile = self.profiles.get(model)
        return self.cost_weight * ((profile.cost or 0.0) / dearest) if profile and dearest > 0 else 0.0


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
