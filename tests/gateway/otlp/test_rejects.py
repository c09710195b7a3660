"""What cannot be taken costs only itself, and the sender learns which field is wrong."""

from typing import Any

import pytest
from prometheus_client import REGISTRY

from gateway.otlp.convert.log_records import convert_log_records
from gateway.otlp.convert.spans import convert_spans
from gateway.otlp.settings import ItemLimits
from tests.gateway.otlp.serving import (
    CHAT,
    Taking,
    derived,
    event,
    judged,
    log_request,
    now_ns,
    record,
    span,
    trace_request,
)


def counted(kind: str, outcome: str) -> float:
    """Returns how many items were counted so far."""
    return REGISTRY.get_sample_value("radiant_otlp_items_total", {"kind": kind, "outcome": outcome}) or 0.0


BAD_SPANS: list[tuple[dict[str, Any], str]] = [
    ({"gen_ai.operation.name": "chat"}, "gen_ai.request.model"),
    ({**CHAT, "gen_ai.response.id": "x" * 101}, "gen_ai.response.id"),
    ({**CHAT, "gen_ai.response.id": "a\nb"}, "gen_ai.response.id"),
    ({**CHAT, "gen_ai.response.id": 1.5}, "gen_ai.response.id"),
    ({**CHAT, "enduser.id": "u" * 201}, "enduser.id"),
    ({**CHAT, "gen_ai.request.model": ["m"]}, "gen_ai.request.model"),
    ({**CHAT, "gen_ai.usage.input_tokens": -1}, "gen_ai.usage.input_tokens"),
    ({**CHAT, "gen_ai.usage.output_tokens": 2**31}, "gen_ai.usage.output_tokens"),
    ({**CHAT, "gen_ai.usage.prompt_tokens": "many"}, "gen_ai.usage.prompt_tokens"),
    ({**CHAT, "gen_ai.usage.cost": float("nan")}, "gen_ai.usage.cost"),
    ({**CHAT, "gen_ai.usage.cost": -0.5}, "gen_ai.usage.cost"),
    ({**CHAT, "gen_ai.response.time_to_first_chunk": float("inf")}, "gen_ai.response.time_to_first_chunk"),
    ({**CHAT, "gen_ai.response.model": "v" * 101}, "gen_ai.response.model"),
    ({**CHAT, "radiant.task_type": "any"}, "radiant.task_type"),
    ({**CHAT, "radiant.propensity": 0.0}, "radiant.propensity"),
    ({**CHAT, "radiant.experiment_id": "no uuid"}, "radiant.experiment_id"),
    ({**CHAT, "gen_ai.request.stream": "perhaps"}, "gen_ai.request.stream"),
    ({**CHAT, "x": "y" * 2_000_000}, "x"),
    ({**CHAT, **{f"a{number}": 1 for number in range(1024)}}, "attributes"),
]
BAD_EVALUATIONS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"gen_ai.evaluation.score.value": 1.0}, {}, "gen_ai.evaluation.name"),
    ({"gen_ai.evaluation.name": "relevance"}, {}, "gen_ai.evaluation.score.value"),
    (judged("n" * 200), {}, "gen_ai.evaluation.name"),
    (judged(value="high"), {}, "gen_ai.evaluation.score.value"),
    (judged(gen_ai__evaluation__explanation="a\0b"), {}, "gen_ai.evaluation.explanation"),
    (judged(), {"trace_id": b"", "span_id": b""}, "gen_ai.response.id"),
    (judged(), {"time_unix_nano": 0}, "time_unix_nano"),
]


@pytest.mark.parametrize(("attributes", "field"), BAD_SPANS, ids=str)
def test_a_bad_span_is_rejected_by_the_name_of_its_attribute(attributes: dict[str, Any], field: str) -> None:
    mapped = convert_spans(trace_request(span(1, attributes)), ItemLimits())
    assert [(each.kind, each.field) for each in mapped.rejections] == [("manifest", field)]
    assert (mapped.manifests, mapped.feedback, mapped.ignored) == ([], [], 0)


async def test_bad_spans_cost_only_themselves(taken: Taking) -> None:
    rejected, accepted = counted("manifest", "rejected"), counted("manifest", "accepted")
    bad = [span(2 * number, attributes) for number, (attributes, _) in enumerate(BAD_SPANS, 1)]
    good = [span(2 * number + 1) for number in range(1, len(BAD_SPANS) + 1)]
    answer = await taken.traced(*(each for pair in zip(bad, good, strict=True) for each in pair))
    assert answer.partial_success.rejected_spans == len(bad)
    assert answer.partial_success.error_message.startswith(f"[0] {2:032x}/{2:016x} gen_ai.request.model: is required; ")
    assert len(await taken.manifests()) == len(good)
    now = counted("manifest", "rejected"), counted("manifest", "accepted")
    assert now == (rejected + len(bad), accepted + len(good))


