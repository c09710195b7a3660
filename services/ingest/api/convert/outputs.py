"""Converts requests and responses of ListOutputs and GetOutput."""

from __future__ import annotations

import json
from collections.abc import Mapping

import asyncpg
from google.protobuf import json_format
from google.protobuf.message import Message

from ingest.api.convert.enums import (
    CATEGORIES,
    CATEGORY_NUMBERS,
    OUTCOME_NUMBERS,
    RATING_NUMBERS,
    RATINGS,
    REQUEST_TYPE_NUMBERS,
    SIGNAL_NUMBERS,
    SIGNALS,
    SOURCE_NUMBERS,
    THERMAL_STATE_NUMBERS,
)
from ingest.api.convert.feedback_stats import counts_message
from ingest.api.convert.times import datetime_from_us, timestamp, to_us
from ingest.queries.feedback_stats import TIME_MAX_US, FeedbackCounts
from ingest.queries.outputs import OutputDetail, OutputFilter
from kit.errors import Invalid
from kit.rpc.keyset import Page, microseconds_of
from radiant.ingest.v1 import feedback_pb2, manifest_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb

_TIME_MIN_US = 0
"""1970-01-01, before every output."""


def output_filter(request: pb.ListOutputsRequest) -> tuple[OutputFilter, int]:
    """Returns the conditions of a request and the end of its time range in microseconds since 1970.

    Raises Invalid for an empty time range.
    """
    start = to_us(request.start_time) if request.HasField("start_time") else _TIME_MIN_US
    end = to_us(request.end_time) if request.HasField("end_time") else TIME_MAX_US
    if request.HasField("start_time") and request.HasField("end_time") and start >= end:
        raise Invalid.field("end_time", "must be later than start_time")
    conditions = OutputFilter(
        start=datetime_from_us(_bounded(start)),
        model=request.model,
        task_type=request.task_type,
        domain_mode=request.domain_mode,
        user_id=request.user_id,
        conversation_id=request.conversation_id,
        rating=RATINGS.get(request.rating),
        category=CATEGORIES.get(request.category, ""),
        signal_type=SIGNALS.get(request.signal_type, ""),
        has_feedback=request.with_feedback,
        has_comment=request.with_comment,
        has_voice=request.with_voice,
    )
    return conditions, _bounded(end)


def page_scope(request: pb.ListOutputsRequest, tenant: str) -> tuple[str, ...]:
    """Returns the values that a page token is valid for."""
    conditions = pb.ListOutputsRequest()
    conditions.CopyFrom(request)
    conditions.ClearField("page_size")
    conditions.ClearField("page_token")
    return ("outputs", tenant, conditions.SerializeToString(deterministic=True).hex())


def _bounded(time_us: int) -> int:
    return min(max(time_us, _TIME_MIN_US), TIME_MAX_US)


def list_response(page: Page[asyncpg.Record], counts: Mapping[str, FeedbackCounts]) -> pb.ListOutputsResponse:
    """Returns the response with a page of outputs and the feedback counts by output."""
    response = pb.ListOutputsResponse(next_page_token=page.next_token)
    for row in page.rows:
        output_counts = counts.get(row["output_id"], FeedbackCounts())
        response.outputs.add(
            output_id=row["output_id"],
            user_id=row["user_id"],
            conversation_id=row["conversation_id"],
            create_time=timestamp(microseconds_of(row["created_at"])),
            models_used=row["models_used"],
            task_type=row["task_type"],
            domain_mode=row["domain_mode"],
            input_language=row["input_language"],
            followed=row["followed"],
            counts=counts_message(output_counts),
            mean_score=output_counts.mean_score,
            outcome=_status(row["outcome"]),
        )
    return response


def output_response(output: OutputDetail) -> pb.GetOutputResponse:
    """Returns the response with an output and its feedback."""
    return pb.GetOutputResponse(
        manifest=_manifest(output.manifest) if output.manifest is not None else None,
        feedback=[_vote(row) for row in output.votes],
        signals=[_signal(row) for row in output.signals],
        voice_ids=output.voice_ids,
        counts=counts_message(output.counts),
        mean_score=output.counts.mean_score,
        evaluation_scores=[_score(row, output.output_id) for row in output.scores],
    )


