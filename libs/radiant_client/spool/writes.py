"""Writes that can be spooled: their requests, the parts of a request and the answer to a spooled write.

The service remembers a request_id for one day. It recognises a later repeat by the content: a manifest by its output, a
vote by its time and request, a signal by its identifier and time, a retraction by its time, an outcome by its output.
All fields that the service would set on receipt are therefore set before the first attempt.
"""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from google.protobuf.message import Message

from radiant.ingest.v1 import feedback_pb2, ingest_service_pb2
from radiant_client.messages.fields import new_id, timestamp
from splits.user_keys import user_key

REQUESTS: dict[str, type[Message]] = {
    "RecordManifest": ingest_service_pb2.RecordManifestRequest,
    "BatchRecordManifests": ingest_service_pb2.BatchRecordManifestsRequest,
    "SubmitExplicitFeedback": ingest_service_pb2.SubmitExplicitFeedbackRequest,
    "SubmitImplicitSignal": ingest_service_pb2.SubmitImplicitSignalRequest,
    "BatchSubmitImplicitSignals": ingest_service_pb2.BatchSubmitImplicitSignalsRequest,
    "RetractFeedback": ingest_service_pb2.RetractFeedbackRequest,
    "RecordOutcome": ingest_service_pb2.RecordOutcomeRequest,
}
"""Request types of the methods that can be spooled."""
REPORTED_ITEMS_MAX = 20
"""Largest number of rejected items whose messages are joined."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """The answer to a write that waits on the local disk. The service has not received it yet."""

    request_id: str
    """Identifier with which the request will be sent."""
    signal_id: str = ""
    """Identifier of the signal; empty for other writes."""
    outcome: feedback_pb2.ItemOutcome.ValueType = feedback_pb2.ITEM_OUTCOME_UNSPECIFIED
    """Always unspecified. The service never returns this outcome."""
    spooled: Literal[True] = True
    """Always true."""


class Results(list[feedback_pb2.ItemResult]):
    """One result per item of a batch, in order. The results of a spooled batch have no outcome yet."""

    spooled: bool = False
    """Whether the batch waits on the local disk and is not acknowledged."""


class Rejection(NamedTuple):
    """The items of a batch that the service rejected."""

    request: Any
    """Request with the rejected items alone."""
    reason: str
    """Machine-readable reason of the first rejected item."""
    message: str
    """Messages of the first REPORTED_ITEMS_MAX rejected items."""


def is_spooled(answer: object) -> bool:
    """Returns whether a write waits on disk. False means that the service acknowledged it."""
    return getattr(answer, "spooled", False) is True


def set_missing_fields(request: Any) -> None:
    """Sets the times and identifiers that the service would otherwise set on receipt."""
    now = timestamp()
    if isinstance(request, ingest_service_pb2.RecordOutcomeRequest):
        return
    for item in items_of(request):
        if isinstance(item, feedback_pb2.ImplicitSignal) and not item.signal_id:
            item.signal_id = new_id()
        time_field = "create_time" if "create_time" in item.DESCRIPTOR.fields_by_name else "client_time"
        if not item.HasField(time_field):
            getattr(item, time_field).CopyFrom(now)


def set_user_keys(request: Any) -> None:
    """Replaces the user ids of a request by their keys."""
    for item in items_of(request):
        if user_of(item):
            item.user_id = user_key(item.user_id)


def keys_of(request: Any) -> frozenset[int]:
    """Returns hashes of the (output, user) pairs of a request. Requests that share a key are sent in order."""
    return frozenset(hash((item.output_id, user_of(item))) for item in items_of(request))


def user_of(item: Any) -> str:
    """Returns the user of a part of a request; empty for an outcome, which names none."""
    return "" if isinstance(item, ingest_service_pb2.RecordOutcomeRequest) else str(item.user_id)


def items_of(request: Any) -> list[Any]:
    """Returns the parts of a request that have an output."""
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


def rejection_of(request: Any, answer: Any) -> Rejection | None:
    """Returns the items of a batch of manifests that an answer rejects; None if it rejects none."""
    rejected = [one for one in getattr(answer, "results", ()) if one.outcome == feedback_pb2.ITEM_OUTCOME_REJECTED]
    if not rejected:
        return None
    remaining = type(request)(request_id=request.request_id)
    remaining.manifests.extend(request.manifests[one.index] for one in rejected)
    message = "; ".join(one.error_message for one in rejected[:REPORTED_ITEMS_MAX])
    return Rejection(remaining, rejected[0].error_reason, message)
