"""Tests of invalid items: each is rejected by the name of its attribute, and other items are stored."""

from typing import Any

import pytest
from prometheus_client import REGISTRY

from gateway.otlp.convert.log_records import convert_log_records
from gateway.otlp.convert.spans import convert_spans
from gateway.otlp.settings import ItemLimits
from tests.gateway.fixtures.otlp import (
    CHAT,
    START_NS,
    OtlpGateway,
    derived_output_id,
    evaluation,
    evaluation_event,
    evaluation_record,
    log_request,
    now_ns,
    span,
    trace_request,
)


def item_count(kind: str, outcome: str) -> float:
    """Returns the number of counted items."""
    return REGISTRY.get_sample_value("radiant_otlp_items_total", {"kind": kind, "outcome": outcome}) or 0.0


INVALID_SPANS: list[tuple[dict[str, Any], str]] = [
    ({"gen_ai.operation.name": "chat"}, "gen_ai.request.model"),
    ({**CHAT, "gen_ai.request.model": ["m"]}, "gen_ai.request.model"),
    ({**CHAT, "gen_ai.request.model": "m" * 201}, "gen_ai.request.model"),
]
INVALID_ATTRIBUTES: list[tuple[dict[str, Any], str]] = [
    ({"gen_ai.response.id": 1.5}, "gen_ai.response.id"),
    ({"enduser.id": "u" * 201}, "enduser.id"),
    ({"enduser.id": "u\n"}, "enduser.id"),
    ({"user.id": "\u200b", "enduser.id": "u"}, "user.id"),
    ({"gen_ai.usage.input_tokens": -1}, "gen_ai.usage.input_tokens"),
    ({"gen_ai.usage.input_tokens": float("nan")}, "gen_ai.usage.input_tokens"),
    ({"gen_ai.usage.output_tokens": 2**31}, "gen_ai.usage.output_tokens"),
    ({"gen_ai.usage.prompt_tokens": "many"}, "gen_ai.usage.prompt_tokens"),
    ({"gen_ai.usage.cost": float("nan")}, "gen_ai.usage.cost"),
    ({"gen_ai.usage.cost": "$0.01"}, "gen_ai.usage.cost"),
    ({"gen_ai.usage.cost": -0.5}, "gen_ai.usage.cost"),
    ({"gen_ai.usage.cost": 1.7e308}, "gen_ai.usage.cost"),
    ({"llm.cost.total": "1000000.5"}, "llm.cost.total"),
    ({"langfuse.observation.cost_details": '{"total": -1}'}, "langfuse.observation.cost_details[total]"),
    ({"gen_ai.usage.output_tokens": 1_000_000_001}, "gen_ai.usage.output_tokens"),
    ({"gen_ai.response.time_to_first_chunk": 86_401}, "gen_ai.response.time_to_first_chunk"),
    ({"gen_ai.response.time_to_first_chunk": -1}, "gen_ai.response.time_to_first_chunk"),
    ({"gen_ai.response.time_to_first_chunk": float("inf")}, "gen_ai.response.time_to_first_chunk"),
    ({"ai.response.msToFirstChunk": -1}, "ai.response.msToFirstChunk"),
    ({"langfuse.observation.completion_start_time": "soon"}, "langfuse.observation.completion_start_time"),
    ({"radiant.experiment_epoch": 1_000_001}, "radiant.experiment_epoch"),
    ({"gen_ai.response.model": "v" * 101}, "gen_ai.response.model"),
    ({"radiant.task_type": "any"}, "radiant.task_type"),
    ({"radiant.domain_mode": "?"}, "radiant.domain_mode"),
    ({"radiant.propensity": 0.0}, "radiant.propensity"),
    ({"radiant.propensity": 7}, "radiant.propensity"),
    ({"radiant.experiment_id": "no uuid"}, "radiant.experiment_id"),
    ({"gen_ai.request.stream": "perhaps"}, "gen_ai.request.stream"),
    ({"gen_ai.prompt": "y" * 2_000_000}, "gen_ai.prompt"),
    ({f"a{number}": 1 for number in range(1024)}, "attributes"),
]
INVALID_EVALUATIONS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"gen_ai.evaluation.score.value": 1.0}, {}, "gen_ai.evaluation.name"),
    ({"gen_ai.evaluation.name": "relevance"}, {}, "gen_ai.evaluation.score.value"),
    (
        {
            "gen_ai.evaluation.name": "tone",
            "gen_ai.evaluation.score.label": "\u200b",
            "gen_ai.evaluation.explanation": " \n\ufeff",
        },
        {},
        "gen_ai.evaluation.score.value",
    ),
    (evaluation("n" * 200, gen_ai__evaluation__score__label="pass"), {}, "gen_ai.evaluation.name"),
    (evaluation("\u200b"), {}, "gen_ai.evaluation.name"),
    (evaluation(user__id="\u200b\u00a0"), {}, "user.id"),
    (evaluation(value="high"), {}, "gen_ai.evaluation.score.value"),
    (evaluation(gen_ai__evaluation__explanation="a\0b"), {}, "gen_ai.evaluation.explanation"),
    (evaluation(), {"trace_id": b"", "span_id": b""}, "gen_ai.response.id"),
    (evaluation(), {"time_unix_nano": 0}, "time_unix_nano"),
]


