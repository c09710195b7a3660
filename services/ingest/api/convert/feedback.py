"""Converts requests with votes, signals and retractions to writes, and refused stream batches to responses."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from google.protobuf import json_format
from google.protobuf.struct_pb2 import Struct

from ingest.api.convert.enums import CATEGORIES, RATINGS, SIGNALS, SOURCES
from ingest.api.convert.times import bounded_time_us
from ingest.api.convert.write_responses import BATCH_ITEMS_MAX
from ingest.domain.model import (
    SENTIMENTS,
    FeedbackKind,
    Retraction,
    SignalColumns,
    TimeBounds,
    Vote,
    Write,
    WriteMethod,
)
from ingest.evaluators.scores import EvaluationScore
from ingest.writes.languages import detect_language
from kit.errors import Exhausted, FieldViolation, Invalid, RadiantError, Unavailable
from kit.ids import output_id_of
from kit.postgres.idempotency import fingerprint_of
from kit.rpc.validation import Oversized
from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb

VALUE_BYTES_MAX = 8 * 1024
_ENCODED_BYTES_PER_JSON_BYTE = 4
"""Upper bound: a number of a list has 11 bytes in the binary format and at least 3 as JSON."""
VALUE_NUMBER_MAX = 1e19
"""Largest magnitude of a number in a signal value. Nanoseconds since 1970 are below it."""
MESSAGE_CHARACTERS_MAX = 2000
PROBLEMS_MAX = 100

_TYPES = {number: (name, SENTIMENTS[name]) for number, name in SIGNALS.items()}
_KINDS = {
    pb.FEEDBACK_KIND_EXPLICIT: FeedbackKind.EXPLICIT,
    pb.FEEDBACK_KIND_IMPLICIT: FeedbackKind.IMPLICIT,
    pb.FEEDBACK_KIND_VOICE: FeedbackKind.VOICE,
}
_ID_MASK = 2**128 - 1
_LARGE_NUMBER = re.compile(r"[0-9]e\+(19|[2-9][0-9]|[0-9]{3})")
"""Matches the JSON form of every number from 1e19, and possibly texts."""


def explicit_write(request: pb.SubmitExplicitFeedbackRequest, tenant: str, bounds: TimeBounds) -> Write:
    """Returns the write of one vote; raises Invalid."""
    problems: list[FieldViolation] = []
    vote = _vote(request.feedback, "feedback", bounds, problems)
    if problems:
        raise Invalid(problems)
    return Write(
        tenant_id=tenant,
        request_id=UUID(request.request_id),
        stated_id=request.request_id,
        method=WriteMethod.SUBMIT_EXPLICIT_FEEDBACK,
        fingerprint=fingerprint_of(request),
        votes=[vote],
        needs_manifest_lookup=True,
    )


def evaluation_scores(request: pb.RecordEvaluationScoresRequest, bounds: TimeBounds) -> list[EvaluationScore]:
    """Returns the distinct scores of a request in the order of their keys; raises Invalid with all problems."""
    problems: list[FieldViolation] = []
    found: dict[tuple[str, bytes], EvaluationScore] = {}
    for index, each in enumerate(request.scores):
        observed_us = bounds.now_us
        if each.HasField("observe_time"):
            observed_us = bounded_time_us(each.observe_time, f"scores[{index}].observe_time", bounds, problems)
        key = output_id_of(each.output_id), fingerprint_of(each)
        found[key] = EvaluationScore(*key, each.user_id, each.name, each.score, observed_us)
    if problems:
        raise Invalid(problems)
    return [found[key] for key in sorted(found)]


def signal_write(request: pb.SubmitImplicitSignalRequest, tenant: str, bounds: TimeBounds) -> Write:
    """Returns the write of one signal; raises Invalid."""
    return Write(
        tenant_id=tenant,
        request_id=UUID(request.request_id),
        stated_id=request.request_id,
        method=WriteMethod.SUBMIT_IMPLICIT_SIGNAL,
        fingerprint=fingerprint_of(request),
        signals=_signals([request.signal], "signal", request.request_id, bounds),
    )


def signal_batch_write(request: pb.BatchSubmitImplicitSignalsRequest, tenant: str, bounds: TimeBounds) -> Write:
    """Returns the write of many signals; raises Invalid with all problems."""
    return Write(
        tenant_id=tenant,
        request_id=UUID(request.request_id),
        stated_id=request.request_id,
        method=WriteMethod.BATCH_SUBMIT_IMPLICIT_SIGNALS,
        fingerprint=fingerprint_of(request),
        signals=_signals(request.signals, "signals", request.request_id, bounds),
    )


def stream_batch_write(request: pb.StreamSignalsRequest, tenant: str, bounds: TimeBounds) -> Write:
    """Returns the write of one batch of a stream; raises Invalid with all problems."""
    if not 1 <= len(request.signals) + len(request.feedback) <= BATCH_ITEMS_MAX:
        problem = f"signals and feedback must together have 1 to {BATCH_ITEMS_MAX} items"
        raise Invalid.field("signals", problem)
    problems: list[FieldViolation] = []
    votes = [_vote(each, f"feedback[{index}]", bounds, problems) for index, each in enumerate(request.feedback)]
    return Write(
        tenant_id=tenant,
        request_id=UUID(request.batch_id),
        stated_id=request.batch_id,
        method=WriteMethod.STREAM_SIGNALS,
        fingerprint=fingerprint_of(request),
        id_field="batch_id",
        votes=votes,
        signals=_signals(request.signals, "signals", request.batch_id, bounds, problems),
    )


def stream_refusal(request: pb.StreamSignalsRequest | Oversized, error: RadiantError) -> pb.StreamSignalsResponse:
    """Returns the response to a batch of a stream of which nothing was stored."""
    batch = request.message if isinstance(request, Oversized) else request
    is_retryable = isinstance(error, Exhausted | Unavailable)
    wait = error.retry_after if isinstance(error, Exhausted | Unavailable) else timedelta()
    refusal = pb.BatchRefusal(
        reason=error.reason,
        message=str(error)[:MESSAGE_CHARACTERS_MAX],
        retryable=is_retryable,
        retry_after_ms=int(wait.total_seconds() * 1000),
    )
    if isinstance(error, Invalid):
        for each in error.violations[:PROBLEMS_MAX]:
            refusal.problems.add(field=each.field, description=each.why)
    return pb.StreamSignalsResponse(batch_id=batch.batch_id, refusal=refusal)


def retraction_write(request: pb.RetractFeedbackRequest, tenant: str, bounds: TimeBounds) -> Write:
    """Returns the write of a retraction; raises Invalid."""
    problems: list[FieldViolation] = []
    until_us = bounds.now_us
    if request.HasField("client_time"):
        until_us = bounded_time_us(request.client_time, "client_time", bounds, problems)
    if problems:
        raise Invalid(problems)
    kinds = frozenset(_KINDS[kind] for kind in request.kinds) or frozenset(FeedbackKind)
    return Write(
        tenant_id=tenant,
        request_id=UUID(request.request_id),
        stated_id=request.request_id,
        method=WriteMethod.RETRACT_FEEDBACK,
        fingerprint=fingerprint_of(request),
        retraction=Retraction(
            output_id=output_id_of(request.output_id), user_id=request.user_id, kinds=kinds, until_us=until_us
        ),
    )


def _vote(
    message: feedback_pb2.ExplicitFeedback, path: str, bounds: TimeBounds, problems: list[FieldViolation]
) -> Vote:
    time_us = bounds.now_us
    if message.HasField("client_time"):
        time_us = bounded_time_us(message.client_time, f"{path}.client_time", bounds, problems)
    return Vote(
        output_id=output_id_of(message.output_id),
        user_id=message.user_id,
        rating=RATINGS[message.rating],
        categories=tuple(sorted(CATEGORIES[each] for each in message.categories)),
        comment=message.comment,
        comment_language=detect_language(message.comment) if message.comment else "",
        source=SOURCES[message.source],
        user_agent=message.user_agent,
        time_us=time_us,
    )


def _signals(
    messages: Sequence[feedback_pb2.ImplicitSignal],
    path: str,
    request_id: str,
    bounds: TimeBounds,
    problems: list[FieldViolation] | None = None,
) -> SignalColumns:
    """Returns signals as columns; raises Invalid with all problems, including those passed in.

    A signal without an identifier gets one that is derived from the request and its position.
    """
    problems = problems if problems is not None else []
    messages = list(messages)
    base = int.from_bytes(hashlib.sha256(UUID(request_id).bytes).digest()[:16], "big")
    types = [_TYPES[message.signal_type] for message in messages]
    signals = SignalColumns(
        output_ids=[output_id_of(message.output_id) for message in messages],
        user_ids=[message.user_id for message in messages],
        signal_ids=[message.signal_id or f"{(base + index) & _ID_MASK:032x}" for index, message in enumerate(messages)],
        times_us=_times_us(messages, path, bounds, problems),
        types=[name for name, _ in types],
        sentiments=[sentiment for _, sentiment in types],
        values=[
            _json(message.signal_value, f"{_item_path(path, index)}.signal_value", problems)
            if message.HasField("signal_value")
            else None
            for index, message in enumerate(messages)
        ],
    )
    if problems:
        raise Invalid(problems)
    return signals


def _times_us(
    messages: Sequence[feedback_pb2.ImplicitSignal], path: str, bounds: TimeBounds, problems: list[FieldViolation]
) -> list[int]:
    """Returns the time of each signal, the time of receipt for signals without one.

    All times are first checked together; only if one is missing or out of bounds they are checked one by one.
    """
    stamps = [message.client_time for message in messages]
    nanos = [stamp.nanos for stamp in stamps]
    times_us = [stamp.seconds * 1_000_000 + nano // 1000 for stamp, nano in zip(stamps, nanos, strict=True)]
    are_nanos_valid = min(nanos, default=0) >= 0 and max(nanos, default=0) < 1_000_000_000
    if are_nanos_valid and all(bounds.earliest_us <= time_us <= bounds.latest_us for time_us in times_us):
        return times_us
    return [
        bounded_time_us(message.client_time, f"{_item_path(path, index)}.client_time", bounds, problems)
        if message.HasField("client_time")
        else bounds.now_us
        for index, message in enumerate(messages)
    ]


def _item_path(path: str, index: int) -> str:
    return f"{path}[{index}]" if path == "signals" else path


def _json(value: Struct, path: str, problems: list[FieldViolation]) -> str | None:
    if value.ByteSize() > VALUE_BYTES_MAX * _ENCODED_BYTES_PER_JSON_BYTE:
        problems.append(FieldViolation(path, f"must have at most {VALUE_BYTES_MAX} bytes as JSON"))
        return None
    try:
        content = json_format.MessageToDict(value)
        text = json.dumps(content, ensure_ascii=False, allow_nan=False)
    except (json_format.Error, ValueError):
        problems.append(FieldViolation(path, "must contain only finite numbers"))
        return None
    if len(text.encode()) > VALUE_BYTES_MAX:
        problems.append(FieldViolation(path, f"must have at most {VALUE_BYTES_MAX} bytes as JSON"))
    elif "\\u0000" in text.replace("\\\\", ""):
        problems.append(FieldViolation(path, "must not contain the NUL character"))
    elif _LARGE_NUMBER.search(text) and _has_large_number(content):
        problems.append(FieldViolation(path, "must contain only numbers from -1e19 to 1e19"))
    return text


def _has_large_number(content: object) -> bool:
    """Returns whether a JSON value contains a number beyond VALUE_NUMBER_MAX. Its depth is that of a valid message."""
    if isinstance(content, dict):
        return any(_has_large_number(each) for each in content.values())
    if isinstance(content, list):
        return any(_has_large_number(each) for each in content)
    return isinstance(content, int | float) and abs(content) > VALUE_NUMBER_MAX
