"""Property tests of the conversion: each item becomes a valid message, is ignored, or is rejected by its field."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from typing import Any

from google.protobuf.message import Message
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from gateway.otlp.codec import BodyFormat, decompress, parse_message
from gateway.otlp.convert.evaluation_table import (
    ANNOTATION_ROWS,
    EVALUATION_EVENT_NAME,
    EVALUATION_ROWS,
    EVENT_NAME_ATTRIBUTE,
    NEGATIVE_LABELS,
    POSITIVE_LABELS,
)
from gateway.otlp.convert.items import ConvertedRequest, request_id
from gateway.otlp.convert.log_records import convert_log_records
from gateway.otlp.convert.operations import REQUEST_TYPES
from gateway.otlp.convert.spans import convert_spans
from gateway.otlp.convert.table import MANIFEST_ROWS
from gateway.otlp.settings import ItemLimits
from kit.errors import Invalid
from kit.rpc.validation import problems
from tests.gateway.fixtures.otlp import evaluation, log_request, pairs, span, trace_request

MANY = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""Without the shrink phase, which takes minutes for these strategies."""
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
VALID_TIMES = st.integers(17 * 10**17, 18 * 10**17)
TIMES = st.one_of(st.just(0), st.integers(0, 2**64 - 1), VALID_TIMES)
TRACE_IDS = st.one_of(st.just(b"t" * 16), st.binary(max_size=20), st.just(bytes(16)))
SPAN_IDS = st.one_of(st.just(b"s" * 8), st.binary(max_size=20))
EVALUATIONS = st.fixed_dictionaries(
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
EVALUATION_ATTRIBUTES = st.one_of(EVALUATIONS, EVALUATIONS, ATTRIBUTES)
EVENTS = st.builds(
    lambda name, attributes, time: Span.Event(name=name, attributes=attributes, time_unix_nano=time),
    st.sampled_from([EVALUATION_EVENT_NAME, EVALUATION_EVENT_NAME, "exception"]),
    EVALUATION_ATTRIBUTES,
    TIMES,
)
ANY_SPANS = st.builds(
    lambda attributes, events, trace, span, start, end: Span(
        attributes=attributes,
        events=events,
        trace_id=trace,
        span_id=span,
        start_time_unix_nano=start,
        end_time_unix_nano=end,
    ),
    st.one_of(CHATS, CHATS, ATTRIBUTES),
    st.lists(EVENTS, max_size=3),
    TRACE_IDS,
    SPAN_IDS,
    TIMES,
    TIMES,
)
ANY_RECORDS = st.builds(
    lambda name, attributes, trace, span, time, observed: LogRecord(
        event_name=name,
        attributes=attributes,
        trace_id=trace,
        span_id=span,
        time_unix_nano=time,
        observed_time_unix_nano=observed,
    ),
    st.sampled_from([EVALUATION_EVENT_NAME, ""]),
    EVALUATION_ATTRIBUTES,
    TRACE_IDS,
    SPAN_IDS,
    TIMES,
    TIMES,
)
VALID_EVALUATIONS = st.builds(evaluation, st.sampled_from(["relevance", "toxicity", "x"]), st.floats(0, 1)).map(pairs)
VALID_SPANS = st.builds(
    lambda number, attributes: span(number, events=[Span.Event(name=EVALUATION_EVENT_NAME, attributes=attributes)]),
    st.integers(1, 1000),
    VALID_EVALUATIONS,
)
VALID_RECORDS = st.builds(
    lambda attributes, time: LogRecord(
        event_name=EVALUATION_EVENT_NAME,
        attributes=attributes,
        trace_id=b"t" * 16,
        span_id=b"s" * 8,
        time_unix_nano=time,
    ),
    VALID_EVALUATIONS,
    VALID_TIMES,
)
SPANS, RECORDS = st.one_of(VALID_SPANS, ANY_SPANS), st.one_of(VALID_RECORDS, ANY_RECORDS)
MINIMUM_OF_EACH = 20
"""Minimum number of items of each kind in all examples, so that the properties are tested on each kind."""


class Counts:
    """Numbers of converted items by kind."""

    def __init__(self) -> None:
        self.by_kind: Counter[str] = Counter(manifest=0, feedback=0, rejection=0, ignored=0, skipped=0, attribute=0)

    def check(self, converted: ConvertedRequest, items: int) -> None:
        """Asserts that each item has a result and that items for ingest are valid, and counts the items."""
        positions = [each.position for each in converted.manifests]
        positions += [each.position for each in converted.feedback]
        positions += [each.position for each in converted.rejections]
        positions += [each.position for each in converted.skipped]
        assert len({each.index for each in positions}) + converted.ignored == items
        messages: list[Message] = [each.manifest for each in converted.manifests]
        messages += [each.feedback for each in converted.feedback]
        messages += [each.message for each in converted.skipped if each.message is not None]
        for message in messages:
            assert problems(message) == []
            message.SerializeToString()
        for rejection in converted.rejections:
            assert rejection.field
            assert rejection.why
            str(rejection).encode()
            assert len(rejection.field) <= 120
        self.by_kind.update(manifest=len(converted.manifests), feedback=len(converted.feedback))
        self.by_kind.update(rejection=len(converted.rejections), ignored=converted.ignored)
        self.by_kind.update(skipped=len(converted.skipped), attribute=converted.attribute_errors.counts.total())


def test_conversion_of_generated_items_raises_nothing_and_covers_each_kind() -> None:
    counts = Counts()

    @MANY
    @given(st.lists(SPANS, max_size=3))
    def check_spans(spans: list[Span]) -> None:
        converted = convert_spans(trace_request(*spans), LIMITS)
        counts.check(converted, len(spans))
        parsed = ExportTraceServiceRequest.FromString(trace_request(*spans).SerializeToString())
        assert request_ids(convert_spans(parsed, LIMITS)) == request_ids(converted)

    @MANY
    @given(st.lists(RECORDS, max_size=3))
    def check_records(records: list[LogRecord]) -> None:
        counts.check(convert_log_records(log_request(*records), LIMITS), len(records))

    check_spans()
    check_records()
    assert {kind: count for kind, count in counts.by_kind.items() if count < MINIMUM_OF_EACH} == {}


def request_ids(converted: ConvertedRequest) -> list[str]:
    """Returns the request ids with which the items would be written."""
    votes = [request_id("feedback", each.position.span, [each.feedback]) for each in converted.feedback]
    return [request_id("manifests", each.position.span, [each.manifest]) for each in converted.manifests] + votes


KEYS = (
    *("resourceSpans", "scopeSpans", "spans", "links", "resourceLogs", "scopeLogs", "logRecords", "attributes", "key"),
    *("traceId", "spanId", "value", "stringValue", "intValue", "arrayValue", "bytesValue", "doubleValue", "kind"),
)
JSON_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@MANY
@given(
    st.one_of(JSON_VALUES, st.just("resourceSpans").flatmap(lambda key: JSON_VALUES.map(lambda each: {key: [each]})))
)
def test_generated_json_is_parsed_or_rejected_as_invalid(document: Any) -> None:
    body = json.dumps(document).encode()
    for message_class in (ExportTraceServiceRequest, ExportLogsServiceRequest):
        with contextlib.suppress(Invalid):
            assert isinstance(parse_message(message_class, body, BodyFormat.JSON), message_class)


@MANY
@given(st.binary(max_size=60), st.sampled_from(["", "gzip", "deflate"]), st.sampled_from(list(BodyFormat)))
def test_generated_bytes_are_converted_or_rejected_as_invalid(
    body: bytes, encoding: str, body_format: BodyFormat
) -> None:
    with contextlib.suppress(Invalid):
        convert_spans(parse_message(ExportTraceServiceRequest, decompress(body, encoding, 100), body_format), LIMITS)
