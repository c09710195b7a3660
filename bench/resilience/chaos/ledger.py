"""What was said, what was answered and how long it took: the clients' side of the proof."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import grpc

from bench.resilience.chaos.events import Event


@dataclass(slots=True)
class Ledger:
    """Kept by all clients together."""

    sent: dict[tuple[str, str], Event] = field(default_factory=dict)
    """Every event of which a single byte may have left, by tenant and request."""
    answers: dict[tuple[str, str], bytes] = field(default_factory=dict)
    """First answers; an event that is here was acknowledged."""
    statuses: Counter[str] = field(default_factory=Counter)
    """Calls by what came of them."""
    faults_inside: list[str] = field(default_factory=list)
    """Failures that a service itself called internal, and refusals that no fault explains."""
    calls: int = 0
    repeats: int = 0
    """Times that an answered request was said again."""
    changed: list[str] = field(default_factory=list)
    """Repeats that were answered in another way than at first."""
    overrun_max_s: float = 0.0
    """The most that a call took beyond its deadline."""
    hung: list[str] = field(default_factory=list)
    """Calls that took longer than their deadline and some slack."""
    foreign: list[str] = field(default_factory=list)
    """What one tenant saw of another."""
    attempts: int = 0
    """Questions of one tenant about another's."""
    refused: int = 0
    reads: int = 0
    slack_s: float = 2.0

    def say(self, event: Event) -> None:
        """Notes an event before it is sent."""
        self.sent[event.tenant, event.request_id] = event

    def answered(self, event: Event, answer: bytes) -> None:
        """Notes an answer; a second one must equal the first."""
        key = (event.tenant, event.request_id)
        first = self.answers.setdefault(key, answer)
        if first is not answer:
            self.repeats += 1
            if first != answer:
                self.changed.append(f"{event.method} {event.request_id}")

    def took(self, method: str, seconds: float, deadline_s: float) -> None:
        """Notes how long a call took."""
        self.calls += 1
        over = seconds - deadline_s
        self.overrun_max_s = max(self.overrun_max_s, over)
        if over > self.slack_s:
            self.hung.append(f"{method}: {seconds:.2f} s with a deadline of {deadline_s:g} s")

    def failed(self, method: str, error: grpc.aio.AioRpcError) -> None:
        """Notes a status; what says INTERNAL from inside a service is a fault of ours."""
        code = error.code()
        self.statuses[code.name] += 1
        from_service = any(key == "grpc-status-details-bin" for key, _ in error.trailing_metadata() or ())
        clear = code in PASSING or (code in BROKEN and not from_service)
        if not clear:
            self.faults_inside.append(f"{method}: {code.name} {error.details()}")

    def acked(self) -> Mapping[tuple[str, str], Event]:
        """Returns the events that were acknowledged."""
        return {key: self.sent[key] for key in self.answers}


PASSING = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.CANCELLED,
    }
)
"""Statuses after which a client tries again."""
BROKEN = frozenset({grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN})
"""What the transport itself says of a connection that broke in the middle."""
