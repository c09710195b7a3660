"""What each field of a request to the service may hold and what it must not, by the field's own name."""

from __future__ import annotations

import math
from typing import Any

from google.protobuf.duration_pb2 import Duration

from radiant.experiments.v1 import experiment_service_pb2
from tests.experiments.service.serving import config
from tests.ingest.fixtures.field_values import (
    COUNT,
    FLAG,
    KINDS,
    NUL,
    SQL,
    TIMES,
    UUIDS,
    Kind,
    choice,
    many,
    moment,
    number,
    text,
)
from tests.support.fields import Walk, copy_of

METHODS = experiment_service_pb2.DESCRIPTOR.services_by_name["ExperimentService"].methods_by_name
GIVEN = UUIDS.good[0]
"""The experiment that is there."""


def words(most: int, length: int) -> Kind:
    """A list of different texts."""
    return many(
        [["chat"], [], ["x" * length, "é" * length, "🦖", SQL[:length]], [f"w{index}" for index in range(most)]],
        [[""], ["a", "a"], ["x" * (length + 1)], [NUL], ["a\n"], [f"w{index}" for index in range(most + 1)]],
    )


def share(*, zero: bool = True) -> Kind:
    """A share of users."""
    return Kind(
        [0.5, 1.0, *([0.0] if zero else [])], [-0.1, 1.1, math.nan, math.inf, -math.inf, *([] if zero else [0.0])]
    )


def duration(seconds: int, nanos: int = 0) -> Duration:
    """Returns a length of time that may be out of range."""
    return Duration(seconds=seconds, nanos=nanos)


LENGTHS = Kind(
    [duration(3600), duration(0), duration(31_536_000), duration(5, 999_999_999)],
    [duration(-1), duration(31_536_001), duration(2**63 - 1), duration(1, -1), duration(1, 10**9), duration(0, -5)],
)
CONFIGS = Kind(
    [config({"model": "m"}), config({"strategy": "greedy"}), config({"models": ["m", SQL, "🦖"]})],
    [
        config({"model": 1}),
        config({"model": ""}),
        config({"modell": "m"}),
        config({"model": NUL}),
        config({"model": "m", NUL: 1}),
        config({"model": "x" * 70_000}),
        config({"strategy": "epsilon_greedy", "epsilon": math.nan}),
        config({"strategy": "epsilon_greedy", "epsilon": math.inf}),
        config({"models": [["m"]]}),
    ],
)
IGNORED = Kind(["x"], [])
"""What the service sets is ignored on the way in."""

