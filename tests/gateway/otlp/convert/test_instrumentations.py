"""Tests of the conversion of spans that public instrumentations sent, as recorded by fixtures/instrumentations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from gateway.otlp.codec import BodyFormat, parse_message
from gateway.otlp.convert.items import ConvertedRequest
from gateway.otlp.convert.operations import Reason
from gateway.otlp.convert.spans import convert_spans
from gateway.otlp.settings import ItemLimits
from radiant.ingest.v1 import manifest_pb2
from tests.gateway.fixtures.instrumentations.provider import ANSWERED_MODEL
from tests.gateway.fixtures.instrumentations.record import INSTRUMENTATIONS

FOLDER = Path(__file__).parents[1] / "fixtures"
DOCUMENTS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}
ASKED = {"openinference-instrumentation-litellm": "openai/gpt-4o-mini", "langfuse": ANSWERED_MODEL}
"""Model that an answered call is credited to; of the others, it is the requested model."""
WITHOUT_ANSWERED_MODEL = frozenset({"openinference-instrumentation-litellm", "langfuse"})
WITH_COST = frozenset({"litellm", "openinference-instrumentation-litellm"})
WITH_FIRST_TOKEN = frozenset(
    {"ai", "langfuse", "openinference-instrumentation-openai", "opentelemetry-instrumentation-openai"}
)
WITH_RESPONSE_ID = frozenset(
    {"ai", "litellm", "opentelemetry-instrumentation-openai", "opentelemetry-instrumentation-openai-v2"}
)
WITHOUT_RESPONSES_API = ("litellm", "openinference-instrumentation-litellm", "opentelemetry-instrumentation-openai-v2")
"""Prefixes of recordings without the Responses API: the program does not call it, or it is not instrumented."""
ANSWERED, FAILED = ("plain", "streamed", "tool"), ("error-429", "error-500")


def converted(document: Any, scenario: str) -> ConvertedRequest:
    """Returns the result of the conversion of a recorded scenario."""
    body = json.dumps(document["scenarios"][scenario]).encode()
    return convert_spans(parse_message(ExportTraceServiceRequest, body, BodyFormat.JSON), ItemLimits())


def test_each_instrumentation_of_the_recorder_has_a_recording() -> None:
    assert sorted(DOCUMENTS) == sorted(f"{each.name}-{each.version}" for each in INSTRUMENTATIONS)


@pytest.mark.parametrize("stem", DOCUMENTS)
@pytest.mark.parametrize("scenario", ANSWERED)
def test_recorded_call_becomes_one_complete_output(stem: str, scenario: str) -> None:
    document = DOCUMENTS[stem]
    name = document["instrumentation"]
    result = converted(document, scenario)
    (item,) = result.manifests
    manifest = item.manifest
    assert list(manifest.models_used) == [ASKED.get(name, "gpt-4o-mini")]
    if name not in WITHOUT_ANSWERED_MODEL and (name, scenario) != ("litellm", "streamed"):
        assert dict(manifest.model_versions) == {"gpt-4o-mini": ANSWERED_MODEL}
    assert (manifest.input_tokens, manifest.output_tokens) == (11, 7)
    assert (manifest.user_id, manifest.conversation_id, manifest.task_type) == ("ada", "session-7", "chat")
    assert 0 < manifest.total_latency_ms < 60_000
    assert manifest.HasField("total_cost") == (name in WITH_COST)
    assert not manifest.HasField("outcome")
    assert item.has_own_output_id == (name in WITH_RESPONSE_ID)
    assert len(manifest.input_prompt_hash) == 32 or name == "opentelemetry-instrumentation-openai-v2"
    assert (dict(result.attribute_errors.counts), result.rejections) == ({}, [])


@pytest.mark.parametrize("stem", DOCUMENTS)
def test_recorded_stream_states_that_it_streamed_and_its_first_token(stem: str) -> None:
    (item,) = converted(DOCUMENTS[stem], "streamed").manifests
    name = DOCUMENTS[stem]["instrumentation"]
    assert item.manifest.was_streamed or name == "opentelemetry-instrumentation-openai-v2"
    assert item.manifest.HasField("time_to_first_token_ms") == (name in WITH_FIRST_TOKEN)
    assert 0 <= item.manifest.time_to_first_token_ms <= item.manifest.total_latency_ms


@pytest.mark.parametrize("stem", DOCUMENTS)
@pytest.mark.parametrize("scenario", FAILED)
def test_recorded_failure_becomes_one_failed_output(stem: str, scenario: str) -> None:
    (item,) = converted(DOCUMENTS[stem], scenario).manifests
    outcome = item.manifest.outcome
    assert outcome.status == manifest_pb2.OUTCOME_STATUS_ERROR
    assert "scripted" in outcome.error_message
    assert outcome.error_type not in ("", "_OTHER")
    assert item.manifest.user_id == "ada"
    assert "gpt-4o-mini" in item.manifest.models_used[0]
    assert not item.manifest.HasField("output_tokens")


@pytest.mark.parametrize("stem", DOCUMENTS)
def test_recorded_embedding_is_no_output(stem: str) -> None:
    result = converted(DOCUMENTS[stem], "embeddings")
    assert (result.manifests, result.rejections) == ([], [])
    assert result.passed_over[Reason.EMBEDDING] >= 1
    assert not result.passed_over[Reason.NO_MODEL_OR_USAGE]


@pytest.mark.parametrize(
    "stem",
    [stem for stem in DOCUMENTS if not stem.startswith(WITHOUT_RESPONSES_API)],
)
def test_recorded_call_of_the_responses_api_becomes_one_output(stem: str) -> None:
    (item,) = converted(DOCUMENTS[stem], "responses").manifests
    assert (item.manifest.input_tokens, item.manifest.output_tokens, item.manifest.user_id) == (11, 7, "ada")
