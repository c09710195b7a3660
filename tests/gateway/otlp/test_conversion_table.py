"""Tests of the conversion table: each row is sent in a request and read from the database."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from gateway.otlp.convert.attributes import AttributeErrors, Attributes
from gateway.otlp.convert.evaluation_table import (
    ANNOTATION_ROWS,
    CATEGORIES,
    EVALUATION_ROWS,
    NEGATIVE_LABELS,
    POSITIVE_LABELS,
)
from gateway.otlp.convert.evaluations import category_of, rating_of
from gateway.otlp.convert.operations import REQUEST_TYPES
from gateway.otlp.convert.table import MANIFEST_ROWS, Row, ValueType
from gateway.otlp.settings import ItemLimits
from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1.manifest_pb2 import ExecutionManifest
from tests.gateway.fixtures.otlp import (
    START_NS,
    OtlpGateway,
    derived_output_id,
    evaluation,
    evaluation_event,
    evaluation_record,
    pairs,
    span,
)

TEXT = {
    "radiant.experiment_id": "6f1c0c1e-6b1f-4b2a-9a61-2b1a2f3c4d5e",
    "radiant.decision_id": "decision-1",
}
OPERATIONS = {
    "openinference.span.kind": "LLM",
    "ai.operationId": "ai.streamText.doStream",
    "langfuse.observation.type": "generation",
}
MESSAGES = [{"role": "user", "parts": [{"type": "text", "content": "hello"}]}]
SAMPLES: dict[ValueType, tuple[Any, Any]] = {
    ValueType.COUNT: (42, 42),
    ValueType.NUMBER: (0.25, 0.25),
    ValueType.SECONDS: (0.5, 500.0),
    ValueType.MILLISECONDS: (250.5, 250.5),
    ValueType.INSTANT: ("2025-06-15T15:06:40.250Z", 250.0),
    ValueType.BOOLEAN: (True, True),
}


def sha256(text: str) -> bytes:
    """Returns the digest that is stored for a prompt."""
    return hashlib.sha256(text.encode()).digest()


def sample(row: Row) -> tuple[dict[str, Any], Any]:
    """Returns attributes for the row, and the expected value of its field."""
    name = row.attribute
    if row.target == "operation":
        return {name: OPERATIONS.get(name, "chat")}, "chat"
    if row.member:
        given, expected = SAMPLES.get(row.value_type, ("some-value", "some-value"))
        return {name: json.dumps({row.member: given})}, expected
    if row.value_type is ValueType.PROMPT and ".N." in name:
        return {name.replace(".N.", ".1."): "you?", name.replace(".N.", ".0."): "who"}, sha256('["who","you?"]')
    if row.value_type is ValueType.PROMPT:
        return {name: "hello"}, sha256("hello")
    if row.value_type in SAMPLES:
        return {name: SAMPLES[row.value_type][0]}, SAMPLES[row.value_type][1]
    value = f"id-of-{name}" if row.target == "output_id" else TEXT.get(name, "some-value")
    return {name: value}, value


def stored_value(row: Row, manifest: dict[str, Any]) -> Any:
    """Returns the stored value of the row's field."""
    column = {"operation": "request_type", "model_versions": "models_used"}.get(row.target, row.target)
    value = manifest[column]
    if row.target in ("models_used", "model_versions", "services_used"):
        (value,) = value
    return str(value) if row.target == "experiment_id" else value


async def test_each_manifest_row_sets_its_field(gateway: OtlpGateway) -> None:
    spans, expected = [], {}
    for number, row in enumerate(MANIFEST_ROWS, 1):
        attributes, value = sample(row)
        base: dict[str, Any] = {} if row.target == "operation" else {"gen_ai.operation.name": "chat"}
        if row.target != "models_used":
            base["gen_ai.request.model"] = "m"
        times = {"start_time_unix_nano": START_NS, "end_time_unix_nano": START_NS + 1_500_000_000}
        spans.append(span(number, {**base, **attributes}, **times))
        expected[value if row.target == "output_id" else derived_output_id(number)] = (row, value)
    answer = await gateway.export_spans(*spans)
    assert answer.partial_success.error_message == ""
    stored = {each["output_id"]: each for each in await gateway.manifests()}
    assert stored.keys() == expected.keys()
    differences = {
        row.name: stored_value(row, stored[output])
        for output, (row, value) in expected.items()
        if stored_value(row, stored[output]) != value
    }
    assert differences == {}


def test_each_row_has_a_known_target_and_a_unique_attribute() -> None:
    fields = {*ExecutionManifest.DESCRIPTOR.fields_by_name, "operation"}
    assert {row.target for row in MANIFEST_ROWS} - fields == set()
    targets = {"name", "value", "label", "explanation", "output_id", "user_id", "annotator_kind"}
    targets |= {"minimum", "maximum", "range", "error"}
    assert {row.target for row in (*EVALUATION_ROWS, *ANNOTATION_ROWS)} == targets
    for table in (MANIFEST_ROWS, EVALUATION_ROWS, ANNOTATION_ROWS):
        assert len({(row.attribute, row.member) for row in table}) == len(table)


