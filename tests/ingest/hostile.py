"""What each field of a request may hold and what it must not, by the field's own name."""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.struct_pb2 import Struct, Value
from google.protobuf.timestamp_pb2 import Timestamp

SQL = "'; DROP TABLE ingest.outputs; --"
NUL, CONTROLS = "a\x00b", ("a\x00b", "a\x01b", "line\n", "\tx", "\x1f", "a\x7f")
UNKNOWN = (0, 99, -1, 2**31 - 1)


@dataclass(frozen=True)
class Kind:
    """Values of a field. The first good one builds the request that the others are tried in."""

    good: Sequence[Any]
    bad: Sequence[Any]


def text(least: int, most: int) -> Kind:
    """Text of people and programs, in any script, without control characters."""
    shortest = ("",) if least == 0 else ()
    return Kind(
        ("x", "x" * most, "é" * most, SQL, "🦖", '{"a": "b\\u0000"}', " ", "\u202ereversed", "a:b{c}", *shortest),
        ("x" * (most + 1), "🦖" * (most + 1), *CONTROLS, *(() if least == 0 else ("",))),
    )


def prose(most: int) -> Kind:
    """Text of several lines."""
    return Kind(("Danke, das war gut.", "a\nb\t\x01\x7f", SQL, "é" * most, ""), ("x" * (most + 1), NUL, "\x00"))


def word(good: Sequence[str], most: int, *, required: bool, reserved: Sequence[str] = ()) -> Kind:
    """Text of a narrow alphabet."""
    empty = ("",)
    bad = ("a" * (most + 1), "a;b", "é", "a\n", SQL, "x\x00", *reserved, *(empty if required else ()))
    return Kind((*good, "a" * most, *(() if required else empty)), bad)


def choice(*numbers: int) -> Kind:
    """One of an enum."""
    return Kind(numbers, UNKNOWN)


def number(*, most: float = math.inf, open_at_0: bool = False) -> Kind:
    """A finite amount of at least 0, or above it."""
    top = (0.5, 1.0, 5e-324) if most == 1 else (0.5, 1.7976931348623157e308, 5e-324)
    above = (2.0, 1.0000001) if most == 1 else ()
    zero = (0.0,)
    return Kind(
        (*top, *(() if open_at_0 else zero)),
        (math.nan, math.inf, -math.inf, -1e-9, -1.0, *above, *(zero if open_at_0 else ())),
    )


def many(good: Sequence[Any], bad: Sequence[Any]) -> Kind:
    """A list or map: each value is all of it."""
    return Kind(good, bad)


def moment(seconds: int, nanos: int = 0) -> Timestamp:
    """Returns a timestamp that may be out of range."""
    return Timestamp(seconds=seconds, nanos=nanos)


def value(**fields: Any) -> Struct:
    """Returns a Struct."""
    struct = Struct()
    struct.update(fields)
    return struct


def nested(depth: int) -> Struct:
    """Returns a Struct of Structs."""
    struct = Struct()
    inner = struct
    for _ in range(depth):
        inner = inner.fields["a"].struct_value
    inner.fields["a"].null_value = 0  # type: ignore[assignment]
    return struct


