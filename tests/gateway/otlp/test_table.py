"""Every row of the table, sent as an exporter sends it and read back from where it is stored."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from gateway.otlp.convert.evaluations import category_of, rating_of
from gateway.otlp.convert.table import (
    ANNOTATION_ROWS,
    CATEGORIES,
    EVALUATION_ROWS,
    MANIFEST_ROWS,
    NEGATIVE_LABELS,
    POSITIVE_LABELS,
    REQUEST_TYPES,
    Row,
    ValueType,
)
from radiant.ingest.v1 import feedback_pb2
from tests.gateway.otlp.serving import BEGIN_NS, Taking, derived, event, judged, record, span

TEXT = {
    "radiant.experiment_id": "6f1c0c1e-6b1f-4b2a-9a61-2b1a2f3c4d5e",
    "radiant.decision_id": "decision-1",
}
MESSAGES = [{"role": "user", "parts": [{"type": "text", "content": "hello"}]}]
SAMPLES: dict[ValueType, tuple[Any, Any]] = {
    ValueType.COUNT: (42, 42),
    ValueType.NUMBER: (0.25, 0.25),
    ValueType.SECONDS: (0.5, 500.0),
    ValueType.BOOLEAN: (True, True),
}


def sha(text: str) -> bytes:
    """Returns the digest under which a prompt is stored."""
    return hashlib.sha256(text.encode()).digest()


def sample(row: Row) -> tuple[dict[str, Any], Any]:
    """Returns attributes that set the row, and what its field must then hold."""
    name = row.attribute
    if row.target == "operation":
        return {name: "LLM" if "openinference" in name else "chat"}, "chat"
    if row.value_type is ValueType.PROMPT and ".N." in name:
        return {name.replace(".N.", ".1."): "you?", name.replace(".N.", ".0."): "who"}, sha('["who","you?"]')
    if row.value_type is ValueType.PROMPT:
        return {name: "hello"}, sha("hello")
    if row.value_type in SAMPLES:
        return {name: SAMPLES[row.value_type][0]}, SAMPLES[row.value_type][1]
    value = TEXT.get(name, "some-value")
    return {name: value}, value


def found(row: Row, stored: dict[str, Any]) -> Any:
    """Returns what is stored in the row's field."""
    column = {"operation": "request_type"}.get(row.target, row.target)
    value = stored[column]
    if row.target in ("models_used", "model_versions", "services_used"):
        (value,) = value
    return str(value) if row.target == "experiment_id" else value


async def test_every_row_of_a_manifest_fills_its_field(taken: Taking) -> None:
    spans, wanted = [], {}
    for number, row in enumerate(MANIFEST_ROWS, 1):
        attributes, value = sample(row)
        base: dict[str, Any] = {} if row.target == "operation" else {"gen_ai.operation.name": "chat"}
        if row.target != "models_used":
            base["gen_ai.request.model"] = "m"
        spans.append(span(number, {**base, **attributes}))
        wanted[value if row.target == "output_id" else derived(number)] = (row, value)
    answer = await taken.traced(*spans)
    assert answer.partial_success.error_message == ""
    stored = {each["output_id"]: each for each in await taken.manifests()}
    assert stored.keys() == wanted.keys()
    wrong = {
        row.attribute: found(row, stored[output])
        for output, (row, value) in wanted.items()
        if found(row, stored[output]) != value
    }
    assert wrong == {}


def test_every_row_has_a_field_of_its_message() -> None:
    from radiant.ingest.v1.manifest_pb2 import ExecutionManifest

    fields = {*ExecutionManifest.DESCRIPTOR.fields_by_name, "operation"}
    assert {row.target for row in MANIFEST_ROWS} - fields == set()
    read = {"name", "value", "label", "explanation", "output_id", "user_id", "annotator_kind"}
    assert {row.target for row in (*EVALUATION_ROWS, *ANNOTATION_ROWS)} == read
    for table in (MANIFEST_ROWS, EVALUATION_ROWS, ANNOTATION_ROWS):
        assert len({row.attribute for row in table}) == len(table)


async def test_every_row_of_an_evaluation_fills_its_part(taken: Taking) -> None:
    samples: dict[str, Any] = {"value": 0.1, "label": "Not Relevant", "output_id": derived(len(EVALUATION_ROWS) + 1)}
    records = []
    for number, row in enumerate(EVALUATION_ROWS, 1):
        attributes = {"gen_ai.evaluation.name": "tone", "gen_ai.evaluation.score.value": 1.0}
        attributes[row.attribute] = samples.get(row.target, "some-value")
        records.append(record(number, attributes))
    answer = await taken.logged(*records)
    assert answer.partial_success.error_message == ""
    votes = {each["output_id"]: each for each in await taken.votes()}
    assert len(votes) == len(EVALUATION_ROWS)
    for number, row in enumerate(EVALUATION_ROWS, 1):
        stored = votes[samples["output_id"] if row.target == "output_id" else derived(number)]
        says = {
            "name": stored["user_id"] == "evaluator:some-value" and list(stored["categories"]) == ["other"],
            "value": stored["rating"] == -1,
            "label": stored["rating"] == -1,
            "explanation": stored["comment"] == "some-value",
            "output_id": stored["rating"] == 1,
            "user_id": stored["user_id"] == "some-value",
        }
        assert says[row.target], (row, stored)


