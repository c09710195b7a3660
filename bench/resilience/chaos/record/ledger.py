"""Record of the clients: sent requests and answers in an SQLite file, statuses and durations of calls."""

from __future__ import annotations

import hashlib
import random
import sqlite3
import time
from collections import Counter
from pathlib import Path

import grpc

from bench.resilience.chaos.load.events import Event
from bench.resilience.chaos.record.examples import Examples
from kit.postgres.queries import Queries
from radiant.ingest.v1 import ingest_service_pb2

SQL = Queries((Path(__file__).parent / "ledger.sql").read_text(), "bench/resilience/chaos")
SAMPLE = 200
STORED_TABLES = ("stored_names", "stored_votes", "stored_withdrawals", "stored_requests", "stored_recordings")
PRAGMAS = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384;"
"""The file is read by this process only and is lost with it."""


def digest(content: bytes) -> bytes:
    """Returns a digest of 16 bytes."""
    return hashlib.blake2b(content, digest_size=16).digest()


class Ledger:
    """Record that all clients share. Its memory does not grow with the number of requests."""

    def __init__(self, slack_s: float = 2.0, path: Path | None = None) -> None:
        """`path` is a file that does not exist; None keeps the record in memory."""
        self.slack_s = slack_s
        self.statuses: Counter[str] = Counter()
        """Number of calls by status."""
        self.transports: Counter[str] = Counter()
        """Number of acknowledged requests by transport."""
        self.internal_errors: Counter[str] = Counter()
        """Internal errors that a service reported, and refusals that no fault explains."""
        self.calls = self.repeats = self.attempts = self.refused = self.reads = 0
        self.changed = Examples()
        """Repeats whose answer differs from the first one."""
        self.overrun_max_s = 0.0
        """Longest time that a call took beyond its deadline."""
        self.hung = Examples()
        """Calls that took longer than their deadline plus `slack_s`."""
        self.foreign = Examples()
        """Data of one tenant that another tenant received."""
        self.sample: list[Event] = []
        """Random sample of the acknowledged events."""
        self.stalled_s = 0.0
        """Time in which this process did not run its event loop. It is not counted as duration of calls."""
        self.file = sqlite3.connect(path or ":memory:", isolation_level=None)
        self.file.executescript(PRAGMAS + SQL["tables"])
        self.file.execute("BEGIN")
        self._rng, self._acknowledged = random.Random("ledger"), 0

    def close(self) -> None:
        """Closes the file."""
        self.file.close()

    def forget_stored(self) -> None:
        """Removes the rows of an earlier comparison."""
        for table in STORED_TABLES:
            self.file.execute(f"DELETE FROM {table}")

    def clock_s(self) -> float:
        """Returns a monotonic time in seconds that stands still while this process is stalled."""
        return time.monotonic() - self.stalled_s

    def record_sent(self, event: Event) -> None:
        """Records an event before it is sent."""
        key, write = (event.tenant, event.request_id), self.file
        if not write.execute(SQL["add_request"], (*key, event.method)).rowcount:
            return
        tenant, request_id = key
        names = [("outputs", name) for name in event.outputs] + [("signals", mark) for mark in event.marks]
        write.executemany(SQL["add_name"], [(kind, tenant, name, request_id) for kind, name in names])
        for vote in event.votes:
            values = (tenant, vote.output, vote.user, vote.time_us, vote.request_id, vote.rating)
            write.execute(SQL["add_vote"], values)
        if (each := event.withdrawal) is not None:
            write.execute(SQL["add_withdrawal"], (tenant, each.output, each.user, each.until_us, request_id))
        if (recording := event.recording) is not None:
            values_ = (*key, recording.output, recording.user, digest(recording.audio))
            write.execute(SQL["add_recording"], values_)

    def record_answer(self, event: Event, answer: bytes | None, transport: str = "gRPC") -> None:
        """Records an answer; None if the transport does not return it. The answer to a repeat must equal the first."""
        key, given = (event.tenant, event.request_id), None if answer is None else digest(answer)
        is_acknowledged, first = self.file.execute(SQL["request"], key).fetchone()
        if is_acknowledged:
            self.repeats += 1
            if first != given:
                self.changed.add(f"{event.method} {event.request_id}")
            return
        self.file.execute(SQL["acknowledge"], (given, *key))
        self.transports[transport] += 1
        if event.recording is not None and answer is not None:
            voice_id = ingest_service_pb2.SubmitVoiceFeedbackResponse.FromString(answer).voice_id
            self.file.execute(SQL["name_recording"], (voice_id, *key))
        self._add_to_sample(event)

    def is_acknowledged(self, event: Event) -> bool:
        """Returns whether an answer to the event was recorded."""
        row = self.file.execute(SQL["request"], (event.tenant, event.request_id)).fetchone()
        return row is not None and bool(row[0])

    def _add_to_sample(self, event: Event) -> None:
        """Keeps each acknowledged event with the same probability (reservoir sampling)."""
        self._acknowledged += 1
        if len(self.sample) < SAMPLE:
            self.sample.append(event)
        elif (place := self._rng.randrange(self._acknowledged)) < SAMPLE:
            self.sample[place] = event

    def record_duration(self, method: str, seconds: float, deadline_s: float) -> None:
        """Records the duration of a call."""
        self.calls += 1
        over = seconds - deadline_s
        self.overrun_max_s = max(self.overrun_max_s, over)
        if over > self.slack_s:
            self.hung.add(f"{method}: {seconds:.2f} s with a deadline of {deadline_s:g} s")

    def record_failure(self, method: str, error: grpc.aio.AioRpcError) -> None:
        """Records the status of a failed call. INTERNAL and UNKNOWN from a service are internal errors."""
        code = error.code()
        self.statuses[code.name] += 1
        from_service = any(key == "grpc-status-details-bin" for key, _ in error.trailing_metadata() or ())
        is_expected = code in RETRYABLE or (code in TRANSPORT_ERRORS and not from_service)
        if not is_expected:
            self.internal_errors[f"{method}: {code.name} {error.details()}"] += 1


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
