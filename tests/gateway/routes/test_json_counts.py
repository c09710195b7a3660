"""Counts of the values of JSON bodies before their conversion to messages."""

import json
import re
import time
from typing import Any

import pytest

from gateway.http.problems import Problem
from gateway.routes import ROUTES
from gateway.routes.json.convert import request_message
from gateway.routes.json.counts import VALUES_MAX

CPU_S_MAX = 0.05
"""CPU time of one core for a body within the size limit."""


def converted(rpc: str, body: Any) -> float:
    """Converts a body for the route of an RPC; returns the CPU time in seconds, the lowest of five runs."""
    (route,) = [each for each in ROUTES if each.rpc == rpc and each.body]
    encoded = json.dumps(body, separators=(",", ":")).encode()
    lowest = float("inf")
    for _ in range(5):
        begun = time.thread_time()
        try:
            request_message(route, {}, [], {}, encoded)
        finally:
            lowest = min(lowest, time.thread_time() - begun)
    return lowest


@pytest.mark.parametrize(
    ("rpc", "body", "field"),
    [
        ("GetRecommendation", {"profiles": [{}] * 257}, "profiles"),
        ("GetRecommendation", {"profiles": [{"capabilities": ["a"] * 33}]}, r"profiles\[0\]\.capabilities"),
        ("GetRecommendation", {"candidates": ["a"] * 300_000}, "body"),
        ("CreateExperiment", {"forcedVariants": {str(number): "a" for number in range(101)}}, "forcedVariants"),
        ("CreateExperiment", {"targeting": {"attributes": [{"values": ["a"] * 10_000}]}}, "targeting.attributes"),
        ("SubmitImplicitSignal", {"signalValue": {"a": [0] * VALUES_MAX}}, "body"),
    ],
)
def test_body_with_too_many_items_is_refused_with_the_path(rpc: str, body: Any, field: str) -> None:
    with pytest.raises(Problem) as refused:
        converted(rpc, body)
    assert refused.value.status == 400
    (violation,) = refused.value.errors
    assert violation.why.startswith("must have at most")
    assert re.match(field, violation.field)


@pytest.mark.parametrize("value", [0, {}, [], "a"], ids=["number", "object", "list", "text"])
def test_body_with_as_many_values_as_allowed_costs_at_most_50_ms(value: Any) -> None:
    assert converted("SubmitImplicitSignal", {"signalValue": {"a": [value] * (VALUES_MAX - 10)}}) < CPU_S_MAX


def test_body_of_values_up_to_the_size_limit_is_refused_within_50_ms() -> None:
    (route,) = [each for each in ROUTES if each.rpc == "GetRecommendation" and each.body]
    body = b'{"profiles":[' + b",".join([b"{}"] * 340_000) + b"]}"
    lowest = float("inf")
    for _ in range(5):
        begun = time.thread_time()
        with pytest.raises(Problem):
            request_message(route, {}, [], {}, body)
        lowest = min(lowest, time.thread_time() - begun)
    assert lowest < CPU_S_MAX
