"""Assignment of users: published vectors, an independent implementation, and invariants."""

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

from splits.assignment import (
    Reason,
    assign,
    buckets,
    edit_effect,
    expected_shares,
    threshold,
    variant_intervals,
    variant_of,
)
from splits.model import Experiment, State, Targeting, Variant

PUBLISHED = json.loads(files("splits").joinpath("cases.json").read_text())
PAIR = (Variant(name="control"), Variant(name="treatment"))
SHARES = st.floats(0, 1, allow_nan=False)
USERS = st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable())


def experiment(**changed: Any) -> Experiment:
    fields: dict[str, Any] = {"experiment_id": "e1", "state": State.RUNNING, "variants": PAIR}
    return Experiment(**(fields | changed))


def published(name: str) -> Experiment:
    """Returns an experiment of the published vectors."""
    fields = PUBLISHED["experiments"][name]
    conditions = {key: frozenset(value) for key, value in fields["targeting"].items() if key != "attributes"}
    attributes = {key: frozenset(value) for key, value in fields["targeting"].get("attributes", {}).items()}
    return Experiment(
        experiment_id=fields["experiment_id"],
        tenant_id=fields["tenant_id"],
        state=State.RUNNING,
        variants=tuple(Variant(name=each["name"], weight=each.get("weight")) for each in fields["variants"]),
        traffic=fields["traffic"],
        layer=fields["layer"],
        layer_slots=(fields["layer_slots"][0], fields["layer_slots"][1]),
        holdout=fields["holdout"],
        targeting=Targeting(**conditions, attributes=attributes),
        forced=fields["forced"],
    )


def reference(fields: dict[str, Any], case: dict[str, Any]) -> tuple[str, str]:
    """Returns variant and reason by an independent implementation in exact fractions."""

    def point(text: str, start: int = 0) -> Fraction:
        return Fraction(int(hashlib.sha256(text.encode("utf-8")).hexdigest()[start : start + 16], 16), 2**64)

    user, conditions = case["user_id"], fields["targeting"]
    if fields["tenant_id"] not in ("", case["tenant_id"]):
        return "", "not_covered"
    if user in fields["forced"]:
        return fields["forced"][user], "forced"
    is_covered = user != ""
    for key, value in (("task_types", "task_type"), ("domain_modes", "domain_mode"), ("tenant_ids", "tenant_id")):
        seen = case[value] or ("general" if value == "domain_mode" else "")
        is_covered &= not conditions.get(key) or seen in conditions[key]
    is_covered &= all(
        case["attributes"].get(key) in allowed for key, allowed in conditions.get("attributes", {}).items()
    )
    if not is_covered:
        return "", "not_covered"
    if point(f"holdout:{fields['layer'] or case['tenant_id']}:{user}") < Fraction(fields["holdout"]):
        return "", "holdout"
    low, high = (Fraction(each) for each in fields["layer_slots"])
    if fields["layer"] and not low <= point(f"{fields['layer']}:{user}") < high:
        return "", "outside_layer"
    name, t = f"{fields['experiment_id']}:{user}", Fraction(fields["traffic"])
    if point(name) < t:
        rest = [(each["name"], Fraction(each.get("weight", 1))) for each in fields["variants"][1:]]
        position = point(name, 16) * sum(weight for _, weight in rest)
        for variant, weight in rest:
            if position < weight:
                return variant, "bucket"
            position -= weight
    return ("control", "bucket") if point(name) >= 1 - min(t, 1 - t) else ("", "unassigned")


def test_published_vectors_cover_every_reason() -> None:
    assert len(PUBLISHED["cases"]) >= 200
    assert {case["reason"] for case in PUBLISHED["cases"]} == set(Reason) - {Reason.NOT_RUNNING}


@pytest.mark.parametrize("name", PUBLISHED["experiments"])
def test_assignment_matches_published_vectors(name: str) -> None:
    for case in PUBLISHED["cases"]:
        if case["experiment"] != name:
            continue
        arguments = {key: case[key] for key in ("user_id", "tenant_id", "task_type", "domain_mode", "attributes")}
        found = assign(published(name), **arguments)
        assert (found.variant, found.is_analysed, found.reason) == (
            case["variant"],
            case["analysed"],
            case["reason"],
        ), case
        assert (found.variant, found.reason) == reference(PUBLISHED["experiments"][name], case), case
        digest = hashlib.sha256(f"{published(name).experiment_id}:{case['user_id']}".encode()).digest()
        assert (case["bucket"], case["second"]) == tuple(
            str(int.from_bytes(part, "big")) for part in (digest[:8], digest[8:16])
        )


