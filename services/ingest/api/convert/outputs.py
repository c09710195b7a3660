"""Lists of outputs and single ones: what is wanted in, what was found out."""

from __future__ import annotations

import json
from collections.abc import Sequence

import asyncpg
from google.protobuf import json_format
from google.protobuf.message import Message

from ingest.api.convert.answers import RATING_NUMBERS, counts_out
from ingest.api.convert.enums import (
    CATEGORIES,
    CATEGORY_NUMBERS,
    RATINGS,
    REQUEST_TYPES,
    SIGNAL_NUMBERS,
    SIGNALS,
    SOURCES,
    THERMAL_STATES,
    moment_of,
    timestamp,
    us_at,
    us_of,
)
from ingest.queries.outputs import Listed, Place, Wanted, Whole
from kit.errors import Invalid
from kit.rpc.pages import decode_page, encode_page
from radiant.ingest.v1 import feedback_pb2, manifest_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb

_REQUEST_TYPE_NUMBERS = {word: number for number, word in REQUEST_TYPES.items()}
_THERMAL_NUMBERS = {word: number for number, word in THERMAL_STATES.items()}
_SOURCE_NUMBERS = {word: number for number, word in SOURCES.items()}
_EARLIEST_US, _LATEST_US = 0, 2**62 // 1000
"""No output is older or younger."""

Listing = Sequence[str]


def wanted(request: pb.ListOutputsRequest, tenant: str) -> tuple[Wanted, Place, Listing]:
    """Returns which outputs are wanted, the place before which, and what page tokens are bound to; raises Invalid."""
    start = us_of(request.start_time) if request.HasField("start_time") else _EARLIEST_US
    end = us_of(request.end_time) if request.HasField("end_time") else _LATEST_US
    if request.HasField("start_time") and request.HasField("end_time") and start >= end:
        raise Invalid.field("end_time", "must be later than start_time")
    conditions = pb.ListOutputsRequest()
    conditions.CopyFrom(request)
    conditions.ClearField("page_size")
    conditions.ClearField("page_token")
    listing = ("outputs", tenant, conditions.SerializeToString(deterministic=True).hex())
    key = decode_page(request.page_token, listing, (int, str)) or (min(max(end, _EARLIEST_US), _LATEST_US), "")
    if not _EARLIEST_US <= int(key[0]) <= _LATEST_US:
        raise Invalid.field("page_token", "is not a token of this listing")
    found = Wanted(
        start=moment_of(min(max(start, _EARLIEST_US), _LATEST_US)),
        model=request.model,
        task_type=request.task_type,
        domain_mode=request.domain_mode,
        user_id=request.user_id,
        conversation_id=request.conversation_id,
        rating=RATINGS.get(request.rating),
        category=CATEGORIES.get(request.category, ""),
        signal_type=SIGNALS.get(request.signal_type, ""),
        with_feedback=request.with_feedback,
        with_comment=request.with_comment,
        with_voice=request.with_voice,
    )
    return found, (moment_of(int(key[0])), str(key[1])), listing


def page(found: Listed, listing: Listing) -> pb.ListOutputsResponse:
    """Renders a page of outputs."""
    response = pb.ListOutputsResponse()
    for row in found.rows:
        counts = found.counts.get(row["output_id"])
        response.outputs.add(
            output_id=row["output_id"],
            user_id=row["user_id"],
            conversation_id=row["conversation_id"],
            create_time=timestamp(us_at(row["created_at"])),
            models_used=row["models_used"],
            task_type=row["task_type"],
            domain_mode=row["domain_mode"],
            input_language=row["input_language"],
            followed=row["followed"],
            counts=counts_out(counts) if counts else pb.FeedbackCounts(),
            mean_score=counts.mean_score if counts else 0.0,
        )
    if found.more:
        last = found.rows[-1]
        response.next_page_token = encode_page(listing, (us_at(last["created_at"]), last["output_id"]))
    return response


def whole(found: Whole) -> pb.GetOutputResponse:
    """Renders an output and all feedback on it."""
    return pb.GetOutputResponse(
        manifest=_manifest(found.manifest) if found.manifest is not None else None,
        feedback=[_vote(row) for row in found.votes],
        signals=[_signal(row) for row in found.signals],
        voice_ids=found.voice_ids,
        counts=counts_out(found.counts),
        mean_score=found.counts.mean_score,
    )


def _vote(row: asyncpg.Record) -> feedback_pb2.ExplicitFeedback:
    return feedback_pb2.ExplicitFeedback(
        output_id=row["output_id"],
        user_id=row["user_id"],
        rating=RATING_NUMBERS[row["rating"]],
        categories=[feedback_pb2.FeedbackCategory.ValueType(CATEGORY_NUMBERS[word]) for word in row["categories"]],
        comment=row["comment"],
        source=feedback_pb2.FeedbackSource.ValueType(_SOURCE_NUMBERS[row["source"]]),
        user_agent=row["user_agent"],
        client_time=timestamp(us_at(row["client_time"])),
    )


def _signal(row: asyncpg.Record) -> feedback_pb2.ImplicitSignal:
    signal = feedback_pb2.ImplicitSignal(
        signal_id=row["signal_id"],
        output_id=row["output_id"],
        user_id=row["user_id"],
        signal_type=feedback_pb2.SignalType.ValueType(SIGNAL_NUMBERS[row["signal_type"]]),
        client_time=timestamp(us_at(row["occurred_at"])),
    )
    if row["signal_value"] is not None:
        json_format.Parse(row["signal_value"], signal.signal_value)
    return signal


_SAME = (
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
    "experiment_id",
    "variant",
    "experiment_epoch",
    "verification_failed",
    "contradiction_found",
)
"""What the row and the message call by the same name and hold in the same form."""


def _manifest(row: asyncpg.Record) -> manifest_pb2.ExecutionManifest:
    versions = zip(row["models_used"], row["model_versions"], strict=True)
    message = manifest_pb2.ExecutionManifest(
        **{name: row[name] for name in _SAME},
        request_type=manifest_pb2.RequestType.ValueType(_REQUEST_TYPE_NUMBERS[row["request_type"]]),
        input_prompt_hash=row["input_prompt_hash"] or b"",
        model_versions={model: version for model, version in versions if version},
        create_time=timestamp(us_at(row["created_at"])),
    )
    for model, word in json.loads(row["thermal_states"]).items():
        message.thermal_states[model] = manifest_pb2.ThermalState.ValueType(_THERMAL_NUMBERS[word])
    for provider, health in json.loads(row["provider_health"]).items():
        _fill(message.provider_health[provider], health)
    for step in json.loads(row["steps"]):
        _fill(message.steps.add(), step)
    return message


def _fill(message: Message, fields: dict[str, object]) -> None:
    """Copies stored fields; numbers that JSON wrote without a fraction fit the fields that have one."""
    for name, value in fields.items():
        setattr(message, name, value)
