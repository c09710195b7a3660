"""Recommendation strategies as filter values of pages."""

from __future__ import annotations

from gateway.console.enums import Choices
from radiant.neural.v1 import scoring_pb2

STRATEGIES: dict[str, scoring_pb2.Strategy.ValueType] = {
    "thompson": scoring_pb2.STRATEGY_THOMPSON,
    "greedy": scoring_pb2.STRATEGY_GREEDY,
    "epsilon_greedy": scoring_pb2.STRATEGY_EPSILON_GREEDY,
    "scope_fallback": scoring_pb2.STRATEGY_SCOPE_FALLBACK,
}
STRATEGY_CHOICES: Choices = [
    ("thompson", "Thompson sampling"),
    ("greedy", "Greedy"),
    ("epsilon_greedy", "Epsilon-greedy"),
    ("scope_fallback", "Scope fallback"),
]
