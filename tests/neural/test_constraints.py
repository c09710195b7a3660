"""Constraints: who may be chosen, who may not, and why."""

from __future__ import annotations

from typing import Any

import pytest

from neural.domain.constraints import Demand, Profile, refusal, split


def demand(**fields: Any) -> Demand:
    """Builds a demand."""
    return Demand(user_id="u", task_type="chat", domain_mode="general", **fields)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, ""),
        ({"excluded": frozenset({"m"})}, "excluded by the request"),
        ({"excluded": frozenset({"n"})}, ""),
        ({"capabilities": frozenset({"b", "a"})}, "lacks a, b"),
        ({"capabilities": frozenset({"a"}), "profiles": {"m": Profile(capabilities=frozenset({"a", "c"}))}}, ""),
        ({"profiles": {"m": Profile(unhealthy=True)}}, "its provider is unhealthy"),
        ({"cost_max": 1.0, "profiles": {"m": Profile(cost=1.1)}}, "costs more than the limit"),
        ({"cost_max": 1.0, "profiles": {"m": Profile(cost=1.0)}}, ""),
        ({"cost_max": 0.0, "profiles": {"m": Profile(cost=0.1)}}, "costs more than the limit"),
        ({"cost_max": 0.0}, ""),
        ({"latency_ms_max": 9.0, "profiles": {"m": Profile(latency_ms=10)}}, "is slower than the limit"),
        ({"latency_ms_max": 9.0, "profiles": {"m": Profile(latency_ms=9)}}, ""),
    ],
)
def test_reasons(fields: dict[str, Any], why: str) -> None:
    assert refusal("m", demand(**fields)) == why


def test_candidates_keep_their_order_and_known_models_have_one() -> None:
    excluded = frozenset({"k"})
    assert split(demand(candidates=("n", "k", "m", "n"), excluded=excluded), {"x"}) == (
        ["n", "m"],
        [("k", "excluded by the request")],
    )
    assert split(demand(excluded=excluded), {"n", "k", "m"}) == (["m", "n"], [("k", "excluded by the request")])
    assert split(demand(), set()) == ([], [])


def test_cost_is_relative_to_the_dearest_candidate() -> None:
    profiles = {"m": Profile(cost=1.0), "n": Profile(cost=4.0), "k": Profile(cost=100.0), "f": Profile(cost=0.0)}
    asked = demand(cost_weight=0.5, profiles=profiles)
    among = ["m", "n", "f", "stranger"]
    assert asked.penalties(among) == [0.125, 0.5, 0.0, 0.0]
    assert demand(profiles=profiles).penalties(["n"]) == [0]
    assert demand(cost_weight=0.5, profiles={"f": Profile(cost=0.0)}).penalties(["f"]) == [0]
    assert demand(cost_weight=0.5).penalties([]) == []


def test_the_greater_weight_holds_and_seen_costs_stand_for_unknown_ones() -> None:
    profiles = {"m": Profile(cost=1.0), "n": Profile()}
    paced = demand(cost_weight=0.25, budget_weight=0.5, profiles=profiles, model_costs={"m": 9.0, "n": 4.0, "k": 2.0})
    assert paced.penalties(["m", "n", "k"]) == [0.125, 0.5, 0.25]
    assert paced.weighs_budget
    asked = demand(cost_weight=1.0, budget_weight=0.5, model_costs={"n": 4.0})
    assert asked.penalties(["m", "n"]) == [0.0, 1.0]
    assert not asked.weighs_budget
    assert refusal("n", demand(cost_max=1.0, budget_weight=0.5, model_costs={"n": 4.0})) == ""
