"""Whatever is sent, mapping raises nothing: each item is valid for ingest, passed over, or rejected by its field."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from google.protobuf.message import Message
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from gateway.otlp.codec import BodyFormat, decompress, parse_message
from gateway.otlp.convert.items import ConvertedRequest, request_id
from gateway.otlp.convert.log_records import convert_log_records
from gateway.otlp.convert.spans import convert_spans
from gateway.otlp.convert.table import (
    ANNOTATION_ROWS,
    EVALUATION_EVENT_NAME,
    EVALUATION_ROWS,
    EVENT_NAME_ATTRIBUTE,
    MANIFEST_ROWS,
    NEGATIVE_LABELS,
    POSITIVE_LABELS,
    REQUEST_TYPES,
)
from gateway.otlp.settings import ItemLimits
from kit.errors import Invalid
from kit.rpc.validation import problems
from tests.gateway.otlp.serving import log_request, pairs, trace_request

MANY = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""Failures are not made smaller: that takes minutes here."""
LIMITS = ItemLimits(attributes_max=8, attribute_bytes_max=600, depth_max=3)

NAMES = st.one_of(
    st.sampled_from([row.attribute for row in (*MANIFEST_ROWS, *EVALUATION_ROWS, *ANNOTATION_ROWS)]).flatmap(
        lambda name: st.sampled_from(["0", "1", "07", "-1", "٣", "N"]).map(lambda n: name.replace(".N.", f".{n}."))
    ),
    st.sampled_from([EVENT_NAME_ATTRIBUTE, "http.method", "annotations.", "annotations.0.annotation"]),
    st.text(max_size=20),
)
WORDS = st.sampled_from(
    [*REQUEST_TYPES, *sorted(POSITIVE_LABELS | NEGATIVE_LABELS), EVALUATION_EVENT_NAME, "any", "llm", " "]
)
TEXTS = st.one_of(WORDS, st.text(max_size=30), st.text("aé\0\n", min_size=90, max_size=300), st.floats().map(str))
NUMBERS = st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(-2, 5), st.floats(), st.floats(-0.2, 1.2))
LEAVES = st.one_of(TEXTS, TEXTS, NUMBERS, st.booleans(), st.binary(max_size=10), st.none())
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)
PLAIN = st.fixed_dictionaries(
    {}, optional={"gen_ai.operation.name": st.sampled_from([*REQUEST_TYPES]), "gen_ai.request.model": TEXTS}
)
ATTRIBUTES = st.builds(lambda a, b: pairs({**a, **b}), PLAIN, st.dictionaries(NAMES, VALUES, max_size=9))
TIMES = st.one_of(st.just(0), st.integers(0, 2**64 - 1), st.integers(17 * 10**17, 18 * 10**17))
TRACE_IDS = st.one_of(st.just(b"t" * 16), st.binary(max_size=20), st.just(bytes(16)))
SPAN_IDS = st.one_of(st.just(b"s" * 8), st.binary(max_size=20))
SAID = st.fixed_dictionaries(
    {"gen_ai.evaluation.name": st.sampled_from(["relevance", "toxicity", "x"])},
    optional={
        "gen_ai.evaluation.score.value": NUMBERS,
        "gen_ai.evaluation.score.label": TEXTS,
        "gen_ai.response.id": TEXTS,
        "user.id": TEXTS,
        "x": VALUES,
    },
).map(pairs)
CHATS = st.fixed_dictionaries(
    {"gen_ai.operation.name": st.sampled_from([*REQUEST_TYPES]), "gen_ai.request.model": st.just("m")},
    optional={
        "gen_ai.response.id": TEXTS,
        "gen_ai.usage.input_tokens": st.integers(-1, 9),
        "gen_ai.prompt": VALUES,
        "user.id": TEXTS,
        "annotations.0.annotation.name": WORDS,
        "annotations.0.annotation.score": NUMBERS,
        "evaluations.3.evaluation.name": WORDS,
        "evaluations.3.evaluation.label": TEXTS,
    },
).map(pairs)
JUDGED = st.one_of(SAID, SAID, ATTRIBUTES)
EVENTS = st.builds(
    lambda name, attributes, moment: Span.Event(name=name, attributes=attributes, time_unix_nano=moment),
    st.sampled_from([EVALUATION_EVENT_NAME, EVALUATION_EVENT_NAME, "exception"]),
    JUDGED,
    TIMES,
)
SPANS = st.builds(
    lambda attributes, events, trace, span, begun, ended: Span(
        attributes=attributes,
        events=events,
        trace_id=trace,
        span_id=span,
        start_time_unix_nano=begun,
        end_time_unix_nano=ended,
    ),
    st.one_of(CHATS, CHATS, ATTRIBUTES),
    st.lists(EVENTS, max_size=3),
    TRACE_IDS,
    SPAN_IDS,
    TIMES,
    TIMES,
)
RECORDS = st.builds(
    lambda name, attributes, trace, span, moment, seen: LogRecord(
        event_name=name,
        attributes=attributes,
        trace_id=trace,
        span_id=span,
        time_unix_nano=moment,
        observed_time_unix_nano=seen,
    ),
    st.sampled_from([EVALUATION_EVENT_NAME, ""]),
    JUDGED,
    TRACE_IDS,
    SPAN_IDS,
    TIMES,
    TIMES,
)
SEEN = {"output": 0, "ballot": 0, "reject": 0, "ignored": 0}
"""What the examples came to, so that the properties are known to have been tried."""