async def test_each_evaluation_row_sets_its_part_of_the_vote(gateway: OtlpGateway) -> None:
    samples: dict[str, Any] = {
        "value": 0.1,
        "label": "Not Relevant",
        "minimum": -9,
        "maximum": 5,
        "range": "1-5",
        "output_id": derived_output_id(len(EVALUATION_ROWS) + 1),
    }
    records = []
    for number, row in enumerate(EVALUATION_ROWS, 1):
        attributes: dict[str, Any] = {"gen_ai.evaluation.name": "tone", "gen_ai.evaluation.score.value": 1.0}
        attributes |= {"gen_ai.evaluation.score.min": 0, "gen_ai.evaluation.score.max": 1}
        if row.target == "range":
            del attributes["gen_ai.evaluation.score.min"]
        attributes[row.attribute] = samples.get(row.target, "some-value")
        records.append(evaluation_record(number, attributes))
    answer = await gateway.export_log_records(*records)
    assert answer.partial_success.rejected_log_records == 0
    assert answer.partial_success.error_message == "not stored once: is an evaluation that failed"
    votes = {each["output_id"]: each for each in await gateway.votes()}
    assert len(votes) == len(EVALUATION_ROWS) - 1
    for number, row in enumerate(EVALUATION_ROWS, 1):
        if row.target == "error":
            assert derived_output_id(number) not in votes
            continue
        stored = votes[samples["output_id"] if row.target == "output_id" else derived_output_id(number)]
        is_set = {
            "name": stored["user_id"] == "evaluator:some-value" and list(stored["categories"]) == ["other"],
            "value": stored["rating"] == -1,
            "label": stored["rating"] == -1,
            "minimum": stored["rating"] == 1,
            "maximum": stored["rating"] == -1,
            "range": stored["rating"] == -1,
            "explanation": stored["comment"] == "some-value",
            "output_id": stored["rating"] == 1,
            "user_id": stored["user_id"] == "some-value",
        }
        assert is_set[row.target], (row, stored)


async def test_each_annotation_row_sets_its_part_of_the_vote(gateway: OtlpGateway) -> None:
    samples = {"value": 0.1, "label": "fail", "annotator_kind": "LLM", "name": "safety", "explanation": "because"}
    base = {"openinference.span.kind": "LLM", "llm.model_name": "m", "user.id": "ada"}
    spans = []
    for number, row in enumerate(ANNOTATION_ROWS, 1):
        form, _, rest = row.attribute.partition(".N.")
        prefix, _, last = rest.partition(".")
        before = f"{form}.3.{prefix}"
        annotation = {f"{before}.name": "tone", f"{before}.score": 0.9, f"{before}.{last}": samples[row.target]}
        spans.append(span(number, {**base, **annotation}))
    answer = await gateway.export_spans(*spans)
    assert answer.partial_success.error_message == ""
    votes = {each["output_id"]: each for each in await gateway.votes()}
    for number, row in enumerate(ANNOTATION_ROWS, 1):
        stored = votes[derived_output_id(number)]
        assert stored["client_time"].timestamp() == pytest.approx(START_NS / 1e9 + number + 1.5)
        is_set = {
            "name": list(stored["categories"]) == ["safety"],
            "value": stored["rating"] == -1,
            "label": stored["rating"] == -1,
            "explanation": stored["comment"] == "because",
            "annotator_kind": stored["user_id"] == "evaluator:tone",
        }
        assert is_set[row.target], (row, stored)
        assert row.target == "annotator_kind" or stored["user_id"] == "ada"


async def test_spans_and_records_of_other_kinds_are_ignored(gateway: OtlpGateway) -> None:
    others: list[dict[str, Any]] = [{"http.request.method": "GET"}, {}]
    answer = await gateway.export_spans(*(span(number, each) for number, each in enumerate(others, 1)))
    assert not answer.HasField("partial_success")
    assert await gateway.manifests() == []
    plain = evaluation_record(9, evaluation(), event_name="something.else")
    assert not (await gateway.export_log_records(plain)).HasField("partial_success")
    assert await gateway.votes() == []


async def test_each_operation_sets_its_request_type(gateway: OtlpGateway) -> None:
    await gateway.export_spans(
        *(
            span(number, {"gen_ai.operation.name": name, "gen_ai.request.model": "m"})
            for number, name in enumerate(REQUEST_TYPES, 1)
        )
    )
    stored = [each["request_type"] for each in await gateway.manifests()]
    assert stored == [each.removeprefix("REQUEST_TYPE_").lower() for each in REQUEST_TYPES.values()]