@given(USERS, SHARES)
def test_intervals_contain_the_users_of_their_variant_only(user: str, traffic: float) -> None:
    several = experiment(traffic=traffic, variants=(*PAIR, Variant(name="b", weight=3.0), Variant(name="c")))
    bucket, second = buckets(f"{several.experiment_id}:{user}")
    found = [
        each.variant
        for each in variant_intervals(several)
        if each.start <= bucket < each.end and each.second_start <= second < each.second_end
    ]
    assert found == [variant_of(several, user)] * bool(variant_of(several, user))


@given(USERS, SHARES, SHARES)
def test_rise_of_traffic_moves_no_treated_user(user: str, one: float, other: float) -> None:
    three = (*PAIR, Variant(name="b", weight=3.0))
    low, high = (
        experiment(traffic=min(one, other), variants=three),
        experiment(traffic=max(one, other), variants=three),
    )
    before = variant_of(low, user)
    if before not in ("", "control"):
        assert variant_of(high, user) == before


@given(USERS, SHARES, SHARES)
def test_change_within_epoch_moves_no_analysed_user(user: str, one: float, other: float) -> None:
    old, new = experiment(traffic=one), experiment(traffic=other)
    if not edit_effect(old, new).opens_new_epoch and variant_of(old, user):
        assert variant_of(new, user) == variant_of(old, user)


@given(SHARES, SHARES)
def test_change_within_epoch_keeps_ratio_of_groups(one: float, other: float) -> None:
    old, new = experiment(traffic=one), experiment(traffic=other)
    if not edit_effect(old, new).opens_new_epoch:
        old_shares, new_shares = expected_shares(old), expected_shares(new)
        assert old_shares["control"] * new_shares["treatment"] == pytest.approx(
            new_shares["control"] * old_shares["treatment"]
        )


@given(USERS, SHARES)
def test_disjoint_slots_of_a_layer_cover_each_user_once(user: str, cut: float) -> None:
    parts = [(0.0, cut), (cut, 1.0)]
    is_inside = [
        assign(experiment(experiment_id=str(index), layer="routing", layer_slots=slots), user).reason
        is not Reason.OUTSIDE_LAYER
        for index, slots in enumerate(parts)
    ]
    assert sorted(is_inside) == [False, True]


@pytest.mark.parametrize(
    ("share", "below"), [(0.0, 0), (1.0, 2**64), (0.5, 2**63), (2.0**-64, 1), (2.0**-65, 1), (-1.0, 0), (2.0, 2**64)]
)
def test_threshold_of_share_is_exact(share: float, below: int) -> None:
    assert threshold(share) == below


def test_observed_shares_match_expected_shares() -> None:
    three_variants = experiment(traffic=0.6, variants=(*PAIR, Variant(name="b", weight=3.0)))
    assert expected_shares(three_variants) == pytest.approx({"control": 0.4, "treatment": 0.15, "b": 0.45})
    variants = [variant_of(three_variants, f"user-{index}") for index in range(20_000)]
    for name, share in expected_shares(three_variants).items():
        assert variants.count(name) / len(variants) == pytest.approx(share, abs=0.015)


def test_forced_variant_is_not_analysed_and_requires_running_state() -> None:
    forced = experiment(forced={"tester": "treatment"})
    assert assign(forced, "tester").variant == "treatment"
    assert not assign(forced, "tester").is_analysed
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
def test_change_opens_epoch_when_required(before: dict[str, Any], after: dict[str, Any], opens: bool) -> None:
    effect = edit_effect(experiment(**before), experiment(**after))
    assert effect.opens_new_epoch is opens
    assert effect.reason or not opens


def test_change_of_weights_opens_epoch() -> None:
    three = (*PAIR, Variant(name="b"))
    other = (*PAIR, Variant(name="b", weight=2.0))
    assert edit_effect(experiment(variants=three), experiment(variants=other)).opens_new_epoch
