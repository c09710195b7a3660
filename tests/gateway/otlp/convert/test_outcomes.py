"""Tests of the outcome that a span states: status, error attributes, HTTP status and exception events."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from gateway.otlp.convert.spans import convert_spans
from gateway.otlp.settings import ItemLimits
from radiant.ingest.v1 import manifest_pb2
from radiant.ingest.v1.manifest_pb2 import ExecutionManifest
from tests.gateway.fixtures.otlp import CHAT, pairs, span, trace_request

ERROR, OK = Status.STATUS_CODE_ERROR, Status.STATUS_CODE_OK
EXCEPTION = Span.Event(
    name="exception", attributes=pairs({"exception.type": "openai.APITimeoutError", "exception.message": "slow"})
)


def manifest(attributes: dict[str, Any], **more: Any) -> ExecutionManifest:
    """Returns the manifest of a span."""
    (item,) = convert_spans(trace_request(span(1, {**CHAT, **attributes}, **more)), ItemLimits()).manifests
    return item.manifest


@pytest.mark.parametrize(
    ("attributes", "more", "status", "error_type", "message"),
    [
        ({}, {"status": Status(code=ERROR, message="broken")}, "ERROR", "_OTHER", "broken"),
        ({"error.type": "RateLimitError"}, {}, "ERROR", "RateLimitError", ""),
        ({"http.response.status_code": 429}, {}, "ERROR", "429", ""),
        ({"http.status_code": 504}, {}, "TIMEOUT", "504", ""),
        ({"error.type": "499"}, {}, "CANCELLED", "499", ""),
        ({"error.type": "timeout"}, {}, "TIMEOUT", "timeout", ""),
        ({"error.type": "asyncio.CancelledError"}, {}, "CANCELLED", "asyncio.CancelledError", ""),
        ({"error.type": "AbortError"}, {}, "CANCELLED", "AbortError", ""),
        ({"error.type": "DEADLINE_EXCEEDED"}, {}, "TIMEOUT", "DEADLINE_EXCEEDED", ""),
        ({}, {"events": [EXCEPTION]}, "TIMEOUT", "openai.APITimeoutError", "slow"),
        ({"langfuse.observation.level": "ERROR"}, {}, "ERROR", "_OTHER", ""),
        ({}, {"status": Status(code=ERROR, message="Error code: 429 - slow down")}, "ERROR", "429", None),
        ({"error.type": "e" * 300}, {}, "ERROR", "e" * 200, ""),
    ],
    ids=lambda each: str(each)[:40],
)
def test_failed_call_has_an_outcome_with_type_and_message(
    attributes: dict[str, Any], more: dict[str, Any], status: str, error_type: str, message: str | None
) -> None:
    outcome = manifest(attributes, **more).outcome
    assert outcome.status == manifest_pb2.OutcomeStatus.Value(f"OUTCOME_STATUS_{status}")
    assert outcome.error_type == error_type
    assert message is None or outcome.error_message == message


@pytest.mark.parametrize(
    ("attributes", "more"),
    [
        ({}, {}),
        ({"http.response.status_code": 200}, {}),
        ({}, {"status": Status(code=OK), "events": [EXCEPTION]}),
        ({"langfuse.observation.level": "DEFAULT"}, {}),
    ],
    ids=lambda each: str(each)[:40],
)
def test_call_that_answered_has_no_outcome(attributes: dict[str, Any], more: dict[str, Any]) -> None:
    assert not manifest(attributes, **more).HasField("outcome")