@pytest.mark.parametrize(("attributes", "field"), INVALID_SPANS, ids=lambda each: str(each)[:60])
def test_invalid_span_is_rejected_with_the_name_of_its_attribute(attributes: dict[str, Any], field: str) -> None:
    converted = convert_spans(trace_request(span(1, attributes)), ItemLimits())
    assert [(each.kind, each.field) for each in converted.rejections] == [("manifest", field)]
    assert (converted.manifests, converted.feedback, converted.ignored) == ([], [], 0)


@pytest.mark.parametrize(("attributes", "field"), INVALID_ATTRIBUTES, ids=lambda each: str(each)[:60])
def test_invalid_attribute_is_left_out_and_counted_and_its_output_is_kept(
    attributes: dict[str, Any], field: str
) -> None:
    converted = convert_spans(trace_request(span(1, {**CHAT, **attributes})), ItemLimits())
    assert [name for name, _ in converted.attribute_errors.counts] == [field]
    assert converted.rejections == []
    (item,) = converted.manifests
    plain = convert_spans(trace_request(span(1, CHAT)), ItemLimits()).manifests[0].manifest
    if attributes.get("enduser.id") == "u":
        plain.user_id = "u"
    assert item.manifest == plain


def test_large_attribute_without_a_row_is_not_counted() -> None:
    converted = convert_spans(trace_request(span(1, {**CHAT, "x": "y" * 2_000_000})), ItemLimits())
    assert len(converted.manifests) == 1
    assert converted.attribute_errors.counts == {}


def test_next_valid_attribute_of_a_field_is_used_instead_of_an_invalid_one() -> None:
    given = {"gen_ai.usage.cost": "$0.01", "gen_ai.cost.total_cost": 0.02, "user.id": "u" * 201, "llm.user": "ada"}
    (item,) = convert_spans(trace_request(span(1, {**CHAT, **given})), ItemLimits()).manifests
    assert (item.manifest.total_cost, item.manifest.user_id) == (0.02, "ada")


async def test_attributes_left_out_are_reported_in_the_response_and_in_metrics(gateway: OtlpGateway) -> None:
    def errors() -> float:
        labels = {"attribute": "gen_ai.usage.cost"}
        return REGISTRY.get_sample_value("radiant_otlp_attribute_errors_total", labels) or 0.0

    before = errors()
    wrong = {**CHAT, "gen_ai.usage.cost": "$0.01"}
    answer = await gateway.export_spans(span(1, wrong), span(2, wrong), span(3))
    assert answer.partial_success.rejected_spans == 0
    message = answer.partial_success.error_message
    assert message == "attribute gen_ai.usage.cost left out 2 times: must be a finite number"
    assert len(await gateway.manifests()) == 3
    assert errors() == before + 2


