"""Rows and what was heard as messages."""

from __future__ import annotations

import hashlib
from datetime import datetime

import asyncpg
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from kit.postgres.once import Asked
from radiant.ingest.v1 import feedback_pb2
from radiant.voice.v1 import voice_pb2
from radiant.voice.v1 import voice_service_pb2 as pb
from voice.domain.ports import Understood
from voice.jobs.queries import LATEST_US, Depth

STATUSES = {
    voice_pb2.VOICE_STATUS_PENDING: "pending",
    voice_pb2.VOICE_STATUS_PROCESSING: "processing",
    voice_pb2.VOICE_STATUS_COMPLETED: "completed",
    voice_pb2.VOICE_STATUS_FAILED: "failed",
    voice_pb2.VOICE_STATUS_NO_SPEECH: "no_speech",
}
_BY_NAME = {name: status for status, name in STATUSES.items()}
_RATINGS = {-1: feedback_pb2.RATING_NEGATIVE, 0: feedback_pb2.RATING_NEUTRAL, 1: feedback_pb2.RATING_POSITIVE}


def transcript_of(heard: Understood) -> voice_pb2.Transcript:
    """Returns what was heard as a message."""
    message = voice_pb2.Transcript(
        no_speech=heard.no_speech, audio_duration=_duration(heard.seconds), model=heard.model, doubt=heard.doubt
    )
    if not heard.no_speech:
        message.text, message.language, message.english_translation = heard.text, heard.language, heard.english
        message.language_probability, message.confidence = heard.language_probability, heard.confidence
        message.sentiment, message.inferred_rating = heard.sentiment, _RATINGS[heard.rating]
        message.inferred_categories.extend(_category(name) for name in heard.categories)
    return message


def feedback_of(row: asyncpg.Record) -> voice_pb2.VoiceFeedback:
    """Returns a row as a message."""
    message = voice_pb2.VoiceFeedback(
        voice_id=str(row["voice_id"]),
        output_id=row["output_id"],
        user_id=row["user_id"],
        source=_source(row["source"]),
        status=_BY_NAME[row["status"]],
        create_time=timestamp(row["created_at"]),
        update_time=timestamp(row["updated_at"]),
        audio_format=row["audio_format"],
        audio_bytes=row["audio_bytes"],
        audio_kept=bool(row["audio_key"]),
        attempts=row["attempts"],
        error_code=row["error_code"] or "",
        error_message=row["error"] or "",
    )
    if row["completed_at"] is not None:
        message.complete_time.CopyFrom(timestamp(row["completed_at"]))
    if row["status"] == "pending":
        message.next_attempt_time.CopyFrom(timestamp(row["next_attempt_at"]))
    if row["status"] in ("completed", "no_speech"):
        message.transcript.CopyFrom(transcript_of(_understood(row)))
    return message


def _understood(row: asyncpg.Record) -> Understood:
    if row["status"] == "no_speech":
        return Understood(no_speech=True, seconds=row["audio_seconds"] or 0.0, model=row["model"] or "")
    return Understood(
        no_speech=False,
        text=row["transcription"] or "",
        language=row["original_language"] or "",
        language_probability=row["language_probability"] or 0.0,
        english=row["english_translation"] or "",
        confidence=row["confidence"] or 0.0,
        doubt=row["doubt"] or "",
        seconds=row["audio_seconds"] or 0.0,
        model=row["model"] or "",
        sentiment=row["sentiment"] or 0.0,
        rating=row["inferred_rating"] or 0,
        categories=tuple(row["inferred_categories"] or ()),
    )


def queue_of(depth: Depth) -> pb.GetVoiceQueueResponse:
    """Returns how much waits as a message."""
    message = pb.GetVoiceQueueResponse(
        depths=[
            pb.VoiceDepth(status=status, count=depth.counts[name])
            for status, name in STATUSES.items()
            if depth.counts.get(name)
        ]
    )
    if depth.oldest is not None and depth.age is not None:
        message.oldest_waiting_time.CopyFrom(timestamp(depth.oldest))
        message.oldest_waiting_age.FromTimedelta(depth.age)
    return message


def asked_of(message: Message, method: str, tenant: str) -> Asked:
    """Returns how a repeat of a request is recognised."""
    request_id: str = message.request_id  # type: ignore[attr-defined]  # every changing request has one
    fingerprint = hashlib.sha256(message.SerializeToString(deterministic=True)).digest()
    return Asked(tenant_id=tenant, request_id=request_id, method=method, fingerprint=fingerprint)


def place_of(key: tuple[str | int, ...]) -> tuple[int, str]:
    """Returns the place that a page token's key names."""
    micros, name = key
    return min(int(micros), LATEST_US), str(name)


def timestamp(moment: datetime) -> Timestamp:
    """Returns a moment as a message."""
    message = Timestamp()
    message.FromDatetime(moment)
    return message


def _duration(seconds: float) -> Duration:
    message = Duration()
    message.FromNanoseconds(round(seconds * 1e9))
    return message


def _category(name: str) -> feedback_pb2.FeedbackCategory.ValueType:
    return feedback_pb2.FeedbackCategory.Value(f"FEEDBACK_CATEGORY_{name.upper()}")


def _source(name: str) -> feedback_pb2.FeedbackSource.ValueType:
    return feedback_pb2.FeedbackSource.Value(f"FEEDBACK_SOURCE_{name.upper()}")
