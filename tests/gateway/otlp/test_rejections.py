"""Tests of invalid items: each is rejected by the name of its attribute, and other items are stored."""

from typing import Any

import pytest
from prometheus_client import REGISTRY

from gateway.otlp.convert.log_records import convert_log_records
from gateway.otlp.convert.spans import convert_spans
from gateway.otlp.settings import ItemLimits
from tests.gateway.fixtures.otlp import (
    CHAT,
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
    ({**CHAT, "gen_ai.response.id": 1.5}, "gen_ai.response.id"),
    ({**CHAT, "enduser.id": "u" * 201}, "enduser.id"),
    ({**CHAT, "user.id": "\u200b", "enduser.id": "u"}, "user.id"),
    ({**CHAT, "gen_ai.request.model": ["m"]}, "gen_ai.request.model"),
    ({**CHAT, "gen_ai.usage.input_tokens": -1}, "gen_ai.usage.input_tokens"),
    ({**CHAT, "gen_ai.usage.output_tokens": 2**31}, "gen_ai.usage.output_tokens"),
    ({**CHAT, "gen_ai.usage.prompt_tokens": "many"}, "gen_ai.usage.prompt_tokens"),
    ({**CHAT, "gen_ai.usage.cost": float("nan")}, "gen_ai.usage.cost"),
    ({**CHAT, "gen_ai.usage.cost": -0.5}, "gen_ai.usage.cost"),
    ({**CHAT, "gen_ai.usage.cost": 1.7e308}, "gen_ai.usage.cost"),
    ({**CHAT, "llm.cost.total": "1000000.5"}, "llm.cost.total"),
    ({**CHAT, "gen_ai.usage.output_tokens": 1_000_000_001}, "gen_ai.usage.output_tokens"),
    ({**CHAT, "gen_ai.response.time_to_first_chunk": 86_401}, "gen_ai.response.time_to_first_chunk"),
    ({**CHAT, "gen_ai.response.time_to_first_chunk": -1}, "gen_ai.response.time_to_first_chunk"),
    ({**CHAT, "radiant.experiment_epoch": 1_000_001}, "radiant.experiment_epoch"),
    ({**CHAT, "gen_ai.response.time_to_first_chunk": float("inf")}, "gen_ai.response.time_to_first_chunk"),
    ({**CHAT, "gen_ai.response.model": "v" * 101}, "gen_ai.response.model"),
    ({**CHAT, "radiant.task_type": "any"}, "radiant.task_type"),
    ({**CHAT, "radiant.propensity": 0.0}, "radiant.propensity"),
    ({**CHAT, "radiant.experiment_id": "no uuid"}, "radiant.experiment_id"),
    ({**CHAT, "gen_ai.request.stream": "perhaps"}, "gen_ai.request.stream"),
    ({**CHAT, "x": "y" * 2_000_000}, "x"),
    ({**CHAT, **{f"a{number}": 1 for number in range(1024)}}, "attributes"),
]
INVALID_EVALUATIONS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"gen_ai.evaluation.score.value": 1.0}, {}, "gen_ai.evaluation.name"),
    ({"gen_ai.evaluation.name": "relevance"}, {}, "gen_ai.evaluation.score.value"),
    (evaluation("n" * 200), {}, "gen_ai.evaluation.name"),
    (evaluation("\u200b"), {}, "gen_ai.evaluation.name"),
    (evaluation(user__id="\u200b\u00a0"), {}, "user.id"),
    (evaluation(value="high"), {}, "gen_ai.evaluation.score.value"),
    (evaluation(gen_ai__evaluation__explanation="a\0b"), {}, "gen_ai.evaluation.explanation"),
    (evaluation(), {"trace_id": b"", "span_id": b""}, "gen_ai.response.id"),
    (evaluation(), {"time_unix_nano": 0}, "time_unix_nano"),
]


@pytest.mark.parametrize(("attributes", "field"), INVALID_SPANS, ids=str)
def test_invalid_span_is_rejected_with_the_name_of_its_attribute(attributes: dict[str, Any], field: str) -> None:
    converted = convert_spans(trace_request(span(1, attributes)), ItemLimits())
    assert [(each.kind, each.field) for each in converted.rejections] == [("manifest", field)]
    assert (converted.manifests, converted.feedback, converted.ignored) == ([], [], 0)


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


async def test_span_longer_than_a_day_is_rejected_alone(gateway: OtlpGateway) -> None:
    answer = await gateway.export_spans(span(1), span(2, start_time_unix_nano=1), span(3))
    assert answer.partial_success.rejected_spans == 1
    reason = "end_time_unix_nano: must be at most 86400 seconds after start_time_unix_nano"
    assert reason in answer.partial_success.error_message
    assert [each["output_id"] for each in await gateway.manifests()] == [derived_output_id(1), derived_output_id(3)]


async def test_attribute_above_the_depth_limit_is_rejected(gateway: OtlpGateway) -> None:
    deep: Any = "x"
    for _ in range(20):
        deep = [deep]
    answer = await gateway.export_spans(span(1, {**CHAT, "gen_ai.input.messages": deep}))
    assert "gen_ai.input.messages: must be at most 16 levels deep" in answer.partial_success.error_message
    assert await gateway.manifests() == []


async def test_times_rejected_by_ingest_do_not_affect_other_items(gateway: OtlpGateway) -> None:
    old, ahead = 1_000_000_000_000_000_000, now_ns() + 3600 * 1_000_000_000
    late = span(3, start_time_unix_nano=ahead - 1, end_time_unix_nano=ahead)
    spans = [span(1), span(2, end_time_unix_nano=old), late, span(4)]
    answer = await gateway.export_spans(*spans)
    assert answer.partial_success.rejected_spans == 2
    assert answer.partial_success.error_message.count("create_time: ") == 2
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


@pytest.mark.parametrize(("attributes", "more", "field"), INVALID_EVALUATIONS, ids=str)
def test_invalid_evaluation_is_rejected_with_the_name_of_its_attribute(
    attributes: dict[str, Any], more: dict[str, Any], field: str
) -> None:
    converted = convert_log_records(
        log_request(evaluation_record(2, attributes, **more)), ItemLimits(), lambda span: None
    )
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