async def test_invalid_spans_do_not_affect_valid_spans(gateway: OtlpGateway) -> None:
    rejected, accepted = item_count("manifest", "rejected"), item_count("manifest", "accepted")
    invalid = [span(2 * number, attributes) for number, (attributes, _) in enumerate(INVALID_SPANS, 1)]
    valid = [span(2 * number + 1) for number in range(1, len(INVALID_SPANS) + 1)]
    answer = await gateway.export_spans(*(each for pair in zip(invalid, valid, strict=True) for each in pair))
    assert answer.partial_success.rejected_spans == len(invalid)
    assert answer.partial_success.error_message.startswith(f"[0] {2:032x}/{2:016x} gen_ai.request.model: is required; ")
    assert len(await gateway.manifests()) == len(valid)
    now = item_count("manifest", "rejected"), item_count("manifest", "accepted")
    assert now == (rejected + len(invalid), accepted + len(valid))


@pytest.mark.parametrize(
    ("start_ns", "end_ns", "created_ns", "is_counted"),
    [
        (1, START_NS, START_NS, True),
        (0, START_NS, START_NS, False),
        (START_NS, 0, START_NS, False),
        (START_NS, START_NS - 1, START_NS, True),
        (0, 0, 0, False),
        (1_000, 2_000_000, 0, True),
    ],
)
async def test_span_without_a_valid_duration_has_no_latency(
    start_ns: int, end_ns: int, created_ns: int, is_counted: bool
) -> None:
    times = {"start_time_unix_nano": start_ns, "end_time_unix_nano": end_ns}
    converted = convert_spans(trace_request(span(1, CHAT, **times)), ItemLimits())
    (item,) = converted.manifests
    has_latency = 0 < start_ns <= end_ns < start_ns + 86_400 * 10**9
    assert item.manifest.HasField("total_latency_ms") == has_latency
    assert item.manifest.create_time.ToNanoseconds() == created_ns
    assert item.manifest.HasField("create_time") == bool(created_ns)
    assert [name for name, _ in converted.attribute_errors.counts] == ["end_time_unix_nano"] * is_counted


def test_values_that_a_span_does_not_state_are_absent() -> None:
    (item,) = convert_spans(trace_request(span(1, CHAT, start_time_unix_nano=0)), ItemLimits()).manifests
    names = ("input_tokens", "output_tokens", "total_cost", "total_latency_ms", "time_to_first_token_ms")
    assert [name for name in names if item.manifest.HasField(name)] == []  # type: ignore[arg-type]


async def test_attribute_above_the_depth_limit_is_left_out(gateway: OtlpGateway) -> None:
    deep: Any = "x"
    for _ in range(20):
        deep = [deep]
    answer = await gateway.export_spans(span(1, {**CHAT, "gen_ai.input.messages": deep}))
    assert "gen_ai.input.messages left out once: must be at most 16 levels deep" in answer.partial_success.error_message
    assert [each["input_prompt_hash"] for each in await gateway.manifests()] == [None]


async def test_times_rejected_by_ingest_do_not_affect_other_items(gateway: OtlpGateway) -> None:
    old, ahead = 1_000_000_000_000_000_000, now_ns() + 3600 * 1_000_000_000
    late = span(3, start_time_unix_nano=ahead - 1, end_time_unix_nano=ahead)
    spans = [span(1), late, span(4)]
    answer = await gateway.export_spans(*spans)
    assert answer.partial_success.rejected_spans == 1
    assert answer.partial_success.error_message.count("create_time: ") == 1
    assert [each["output_id"] for each in await gateway.manifests()] == [derived_output_id(1), derived_output_id(4)]
    records = [evaluation_record(1, evaluation()), evaluation_record(2, evaluation(), time_unix_nano=old)]
    response = await gateway.export_log_records(*records)
    assert response.partial_success.rejected_log_records == 1
    assert "client_time: must not be before 2020" in response.partial_success.error_message
    assert [each["output_id"] for each in await gateway.votes()] == [derived_output_id(1)]