async def test_deep_values_are_refused(taken: Taking) -> None:
    deep: Any = "x"
    for _ in range(20):
        deep = [deep]
    answer = await taken.traced(span(1, {**CHAT, "gen_ai.input.messages": deep}))
    assert "gen_ai.input.messages: must be at most 16 levels deep" in answer.partial_success.error_message
    assert await taken.manifests() == []


async def test_times_that_ingest_refuses_cost_only_their_spans(taken: Taking) -> None:
    old, ahead = 1_000_000_000_000_000_000, now_ns() + 3600 * 1_000_000_000
    spans = [span(1), span(2, end_time_unix_nano=old), span(3, end_time_unix_nano=ahead), span(4)]
    answer = await taken.traced(*spans)
    assert answer.partial_success.rejected_spans == 2
    assert answer.partial_success.error_message.count("create_time: ") == 2
    assert [each["output_id"] for each in await taken.manifests()] == [derived(1), derived(4)]
    told = await taken.logged(record(1, judged()), record(2, judged(), time_unix_nano=old))
    assert told.partial_success.rejected_log_records == 1
    assert "client_time: must not be before 2020" in told.partial_success.error_message
    assert [each["output_id"] for each in await taken.votes()] == [derived(1)]


async def test_another_manifest_of_the_same_name_is_rejected_each_time(taken: Taking) -> None:
    named = {**CHAT, "gen_ai.response.id": "r"}
    await taken.traced(span(1, named))
    for _ in range(2):
        answer = await taken.traced(span(2, named), span(3))
        assert answer.partial_success.rejected_spans == 1
        assert "r: output_id names another manifest" in answer.partial_success.error_message
    assert [each["output_id"] for each in await taken.manifests()] == [derived(3), "r"]


async def test_the_same_span_twice_in_one_request_is_a_duplicate(taken: Taking) -> None:
    duplicates = counted("manifest", "duplicate")
    answer = await taken.traced(span(1), span(1))
    assert not answer.HasField("partial_success")
    assert counted("manifest", "duplicate") == duplicates + 1


async def test_a_span_without_identifiers_needs_a_response_id(taken: Taking) -> None:
    lost = span(1, trace_id=b"", span_id=b"")
    answer = await taken.traced(lost, span(2, {**CHAT, "gen_ai.response.id": "r"}, trace_id=b""))
    assert answer.partial_success.rejected_spans == 1
    assert "trace_id" in answer.partial_success.error_message
    assert [each["output_id"] for each in await taken.manifests()] == ["r"]


@pytest.mark.parametrize(("attributes", "more", "field"), BAD_EVALUATIONS, ids=str)
def test_a_bad_evaluation_is_rejected_by_the_name_of_its_attribute(
    attributes: dict[str, Any], more: dict[str, Any], field: str
) -> None:
    mapped = convert_log_records(log_request(record(2, attributes, **more)), ItemLimits(), lambda span: None)
    assert [(each.kind, each.field) for each in mapped.rejections] == [("feedback", field)]
    assert (mapped.feedback, mapped.ignored) == ([], 0)


async def test_bad_evaluations_cost_only_themselves(taken: Taking) -> None:
    bad = [record(2, attributes, **more) for attributes, more, _ in BAD_EVALUATIONS]
    answer = await taken.logged(record(1, judged()), *bad)
    assert answer.partial_success.rejected_log_records == len(bad)
    assert " gen_ai.evaluation.name: is required" in answer.partial_success.error_message
    assert [each["output_id"] for each in await taken.votes()] == [derived(1)]


async def test_an_evaluation_on_a_span_that_is_no_output_names_the_output_itself(taken: Taking) -> None:
    judge = {"gen_ai.operation.name": "embeddings"}
    named, lost = judged(gen_ai__response__id="r"), judged()
    answer = await taken.traced(span(1, judge, events=[event(named)]), span(2, judge, events=[event(lost)]))
    assert answer.partial_success.rejected_spans == 1
    assert "gen_ai.response.id: is required" in answer.partial_success.error_message
    assert [each["output_id"] for each in await taken.votes()] == ["r"]


async def test_long_explanations_are_cut_and_long_messages_too(taken: Taking) -> None:
    await taken.logged(record(1, judged(gen_ai__evaluation__explanation="é" * 5000)))
    (stored,) = await taken.votes()
    assert stored["comment"] == "é" * 4000
    answer = await taken.traced(*(span(number, {"gen_ai.operation.name": "chat"}) for number in range(1, 9)))
    assert answer.partial_success.rejected_spans == 8
    assert answer.partial_success.error_message.endswith("; and 3 more")


async def test_what_is_passed_over_is_counted_and_not_reported(taken: Taking) -> None:
    spans, records = counted("span", "ignored"), counted("log_record", "ignored")
    await taken.traced(span(1, {}), span(2, {}), span(3))
    await taken.logged(record(1, {}, event_name=""))
    assert (counted("span", "ignored"), counted("log_record", "ignored")) == (spans + 2, records + 1)
