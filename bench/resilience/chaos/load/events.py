"""Events of clients: requests drawn from a seed, each with the facts that it must store exactly once."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from bench.resilience.chaos.load.spans import derived_request_id, export_request
from radiant.ingest.v1 import feedback_pb2, ingest_service_pb2, manifest_pb2

USERS, MODELS, RECENT = 8, 3, 20
DEADLINES_S = (0.3, 1.0, 4.0, 4.0)
RATINGS = (feedback_pb2.RATING_NEGATIVE, feedback_pb2.RATING_NEUTRAL, feedback_pb2.RATING_POSITIVE)
WEIGHTS = {"manifest": 15, "manifests": 5, "vote": 20, "signal": 20, "signals": 15, "stream": 15, "retraction": 10}
"""Relative frequency of each kind of event over gRPC."""
REST_WEIGHTS = {"spans": 20, "vote": 30, "signal": 25, "signals": 25}
"""Relative frequency over HTTP. The REST API has no route for manifests: they are sent as spans over OTLP."""


@dataclass(frozen=True, slots=True)
class Vote:
    """A user's vote on an output. The vote with the greatest (time, request ID) is valid."""

    output: str
    user: str
    time_us: int
    request_id: str
    rating: int


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A withdrawal of a user's feedback on an output up to a time."""

    output: str
    user: str
    until_us: int


@dataclass(frozen=True, slots=True)
class SpokenComment:
    """A recording of a user about an output."""

    output: str
    user: str
    audio: bytes


@dataclass(frozen=True, slots=True)
class Event:
    """One request and the facts that it must store."""

    tenant: str
    method: str
    request_id: str
    body: bytes
    deadline_s: float
    attempts_max: int
    """Number of attempts without an answer after which the client gives up. The event may have been stored."""
    repeated: bool
    """True if the client repeats the request after its answer."""
    outputs: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    """Marks of signals. Each must be stored in one row."""
    votes: tuple[Vote, ...] = ()
    withdrawal: Withdrawal | None = None
    recording: SpokenComment | None = None
    is_otlp: bool = False
    """True if the body is an OTLP request, which the gateway converts to the request of `method`."""