async def test_different_manifest_with_the_same_output_id_is_rejected_each_time(gateway: OtlpGateway) -> None:
    named = {**CHAT, "gen_ai.response.id": "r"}
    await gateway.export_spans(span(1, named))
    for _ in range(2):
        answer = await gateway.export_spans(span(2, named), span(3))
        assert answer.partial_success.rejected_spans == 1
        assert "r: output_id is used by a different manifest" in answer.partial_success.error_message
    assert [each["output_id"] for each in await gateway.manifests()] == [derived_output_id(3), "r"]


async def test_same_span_twice_in_a_request_is_counted_as_duplicate(gateway: OtlpGateway) -> None:
    duplicates = item_count("manifest", "duplicate")
    answer = await gateway.export_spans(span(1), span(1))
    assert not answer.HasField("partial_success")
    assert item_count("manifest", "duplicate") == duplicates + 1


async def test_span_without_ids_requires_a_response_id(gateway: OtlpGateway) -> None:
    without_ids = span(1, trace_id=b"", span_id=b"")
    answer = await gateway.export_spans(without_ids, span(2, {**CHAT, "gen_ai.response.id": "r"}, trace_id=b""))
    assert answer.partial_success.rejected_spans == 1
    assert "trace_id" in answer.partial_success.error_message
    assert [each["output_id"] for each in await gateway.manifests()] == ["r"]


@pytest.mark.parametrize(("attributes", "more", "field"), INVALID_EVALUATIONS, ids=lambda each: str(each)[:60])
def test_invalid_evaluation_is_rejected_with_the_name_of_its_attribute(
    attributes: dict[str, Any], more: dict[str, Any], field: str
) -> None:
    converted = convert_log_records(log_request(evaluation_record(2, attributes, **more)), ItemLimits())
    assert [(each.kind, each.field) for each in converted.rejections] == [("feedback", field)]
    assert (converted.feedback, converted.ignored) == ([], 0)


async def test_invalid_evaluations_do_not_affect_valid_evaluations(gateway: OtlpGateway) -> None:
    invalid = [evaluation_record(2, attributes, **more) for attributes, more, _ in INVALID_EVALUATIONS]
    answer = await gateway.export_log_records(evaluation_record(1, evaluation()), *invalid)
    assert answer.partial_success.rejected_log_records == len(invalid)
    assert " gen_ai.evaluation.name: is required" in answer.partial_success.error_message
    assert [each["output_id"] for each in await gateway.votes()] == [derived_output_id(1)]


async def test_evaluation_on_a_span_without_output_requires_an_output_id(gateway: OtlpGateway) -> None:
    embeddings = {"gen_ai.operation.name": "embeddings"}
    with_id, without_id = evaluation(gen_ai__response__id="r"), evaluation()
    answer = await gateway.export_spans(
        span(1, embeddings, events=[evaluation_event(with_id)]),
        span(2, embeddings, events=[evaluation_event(without_id)]),
    )
    assert answer.partial_success.rejected_spans == 1
    assert "gen_ai.response.id: is required" in answer.partial_success.error_message
    assert [each["output_id"] for each in await gateway.votes()] == ["r"]


async def test_long_explanations_and_error_messages_are_truncated(gateway: OtlpGateway) -> None:
    await gateway.export_log_records(evaluation_record(1, evaluation(gen_ai__evaluation__explanation="é" * 5000)))
    (stored,) = await gateway.votes()
    assert stored["comment"] == "é" * 4000
    answer = await gateway.export_spans(*(span(number, {"gen_ai.operation.name": "chat"}) for number in range(1, 9)))
    assert answer.partial_success.rejected_spans == 8
    assert answer.partial_success.error_message.endswith("; and 3 more")


async def test_ignored_items_are_counted_and_not_reported(gateway: OtlpGateway) -> None:
    spans, records = item_count("span", "ignored"), item_count("log_record", "ignored")
    await gateway.export_spans(span(1, {}), span(2, {}), span(3))
    await gateway.export_log_records(evaluation_record(1, {}, event_name=""))
    assert (item_count("span", "ignored"), item_count("log_record", "ignored")) == (spans + 2, records + 1)
