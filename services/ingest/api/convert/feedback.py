"""Explicit feedback, signals and withdrawals in; what became of them out."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from google.protobuf import json_format
from google.protobuf.struct_pb2 import Struct

from ingest.api.convert.enums import CATEGORIES, RATINGS, SIGNALS, SOURCES, digest, time_us
from ingest.domain.model import SENTIMENTS, Kind, Retraction, Signals, Terms, Verdict, Vote, Write
from ingest.domain.ports import Languages
from kit.errors import FieldViolation, Invalid
from radiant.ingest.v1 import feedback_pb2, ingest_service_pb2

VALUE_BYTES_MAX = 8 * 1024
ITEMS_MAX = 1000

_TYPES = {number: (word, SENTIMENTS[word]) for number, word in SIGNALS.items()}
_KINDS = {
    ingest_service_pb2.FEEDBACK_KIND_EXPLICIT: Kind.EXPLICIT,
    ingest_service_pb2.FEEDBACK_KIND_IMPLICIT: Kind.IMPLICIT,
    ingest_service_pb2.FEEDBACK_KIND_VOICE: Kind.VOICE,
}
_ACCEPTED, _DUPLICATE = feedback_pb2.ITEM_OUTCOME_ACCEPTED, feedback_pb2.ITEM_OUTCOME_DUPLICATE
_ID_MASK = 2**128 - 1


def explicit(
    request: ingest_service_pb2.SubmitExplicitFeedbackRequest, tenant: str, terms: Terms, languages: Languages
) -> Write:
    """Returns the write of one vote; raises Invalid."""
    problems: list[FieldViolation] = []
    vote = _vote(request.feedback, "feedback", terms, languages, problems)
    if problems:
        raise Invalid(problems)

    def answer(verdict: Verdict) -> bytes:
        return ingest_service_pb2.SubmitExplicitFeedbackResponse(
            outcome=feedback_pb2.ItemOutcome.ValueType(verdict.votes[0]),
            comment_language=vote.comment_language,
            manifest_known=verdict.manifest_known,
        ).SerializeToString()

    return Write(
        tenant_id=tenant,
        request_id=UUID(request.request_id),
        method="SubmitExplicitFeedback",
        fingerprint=digest(request),
        answer=answer,
        votes=[vote],
        asks_manifest=True,
    )


def signal(request: ingest_service_pb2.SubmitImplicitSignalRequest, tenant: str, terms: Terms) -> Write:
    """Returns the write of one signal; raises Invalid."""
    signals = _signals([request.signal], "signal", request.request_id, terms)

    def answer(verdict: Verdict) -> bytes:
        return ingest_service_pb2.SubmitImplicitSignalResponse(
            outcome=_DUPLICATE if verdict.duplicates else _ACCEPTED,
            signal_id=str(UUID(signals.ids[0])),
            sentiment=signals.sentiments[0],
        ).SerializeToString()

    return Write(
        tenant_id=tenant,
        request_id=UUID(request.request_id),
        method="SubmitImplicitSignal",
        fingerprint=digest(request),
        answer=answer,
        signals=signals,
    )


def signal_batch(request: ingest_service_pb2.BatchSubmitImplicitSignalsRequest, tenant: str, terms: Terms) -> Write:
    """Returns the write of many signals; raises Invalid naming every bad field."""
    signals = _signals(request.signals, "signals", request.request_id, terms)

    def answer(verdict: Verdict) -> bytes:
        response = ingest_service_pb2.BatchSubmitImplicitSignalsResponse()
        _add_results(response.results, len(signals), verdict)
        return response.SerializeToString()

    return Write(
        tenant_id=tenant,
        request_id=UUID(request.request_id),
        method="BatchSubmitImplicitSignals",
        fingerprint=digest(request),
        answer=answer,
        signals=signals,
    )


def stream_batch(
    request: ingest_service_pb2.StreamSignalsRequest, tenant: str, terms: Terms, languages: Languages
) -> Write:
    """Returns the write of one batch of a stream; raises Invalid naming every bad field."""
    items = len(request.signals) + len(request.feedback)
    if not 1 <= items <= ITEMS_MAX:
        raise Invalid.field("signals", f"signals and feedback together must be 1 to {ITEMS_MAX} items")
    problems: list[FieldViolation] = []
    votes = [
        _vote(each, f"feedback[{index}]", terms, languages, problems) for index, each in enumerate(request.feedback)
    ]
    signals = _signals(request.signals, "signals", request.batch_id, terms, problems)

    def answer(verdict: Verdict) -> bytes:
        response = ingest_service_pb2.StreamSignalsResponse(batch_id=request.batch_id, accepted_count=items)
        if not votes and not verdict.duplicates:
            return response.SerializeToString() + _all_accepted(items)
        _add_results(response.results, len(signals), verdict)
        for index, outcome in enumerate(verdict.votes, len(signals)):
            response.results.add(index=index, outcome=feedback_pb2.ItemOutcome.ValueType(outcome))
        return response.SerializeToString()

    return Write(
        tenant_id=tenant,
        request_id=UUID(request.batch_id),
        method="StreamSignals",
        fingerprint=digest(request),
        answer=answer,
        id_field="batch_id",
        votes=votes,
        signals=signals,
    )


def retraction(request: ingest_service_pb2.RetractFeedbackRequest, tenant: str, terms: Terms) -> Write:
    """Returns the write of a withdrawal; raises Invalid."""
    problems: list[FieldViolation] = []
    until_us = terms.now_us
    if request.HasField("client_time"):
        until_us = time_us(request.client_time, "client_time", terms, problems)
    if problems:
        raise Invalid(problems)
    kinds = frozenset(_KINDS[kind] for kind in request.kinds) or frozenset(Kind)

    def answer(verdict: Verdict) -> bytes:
        assert verdict.retracted is not None  # noqa: S101 - the store answers every retraction
        return ingest_service_pb2.RetractFeedbackResponse(
            explicit_retracted=verdict.retracted.explicit,
            signals_retracted=verdict.retracted.signals,
            voice_retracted=verdict.retracted.voice,
        ).SerializeToString()

    return Write(
        tenant_id=tenant,
        request_id=UUID(request.request_id),
        method="RetractFeedback",
        fingerprint=digest(request),
        answer=answer,
        retraction=Retraction(output_id=request.output_id, user_id=request.user_id, kinds=kinds, until_us=until_us),
    )


@functools.lru_cache(maxsize=ITEMS_MAX)
def _all_accepted(count: int) -> bytes:
    """Renders the results of a batch of nothing but new signals; appended to an ack they are part of it."""
    response = ingest_service_pb2.StreamSignalsResponse()
    for index in range(count):
        response.results.add(index=index, outcome=_ACCEPTED)
    return response.SerializeToString()


def _add_results(results: Any, count: int, verdict: Verdict) -> None:
    for index in range(count):
        results.add(index=index, outcome=_DUPLICATE if index in verdict.duplicates else _ACCEPTED)


def _vote(
    message: feedback_pb2.ExplicitFeedback,
    path: str,
    terms: Terms,
    languages: Languages,
    problems: list[FieldViolation],
) -> Vote:
    moment = terms.now_us
    if message.HasField("client_time"):
        moment = time_us(message.client_time, f"{path}.client_time", terms, problems)
    return Vote(
        output_id=message.output_id,
        user_id=message.user_id,
        rating=RATINGS[message.rating],
        categories=tuple(sorted(CATEGORIES[each] for each in message.categories)),
        comment=message.comment,
        comment_language=languages.detect(message.comment) if message.comment else "",
        source=SOURCES[message.source],
        user_agent=message.user_agent,
        time_us=moment,
    )


def _signals(
    messages: Sequence[feedback_pb2.ImplicitSignal],
    path: str,
    request_id: str,
    terms: Terms,
    problems: list[FieldViolation] | None = None,
) -> Signals:
    """Turns signals into columns; raises Invalid naming every problem, those found before included."""
    problems = problems if problems is not None else []
    messages = list(messages)
    base = int.from_bytes(hashlib.sha256(UUID(request_id).bytes).digest()[:16], "big")
    kinds = [_TYPES[message.signal_type] for message in messages]
    signals = Signals(
        outputs=[message.output_id for message in messages],
        users=[message.user_id for message in messages],
        ids=[message.signal_id or f"{(base + index) & _ID_MASK:032x}" for index, message in enumerate(messages)],
        times_us=_moments(messages, path, terms, problems),
        types=[word for word, _ in kinds],
        sentiments=[sentiment for _, sentiment in kinds],
        values=[
            _json(message.signal_value, f"{_at(path, index)}.signal_value", problems)
            if message.HasField("signal_value")
            else None
            for index, message in enumerate(messages)
        ],
    )
    if problems:
        raise Invalid(problems)
    return signals


def _moments(
    messages: Sequence[feedback_pb2.ImplicitSignal], path: str, terms: Terms, problems: list[FieldViolation]
) -> list[int]:
    """Returns the stated times, that of receipt where none is stated; looks one by one only if any is odd."""
    stamps = [message.client_time for message in messages]
    nanos = [stamp.nanos for stamp in stamps]
    moments = [stamp.seconds * 1_000_000 + nano // 1000 for stamp, nano in zip(stamps, nanos, strict=True)]
    in_order = min(nanos, default=0) >= 0 and max(nanos, default=0) < 1_000_000_000
    if in_order and all(terms.earliest_us <= moment <= terms.latest_us for moment in moments):
        return moments
    return [
        time_us(message.client_time, f"{_at(path, index)}.client_time", terms, problems)
        if message.HasField("client_time")
        else terms.now_us
        for index, message in enumerate(messages)
    ]


def _at(path: str, index: int) -> str:
    return f"{path}[{index}]" if path == "signals" else path


def _json(value: Struct, path: str, problems: list[FieldViolation]) -> str | None:
    try:
        text = json.dumps(json_format.MessageToDict(value), ensure_ascii=False, allow_nan=False)
    except (json_format.Error, ValueError):
        problems.append(FieldViolation(path, "must hold finite numbers"))
        return None
    if len(text.encode()) > VALUE_BYTES_MAX:
        problems.append(FieldViolation(path, f"must be at most {VALUE_BYTES_MAX} bytes as JSON"))
    elif "\\u0000" in text.replace("\\\\", ""):
        problems.append(FieldViolation(path, "must not contain the character NUL"))
    return text