class EventGenerator:
    """Draws the events of one client. Equal seeds, tenants, names and weights give equal events."""

    def __init__(self, seed: int, tenant: str, name: str, weights: Mapping[str, int] = WEIGHTS) -> None:
        self.tenant, self.name = tenant, name
        self._kinds, self._weights = list(weights), list(weights.values())
        self.rng = random.Random(f"events {seed} {tenant} {name}")
        self._outputs = self._marks = self._moments = 0
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        self._base_us = int(today.timestamp() * 1_000_000) - 24 * 3600 * 1_000_000

    def next(self) -> Sequence[Event]:
        """Returns the next event, or the batches of the next stream."""
        (kind,) = self.rng.choices(self._kinds, self._weights)
        if kind == "spans":
            return [self.spans(self.rng.randint(1, 5))]
        if kind == "manifest":
            return [self.manifest()]
        if kind == "manifests":
            return [self._manifests(self.rng.randint(1, 5))]
        if kind == "vote":
            return [self._vote_alone()]
        if kind == "signal":
            return [self._signal_alone()]
        if kind == "signals":
            return [self._signals(self.rng.randint(1, 30))]
        if kind == "stream":
            return [self._batch() for _ in range(self.rng.randint(1, 3))]
        return [self._retraction()]

    def manifest(self) -> Event:
        """Draws one manifest."""
        manifest = self._manifest()
        request = ingest_service_pb2.RecordManifestRequest(request_id=self._uuid(), manifest=manifest)
        return self._event("RecordManifest", request, outputs=(manifest.output_id,))

    def _manifests(self, count: int) -> Event:
        manifests = [self._manifest() for _ in range(count)]
        request = ingest_service_pb2.BatchRecordManifestsRequest(request_id=self._uuid(), manifests=manifests)
        return self._event("BatchRecordManifests", request, outputs=tuple(each.output_id for each in manifests))

    def spans(self, count: int) -> Event:
        """Draws manifests as spans. The gateway derives the request ID from them."""
        manifests = [self._manifest() for _ in range(count)]
        request = export_request(manifests, self.rng)
        return self._event(
            "BatchRecordManifests",
            request,
            derived_request_id(request),
            outputs=tuple(each.output_id for each in manifests),
            is_otlp=True,
        )

    def spoken_comment(self, audio: bytes) -> Event:
        """Draws a voice comment with this audio."""
        output, user = self._place()
        feedback = feedback_pb2.VoiceFeedback(
            output_id=output, user_id=user, source=feedback_pb2.FEEDBACK_SOURCE_API, client_time=self._moment()
        )
        header = ingest_service_pb2.VoiceHeader(request_id=self._uuid(), feedback=feedback)
        return self._event("SubmitVoiceFeedback", header, recording=SpokenComment(output, user, audio))

    def _vote_alone(self) -> Event:
        feedback, request_id = self._feedback(), self._uuid()
        request = ingest_service_pb2.SubmitExplicitFeedbackRequest(request_id=request_id, feedback=feedback)
        return self._event("SubmitExplicitFeedback", request, votes=(_vote(feedback, request_id),))

    def _signal_alone(self) -> Event:
        signal, mark = self._signal()
        request = ingest_service_pb2.SubmitImplicitSignalRequest(request_id=self._uuid(), signal=signal)
        return self._event("SubmitImplicitSignal", request, marks=(mark,))

    def _signals(self, count: int) -> Event:
        signals, marks = zip(*(self._signal() for _ in range(count)), strict=True)
        request = ingest_service_pb2.BatchSubmitImplicitSignalsRequest(request_id=self._uuid(), signals=signals)
        return self._event("BatchSubmitImplicitSignals", request, marks=marks)

    def _batch(self) -> Event:
        signals, marks = zip(*(self._signal() for _ in range(self.rng.randint(1, 20))), strict=True)
        feedback = [self._feedback() for _ in range(self.rng.randint(0, 2))]
        name = self._uuid()
        request = ingest_service_pb2.StreamSignalsRequest(batch_id=name, signals=signals, feedback=feedback)
        return self._event("StreamSignals", request, marks=marks, votes=tuple(_vote(each, name) for each in feedback))

    def _retraction(self) -> Event:
        output, user = self._place()
        at = self._moment()
        request = ingest_service_pb2.RetractFeedbackRequest(
            request_id=self._uuid(), output_id=output, user_id=user, client_time=at
        )
        return self._event("RetractFeedback", request, withdrawal=Withdrawal(output, user, _us(at)))

    def _event(self, method: str, request: Any, request_id: str = "", **facts: Any) -> Event:
        request_id = request_id or (request.batch_id if method == "StreamSignals" else request.request_id)
        return Event(
            self.tenant,
            method,
            request_id,
            request.SerializeToString(deterministic=True),
            self.rng.choice(DEADLINES_S),
            1 if self.rng.random() < 0.1 else 1000,
            self.rng.random() < 0.15,
            **facts,
        )

    def _manifest(self) -> manifest_pb2.ExecutionManifest:
        self._outputs += 1
        return manifest_pb2.ExecutionManifest(
            output_id=self._output(self._outputs),
            user_id=self._user(),
            conversation_id="c",
            request_type=manifest_pb2.REQUEST_TYPE_CHAT,
            task_type="chat",
            models_used=[f"{self.tenant}-m{self.rng.randrange(MODELS)}"],
            create_time=self._moment(),
        )

    def _feedback(self) -> feedback_pb2.ExplicitFeedback:
        output, user = self._place()
        return feedback_pb2.ExplicitFeedback(
            output_id=output,
            user_id=user,
            rating=self.rng.choice(RATINGS),
            source=feedback_pb2.FEEDBACK_SOURCE_API,
            client_time=self._moment(),
        )

    def _signal(self) -> tuple[feedback_pb2.ImplicitSignal, str]:
        """Draws a signal. Half of the signals have no ID, so that a repeat is recognized only by its request ID."""
        output, user = self._place()
        self._marks += 1
        mark = f"{self.tenant}-{self.name}-s{self._marks}"
        signal = feedback_pb2.ImplicitSignal(
            signal_id=self._uuid() if self.rng.random() < 0.5 else "",
            output_id=output,
            user_id=user,
            signal_type=feedback_pb2.SignalType.ValueType(self.rng.randint(1, 15)),
            client_time=self._moment(),
        )
        signal.signal_value.update({"mark": mark})
        return signal, mark

    def _place(self) -> tuple[str, str]:
        """Draws a user and one of the latest outputs, sometimes one whose manifest is not recorded yet."""
        number = max(1, self._outputs + 2 - self.rng.randrange(RECENT))
        return self._output(number), self._user()

    def _output(self, number: int) -> str:
        return f"{self.tenant}-{self.name}-{number}"

    def _user(self) -> str:
        return f"{self.tenant}-u{self.rng.randrange(USERS)}"

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def _moment(self) -> Timestamp:
        self._moments += 1
        moment = Timestamp()
        moment.FromMicroseconds(self._base_us + self._moments * 1000)
        return moment


def _us(moment: Timestamp) -> int:
    return moment.ToMicroseconds()


def _vote(feedback: feedback_pb2.ExplicitFeedback, request_id: str) -> Vote:
    rating = int(feedback.rating) - int(feedback_pb2.RATING_NEUTRAL)
    return Vote(feedback.output_id, feedback.user_id, _us(feedback.client_time), request_id, rating)