def check(mapped: ConvertedRequest, items: int) -> None:
    """Asserts that every item is accounted for, and everything that goes to ingest is valid."""
    places = {each.position.index for each in mapped.manifests} | {each.position.index for each in mapped.feedback}
    places |= {each.position.index for each in mapped.rejections}
    assert len(places) + mapped.ignored == items
    messages: list[Message] = [each.manifest for each in mapped.manifests]
    messages += [each.feedback for each in mapped.feedback]
    for message in messages:
        assert problems(message) == []
        message.SerializeToString()
    for reject in mapped.rejections:
        assert reject.field
        assert reject.why
        str(reject).encode()
        assert len(reject.field) <= 120
    SEEN["output"] += len(mapped.manifests)
    SEEN["ballot"] += len(mapped.feedback)
    SEEN["reject"] += len(mapped.rejections)
    SEEN["ignored"] += mapped.ignored


@MANY
@given(st.lists(SPANS, max_size=3))
def spans_hold(spans: list[Span]) -> None:
    mapped = convert_spans(trace_request(*spans), LIMITS)
    check(mapped, len(spans))
    again = convert_spans(ExportTraceServiceRequest.FromString(trace_request(*spans).SerializeToString()), LIMITS)
    assert names_of(again) == names_of(mapped)


@MANY
@given(st.lists(RECORDS, max_size=3), st.sampled_from([None, "resp"]))
def records_hold(records: list[LogRecord], known: str | None) -> None:
    mapped = convert_log_records(log_request(*records), LIMITS, lambda span: known)
    check(mapped, len(records))


def test_mapping_raises_nothing_and_the_examples_come_to_everything() -> None:
    spans_hold()
    records_hold()
    assert {what: count for what, count in SEEN.items() if count < 20} == {}


def names_of(mapped: ConvertedRequest) -> list[str]:
    """Returns the request_ids under which everything would be written."""
    votes = [request_id("feedback", each.position.span, [each.feedback]) for each in mapped.feedback]
    return [request_id("manifests", each.position.span, [each.manifest]) for each in mapped.manifests] + votes


KEYS = (
    *("resourceSpans", "scopeSpans", "spans", "links", "resourceLogs", "scopeLogs", "logRecords", "attributes", "key"),
    *("traceId", "spanId", "value", "stringValue", "intValue", "arrayValue", "bytesValue", "doubleValue", "kind"),
)
JSONS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@MANY
@given(st.one_of(JSONS, st.just("resourceSpans").flatmap(lambda key: JSONS.map(lambda each: {key: [each]}))))
def test_json(document: Any) -> None:
    body = json.dumps(document).encode()
    for kind in (ExportTraceServiceRequest, ExportLogsServiceRequest):
        with contextlib.suppress(Invalid):
            assert isinstance(parse_message(kind, body, BodyFormat.JSON), kind)


@MANY
@given(st.binary(max_size=60), st.sampled_from(["", "gzip", "deflate"]), st.sampled_from(list(BodyFormat)))
def test_bytes(body: bytes, encoding: str, form: BodyFormat) -> None:
    with contextlib.suppress(Invalid):
        convert_spans(parse_message(ExportTraceServiceRequest, decompress(body, encoding, 100), form), LIMITS)
