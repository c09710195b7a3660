"""Converts requests with manifests and outcomes to writes, and spans of traces with manifests that wait for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from google.protobuf.message import Message

from ingest.api.convert.enums import OUTCOMES, REQUEST_TYPES, THERMAL_STATES
from ingest.api.convert.times import bounded_time_us, datetime_from_us, time_bounds
from ingest.domain.model import Manifest, StatedOutcome, TimeBounds, Write, WriteMethod
from ingest.traces.inheritance import KnownSpan, TraceSpan
from ingest.writes.languages import detect_language
from kit.errors import FieldViolation, Invalid
from kit.ids import output_id_of
from kit.postgres.idempotency import fingerprint_of
from radiant.ingest.v1 import ingest_service_pb2 as pb
from radiant.ingest.v1 import manifest_pb2
from radiant.ingest.v1.manifest_pb2 import ExecutionManifest

INHERITED_DEFAULTS: Mapping[str, str] = {
    "user_id": "anonymous",
    "conversation_id": "",
    "task_type": "chat",
    "domain_mode": "",
}
"""Values of an output of OpenTelemetry that states none. A field with its default is inherited."""

MEASURED_FIELDS = (
    "input_tokens",
    "output_tokens",
    "total_latency_ms",
    "time_to_first_token_ms",
    "total_cost",
)
"""Fields of a manifest that may be unknown, and that RecordOutcome completes. Their columns have the same names."""


def manifest_write(request: pb.RecordManifestRequest, tenant: str, bounds: TimeBounds) -> Write:
    """Returns the write of one manifest; raises Invalid with all problems."""
    problems: list[FieldViolation] = []
    manifest = _manifest(request.manifest, "manifest", bounds, problems)
    if problems:
        raise Invalid(problems)
    return Write(
        tenant_id=tenant,
        request_id=UUID(request.request_id),
        stated_id=request.request_id,
        method=WriteMethod.RECORD_MANIFEST,
        fingerprint=fingerprint_of(request),
        manifests=[manifest],
    )


def manifest_batch_write(request: pb.BatchRecordManifestsRequest, tenant: str, bounds: TimeBounds) -> Write:
    """Returns the write of many manifests; raises Invalid with all problems."""
    problems: list[FieldViolation] = []
    manifests = [
        _manifest(each, f"manifests[{index}]", bounds, problems) for index, each in enumerate(request.manifests)
    ]
    if problems:
        raise Invalid(problems)
    return Write(
        tenant_id=tenant,
        request_id=UUID(request.request_id),
        stated_id=request.request_id,
        method=WriteMethod.BATCH_RECORD_MANIFESTS,
        fingerprint=fingerprint_of(request),
        manifests=manifests,
    )


def outcome_write(request: pb.RecordOutcomeRequest, tenant: str) -> Write:
    """Returns the write of an outcome."""
    values = dict.fromkeys(MEASURED_FIELDS) | _stated(request, MEASURED_FIELDS)
    return Write(
        tenant_id=tenant,
        request_id=UUID(request.request_id),
        stated_id=request.request_id,
        method=WriteMethod.RECORD_OUTCOME,
        fingerprint=fingerprint_of(request),
        outcome=StatedOutcome(
            output_id=output_id_of(request.output_id), values=_outcome_values(request.outcome) | values
        ),
    )


def _manifest(
    message: manifest_pb2.ExecutionManifest, path: str, bounds: TimeBounds, problems: list[FieldViolation]
) -> Manifest:
    created_us = bounds.now_us
    if message.HasField("create_time"):
        created_us = bounded_time_us(message.create_time, f"{path}.create_time", bounds, problems)
    models = set(message.models_used)
    problems.extend(
        FieldViolation(f"{path}.model_versions[{name[:50]!r}]", "must be one of models_used")
        for name in message.model_versions
        if name not in models
    )
    problems.extend(
        FieldViolation(f"{path}.requested_models[{name[:50]!r}]", "must be one of models_used")
        for name in message.requested_models
        if name not in models
    )
    language = message.input_language or detect_language(message.input_prompt_sample)
    return Manifest(
        output_id=message.output_id,
        conversation_id=message.conversation_id,
        created_us=created_us,
        fingerprint=fingerprint_of(message),
        language=language,
        row={} if problems else _row(message, created_us, language),
        requested_models=dict(message.requested_models),
        output_aliases=tuple(message.output_aliases),
        is_id_foreign=message.output_id_foreign,
    )


def _row(message: manifest_pb2.ExecutionManifest, created_us: int, language: str) -> Mapping[str, object]:
    prompt_hash = message.input_prompt_hash
    return {
        "output_id": message.output_id,
        "created_at": datetime_from_us(created_us).isoformat(),
        "user_id": message.user_id,
        "conversation_id": message.conversation_id,
        "message_id": message.message_id,
        "request_type": REQUEST_TYPES[message.request_type],
        "task_type": message.task_type,
        "domain_mode": message.domain_mode or "general",
        "input_prompt_hash": f"\\x{prompt_hash.hex()}" if prompt_hash else None,
        "input_language": language or None,
        "models_used": list(message.models_used),
        "model_versions": [message.model_versions.get(model, "") for model in message.models_used],
        "requested_models": None,
        "output_aliases": list(message.output_aliases) or None,
        "output_id_foreign": message.output_id_foreign,
        "orchestration_id": message.orchestration_id,
        "orchestration_name": message.orchestration_name,
        "services_used": list(dict.fromkeys(message.services_used)),
        "thermal_states": {model: THERMAL_STATES[state] for model, state in message.thermal_states.items()},
        "provider_health": {
            name: {**_stated(health, ("latency_ms", "error_rate")), "status": health.status}
            for name, health in message.provider_health.items()
        },
        "brain_reasoning": message.brain_reasoning,
        "brain_confidence": message.brain_confidence if message.HasField("brain_confidence") else None,
        "was_user_override": message.was_user_override,
        **dict.fromkeys(MEASURED_FIELDS),
        **_stated(message, MEASURED_FIELDS),
        "was_streamed": message.was_streamed,
        "steps": [
            {"model": step.model, **_stated(step, ("latency_ms", "input_tokens", "output_tokens", "cost"))}
            for step in message.steps
        ],
        "decision_id": message.decision_id,
        "propensity": message.propensity if message.HasField("propensity") else None,
        "decision_strategy": message.decision_strategy,
        "decision_candidates": list(message.decision_candidates),
        "experiment_id": message.experiment_id or None,
        "variant": message.variant,
        "experiment_epoch": message.experiment_epoch,
        "verification_failed": message.verification_failed,
        "contradiction_found": message.contradiction_found,
        **(_outcome_values(message.outcome) if message.HasField("outcome") else {}),
    }


def _stated(message: Message, names: Sequence[str]) -> dict[str, float]:
    """Returns the fields that a message states. The others are unknown, which is not 0."""
    return {name: getattr(message, name) for name in names if message.HasField(name)}


def _outcome_values(outcome: manifest_pb2.Outcome) -> dict[str, str | float | None]:
    return {
        "outcome": OUTCOMES[outcome.status],
        "error_type": outcome.error_type,
        "error_message": outcome.error_message,
    }


def trace_spans(request: pb.RecordTraceRequest, tenant: str, bounds: TimeBounds) -> list[TraceSpan]:
    """Returns the spans of a request, each once; raises Invalid with all problems of their manifests.

    A manifest without a creation time gets the time of receipt.
    """
    found: dict[tuple[bytes, bytes], TraceSpan] = {}
    problems: list[FieldViolation] = []
    for index, span in enumerate(request.spans):
        manifest = None
        if span.HasField("manifest"):
            problems += _manifest_problems(span.manifest, f"spans[{index}].", tenant, bounds)
            if not span.manifest.HasField("create_time"):
                span.manifest.create_time.FromMicroseconds(bounds.now_us)
            manifest = span.manifest.SerializeToString(deterministic=True)
        context = {field: getattr(span, field) for field in INHERITED_DEFAULTS if getattr(span, field)}
        known = KnownSpan(span.span_id, span.parent_span_id, context)
        found[span.trace_id, span.span_id] = TraceSpan(
            span.trace_id, known, span.is_output, manifest, span.manifest_waits
        )
    if problems:
        raise Invalid(problems)
    return [found[key] for key in sorted(found)]


def completed_write(tenant: str, data: bytes, inherited: Mapping[str, str], now_us: int) -> Write:
    """Returns the write of a stored manifest with inherited values; raises Invalid."""
    manifest = ExecutionManifest.FromString(data)
    for field, default in INHERITED_DEFAULTS.items():
        if getattr(manifest, field) == default:
            setattr(manifest, field, inherited.get(field, default))
    return _single_write(manifest, tenant, time_bounds(now_us))


def _manifest_problems(manifest: ExecutionManifest, path: str, tenant: str, bounds: TimeBounds) -> list[FieldViolation]:
    try:
        _single_write(manifest, tenant, bounds)
    except Invalid as error:
        return [FieldViolation(path + each.field, each.why) for each in error.violations]
    return []


def _single_write(manifest: ExecutionManifest, tenant: str, bounds: TimeBounds) -> Write:
    request = pb.RecordManifestRequest(request_id=str(uuid4()), manifest=manifest)
    return manifest_write(request, tenant, bounds)
