"""Random calls to a running service, and what it answered. Raw bytes on both sides, so that nothing is refused here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from bench.resilience.fuzz.messages import wires
from kit.rpc.auth import mint

FAULTS = frozenset({"INTERNAL", "UNKNOWN", "DATA_LOSS", "UNAVAILABLE"})
"""Answers that no request may get."""
ANSWERS_READ_MAX = 3
STREAM_ITEMS_MAX = 4
DEADLINE_S = 10.0
STREAM_S = 0.1
EXAMPLES_SHOWN = 10
ROUND = 500


@dataclass
class Tally:
    """What one service answered."""

    statuses: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    """The first of them, each with its method and request."""
    methods: Counter[str] = field(default_factory=Counter)

    @property
    def requests(self) -> int:
        """All of them."""
        return self.statuses.total()

    @property
    def internal(self) -> int:
        """Answers that no request may get."""
        return sum(count for status, count in self.statuses.items() if status in FAULTS)


def callers(key: str) -> list[str]:
    """Returns authorization headers: two tenants, every role, an operator of all, and somebody without a token."""
    hour = timedelta(hours=2)
    made = [
        f"Bearer {mint(key, tenant, [role], hour)}"
        for tenant in ("acme", "globex")
        for role in ("service", "admin", "expert")
    ]
    return [*made, *made[:2] * 3, f"Bearer {mint(key, '', ['operator'], hour)}", "Bearer nonsense"]


def fuzz(
    channel: grpc.Channel, area: ServiceDescriptor, requests: int, key: str, start: int, leave: Sequence[str] = ()
) -> Tally:
    """Makes so many random calls to the methods of a service; `start` seeds them.

    In rounds: hypothesis remembers all that it has tried, which grows with each try.
    """
    tally = Tally()
    for number, done in enumerate(range(0, requests, ROUND)):
        _round(tally, channel, area, min(ROUND, requests - done), key, start + number, leave)
    return tally


def _round(
    tally: Tally,
    channel: grpc.Channel,
    area: ServiceDescriptor,
    requests: int,
    key: str,
    start: int,
    leave: Sequence[str],
) -> None:
    who = callers(key)
    methods = [method for method in area.methods if method.name not in leave]

    @seed(start)
    @settings(
        max_examples=requests,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def one(data: Any) -> None:
        method = data.draw(st.sampled_from(methods))
        count = data.draw(st.integers(0, STREAM_ITEMS_MAX)) if _client_streams(method) else 1
        sent = [data.draw(wires(method.input_type)) for _ in range(count)]
        status = _call(channel, area, method, sent, data.draw(st.sampled_from(who)))
        tally.statuses[status] += 1
        tally.methods[method.name] += 1
        if status in FAULTS and len(tally.faults) < EXAMPLES_SHOWN:
            tally.faults.append(f"{area.name}.{method.name} {status}: {[item[:300] for item in sent]!r}")

    one()


def _client_streams(method: MethodDescriptor) -> bool:
    return bool(method.client_streaming)


def _same(content: bytes) -> bytes:
    return content


def _call(
    channel: grpc.Channel, area: ServiceDescriptor, method: MethodDescriptor, sent: Sequence[bytes], who: str
) -> str:
    path, metadata = f"/{area.full_name}/{method.name}", (("authorization", who),)
    way: dict[str, Any] = {"request_serializer": _same, "response_deserializer": _same}
    shapes: dict[tuple[bool, bool], Callable[..., Any]] = {
        (False, False): channel.unary_unary,
        (False, True): channel.unary_stream,
        (True, False): channel.stream_unary,
        (True, True): channel.stream_stream,
    }
    make = shapes[_client_streams(method), bool(method.server_streaming)](path, **way)
    asks = iter(sent) if _client_streams(method) else sent[0]
    try:
        if not method.server_streaming:
            make(asks, metadata=metadata, timeout=DEADLINE_S)
            return "OK"
        answers = make(asks, metadata=metadata, timeout=STREAM_S)
        for number, _ in enumerate(answers):
            if number >= ANSWERS_READ_MAX:
                answers.cancel()
                return "OK"
    except grpc.RpcError as failure:
        code: grpc.StatusCode = failure.code()
        if method.server_streaming and code is grpc.StatusCode.DEADLINE_EXCEEDED:
            return "OK"  # a stream that goes on until its caller leaves
        return code.name
    return "OK"
