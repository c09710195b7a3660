"""Encodes the response of a write, which is stored with it and returned to repeats of its request."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from ingest.api.convert.times import timestamp
from ingest.domain.model import ItemOutcome, Write, WriteMethod, WriteResult
from kit.errors import AlreadyExists
from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb

BATCH_ITEMS_MAX = 1000
OUTPUT_EXISTS = "output_id is used by a different manifest"

_ACCEPTED, _DUPLICATE = feedback_pb2.ITEM_OUTCOME_ACCEPTED, feedback_pb2.ITEM_OUTCOME_DUPLICATE


def encode_response(write: Write, result: WriteResult) -> bytes:
    """Returns the response of a write, serialized.

    Raises AlreadyExists if nothing was stored: OUTPUT_EXISTS for a different manifest in RecordManifest, OUTCOME_EXISTS
    for a different outcome in RecordOutcome.
    """
    return _ENCODERS[write.method](write, result)


def _record_manifest(write: Write, result: WriteResult) -> bytes:
    manifest, stored = write.manifests[0], result.manifests[0]
    if stored.outcome is ItemOutcome.REJECTED:
        raise AlreadyExists(f"{OUTPUT_EXISTS}.", reason="OUTPUT_EXISTS", output_id=manifest.output_id)
    return pb.RecordManifestResponse(
        outcome=_outcome(stored.outcome), create_time=timestamp(stored.created_us), input_language=manifest.language
    ).SerializeToString()


def _batch_record_manifests(write: Write, result: WriteResult) -> bytes:
    response = pb.BatchRecordManifestsResponse()
    for index, stored in enumerate(result.manifests):
        item = response.results.add(index=index, outcome=_outcome(stored.outcome))
        if stored.outcome is ItemOutcome.REJECTED:
            item.error_reason, item.error_message = "OUTPUT_EXISTS", f"manifests[{index}].{OUTPUT_EXISTS}"
    return response.SerializeToString()


def _submit_explicit_feedback(write: Write, result: WriteResult) -> bytes:
    return pb.SubmitExplicitFeedbackResponse(
        outcome=_outcome(result.votes[0]),
        comment_language=write.votes[0].comment_language,
        manifest_known=result.is_manifest_known,
    ).SerializeToString()


def _submit_implicit_signal(write: Write, result: WriteResult) -> bytes:
    return pb.SubmitImplicitSignalResponse(
        outcome=_DUPLICATE if result.duplicate_signals else _ACCEPTED,
        signal_id=str(UUID(write.signals.signal_ids[0])),
        sentiment=write.signals.sentiments[0],
    ).SerializeToString()


def _batch_submit_implicit_signals(write: Write, result: WriteResult) -> bytes:
    response = pb.BatchSubmitImplicitSignalsResponse()
    _add_signal_results(response.results, write, result)
    return response.SerializeToString()


def _stream_signals(write: Write, result: WriteResult) -> bytes:
    response = pb.StreamSignalsResponse(batch_id=write.stated_id, accepted_count=write.item_count)
    if not write.votes and not result.duplicate_signals:
        return response.SerializeToString() + _all_accepted(write.item_count)
    _add_signal_results(response.results, write, result)
    for index, outcome in enumerate(result.votes, len(write.signals)):
        response.results.add(index=index, outcome=_outcome(outcome))
    return response.SerializeToString()


def _submit_voice_feedback(write: Write, result: WriteResult) -> bytes:
    assert write.recording is not None  # noqa: S101 - every write of this method has a recording
    return pb.SubmitVoiceFeedbackResponse(
        voice_id=str(write.recording.voice_id), audio_bytes=write.recording.audio_bytes
    ).SerializeToString()


def _retract_feedback(write: Write, result: WriteResult) -> bytes:
    assert result.retraction is not None  # noqa: S101 - the store returns a result for every retraction
    return pb.RetractFeedbackResponse(
        explicit_retracted=result.retraction.is_explicit_retracted,
        signals_retracted=result.retraction.signals,
        voice_retracted=result.retraction.voice,
    ).SerializeToString()


def _record_outcome(write: Write, result: WriteResult) -> bytes:
    assert write.outcome is not None  # noqa: S101 - every write of this method has an outcome
    assert result.outcome is not None  # noqa: S101 - the store returns a result for every outcome
    stored = result.outcome
    if stored.outcome is ItemOutcome.REJECTED:
        fields = ", ".join(stored.contradicted)
        message = f"output_id has a different outcome: {fields}. A stated value cannot be changed."
        raise AlreadyExists(message, reason="OUTCOME_EXISTS", output_id=write.outcome.output_id)
    return pb.RecordOutcomeResponse(
        outcome=_outcome(stored.outcome),
        manifest_known=stored.is_manifest_known,
        superseded_values=stored.superseded,
    ).SerializeToString()


_ENCODERS: Mapping[WriteMethod, Callable[[Write, WriteResult], bytes]] = {
    WriteMethod.RECORD_MANIFEST: _record_manifest,
    WriteMethod.BATCH_RECORD_MANIFESTS: _batch_record_manifests,
    WriteMethod.SUBMIT_EXPLICIT_FEEDBACK: _submit_explicit_feedback,
    WriteMethod.SUBMIT_IMPLICIT_SIGNAL: _submit_implicit_signal,
    WriteMethod.BATCH_SUBMIT_IMPLICIT_SIGNALS: _batch_submit_implicit_signals,
    WriteMethod.STREAM_SIGNALS: _stream_signals,
    WriteMethod.SUBMIT_VOICE_FEEDBACK: _submit_voice_feedback,
    WriteMethod.RETRACT_FEEDBACK: _retract_feedback,
    WriteMethod.RECORD_OUTCOME: _record_outcome,
}


@functools.lru_cache(maxsize=BATCH_ITEMS_MAX)
def _all_accepted(count: int) -> bytes:
    """Returns the serialized results of a batch without votes and duplicates.

    Appended to a serialized StreamSignalsResponse they become its `results`, as protobuf merges concatenated messages.
    """
    response = pb.StreamSignalsResponse()
    for index in range(count):
        response.results.add(index=index, outcome=_ACCEPTED)
    return response.SerializeToString()


def _add_signal_results(results: Any, write: Write, result: WriteResult) -> None:
    for index in range(len(write.signals)):
        results.add(index=index, outcome=_DUPLICATE if index in result.duplicate_signals else _ACCEPTED)


def _outcome(outcome: ItemOutcome) -> feedback_pb2.ItemOutcome.ValueType:
    return feedback_pb2.ItemOutcome.ValueType(outcome)
