"""Assignment: published vectors, held to by an implementation that shares nothing, and what must never happen."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from fractions import Fraction
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from splits.assignment import Reason, assign, change, expected_shares, threshold, variant_of
from splits.model import Experiment, State, Targeting, Variant

PUBLISHED = json.loads(files("splits").joinpath("cases.json").read_text())
PAIR = (Variant(name="control"), Variant(name="treatment"))
SHARES = st.floats(0, 1, allow_nan=False)
USERS = st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable())


def experiment(**changed: Any) -> Experiment:
    told: dict[str, Any] = {"experiment_id": "e1", "state": State.RUNNING, "variants": PAIR}
    return Experiment(**(told | changed))


def published(name: str) -> Experiment:
    """Builds an experiment of the vectors."""
    told = PUBLISHED["experiments"][name]
    aims = {key: frozenset(value) for key, value in told["targeting"].items() if key != "attributes"}
    wanted = {key: frozenset(value) for key, value in told["targeting"].get("attributes", {}).items()}
    return Experiment(
        experiment_id=told["experiment_id"],
        tenant_id=told["tenant_id"],
        state=State.RUNNING,
        variants=tuple(Variant(name=each["name"], weight=each.get("weight")) for each in told["variants"]),
        traffic=told["traffic"],
        layer=told["layer"],
        layer_slots=(told["layer_slots"][0], told["layer_slots"][1]),
        holdout=told["holdout"],
        targeting=Targeting(**aims, attributes=wanted),
        forced=told["forced"],
    )


def literal(told: dict[str, Any], case: dict[str, Any]) -> tuple[str, str]:
    """Returns variant and reason by the letter of the rules, in exact fractions."""

    def point(text: str, start: int = 0) -> Fraction:
        return Fraction(int(hashlib.sha256(text.encode("utf-8")).hexdigest()[start : start + 16], 16), 2**64)

    user, aims = case["user_id"], told["targeting"]
    if told["tenant_id"] not in ("", case["tenant_id"]):
        return "", "not_covered"
    if user in told["forced"]:
        return told["forced"][user], "forced"
    covered = user != ""
    for key, value in (("task_types", "task_type"), ("domain_modes", "domain_mode"), ("tenant_ids", "tenant_id")):
        seen = case[value] or ("general" if value == "domain_mode" else "")
        covered &= not aims.get(key) or seen in aims[key]
    covered &= all(case["attributes"].get(key) in allowed for key, allowed in aims.get("attributes", {}).items())
    if not covered:
        return "", "not_covered"
    if point(f"holdout:{told['layer'] or case['tenant_id']}:{user}") < Fraction(told["holdout"]):
        return "", "holdout"
    low, high = (Fraction(each) for each in told["layer_slots"])
    if told["layer"] and not low <= point(f"{told['layer']}:{user}") < high:
        return "", "outside_layer"
    name, t = f"{told['experiment_id']}:{user}", Fraction(told["traffic"])
    if point(name) < t:
        rest = [(each["name"], Fraction(each.get("weight", 1))) for each in told["variants"][1:]]
        mark = point(name, 16) * sum(weight for _, weight in rest)
        for variant, weight in rest:
            if mark < weight:
                return variant, "bucket"
            mark -= weight
    return ("control", "bucket") if point(name) >= 1 - min(t, 1 - t) else ("", "unassigned")


def test_there_are_enough_vectors_of_every_kind() -> None:
    assert len(PUBLISHED["cases"]) >= 200
    assert {case["reason"] for case in PUBLISHED["cases"]} == set(Reason) - {Reason.NOT_RUNNING}


@pytest.mark.parametrize("name", PUBLISHED["experiments"])
def test_the_published_vectors_hold(name: str) -> None:
    for case in PUBLISHED["cases"]:
        if case["experiment"] != name:
            continue
        asked = {key: case[key] for key in ("user_id", "tenant_id", "task_type", "domain_mode", "attributes")}
        got = assign(published(name), **asked)
        assert (got.variant, got.analysed, got.reason) == (case["variant"], case["analysed"], case["reason"]), case
        assert (got.variant, got.reason) == literal(PUBLISHED["experiments"][name], case), case
        digest = hashlib.sha256(f"{published(name).experiment_id}:{case['user_id']}".encode()).digest()
        assert (case["bucket"], case["second"]) == tuple(
            str(int.from_bytes(part, "big")) for part in (digest[:8], digest[8:16])
        )


@given(USERS, SHARES, SHARES)
def test_raising_traffic_never_moves_a_treated_user(user: str, one: float, other: float) -> None:
    ways = (*PAIR, Variant(name="b", weight=3.0))
    low, high = experiment(traffic=min(one, other), variants=ways), experiment(traffic=max(one, other), variants=ways)
    before = variant_of(low, user)
    if before not in ("", "control"):
        assert variant_of(high, user) == before


@given(USERS, SHARES, SHARES)
def test_a_change_that_keeps_the_epoch_moves_nobody_who_counts(user: str, one: float, other: float) -> None:
    old, new = experiment(traffic=one), experiment(traffic=other)
    if not change(old, new).opens_new_epoch and variant_of(old, user):
        assert variant_of(new, user) == variant_of(old, user)


@given(SHARES, SHARES)
def test_a_change_that_keeps_the_epoch_keeps_the_proportions(one: float, other: float) -> None:
    old, new = experiment(traffic=one), experiment(traffic=other)
    if not change(old, new).opens_new_epoch:
        before, after = expected_shares(old), expected_shares(new)
        assert before["control"] * after["treatment"] == pytest.approx(after["control"] * before["treatment"])


@given(USERS, SHARES)
def test_layers_are_exclusive(user: str, cut: float) -> None:
    parts = [(0.0, cut), (cut, 1.0)]
    covered = [
        assign(experiment(experiment_id=str(place), layer="routing", layer_slots=slots), user).reason
        is not Reason.OUTSIDE_LAYER
        for place, slots in enumerate(parts)
    ]
    assert sorted(covered) == [False, True]


@pytest.mark.parametrize(
    ("share", "below"), [(0.0, 0), (1.0, 2**64), (0.5, 2**63), (2.0**-64, 1), (2.0**-65, 1), (-1.0, 0), (2.0, 2**64)]
)
def test_thresholds_are_exact(share: float, below: int) -> None:
    assert threshold(share) == below


def test_shares_come_out_as_planned() -> None:
    ways = experiment(traffic=0.6, variants=(*PAIR, Variant(name="b", weight=3.0)))
    assert expected_shares(ways) == pytest.approx({"control": 0.4, "treatment": 0.15, "b": 0.45})
    got = [variant_of(ways, f"user-{place}") for place in range(20_000)]
    for name, share in expected_shares(ways).items():
        assert got.count(name) / len(got) == pytest.approx(share, abs=0.015)


def test_forced_variants_are_never_analysed_and_nobody_is_assigned_unless_it_runs() -> None:
    forced = experiment(forced={"tester": "treatment"})
    assert assign(forced, "tester").variant == "treatment"
    assert not assign(forced, "tester").analysed
    for state in set(State) - {State.RUNNING}:
        assert assign(replace(forced, state=state), "tester").reason is Reason.NOT_RUNNING


@pytest.mark.parametrize(
    ("before", "after", "opens"),
    [
        ({"traffic": 0.1}, {"traffic": 0.25}, False),
        ({"traffic": 0.25}, {"traffic": 0.5}, False),
        ({"traffic": 0.5}, {"traffic": 0.75}, True),
        ({"traffic": 0.75}, {"traffic": 1.0}, True),
        ({"traffic": 0.5}, {"traffic": 0.1}, True),
        ({"traffic": 0.0}, {"traffic": 0.1}, True),
        ({"traffic": 0.1}, {"traffic": 0.75}, True),
        ({}, {"variants": (PAIR[0], PAIR[1], Variant(name="b"))}, True),
        ({}, {"variants": (PAIR[0], Variant(name="treatment", weight=2.0))}, False),
        ({}, {"targeting": Targeting(task_types=frozenset({"code"}))}, True),
        ({}, {"holdout": 0.1}, True),
        ({}, {"layer": "routing", "layer_slots": (0.0, 0.5)}, True),
        ({}, {"name": "another", "alpha": 0.01}, False),
        ({"traffic": 0.5}, {"traffic": 0.5, "forced": {"user-1": "control"}}, True),
    ],
)
def test_epochs(before: dict[str, Any], after: dict[str, Any], opens: bool) -> None:
    effect = change(experiment(**before), experiment(**after))
    assert effect.opens_new_epoch is opens
    assert effect.why or not opens


def test_reweighting_treatments_opens_an_epoch() -> None:
    ways = (*PAIR, Variant(name="b"))
    other = (*PAIR, Variant(name="b", weight=2.0))
    assert change(experiment(variants=ways), experiment(variants=other)).opens_new_epoch