def _vote(row: asyncpg.Record) -> feedback_pb2.ExplicitFeedback:
    return feedback_pb2.ExplicitFeedback(
        output_id=row["output_id"],
        user_id=row["user_id"],
        rating=RATING_NUMBERS[row["rating"]],
        categories=[feedback_pb2.FeedbackCategory.ValueType(CATEGORY_NUMBERS[name]) for name in row["categories"]],
        comment=row["comment"],
        source=feedback_pb2.FeedbackSource.ValueType(SOURCE_NUMBERS[row["source"]]),
        user_agent=row["user_agent"],
        client_time=timestamp(microseconds_of(row["client_time"])),
    )


def _signal(row: asyncpg.Record) -> feedback_pb2.ImplicitSignal:
    signal = feedback_pb2.ImplicitSignal(
        signal_id=row["signal_id"],
        output_id=row["output_id"],
        user_id=row["user_id"],
        signal_type=feedback_pb2.SignalType.ValueType(SIGNAL_NUMBERS[row["signal_type"]]),
        client_time=timestamp(microseconds_of(row["occurred_at"])),
    )
    if row["signal_value"] is not None:
        json_format.Parse(row["signal_value"], signal.signal_value)
    return signal


def _score(row: asyncpg.Record, output_id: str) -> feedback_pb2.EvaluationScore:
    return feedback_pb2.EvaluationScore(
        output_id=output_id,
        name=row["name"],
        score=row["score"],
        user_id=row["user_id"],
        observe_time=timestamp(microseconds_of(row["observed_at"])),
    )


_EQUAL_FIELDS = (
    "output_id",
    "user_id",
    "conversation_id",
    "message_id",
    "task_type",
    "domain_mode",
    "input_tokens",
    "input_language",
    "models_used",
    "orchestration_id",
    "orchestration_name",
    "services_used",
    "brain_reasoning",
    "brain_confidence",
    "was_user_override",
    "output_tokens",
    "total_latency_ms",
    "time_to_first_token_ms",
    "total_cost",
    "was_streamed",
    "decision_id",
    "propensity",
    "decision_strategy",
    "decision_candidates",
    "experiment_id",
    "variant",
    "experiment_epoch",
    "verification_failed",
    "contradiction_found",
    "output_id_foreign",
)
"""Columns that have the same name and representation in the message."""


def _manifest(row: asyncpg.Record) -> manifest_pb2.ExecutionManifest:
    versions = zip(row["models_used"], row["model_versions"], strict=True)
    requested = zip(row["models_used"], row["requested_models"] or (), strict=False)
    message = manifest_pb2.ExecutionManifest(
        **{name: row[name] for name in _EQUAL_FIELDS},
        request_type=manifest_pb2.RequestType.ValueType(REQUEST_TYPE_NUMBERS[row["request_type"]]),
        input_prompt_hash=row["input_prompt_hash"] or b"",
        model_versions={model: version for model, version in versions if version},
        output_aliases=row["output_aliases"] or (),
        requested_models={model: name for model, name in requested if name},
        create_time=timestamp(microseconds_of(row["created_at"])),
        outcome=_outcome(row),
    )
    for model, state in json.loads(row["thermal_states"]).items():
        message.thermal_states[model] = manifest_pb2.ThermalState.ValueType(THERMAL_STATE_NUMBERS[state])
    for provider, health in json.loads(row["provider_health"]).items():
        _fill(message.provider_health[provider], health)
    for step in json.loads(row["steps"]):
        _fill(message.steps.add(), step)
    return message


def _status(name: str | None) -> manifest_pb2.OutcomeStatus.ValueType:
    number = manifest_pb2.OUTCOME_STATUS_UNSPECIFIED if name is None else OUTCOME_NUMBERS[name]
    return manifest_pb2.OutcomeStatus.ValueType(number)


def _outcome(row: asyncpg.Record) -> manifest_pb2.Outcome | None:
    if row["outcome"] is None:
        return None
    return manifest_pb2.Outcome(
        status=_status(row["outcome"]), error_type=row["error_type"], error_message=row["error_message"]
    )


def _fill(message: Message, fields: dict[str, object]) -> None:
    """Copies fields of a JSON object to a message; protobuf accepts integers for floating-point fields."""
    for name, value in fields.items():
        setattr(message, name, value)
