"""Converts database rows and transcripts to protobuf messages."""

from __future__ import annotations

from datetime import datetime

import asyncpg
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from radiant.ingest.v1 import feedback_pb2
from radiant.voice.v1 import voice_pb2
from radiant.voice.v1 import voice_service_pb2 as pb
from voice.domain.transcript import Transcript, TranscriptSegment
from voice.jobs.queries import QueueDepth
from voice.jobs.retry import RetryResult

STATUSES = {
    voice_pb2.VOICE_STATUS_PENDING: "pending",
    voice_pb2.VOICE_STATUS_PROCESSING: "processing",
    voice_pb2.VOICE_STATUS_COMPLETED: "completed",
    voice_pb2.VOICE_STATUS_FAILED: "failed",
    voice_pb2.VOICE_STATUS_NO_SPEECH: "no_speech",
}
_BY_NAME = {name: status for status, name in STATUSES.items()}
_RATINGS = {-1: feedback_pb2.RATING_NEGATIVE, 0: feedback_pb2.RATING_NEUTRAL, 1: feedback_pb2.RATING_POSITIVE}


def transcript_message(transcript: Transcript) -> voice_pb2.Transcript:
    """Returns a transcript as a message."""
    message = voice_pb2.Transcript(
        no_speech=not transcript.has_speech,
        audio_duration=_duration(transcript.duration_s),
        model=transcript.model,
        doubt=transcript.doubt,
    )
    if transcript.has_speech:
        message.text, message.language = transcript.text, transcript.language
        message.english_translation = transcript.english
        message.language_probability, message.confidence = transcript.language_probability, transcript.confidence
        message.sentiment, message.inferred_rating = transcript.sentiment, _RATINGS[transcript.rating]
        message.inferred_categories.extend(_category(name) for name in transcript.categories)
        message.segments.extend(_segment(each) for each in transcript.segments)
    return message


def _segment(segment: TranscriptSegment) -> voice_pb2.TranscriptSegment:
    return voice_pb2.TranscriptSegment(
        start_offset=_duration(segment.start_s),
        end_offset=_duration(segment.end_s),
        language=segment.language,
        text=segment.text,
        english_translation=segment.english,
    )


def feedback_message(row: asyncpg.Record) -> voice_pb2.VoiceFeedback:
    """Returns a row of voice feedback as a message."""
    message = voice_pb2.VoiceFeedback(
        voice_id=str(row["voice_id"]),
        output_id=row["output_id"],
        user_id=row["user_id"],
        source=_source(row["source"]),
        status=_BY_NAME[row["status"]],
        create_time=_timestamp(row["created_at"]),
        update_time=_timestamp(row["updated_at"]),
        audio_format=row["audio_format"],
        audio_bytes=row["audio_bytes"],
        audio_kept=bool(row["audio_key"]),
        attempts=row["attempts"],
        error_code=row["error_code"] or "",
        error_message=row["error"] or "",
    )
    if row["completed_at"] is not None:
        message.complete_time.CopyFrom(_timestamp(row["completed_at"]))
    if row["status"] == "pending":
        message.next_attempt_time.CopyFrom(_timestamp(row["next_attempt_at"]))
    if row["status"] in ("completed", "no_speech"):
        message.transcript.CopyFrom(transcript_message(_transcript(row)))
    return message


def _transcript(row: asyncpg.Record) -> Transcript:
    if row["status"] == "no_speech":
        return Transcript(has_speech=False, duration_s=row["audio_seconds"] or 0.0, model=row["model"] or "")
    return Transcript(
        has_speech=True,
        text=row["transcription"] or "",
        language=row["original_language"] or "",
        language_probability=row["language_probability"] or 0.0,
        english=row["english_translation"] or "",
        confidence=row["confidence"] or 0.0,
        doubt=row["doubt"] or "",
        duration_s=row["audio_seconds"] or 0.0,
        model=row["model"] or "",
        sentiment=row["sentiment"] or 0.0,
        rating=row["inferred_rating"] or 0,
        categories=tuple(row["inferred_categories"] or ()),
    )


def queue_message(depth: QueueDepth) -> pb.GetVoiceQueueResponse:
    """Returns the depth of the queue as a message."""
    message = pb.GetVoiceQueueResponse(
        depths=[
            pb.VoiceDepth(status=status, count=depth.counts[name])
            for status, name in STATUSES.items()
            if depth.counts.get(name)
        ]
    )
    if depth.oldest is not None and depth.age is not None:
        message.oldest_waiting_time.CopyFrom(_timestamp(depth.oldest))
        message.oldest_waiting_age.FromTimedelta(depth.age)
    return message


def retry_answer(result: RetryResult) -> bytes:
    """Returns the serialised answer of a retry."""
    answer = pb.RetryVoiceFeedbackResponse(retried_voice_ids=result.retried, unchanged_voice_ids=result.unchanged)
    return answer.SerializeToString()


def _timestamp(moment: datetime) -> Timestamp:
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