async def test_every_row_of_an_annotation_fills_its_part(taken: Taking) -> None:
    samples = {"value": 0.1, "label": "fail", "annotator_kind": "LLM", "name": "safety", "explanation": "because"}
    base = {"openinference.span.kind": "LLM", "llm.model_name": "m", "user.id": "ada"}
    spans = []
    for number, row in enumerate(ANNOTATION_ROWS, 1):
        form, _, rest = row.attribute.partition(".N.")
        prefix, _, last = rest.partition(".")
        before = f"{form}.3.{prefix}"
        said = {f"{before}.name": "tone", f"{before}.score": 1.0, f"{before}.{last}": samples[row.target]}
        spans.append(span(number, {**base, **said}))
    answer = await taken.traced(*spans)
    assert answer.partial_success.error_message == ""
    votes = {each["output_id"]: each for each in await taken.votes()}
    for number, row in enumerate(ANNOTATION_ROWS, 1):
        stored = votes[derived(number)]
        assert stored["client_time"].timestamp() == pytest.approx(BEGIN_NS / 1e9 + number + 1.5)
        says = {
            "name": list(stored["categories"]) == ["safety"],
            "value": stored["rating"] == -1,
            "label": stored["rating"] == -1,
            "explanation": stored["comment"] == "because",
            "annotator_kind": stored["user_id"] == "evaluator:tone",
        }
        assert says[row.target], (row, stored)
        assert row.target == "annotator_kind" or stored["user_id"] == "ada"


async def test_spans_of_other_kinds_are_passed_over(taken: Taking) -> None:
    others = [
        {"http.request.method": "GET"},
        {"gen_ai.operation.name": "embeddings", "gen_ai.request.model": "m"},
        {"gen_ai.operation.name": "execute_tool", "openinference.span.kind": "LLM"},
        {},
    ]
    answer = await taken.traced(*(span(number, each) for number, each in enumerate(others, 1)))
    assert not answer.HasField("partial_success")
    assert await taken.manifests() == []
    plain = record(9, judged(), event_name="something.else")
    assert not (await taken.logged(plain)).HasField("partial_success")
    assert await taken.votes() == []


async def test_every_operation_has_its_request_type(taken: Taking) -> None:
    await taken.traced(
        *(
            span(number, {"gen_ai.operation.name": name, "gen_ai.request.model": "m"})
            for number, name in enumerate(REQUEST_TYPES, 1)
        )
    )
    stored = [each["request_type"] for each in await taken.manifests()]
    assert stored == [each.removeprefix("REQUEST_TYPE_").lower() for each in REQUEST_TYPES.values()]


async def test_the_model_that_was_asked_for_is_used_and_the_one_that_answered_is_its_version(taken: Taking) -> None:
    both = {"gen_ai.request.model": "gpt-4o", "gen_ai.response.model": "gpt-4o-2024-08-06"}
    await taken.traced(span(1, {"gen_ai.operation.name": "chat", **both}))
    (stored,) = await taken.manifests()
    assert (list(stored["models_used"]), list(stored["model_versions"])) == (["gpt-4o"], ["gpt-4o-2024-08-06"])
    assert (stored["user_id"], stored["task_type"], stored["total_latency_ms"]) == ("anonymous", "chat", 1500.0)


async def test_what_a_user_says_of_one_output_on_its_span_is_one_vote(taken: Taking) -> None:
    three = [
        event(judged("relevance", 0.9, gen_ai__evaluation__explanation="on the point")),
        event(judged("safety", 0.1, gen_ai__evaluation__explanation="rude"), after_s=4),
        event(judged("completeness", 0.8), after_s=3),
    ]
    chat = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "user.id": "ada"}
    await taken.traced(span(1, chat, events=three))
    (stored,) = await taken.votes()
    assert (stored["user_id"], stored["rating"]) == ("ada", 1)
    assert list(stored["categories"]) == ["completeness", "relevance", "safety"]
    assert stored["comment"] == "on the point\nrude"
    assert stored["client_time"].timestamp() == BEGIN_NS / 1e9 + 4


def test_structured_prompts_are_hashed_as_canonical_json() -> None:
    from gateway.otlp.convert.attributes import Attributes
    from gateway.otlp.settings import ItemLimits
    from tests.gateway.otlp.serving import pairs

    rows = [row for row in MANIFEST_ROWS if row.attribute == "gen_ai.input.messages"]
    given = Attributes(pairs({"gen_ai.input.messages": MESSAGES}), ItemLimits()).read(rows)
    text = json.dumps(MESSAGES, sort_keys=True, separators=(",", ":"))
    assert given == ("gen_ai.input.messages", sha(text))


@pytest.mark.parametrize(
    ("name", "label", "value", "rating"),
    [
        ("relevance", "", 0.5, 1),
        ("relevance", "", 0.49, -1),
        ("relevance", "", 0.0, -1),
        ("relevance", "", 1.0, 1),
        ("relevance", "", 1.01, 0),
        ("relevance", "", -0.1, 0),
        ("relevance", "", 4.0, 0),
        ("relevance", "", None, 0),
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
def test_ratings_follow_labels_then_scores(name: str, label: str, value: float | None, rating: int) -> None:
    assert rating_of(name, label, value) == rating


def test_labels_and_categories_of_the_table() -> None:
    assert {rating_of("x", label, None) for label in POSITIVE_LABELS} == {1}
    assert {rating_of("x", label, None) for label in NEGATIVE_LABELS} == {-1}
    for name, word in CATEGORIES.items():
        assert feedback_pb2.FeedbackCategory.Name(category_of(name.replace("_", " ").title())).endswith(f"_{word}")
    assert category_of("house style") == feedback_pb2.FEEDBACK_CATEGORY_OTHER
