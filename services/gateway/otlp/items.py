"""What a request holds, once it is understood."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from google.protobuf.message import Message

from radiant.ingest.v1.feedback_pb2 import ExplicitFeedback
from radiant.ingest.v1.manifest_pb2 import ExecutionManifest

_NAMESPACE = uuid.UUID("0f3f6f0e-5a1b-5d0e-9d0e-6f746c700001")

SpanId = tuple[bytes, bytes]
"""Identifiers of a trace and of a span in it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which span or log record of a request something is from."""

    number: int
    """Position in the request, over all its groups."""
    span: SpanId
    """The span, or the one that a log record names; may be empty."""

    def __str__(self) -> str:
        """Says it as it is found in a tracing tool."""
        trace, span = self.span
        return f"[{self.number}] {trace[:16].hex()}/{span[:8].hex()}"


@dataclass(frozen=True, slots=True)
class Output:
    """A manifest to record."""

    place: Place
    manifest: ExecutionManifest
    named: bool
    """Whether its output_id is the sender's own, not derived from the span."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """Explicit feedback to submit."""

    place: Place
    feedback: ExplicitFeedback


@dataclass(frozen=True, slots=True)
class Reject:
    """Something that is not taken and will not be taken when it is sent again."""

    kind: str
    """manifest or feedback."""
    place: Place
    field: str
    """Name of the attribute or field, as the sender knows it."""
    why: str

    def __str__(self) -> str:
        """Says it to the sender."""
        return f"{self.place} {self.field}: {self.why}"


@dataclass(slots=True)
class Mapped:
    """All of a request."""

    outputs: list[Output] = field(default_factory=list)
    ballots: list[Ballot] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    ignored: int = 0
    """Spans or log records that have nothing for this product."""


def request_id(kind: str, span: SpanId, messages: Iterable[Message]) -> str:
    """Returns the request_id of a write: the same for the same span and content, whoever sends it again."""
    digest = hashlib.sha256()
    for message in messages:
        data = message.SerializeToString(deterministic=True)
        digest.update(len(data).to_bytes(8, "big") + data)
    trace, identifier = span
    return str(uuid.uuid5(_NAMESPACE, f"{kind}/{trace.hex()}/{identifier.hex()}/{digest.hexdigest()}"))
