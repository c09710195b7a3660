"""Requests for a ranking, and the constraints that exclude candidates."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from neural.domain.model import Strategy
from splits.model_names import ModelNames


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Properties of a model, as stated by the caller."""

    capabilities: frozenset[str] = frozenset()
    cost: float | None = None
    """Expected cost in US dollars; None if it is not known."""
    latency_ms: float | None = None
    """Expected latency; None if it is not known."""
    is_unhealthy: bool = False
    """Whether the provider of the model is unhealthy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingRequest:
    """User, context and constraints of a ranking."""

    user_id: str
    task_type: str
    domain_mode: str
    candidates: tuple[str, ...] = ()
    """If empty, every model with feedback of the tenant or the user is a candidate, unless `is_restricted`."""
    excluded: frozenset[str] = frozenset()
    capabilities: frozenset[str] = frozenset()
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    cost_max: float | None = None
    latency_ms_max: float | None = None
    cost_weight: float = 0.0
    """Weight of cost in [0, 1], as requested by the caller."""
    strategy: Strategy | None = None
    """None for the strategy of the settings."""
    epsilon: float | None = None
    """None for the epsilon of the settings."""
    is_unconstrained: bool = False
    """Whether error rates exclude no model."""
    is_restricted: bool = False
    """Whether an empty list of candidates allows no model."""
    budget_weight: float = 0.0
    """Weight of cost in [0, 1] that keeps the tenant's budget. The greater of both weights is used."""
    model_costs: Mapping[str, float] = field(default_factory=dict)
    """Mean costs of models in US dollars, for models without a cost in their profile."""
    mean_cost: float | None = None
    """Mean cost of all outputs of the tenant, the estimate for a model without a known cost."""
    error_rates: Mapping[str, float] = field(default_factory=dict)
    """Error rates of the models whose lower bound exceeds the maximum."""
    names: ModelNames = field(default_factory=ModelNames, compare=False)
    """Models that the names in the request stand for. Answers use the names of the request."""

    @property
    def is_budget_weight_used(self) -> bool:
        """Whether the weight of the budget exceeds that of the caller."""
        return self.budget_weight > self.cost_weight

    def cost_penalties(self, models: Sequence[str]) -> list[float]:
        """Returns the penalty of each model: the weight, times its cost relative to the most expensive model.

        A model without a known cost has no cost advantage: it gets the mean cost of the tenant's outputs, or else the
        highest known cost of the models.
        """
        weight = max(self.cost_weight, self.budget_weight)
        stated = [self._known_cost(model) for model in models] if weight > 0 else []
        known = [cost for cost in stated if cost is not None]
        if not known:
            return [0.0] * len(models)
        estimate = max(known) if self.mean_cost is None else self.mean_cost
        costs = [estimate if cost is None else cost for cost in stated]
        highest = max(costs)
        return [weight * (cost / highest) for cost in costs] if highest > 0 else [0.0] * len(models)

    def _known_cost(self, model: str) -> float | None:
        profile = self.profile(model)
        if profile and profile.cost is not None:
            return profile.cost
        return self.model_costs.get(self.names.learned_model(model, self.model_costs))

    def error_rate(self, model: str) -> float | None:
        """Returns the error rate of a model if its lower bound exceeds the maximum, otherwise None."""
        if not self.error_rates:
            return None
        return self.error_rates.get(self.names.learned_model(model, self.error_rates))

    def profile(self, name: str) -> Profile | None:
        """Returns the profile of a model, under the same or another name of the model."""
        found = self.profiles.get(name)
        if found is None and self.profiles:
            model = self.names.model(name)
            found = next((each for other, each in self.profiles.items() if self.names.model(other) == model), None)
        return found

    def is_excluded(self, name: str) -> bool:
        """Returns whether a model is excluded, under the same or another name."""
        if not self.excluded:
            return False
        return name in self.excluded or self.names.model(name) in {self.names.model(each) for each in self.excluded}


def violated_constraint(model: str, request: RankingRequest) -> str:
    """Returns a description of the first constraint that a model violates, or an empty text."""
    if request.is_excluded(model):
        return "excluded by the request"
    profile = request.profile(model) or Profile()
    missing = request.capabilities - profile.capabilities
    if missing:
        return f"does not have the required capabilities: {', '.join(sorted(missing))}"
    if profile.is_unhealthy:
        return "its provider is unhealthy"
    if request.cost_max is not None and profile.cost is not None and profile.cost > request.cost_max:
        return "its expected cost exceeds cost_max"
    if (
        request.latency_ms_max is not None
        and profile.latency_ms is not None
        and profile.latency_ms > request.latency_ms_max
    ):
        return "its expected latency exceeds latency_ms_max"
    return ""


def split_candidates(request: RankingRequest, known: Collection[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """Returns the eligible candidates in a stable order, and the excluded ones with the reason.

    `known` holds the models that are candidates if the request names none. If all eligible candidates have an error
    rate above the maximum, none is excluded for it.
    """
    eligible, refused = [], []
    for model in dict.fromkeys(request.candidates) or ([] if request.is_restricted else sorted(known)):
        reason = violated_constraint(model, request)
        if reason:
            refused.append((model, reason))
        else:
            eligible.append(model)
    rates = {model: request.error_rate(model) for model in eligible}
    reliable = [model for model in eligible if rates[model] is None]
    if reliable:
        refused += [
            (model, f"its error rate of {rate:.0%} exceeds the maximum")
            for model, rate in rates.items()
            if rate is not None
        ]
        eligible = reliable
    return eligible, refused