WALK = Walk(
    {
        **{each: KINDS[each] for each in ("tenant_id", "request_id", "page_token")},
        "experiment_id": Kind([GIVEN, *UUIDS.good[1:]], [*UUIDS.bad, ""]),
        "Experiment.experiment_id": IGNORED,
        "Experiment.tenant_id": IGNORED,
        "Experiment.etag": IGNORED,
        "state": Kind([1, 0, 5], [99, -1, 2**31 - 1]),
        "Experiment.state": Kind([2], []),
        "epoch": Kind([1], [0, -1, 2, 2**31 - 1, -(2**31)]),
        "Experiment.epoch": Kind([7], []),
        "create_time": Kind([moment(5)], []),
        "update_time": Kind([moment(5)], []),
        "start_time": Kind([moment(5)], []),
        "end_time": Kind([moment(5)], []),
        "all_tenants": Kind([False], []),
        "etag": Kind(["", "7", "9" * 64], ["x", "-1", "1.0", "9" * 65, " ", "1\n", NUL, SQL, "٣"]),
        "reason": text(0, 500),
        "display_name": text(1, 200),
        "hypothesis": text(0, 2000),
        "type": choice(1),
        "traffic_percentage": share(),
        "layer": text(0, 64),
        "layer_start": Kind([0.0, 0.5, 0.999], [-0.1, 1.1, math.nan, math.inf]),
        "layer_end": Kind([1.0, 0.0, 0.25], [-0.1, 1.1, math.nan, math.inf]),
        "holdout": share(),
        "forced_variants": many(
            [{"tester": "control"}, {}, {"é" * 200: "control", SQL: "control"}],
            [
                {"": "control"},
                {NUL: "control"},
                {"x" * 201: "control"},
                {"u": ""},
                {"u": "nobody"},
                {"u": NUL},
                {f"u{index}": "control" for index in range(101)},
            ],
        ),
        "winner_rule": Kind([1, 0, 2, 3], [99, -1, 2**31 - 1]),
        "alpha": Kind([0.05, 0.0, 0.5, 1e-12], [5e-324, -0.1, 0.51, math.nan, math.inf]),
        "users_min": Kind([1000, 0, 100_000_000], [-1, 100_000_001, -(2**31)]),
        "duration_min": LENGTHS,
        "Variant.name": text(1, 64),
        "config": CONFIGS,
        "weight": Kind([1.0, 0.0, 1e6, 1e-6], [-1.0, 1e300, 5e-324, math.nan, math.inf]),
        "task_types": words(64, 64),
        "domain_modes": words(64, 64),
        "tenant_ids": words(1000, 100),
        "AttributeCondition.name": text(1, 64),
        "values": words(64, 200),
        "Metric.name": text(1, 64),
        "direction": choice(1, 2),
        "guardrail": FLAG,
        "margin": share(),
        "page_size": COUNT,
        "user_id": text(1, 200),
        "task_type": text(0, 64),
        "domain_mode": text(0, 64),
        "attributes": many(
            [{"plan": "free"}, {}, {SQL: "", "é" * 64: "é" * 200}],
            [{"": "x"}, {"x" * 65: "x"}, {"x": "x" * 201}, {f"a{index}": "x" for index in range(33)}],
        ),
        "variant": Kind(["control", "treatment"], ["", "nobody", NUL, "x" * 65, "a\n"]),
        "output_id": text(0, 100),
        "metrics": many(
            [{"length": 1.5}, {}, {SQL: -2.0, "é" * 64: 0.0}],
            [
                {"": 1.0},
                {NUL: 1.0},
                {"x" * 65: 1.0},
                {"a": math.nan},
                {"a": math.inf},
                {"a": -math.inf},
                {f"m{index}": 1.0 for index in range(21)},
            ],
        ),
        "exposure_time": TIMES,
        "baseline_rate": Kind([0.1, 0.5], [0.0, 1.0, -0.1, math.nan, math.inf]),
        "effect": Kind([0.02, -0.05], [0.0, 1.0, -1.0, math.nan, 0.95, -0.5, 1e-300, 5e-324]),
        "power": Kind([0.8, 0.0, 0.99], [1.0, -0.1, math.nan, math.inf]),
        "users_per_day": number(),
        "PlanSampleSizeRequest.traffic_percentage": Kind([0.5, 0.0, 0.99], [1.0, -0.1, math.nan]),
        "steps": many(
            [[10.0, 100.0], [], [100.0]],
            [
                [10.0],
                [0.0, 100.0],
                [100.0, 10.0],
                [10.0, 10.0, 100.0],
                [math.nan, 100.0],
                [101.0],
                [float(step) for step in range(80, 101)],
            ],
        ),
        "interval": Kind(
            [duration(60), duration(2_592_000)],
            [*(duration(seconds) for seconds in (59, -1, 2_592_001, 2**63 - 1)), duration(60, -1), duration(60, 10**9)],
        ),
        "needs_approval": FLAG,
        "with_history": FLAG,
    }
)  # fmt: skip
OPTIONAL = ("targeting", "plan")
"""Messages that may be absent."""


def legal(method: str) -> Any:
    """Returns a request of a method of which every field is set and good."""
    request = WALK.legal(METHODS[method].input_type)
    experiment = getattr(request, "experiment", None)
    if experiment is not None:
        complete(experiment)
    return request


def complete(experiment: Any) -> None:
    """Gives an experiment of one variant the two that it needs."""
    experiment.variants[0].name = "treatment"
    control = copy_of(experiment.variants[0])
    control.name = "control"
    experiment.variants.add().CopyFrom(control)
