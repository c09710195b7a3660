"""Random calls to a running service, and their statuses. Messages stay bytes, so that the client refuses none."""

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

from bench.resilience.fuzz.messages import request_bytes
from kit.auth.tokens import mint

FAULTS = frozenset({"INTERNAL", "UNKNOWN", "DATA_LOSS", "UNAVAILABLE"})
"""Statuses that no request may cause."""
ANSWERS_READ_MAX = 3
STREAM_ITEMS_MAX = 4
DEADLINE_S = 10.0
STREAM_S = 0.1
EXAMPLES_SHOWN = 10
ROUND = 500


@dataclass
class Tally:
    """Statuses of one service's calls."""

    statuses: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    """The first faults, with method and request."""
    methods: Counter[str] = field(default_factory=Counter)

    @property
    def requests(self) -> int:
        """Number of all calls."""
        return self.statuses.total()

    @property
    def internal(self) -> int:
        """Statuses that no request may cause."""
        return sum(count for status, count in self.statuses.items() if status in FAULTS)


def callers(key: str) -> list[str]:
    """Returns authorization headers: every role of two tenants, an operator, and an invalid token."""
    hour = timedelta(hours=2)
    made = [
        f"Bearer {mint(key, tenant, [role], hour)}"
        for tenant in ("acme", "globex")
        for role in ("service", "admin", "expert")
    ]
    return [*made, *made[:2] * 3, f"Bearer {mint(key, '', ['operator'], hour)}", "Bearer nonsense"]


def fuzz(
    channel: grpc.Channel, service: ServiceDescriptor, requests: int, key: str, start: int, skipped: Sequence[str] = ()
) -> Tally:
    """Makes `requests` random calls to the methods of a service. `start` is the seed.

    The calls are made in rounds, because Hypothesis keeps all examples of a run in memory.
    """
    tally = Tally()
    for number, done in enumerate(range(0, requests, ROUND)):
        _round(tally, channel, service, min(ROUND, requests - done), key, start + number, skipped)
    return tally


def _round(
    tally: Tally,
    channel: grpc.Channel,
    service: ServiceDescriptor,
    requests: int,
    key: str,
    start: int,
    skipped: Sequence[str],
) -> None:
    authorization = callers(key)
    methods = [method for method in service.methods if method.name not in skipped]

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
        sent = [data.draw(request_bytes(method.input_type)) for _ in range(count)]
        status = _call(channel, service, method, sent, data.draw(st.sampled_from(authorization)))
        tally.statuses[status] += 1
        tally.methods[method.name] += 1
        if status in FAULTS and len(tally.faults) < EXAMPLES_SHOWN:
            tally.faults.append(f"{service.name}.{method.name} {status}: {[item[:300] for item in sent]!r}")

    one()


def _client_streams(method: MethodDescriptor) -> bool:
    return bool(method.client_streaming)


def _same(content: bytes) -> bytes:
    return content


def _call(
    channel: grpc.Channel,
    service: ServiceDescriptor,
    method: MethodDescriptor,
    sent: Sequence[bytes],
    authorization: str,
) -> str:
    path, metadata = f"/{service.full_name}/{method.name}", (("authorization", authorization),)
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
            return "OK"  # the stream lasts until its caller cancels it
        return code.name
    return "OK"
