"""Tests of spans within one request: inheritance from ancestors, and model calls inside of other model calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from gateway.otlp.convert.items import ConvertedRequest
from gateway.otlp.convert.operations import REQUEST_TYPES, Reason
from gateway.otlp.convert.spans import convert_spans
from gateway.otlp.settings import ItemLimits
from tests.gateway.fixtures.otlp import CHAT, OtlpGateway, pairs, span, trace_request

TRACE = b"t" * 16
USAGE = {"gen_ai.usage.input_tokens": 3, "gen_ai.usage.output_tokens": 5}


def child(number: int, parent: int, attributes: Mapping[str, Any] = CHAT, **more: Any) -> Span:
    """Returns a span of the trace; parent 0 stands for none."""
    parent_id = parent.to_bytes(8, "big") if parent else b""
    return span(number, attributes, trace_id=TRACE, parent_span_id=parent_id, **more)


def converted(*spans: Span) -> ConvertedRequest:
    """Returns the result of the conversion."""
    return convert_spans(trace_request(*spans), ItemLimits())


def outputs(result: ConvertedRequest) -> list[int]:
    """Returns the numbers of the spans that are outputs."""
    return [int.from_bytes(each.position.span[1], "big") for each in result.manifests]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_user_session_task_and_domain_are_inherited_from_the_nearest_ancestor(order: tuple[int, ...]) -> None:
    root = {"user.id": "ada", "session.id": "s", "radiant.task_type": "code", "radiant.domain_mode": "legal"}
    spans = [child(1, 0, root), child(2, 1, {"radiant.domain_mode": "medical"}), child(3, 2, {**CHAT, **USAGE})]
    result = converted(*(spans[each] for each in order))
    (item,) = result.manifests
    manifest = item.manifest
    assert (manifest.user_id, manifest.conversation_id) == ("ada", "s")
    assert (manifest.task_type, manifest.domain_mode) == ("code", "medical")


def test_own_value_takes_precedence_over_that_of_an_ancestor_and_an_invalid_one_does_not() -> None:
    root = child(1, 0, {"user.id": "ada"})
    own, invalid = child(2, 1, {**CHAT, "llm.user": "bob"}), child(3, 1, {**CHAT, "llm.user": "x" * 201})
    assert [each.manifest.user_id for each in converted(root, own, invalid).manifests] == ["bob", "ada"]


def test_values_are_not_inherited_from_another_trace_or_tenant_request() -> None:
    root = span(1, {"user.id": "ada"}, trace_id=b"u" * 16)
    (item,) = converted(root, child(2, 1)).manifests
    assert item.manifest.user_id == "anonymous"


def test_resource_attributes_are_the_last_ancestors() -> None:
    request = trace_request(child(1, 0), child(2, 1, {**CHAT, "radiant.task_type": "chat"}))
    request.resource_spans[0].resource.attributes.extend(pairs({"radiant.task_type": "code"}))
    found = convert_spans(request, ItemLimits()).manifests
    assert [each.manifest.task_type for each in found] == ["chat"]
    request = trace_request(child(1, 0))
    request.resource_spans[0].resource.attributes.extend(pairs({"radiant.task_type": "code"}))
    (item,) = convert_spans(request, ItemLimits()).manifests
    assert item.manifest.task_type == "code"


def test_evaluation_in_a_span_belongs_to_the_inherited_user() -> None:
    annotation = {"annotations.0.annotation.name": "relevance", "annotations.0.annotation.label": "pass"}
    (item,) = converted(child(1, 0, {"user.id": "ada"}), child(2, 1, {**CHAT, **annotation})).feedback
    assert item.feedback.user_id == "ada"


def test_spans_in_a_circle_are_converted() -> None:
    first, second = child(1, 2, {**CHAT, "user.id": "ada"}), child(2, 1, {"session.id": "s"})
    itself, before_circle = child(3, 3), child(4, 1, {**CHAT, **USAGE})
    result = converted(first, second, itself, before_circle)
    assert set(outputs(result)) >= {3, 4}


def test_long_chain_of_spans_is_converted_in_linear_time() -> None:
    links = [child(number, number - 1, {"http.method": "GET"}) for number in range(2, 10_000)]
    result = converted(child(1, 0, {"user.id": "ada"}), *links, child(10_000, 9_999, {**CHAT, **USAGE}))
    assert [each.manifest.user_id for each in result.manifests] == ["ada"]


def test_cost_of_an_agent_is_not_added_to_that_of_its_calls() -> None:
    agent = {"gen_ai.operation.name": "invoke_agent", "gen_ai.request.model": "m", "gen_ai.usage.cost": 0.03}
    calls = [{**CHAT, "gen_ai.usage.cost": cost} for cost in (0.01, 0.02)]
    result = converted(child(1, 0, agent), child(2, 1, calls[0]), child(3, 1, calls[1]))
    assert sum(each.manifest.total_cost for each in result.manifests) == pytest.approx(0.03)
    assert outputs(result) == [2, 3]
    assert result.passed_over == {Reason.CONTAINS_MODEL_CALL: 1}


def test_agent_with_a_model_and_without_calls_is_an_output() -> None:
    agent = {"gen_ai.operation.name": "invoke_agent", "gen_ai.request.model": "m"}
    assert outputs(converted(child(1, 0, agent))) == [1]
    without_model = converted(child(1, 0, {"gen_ai.operation.name": "invoke_agent"}))
    assert (outputs(without_model), without_model.passed_over) == ([], {Reason.AGENT: 1})


@pytest.mark.parametrize(
    ("outer", "inner", "counted"),
    [
        (USAGE, USAGE, [3]),
        (USAGE, {}, [1]),
        ({}, USAGE, [3]),
        ({}, {}, [3]),
    ],
)
def test_model_call_inside_of_a_model_call_counts_once(
    outer: dict[str, Any], inner: dict[str, Any], counted: list[int]
) -> None:
    middle = child(2, 1, {"http.method": "POST"})
    result = converted(child(1, 0, {**CHAT, **outer}), middle, child(3, 2, {**CHAT, **inner}))
    assert outputs(result) == counted
    assert sum(result.passed_over.values()) == 2


def test_retries_inside_of_a_model_call_count_each() -> None:
    retries = [child(2, 1, {**CHAT, "error.type": "RateLimitError"}), child(3, 1, {**CHAT, **USAGE})]
    result = converted(child(1, 0, {**CHAT, **USAGE}), *retries)
    assert outputs(result) == [2, 3]
    assert [each.manifest.HasField("outcome") for each in result.manifests] == [True, False]


def test_two_spans_of_one_response_in_a_trace_count_once_with_the_cost() -> None:
    one = {**CHAT, **USAGE, "gen_ai.response.id": "r"}
    result = converted(child(1, 0, one), child(2, 0, {**one, "gen_ai.cost.total_cost": 0.5}), child(3, 0, one))
    assert outputs(result) == [2]
    assert result.passed_over == {Reason.SAME_RESPONSE: 2}


@pytest.mark.parametrize(
    "operation", ["acompletion", "chat.completions", "responses", "ai.streamText.doStream", "call_llm", "openai.chat"]
)
def test_operation_of_an_instrumentation_is_a_model_call(operation: str) -> None:
    assert outputs(converted(child(1, 0, {"gen_ai.operation.name": operation, "gen_ai.request.model": "m"}))) == [1]


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"gen_ai.request.model": "m", **USAGE}, None),
        ({"gen_ai.response.model": "m", "llm.usage.prompt_tokens": 1}, None),
        ({"gen_ai.operation.name": "new_kind_of_call", "gen_ai.request.model": "m", **USAGE}, None),
        ({"gen_ai.request.model": "m", "gen_ai.response.id": "r"}, None),
        ({"openinference.span.kind": "CHAIN", "llm.model_name": "m", "llm.token_count.prompt": 1}, None),
        ({"gen_ai.request.model": "m"}, Reason.NO_MODEL_OR_USAGE),
        (USAGE, Reason.NO_MODEL_OR_USAGE),
        ({"openinference.span.kind": "CHAIN", "input.value": "x"}, Reason.OTHER_OPERATION),
        ({"gen_ai.operation.name": "embeddings", "gen_ai.request.model": "m", **USAGE}, Reason.EMBEDDING),
        ({"ai.operationId": "ai.embed.doEmbed", "ai.model.id": "m"}, Reason.EMBEDDING),
        ({"gen_ai.operation.name": "execute_tool", "openinference.span.kind": "LLM"}, Reason.TOOL),
        ({"langfuse.observation.type": "retriever"}, Reason.RETRIEVAL),
        ({"http.request.method": "GET"}, Reason.NOT_GENERATIVE_AI),
    ],
    ids=lambda each: str(each)[:60],
)
def test_span_that_looks_like_a_model_call_is_an_output_and_others_are_counted_by_reason(
    attributes: dict[str, Any], reason: Reason | None
) -> None:
    result = converted(child(1, 0, attributes))
    assert (outputs(result), dict(result.passed_over)) == (([1], {}) if reason is None else ([], {reason: 1}))
    assert result.rejections == []


async def test_spans_passed_over_are_reported_by_reason_without_a_rejection(gateway: OtlpGateway) -> None:
    tool, embedding = {"gen_ai.operation.name": "execute_tool"}, {"gen_ai.operation.name": "embeddings"}
    answer = await gateway.export_spans(child(1, 0), child(2, 1, tool), child(3, 1, tool), child(4, 0, embedding))
    assert answer.partial_success.rejected_spans == 0
    assert answer.partial_success.error_message == (
        "not stored 2 times: calls a tool and is not an output; not stored once: embeds text and is not an output"
    )
    assert len(await gateway.manifests()) == 1


def test_each_operation_of_the_table_is_found_in_every_spelling() -> None:
    for name in REQUEST_TYPES:
        spelled = name.replace("_", " ").title()
        assert outputs(converted(child(1, 0, {"gen_ai.operation.name": spelled, "gen_ai.request.model": "m"}))) == [1]
