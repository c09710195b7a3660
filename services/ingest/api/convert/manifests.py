"""Manifests in, what became of them out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ingest.api.convert.enums import REQUEST_TYPES, THERMAL_STATES, digest, time_us, timestamp
from ingest.domain.model import Manifest, Outcome, Terms, Verdict, Write
from ingest.domain.ports import Languages
from kit.errors import AlreadyExists, FieldViolation, Invalid
from radiant.ingest.v1 import feedback_pb2, ingest_service_pb2, manifest_pb2

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Request = ingest_service_pb2.RecordManifestRequest | ingest_service_pb2.BatchRecordManifestsRequest
TAKEN = "output_id names another manifest"


def record(request: ingest_service_pb2.RecordManifestRequest, tenant: str, terms: Terms, languages: Languages) -> Write:
    """Returns the write of one manifest; raises Invalid. Another manifest of that name makes it AlreadyExists."""
    problems: list[FieldViolation] = []
    manifest = _manifest(request.manifest, "manifest", terms, languages, problems)
    if problems:
        raise Invalid(problems)

    def answer(verdict: Verdict) -> bytes:
        judged = verdict.manifests[0]
        if judged.outcome is Outcome.REJECTED:
            raise AlreadyExists(f"{TAKEN}.", reason="OUTPUT_EXISTS", output_id=manifest.output_id)
        return ingest_service_pb2.RecordManifestResponse(
            outcome=feedback_pb2.ItemOutcome.ValueType(judged.outcome),
            create_time=timestamp(judged.created_us),
            input_language=manifest.language,
        ).SerializeToString()

    return _write("RecordManifest", tenant, request, [manifest], answer)


def record_batch(
    request: ingest_service_pb2.BatchRecordManifestsRequest, tenant: str, terms: Terms, languages: Languages
) -> Write:
    """Returns the write of many manifests, each judged by itself; raises Invalid."""
    problems: list[FieldViolation] = []
    manifests = [
        _manifest(each, f"manifests[{index}]", terms, languages, problems)
        for index, each in enumerate(request.manifests)
    ]
    if problems:
        raise Invalid(problems)

    def answer(verdict: Verdict) -> bytes:
        response = ingest_service_pb2.BatchRecordManifestsResponse()
        for index, judged in enumerate(verdict.manifests):
            item = response.results.add(index=index, outcome=feedback_pb2.ItemOutcome.ValueType(judged.outcome))
            if judged.outcome is Outcome.REJECTED:
                item.error_reason, item.error_message = "OUTPUT_EXISTS", f"manifests[{index}].{TAKEN}"
        return response.SerializeToString()

    return _write("BatchRecordManifests", tenant, request, manifests, answer)


def _write(
    method: str, tenant: str, request: Request, manifests: Sequence[Manifest], answer: Callable[[Verdict], bytes]
) -> Write:
    return Write(
        tenant_id=tenant,
        request_id=UUID(request.request_id),
        method=method,
        fingerprint=digest(request),
        answer=answer,
        manifests=manifests,
    )


def _manifest(
    message: manifest_pb2.ExecutionManifest,
    path: str,
    terms: Terms,
    languages: Languages,
    problems: list[FieldViolation],
) -> Manifest:
    created_us = terms.now_us
    if message.HasField("create_time"):
        created_us = time_us(message.create_time, f"{path}.create_time", terms, problems)
    models = set(message.models_used)
    problems.extend(
        FieldViolation(f"{path}.model_versions[{name[:50]!r}]", "must be one of models_used")
        for name in message.model_versions
        if name not in models
    )
    language = message.input_language or languages.detect(message.input_prompt_sample)
    return Manifest(
        output_id=message.output_id,
        conversation_id=message.conversation_id,
        created_us=created_us,
        fingerprint=digest(message),
        language=language,
        row={} if problems else _row(message, created_us, language),
    )


def _row(message: manifest_pb2.ExecutionManifest, created_us: int, language: str) -> Mapping[str, object]:
    prompt_hash = message.input_prompt_hash
    return {
        "output_id": message.output_id,
        "created_at": (_EPOCH + timedelta(microseconds=created_us)).isoformat(),
        "user_id": message.user_id,
        "conversation_id": message.conversation_id,
        "message_id": message.message_id,
        "request_type": REQUEST_TYPES[message.request_type],
        "task_type": message.task_type,
        "domain_mode": message.domain_mode or "general",
        "input_prompt_hash": f"\\x{prompt_hash.hex()}" if prompt_hash else None,
        "input_tokens": message.input_tokens,
        "input_language": language or None,
        "models_used": list(message.models_used),
        "model_versions": [message.model_versions.get(model, "") for model in message.models_used],
        "orchestration_id": message.orchestration_id,
        "orchestration_name": message.orchestration_name,
        "services_used": list(dict.fromkeys(message.services_used)),
        "thermal_states": {model: THERMAL_STATES[state] for model, state in message.thermal_states.items()},
        "provider_health": {
            name: {"latency_ms": health.latency_ms, "error_rate": health.error_rate, "status": health.status}
            for name, health in message.provider_health.items()
        },
        "brain_reasoning": message.brain_reasoning,
        "brain_confidence": message.brain_confidence if message.HasField("brain_confidence") else None,
        "was_user_override": message.was_user_override,
        "output_tokens": message.output_tokens,
        "total_latency_ms": message.total_latency_ms,
        "time_to_first_token_ms": (
            message.time_to_first_token_ms if message.HasField("time_to_first_token_ms") else None
        ),
        "total_cost": message.total_cost,
        "was_streamed": message.was_streamed,
        "steps": [
            {
                "model": step.model,
                "latency_ms": step.latency_ms,
                "input_tokens": step.input_tokens,
                "output_tokens": step.output_tokens,
                "cost": step.cost,
            }
            for step in message.steps
        ],
        "decision_id": message.decision_id,
        "propensity": message.propensity if message.HasField("propensity") else None,
        "experiment_id": message.experiment_id or None,
        "variant": message.variant,
        "experiment_epoch": message.experiment_epoch,
        "verification_failed": message.verification_failed,
        "contradiction_found": message.contradiction_found,
    }
