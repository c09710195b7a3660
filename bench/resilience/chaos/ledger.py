"""Record of the clients: sent events, answers, statuses and durations of calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import grpc

from bench.resilience.chaos.events import Event


@dataclass(slots=True)
class Ledger:
    """Record that all clients share."""

    sent: dict[tuple[str, str], Event] = field(default_factory=dict)
    """Every event that may have been sent, by tenant and request ID."""
    answers: dict[tuple[str, str], bytes] = field(default_factory=dict)
    """First answer of each acknowledged event, by tenant and request ID."""
    statuses: Counter[str] = field(default_factory=Counter)
    """Number of calls by status."""
    internal_errors: list[str] = field(default_factory=list)
    """Internal errors that a service reported, and refusals that no fault explains."""
    calls: int = 0
    repeats: int = 0
    """Number of repeats of answered requests."""
    changed: list[str] = field(default_factory=list)
    """Repeats whose answer differs from the first one."""
    overrun_max_s: float = 0.0
    """Longest time that a call took beyond its deadline."""
    hung: list[str] = field(default_factory=list)
    """Calls that took longer than their deadline plus `slack_s`."""
    foreign: list[str] = field(default_factory=list)
    """Data of one tenant that another tenant received."""
    attempts: int = 0
    """Calls of one tenant for data of another."""
    refused: int = 0
    reads: int = 0
    slack_s: float = 2.0

    def record_sent(self, event: Event) -> None:
        """Records an event before it is sent."""
        self.sent[event.tenant, event.request_id] = event

    def record_answer(self, event: Event, answer: bytes) -> None:
        """Records an answer. The answer to a repeat must equal the first."""
        key = (event.tenant, event.request_id)
        first = self.answers.setdefault(key, answer)
        if first is not answer:
            self.repeats += 1
            if first != answer:
                self.changed.append(f"{event.method} {event.request_id}")

    def record_duration(self, method: str, seconds: float, deadline_s: float) -> None:
        """Records the duration of a call."""
        self.calls += 1
        over = seconds - deadline_s
        self.overrun_max_s = max(self.overrun_max_s, over)
        if over > self.slack_s:
            self.hung.append(f"{method}: {seconds:.2f} s with a deadline of {deadline_s:g} s")

    def record_failure(self, method: str, error: grpc.aio.AioRpcError) -> None:
        """Records the status of a failed call. INTERNAL and UNKNOWN from a service are internal errors."""
        code = error.code()
        self.statuses[code.name] += 1
        from_service = any(key == "grpc-status-details-bin" for key, _ in error.trailing_metadata() or ())
        is_expected = code in RETRYABLE or (code in TRANSPORT_ERRORS and not from_service)
        if not is_expected:
            self.internal_errors.append(f"{method}: {code.name} {error.details()}")

    def acknowledged(self) -> Mapping[tuple[str, str], Event]:
        """Returns the acknowledged events."""
        return {key: self.sent[key] for key in self.answers}


RETRYABLE = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.CANCELLED,
    }
)
"""Statuses after which a client repeats the call."""
TRANSPORT_ERRORS = frozenset({grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN})
"""Statuses that gRPC itself reports for a broken connection."""