NOW = int(time.time())
TIMES = Kind(
    [moment(1_750_000_000), moment(1_577_836_800), moment(NOW + 240), moment(NOW, 999_999_999)],
    [
        moment(0),
        moment(1_577_836_799, 999_999_999),
        moment(NOW + 3600),
        moment(253_402_300_800),
        moment(2**63 - 1),
        moment(-(2**63)),
        moment(1_750_000_000, -1),
        moment(1_750_000_000, 1_000_000_000),
        moment(1_750_000_000, -(2**31)),
    ],
)
VALUES = Kind(
    [
        value(depth=0.5),
        Struct(),
        nested(20),
        Struct(fields={"unset": Value()}),
        value(text=SQL, big=1.7e308, small=5e-324),
        value(**{"\\u0000": "\\u0000", "é": "\x01\x1f\x7f"}),
        value(text="x" * 8000),
    ],
    [
        value(bad=math.nan),
        value(deep=[{"deeper": math.inf}]),
        value(bad=-math.inf),
        value(text=NUL),
        value(**{NUL: 1}),
        value(text="\\\x00"),
        value(text="x" * 8200),
        value(**{f"k{index}": 1 for index in range(2000)}),
    ],
)
UUIDS = Kind(
    ["018f0000-0000-7000-8000-000000000001", "018F0000-0000-7000-8000-00000000ABCD", str(uuid.UUID(int=2**128 - 1))],
    [
        "x",
        SQL,
        "018f00000000700080000000000000zz",
        "{018f0000-0000-7000-8000-000000000001}",
        "urn:uuid:018f0000-0000-7000-8000-000000000001",
        "018f0000-0000-7000-8000-000000000001\n",
        "a" * 5000,
        "\x00" * 36,
    ],
)
COUNT = Kind([1, 0, 2**31 - 1], [-1, -(2**31)])
FLAG = Kind([True, False], [])
CATEGORIES = many([[1, 2], [], [1, 2, 3, 4, 5, 6, 7, 8, 9]], [[1, 1], [0], [99], [-1], list(range(1, 10)) * 2])
MODELS = many(
    [["m", "n"], ["m", SQL], ["m", *(f"m{index}" for index in range(15))], ["m", "x" * 200]],
    [[], [""], ["m", "m"], ["m", "x" * 201], ["m", NUL], ["m", *(f"m{index}" for index in range(16))], ["m", "a\n"]],
)
KINDS = {
    "tenant_id": Kind(["", "acme"], ["a b", "-acme", "acme\n", "a" * 101, NUL, "é", SQL, "../acme"]),
    "request_id": Kind(UUIDS.good, [*UUIDS.bad, ""]),
    "batch_id": Kind(UUIDS.good, [*UUIDS.bad, ""]),
    "signal_id": Kind([*UUIDS.good, ""], UUIDS.bad),
    "output_id": text(1, 100),
    "GetWidgetConfigRequest.output_id": text(0, 100),
    "user_id": text(1, 200),
    "GetWidgetConfigRequest.user_id": text(0, 200),
    "conversation_id": text(0, 200),
    "ListAuditEntriesRequest.start_time": Kind([moment(NOW - 9000)], []),
    "ListAuditEntriesRequest.end_time": Kind([moment(NOW)], []),
    "actor": text(0, 200),
    "action": text(0, 100),
    "target": text(0, 200),
    "GetConversationSummaryRequest.conversation_id": text(1, 200),
    "message_id": text(0, 200),
    "request_type": choice(1, 2, 3, 4),
    "task_type": word(["chat", "my task:1/2.3_4-5"], 64, required=True, reserved=["any", "Chat", "-x"]),
    "domain_mode": word(["general", "my domain"], 64, required=False, reserved=["any", "General", " x"]),
    "input_prompt_hash": Kind([b"\x00" * 32, b""], [b"x", b"x" * 31, b"x" * 33, b"x" * 100_000]),
    "input_prompt_sample": prose(16384),
    "input_language": Kind(["", "de", "zz"], ["DE", "deu", "d", "d\n", "d\x00", "é", "eng\n"]),
    "models_used": MODELS,
    "model_versions": many(
        [{"m": "v1"}, {}, {"m": ""}, {"m": "x" * 100}, {"m": SQL}],
        [{"other": "v1"}, {"m": "x" * 101}, {"m": NUL}, {"": "v"}, {NUL: "v"}, {f"m{n}": "v" for n in range(17)}],
    ),
    "orchestration_id": text(0, 200),
    "orchestration_name": text(0, 200),
    "services_used": many([["s"], [], ["s", "s"], [SQL] * 32], [[""], ["s"] * 33, ["x" * 201], [NUL]]),
    "thermal_states": many(
        [{"m": 4}, {}, {SQL: 1}],
        [{"m": 0}, {"m": 99}, {"m": -1}, {"": 1}, {NUL: 1}, {"x" * 201: 1}, {f"m{n}": 1 for n in range(65)}],
    ),
    "brain_reasoning": prose(4000),
    "comment": prose(4000),
    "brain_confidence": number(most=1),
    "error_rate": number(most=1),
    "propensity": number(most=1, open_at_0=True),
    "total_latency_ms": number(),
    "time_to_first_token_ms": number(),
    "total_cost": number(),
    "latency_ms": number(),
    "cost": number(),
    "was_user_override": FLAG,
    "was_streamed": FLAG,
    "input_tokens": COUNT,
    "output_tokens": COUNT,
    "experiment_id": Kind([*UUIDS.good, ""], [each for each in UUIDS.bad if each]),
    "variant": text(0, 64),
    "experiment_epoch": COUNT,
    "decision_id": word(["018f-x_Y", "-"], 64, required=False),
    "create_time": TIMES,
    "client_time": TIMES,
    "status": text(0, 64),
    "model": text(1, 200),
    "rating": choice(1, 2, 3),
    "categories": CATEGORIES,
    "source": choice(1, 2, 3),
    "user_agent": text(0, 512),
    "signal_type": choice(*range(1, 16)),
    "signal_value": VALUES,
    "kinds": many([[1, 2, 3], [], [3]], [[0], [99], [1, 1], [1, 2, 3, 1]]),
    "verification_failed": FLAG,
    "contradiction_found": FLAG,
    "ListOutputsRequest.start_time": Kind([moment(NOW - 9000), moment(-(2**63)), moment(0, -(2**31))], []),
    "ListOutputsRequest.end_time": Kind(
        [moment(NOW), moment(2**63 - 1), moment(NOW, 2**31 - 1)], [moment(0), moment(9)]
    ),
    "ListOutputsRequest.model": text(0, 200),
    "ListOutputsRequest.task_type": text(0, 64),
    "ListOutputsRequest.domain_mode": text(0, 64),
    "ListOutputsRequest.user_id": text(0, 200),
    "ListOutputsRequest.rating": Kind((1, 2, 3, 0), UNKNOWN[1:]),
    "ListOutputsRequest.category": Kind((1, 9, 0), UNKNOWN[1:]),
    "ListOutputsRequest.signal_type": Kind((1, 15, 0), UNKNOWN[1:]),
    "with_feedback": FLAG,
    "with_comment": FLAG,
    "with_voice": FLAG,
    "GetTenantFeedbackStatsRequest.start_time": Kind([moment(NOW - 9000)], [moment(0), moment(-(2**63))]),
    "GetTenantFeedbackStatsRequest.end_time": Kind([moment(NOW), moment(NOW, 2**31 - 1)], [moment(0), moment(9)]),
    "page_size": COUNT,
    "page_token": Kind([""], ["a b", "é", "x" * 2049, SQL, "eyJ9", "x", "Zm9v\n", "\x00", "W10", "bnVsbA"]),
}
"""By field, or by message and field where a message is stricter than the others."""
