"""Constraints of candidates, and cost penalties."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from neural.domain.constraints import Profile, RankingRequest, split_candidates, violated_constraint


def request(**fields: Any) -> RankingRequest:
    """Returns a ranking request."""
    return RankingRequest(user_id="u", task_type="chat", domain_mode="general", **fields)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, ""),
        ({"excluded": frozenset({"m"})}, "excluded by the request"),
        ({"excluded": frozenset({"n"})}, ""),
        ({"capabilities": frozenset({"b", "a"})}, "does not have the required capabilities: a, b"),
        ({"capabilities": frozenset({"a"}), "profiles": {"m": Profile(capabilities=frozenset({"a", "c"}))}}, ""),
        ({"profiles": {"m": Profile(is_unhealthy=True)}}, "its provider is unhealthy"),
        ({"cost_max": 1.0, "profiles": {"m": Profile(cost=1.1)}}, "its expected cost exceeds cost_max"),
        ({"cost_max": 1.0, "profiles": {"m": Profile(cost=1.0)}}, ""),
        ({"cost_max": 0.0, "profiles": {"m": Profile(cost=0.1)}}, "its expected cost exceeds cost_max"),
        ({"cost_max": 0.0}, ""),
        (
            {"latency_ms_max": 9.0, "profiles": {"m": Profile(latency_ms=10)}},
            "its expected latency exceeds latency_ms_max",
        ),
        ({"latency_ms_max": 9.0, "profiles": {"m": Profile(latency_ms=9)}}, ""),
    ],
)
def test_violated_constraint_of_request_is_described(fields: dict[str, Any], reason: str) -> None:
    assert violated_constraint("m", request(**fields)) == reason


def test_split_candidates_keeps_request_order_and_sorts_known_models() -> None:
    excluded = frozenset({"k"})
    assert split_candidates(request(candidates=("n", "k", "m", "n"), excluded=excluded), {"x"}) == (
        ["n", "m"],
        [("k", "excluded by the request")],
    )
    assert split_candidates(request(excluded=excluded), {"n", "k", "m"}) == (
        ["m", "n"],
        [("k", "excluded by the request")],
    )
    assert split_candidates(request(), set()) == ([], [])


def test_split_candidates_excludes_failing_models_unless_all_fail() -> None:
    failing = {"m": 0.75, "n": 1.0}
    assert split_candidates(request(candidates=("m", "k", "n"), error_rates=failing), set()) == (
        ["k"],
        [("m", "its error rate of 75% exceeds the maximum"), ("n", "its error rate of 100% exceeds the maximum")],
    )
    assert split_candidates(request(candidates=("m", "n"), error_rates=failing), set()) == (["m", "n"], [])
    assert split_candidates(request(error_rates=failing), {"n", "a"})[0] == ["a"]


def test_cost_penalty_is_relative_to_most_expensive_candidate() -> None:
    profiles = {"m": Profile(cost=1.0), "n": Profile(cost=4.0), "k": Profile(cost=100.0), "f": Profile(cost=0.0)}
    requested = request(cost_weight=0.5, profiles=profiles)
    models = ["m", "n", "f", "unknown"]
    assert requested.cost_penalties(models) == [0.125, 0.5, 0.0, 0.5]
    assert request(profiles=profiles).cost_penalties(["n"]) == [0]
    assert request(cost_weight=0.5, profiles={"f": Profile(cost=0.0)}).cost_penalties(["f"]) == [0]
    assert request(cost_weight=0.5).cost_penalties([]) == []


def test_cost_penalty_uses_greater_weight_and_mean_cost_without_profile() -> None:
    profiles = {"m": Profile(cost=1.0), "n": Profile()}
    budgeted = request(
        cost_weight=0.25, budget_weight=0.5, profiles=profiles, model_costs={"m": 9.0, "n": 4.0, "k": 2.0}
    )
    assert budgeted.cost_penalties(["m", "n", "k"]) == [0.125, 0.5, 0.25]
    assert budgeted.is_budget_weight_used
    requested = request(cost_weight=1.0, budget_weight=0.5, model_costs={"n": 4.0})
    assert requested.cost_penalties(["m", "n"]) == [1.0, 1.0]
    assert replace(requested, mean_cost=1.0).cost_penalties(["m", "n"]) == [0.25, 1.0]
    assert replace(requested, model_costs={}, mean_cost=1.0).cost_penalties(["m", "n"]) == [0.0, 0.0]
    assert not requested.is_budget_weight_used
    assert violated_constraint("n", request(cost_max=1.0, budget_weight=0.5, model_costs={"n": 4.0})) == ""
