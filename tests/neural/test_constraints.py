"""Constraints: who may be chosen, who may not, and why."""

from __future__ import annotations

from typing import Any

import pytest

from neural.constraints import Demand, Profile, refusal, split


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
    assert [asked.penalty(model, among) for model in among] == [0.125, 0.5, 0.0, 0.0]
    assert demand(profiles=profiles).penalty("n", among) == 0
    assert demand(cost_weight=0.5, profiles={"f": Profile(cost=0.0)}).penalty("f", ["f"]) == 0