async def test_responding_model_is_credited_with_its_date_as_version(gateway: OtlpGateway) -> None:
    both = {"gen_ai.request.model": "gpt-4o", "gen_ai.response.model": "gpt-4o-2024-08-06"}
    await gateway.export_spans(span(1, {"gen_ai.operation.name": "chat", **both}))
    (stored,) = await gateway.manifests()
    assert (list(stored["models_used"]), list(stored["model_versions"])) == (["gpt-4o"], ["gpt-4o-2024-08-06"])
    assert (stored["user_id"], stored["task_type"], stored["total_latency_ms"]) == ("anonymous", "chat", 1500.0)


async def test_evaluations_of_one_user_on_one_span_become_one_vote(gateway: OtlpGateway) -> None:
    three = [
        evaluation_event(evaluation("relevance", 0.9, gen_ai__evaluation__explanation="on the point")),
        evaluation_event(evaluation("safety", 0.1, gen_ai__evaluation__explanation="rude"), after_s=4),
        evaluation_event(evaluation("completeness", 0.8), after_s=3),
    ]
    chat = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "user.id": "ada"}
    await gateway.export_spans(span(1, chat, events=three))
    (stored,) = await gateway.votes()
    assert (stored["user_id"], stored["rating"]) == ("ada", 1)
    assert list(stored["categories"]) == ["completeness", "relevance", "safety"]
    assert stored["comment"] == "on the point\nrude"
    assert stored["client_time"].timestamp() == START_NS / 1e9 + 4


async def test_spellings_of_a_user_in_spans_and_evaluations_become_one_user(gateway: OtlpGateway) -> None:
    events = [
        evaluation_event(evaluation("relevance", 0.9, user__id="a\u200bda")),
        evaluation_event(evaluation("safety", 0.9), after_s=3),
        evaluation_event(evaluation("completeness", 0.8, enduser__id="\uff41da"), after_s=4),
    ]
    chat = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "user.id": " ada\ufeff"}
    await gateway.export_spans(span(1, chat, events=events))
    await gateway.export_log_records(evaluation_record(2, evaluation(" to\u00adne ")))
    (output,) = await gateway.manifests()
    assert output["user_id"] == "ada"
    votes = {each["user_id"]: list(each["categories"]) for each in await gateway.votes()}
    assert votes == {"ada": ["completeness", "relevance", "safety"], "evaluator:tone": ["tone"]}


def test_structured_prompt_is_hashed_as_canonical_json() -> None:
    rows = [row for row in MANIFEST_ROWS if row.attribute == "gen_ai.input.messages"]
    given = Attributes(pairs({"gen_ai.input.messages": MESSAGES}), ItemLimits(), AttributeErrors()).read(rows)
    text = json.dumps(MESSAGES, sort_keys=True, separators=(",", ":"))
    assert given == ("gen_ai.input.messages", sha256(text))


@pytest.mark.parametrize(
    ("name", "label", "value", "rating"),
    [
        ("relevance", "", 0.5, 1),
        ("relevance", "", 0.49, -1),
        ("relevance", "", 0.0, -1),
        ("relevance", "", 1.0, None),
        ("relevance", "", 1.01, -1),
        ("relevance", "", -0.1, None),
        ("relevance", "", 4.0, 1),
        ("relevance", "", 5.01, None),
        ("relevance", "", None, 0),
        ("house style", "", 0.9, None),
        ("house style", "pass", 17, 1),
        ("violence", "", 0.0, 1),
        ("violence", "", 6.0, -1),
        ("violence", "", 1.0, None),
        ("star rating", "", 1.0, -1),
        ("bleu", "", 1.0, 1),
        ("relevance", "Not-Relevant", 0.9, -1),
        ("relevance", "lukewarm", 0.9, 1),
        ("relevance", "lukewarm", None, 0),
        ("relevance", "yes", None, 1),
        ("Hallucination", "", 0.9, -1),
        ("hallucination", "", 0.1, 1),
        ("hallucination", "yes", None, -1),
        ("hallucination", "no", None, 1),
        ("hallucination", "pass", 1.0, 1),
    ],
)
def test_rating_is_taken_from_a_known_label_else_from_the_score(
    name: str, label: str, value: float | None, rating: int | None
) -> None:
    assert rating_of(name, label, value) == rating


def test_each_label_and_category_of_the_table_is_recognized() -> None:
    assert {rating_of("x", label, None) for label in POSITIVE_LABELS} == {1}
    assert {rating_of("x", label, None) for label in NEGATIVE_LABELS} == {-1}
    for name, word in CATEGORIES.items():
        assert feedback_pb2.FeedbackCategory.Name(category_of(name.replace("_", " ").title())).endswith(f"_{word}")
    assert category_of("house style") == feedback_pb2.FEEDBACK_CATEGORY_OTHER
