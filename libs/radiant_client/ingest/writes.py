"""Writes that may wait on disk: which requests they are, and what makes them safe to send days later.

The service remembers a request_id for a day. After that a repeat is recognised by what it says: a manifest by its
output, a vote by its time and request, a signal by its identifier and time, a withdrawal by its time. A write is
therefore settled before it is sent for the first time: whatever the service would otherwise fill in is filled in.
"""

from dataclasses import dataclass
from typing import Any, Literal

from google.protobuf.message import Message

from radiant.ingest.v1 import feedback_pb2, ingest_service_pb2
from radiant_client.ingest.messages import new_id, timestamp

REQUESTS: dict[str, type[Message]] = {
    "RecordManifest": ingest_service_pb2.RecordManifestRequest,
    "BatchRecordManifests": ingest_service_pb2.BatchRecordManifestsRequest,
    "SubmitExplicitFeedback": ingest_service_pb2.SubmitExplicitFeedbackRequest,
    "SubmitImplicitSignal": ingest_service_pb2.SubmitImplicitSignalRequest,
    "BatchSubmitImplicitSignals": ingest_service_pb2.BatchSubmitImplicitSignalsRequest,
    "RetractFeedback": ingest_service_pb2.RetractFeedbackRequest,
}
"""Request of each method that may wait."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """The answer to a write that waits on this machine's disk. It is not acknowledged: the service has not seen it."""

    request_id: str
    """Identifier under which it will be sent."""
    signal_id: str = ""
    """Identifier of the occurrence, for a signal."""
    outcome: feedback_pb2.ItemOutcome.ValueType = feedback_pb2.ITEM_OUTCOME_UNSPECIFIED
    """Unspecified, which no service answers."""
    spooled: Literal[True] = True
    """Always true."""


class Results(list[feedback_pb2.ItemResult]):
    """One result per item of a batch, in order. Those of a spooled batch have no outcome yet."""

    spooled: bool = False
    """Whether the batch waits on this machine's disk and is not acknowledged."""


def is_spooled(answer: object) -> bool:
    """Tells whether a write waits on disk; False says that the service acknowledged it."""
    return getattr(answer, "spooled", False) is True


def settle(request: Any) -> None:
    """Fills in the times and identifiers that the service would choose on receipt."""
    now = timestamp()
    for item in items_of(request):
        if isinstance(item, feedback_pb2.ImplicitSignal) and not item.signal_id:
            item.signal_id = new_id()
        when = "create_time" if "create_time" in item.DESCRIPTOR.fields_by_name else "client_time"
        if not item.HasField(when):
            getattr(item, when).CopyFrom(now)


def keys_of(request: Any) -> frozenset[int]:
    """Gives what the request is about, as hashes of output and user: requests that share one keep their order."""
    return frozenset(hash((item.output_id, item.user_id)) for item in items_of(request))


def items_of(request: Any) -> list[Any]:
    """Gives the parts of a request that each have an output, a user and a time."""
    if isinstance(request, ingest_service_pb2.BatchRecordManifestsRequest):
        return list(request.manifests)
    if isinstance(request, ingest_service_pb2.BatchSubmitImplicitSignalsRequest):
        return list(request.signals)
    if isinstance(request, ingest_service_pb2.RecordManifestRequest):
        return [request.manifest]
    if isinstance(request, ingest_service_pb2.SubmitExplicitFeedbackRequest):
        return [request.feedback]
    if isinstance(request, ingest_service_pb2.SubmitImplicitSignalRequest):
        return [request.signal]
    return [request]


def refused_items(request: Any, answer: Any) -> tuple[Any, str, str] | None:
    """Gives a request of the items that an answer rejects, with the reason and text; None when it rejects none."""
    rejected = [one for one in getattr(answer, "results", ()) if one.outcome == feedback_pb2.ITEM_OUTCOME_REJECTED]
    if not rejected:
        return None
    rest = type(request)(request_id=request.request_id)
    rest.manifests.extend(request.manifests[one.index] for one in rejected)
    return rest, rejected[0].error_reason, "; ".join(one.error_message for one in rejected[:20])
