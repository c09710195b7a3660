"""Cost of hostile messages: counts before content, at most 20 violations, a bound on CPU time."""

import time
from typing import Any

import grpc
import protovalidate
import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.resilience.fuzz.messages import messages
from bench.resilience.worst_requests import hostile, legal, measure
from kit.errors import Invalid
from kit.rpc.validation import VIOLATIONS_MAX, Oversized, problems, reader, validate
from kit.rpc.validation.enums import enum_at, enum_rule
from kit.rpc.validation.shapes import STRUCTS, UNLIMITED, is_map, items_max
from radiant.ingest.v1 import feedback_pb2 as feedback
from radiant.ingest.v1 import ingest_service_pb2 as ingest
from radiant.ingest.v1 import manifest_pb2 as manifest
from radiant.ingest.v1.feedback_pb2 import ItemResult
from radiant.neural.v1 import recommend_service_pb2 as recommend
from tests.kit.fixtures.scripted_servicer import METHODS, Script, serving
from tests.support.suite import token

CPU_S_MAX = 0.05
"""CPU time of one core for a request within the size limit."""
UUID = "0190a8b0-0000-7000-8000-000000000000"
EMPTY_MANIFEST = b"\x1a\x00"
COSTLY = (
    ("BatchRecordManifests", "the largest valid message"),
    ("BatchRecordManifests", "the largest valid message with an invalid last item"),
    ("BatchRecordManifests", "empty items of manifests"),
    ("BatchRecordManifests", "1000 x empty items of manifests.steps"),
    ("StreamSignals", "1 x JSON lists of 4 MiB in signals.signal_value"),
    ("StreamSignals", "1000 x JSON lists of 30 KB in signals.signal_value"),
    ("UpdateExperiment", "1 x empty items of experiment.variants"),
    ("BatchGetRecommendations", "256 x 256 x contexts.profiles.model set again and again"),
    ("RecordExposures", "1 x empty items of exposures.metrics"),
    ("RecordManifest", "empty manifest set again and again"),
)
"""Constructions by method. `python -m bench.resilience.worst_requests` measures all constructions of all methods."""

BATCHES = METHODS.methods_by_name["BatchRecordManifests"].input_type


def batch(*manifests: manifest.ExecutionManifest) -> ingest.BatchRecordManifestsRequest:
    return ingest.BatchRecordManifestsRequest(request_id=UUID, manifests=manifests)


def a_manifest(**fields: Any) -> manifest.ExecutionManifest:
    whole: dict[str, Any] = {"output_id": "o", "user_id": "u", "task_type": "chat", "models_used": ["m"]}
    whole["request_type"] = manifest.REQUEST_TYPE_CHAT
    return manifest.ExecutionManifest(**(whole | fields))


def test_batch_of_100000_empty_manifests_is_refused_within_50_ms() -> None:
    read = reader(BATCHES)
    request = read(EMPTY_MANIFEST * 100_000)
    assert [each.field for each in problems(request)] == ["manifests"]
    assert measure.cpu_s(lambda: problems(read(EMPTY_MANIFEST * 100_000)), 3) < CPU_S_MAX


async def test_server_refuses_batch_of_100000_empty_manifests_within_a_second() -> None:
    async with serving(Script()) as served:
        call: Any = served.channel.unary_unary(f"/{METHODS.full_name}/BatchRecordManifests")
        begun = time.process_time()
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call(EMPTY_MANIFEST * 100_000, metadata=token("acme", "service"), timeout=60)
        assert time.process_time() - begun < 1
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert refused.value.details() == "manifests: must contain no more than 1000 item(s)"


@pytest.mark.parametrize(("name", "construction"), COSTLY)
def test_request_of_costly_construction_costs_at_most_50_ms(name: str, construction: str) -> None:
    (kind,) = [method.input_type for method in measure.methods() if method.name == name]
    (build,) = [build for found, build in hostile.hostile(kind, measure.BYTES_MAX) if found == construction]
    data, read = build(), reader(kind)
    seconds = measure.cpu_s(lambda: measure.check(read, data), 10)
    assert seconds <= CPU_S_MAX, f"{construction} of {len(data)} bytes costs {seconds * 1e3:.0f} ms"


@pytest.mark.parametrize("method", list(measure.methods()), ids=lambda method: str(method.name))
def test_largest_request_within_the_limits_is_valid(method: Any) -> None:
    request = reader(method.input_type)(legal.largest(method.input_type, measure.BYTES_MAX).SerializeToString())
    assert problems(request) == []


def test_full_batch_with_50_steps_per_manifest_is_valid() -> None:
    steps = [manifest.ManifestStep(model="m", latency_ms=1, input_tokens=1, output_tokens=1, cost=1)] * 50
    request = batch(*[a_manifest(steps=steps)] * 1000)
    assert problems(reader(BATCHES)(request.SerializeToString())) == []


def test_full_batch_of_contexts_with_256_candidates_each_is_valid() -> None:
    names = [f"model-{number}" for number in range(256)]
    context = recommend.RecommendationContext(user_id="u", task_type="chat", candidates=names)
    request = recommend.BatchGetRecommendationsRequest(contexts=[context] * 256)
    assert problems(reader(request.DESCRIPTOR)(request.SerializeToString())) == []


def test_too_many_items_are_reported_before_the_content_of_items() -> None:
    many_steps = a_manifest(output_id="", steps=[manifest.ManifestStep()] * 65)
    request = batch(*[manifest.ExecutionManifest()] * 3, many_steps)
    assert problems(request) == problems(reader(BATCHES)(request.SerializeToString()))
    assert [each.field for each in problems(request)] == ["manifests[3].steps"]


def test_too_many_values_in_total_are_refused_with_the_list_that_exceeds_the_limit() -> None:
    request = batch(a_manifest(), a_manifest(services_used=["s" * 200] * 32))
    with pytest.raises(Invalid, match=r"manifests\[1\]\.services_used: brings the request to more than 100 values"):
        validate(reader(BATCHES, 100)(request.SerializeToString()))


def test_nested_message_encoded_more_than_100_times_is_refused() -> None:
    request = ingest.RecordManifestRequest(request_id=UUID, manifest=a_manifest(services_used=["s" * 200] * 32))
    read, again = reader(request.DESCRIPTOR), EMPTY_MANIFEST
    assert problems(read(request.SerializeToString() + again * 99)) == problems(request)
    with pytest.raises(Invalid, match="manifest: must occur at most 100 times in the encoded message"):
        validate(read(request.SerializeToString() + again * 100))


def test_repeated_encodings_of_nested_messages_count_as_values() -> None:
    request = ingest.RecordManifestRequest(request_id=UUID, manifest=a_manifest(services_used=["s" * 200] * 32))
    with pytest.raises(Invalid, match="manifest: brings the request to more than 50 values"):
        validate(reader(request.DESCRIPTOR, 50)(request.SerializeToString() + EMPTY_MANIFEST * 60))


def test_oversized_batch_of_a_stream_keeps_its_identifier() -> None:
    request = ingest.StreamSignalsRequest(batch_id=UUID, signals=[feedback.ImplicitSignal(output_id="o")] * 1001)
    read = reader(request.DESCRIPTOR)(request.SerializeToString())
    assert isinstance(read, Oversized)
    assert read.message == ingest.StreamSignalsRequest(batch_id=UUID)


def test_invalid_batch_reports_20_violations_and_states_that_more_may_exist() -> None:
    request = batch(*[a_manifest(output_id="")] * 900)
    with pytest.raises(Invalid, match="Validation stopped after 20 violations; more may exist") as refused:
        validate(request)
    paths = [each.field for each in refused.value.violations]
    assert len(paths) == VIOLATIONS_MAX
    assert paths[:2] == ["manifests[0].output_id"] * 2


def test_invalid_item_at_the_end_of_a_batch_is_reported_with_its_path() -> None:
    bad = a_manifest(steps=[manifest.ManifestStep(model="m")] * 63 + [manifest.ManifestStep(model="m", cost=-1)])
    found = problems(batch(*[a_manifest()] * 998, bad, a_manifest(user_id="")))
    assert [each.field for each in found[:2]] == ["manifests[998].steps[63].cost", "manifests[999].user_id"]


_RANDOM = (ingest.BatchRecordManifestsRequest, ingest.StreamSignalsRequest, recommend.GetRecommendationRequest)


@pytest.mark.parametrize("kind", _RANDOM, ids=lambda kind: str(kind.DESCRIPTOR.name))
@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_random_messages_have_the_violations_of_protovalidate(kind: Any, data: st.DataObject) -> None:
    request = data.draw(messages(kind.DESCRIPTOR, plausible=data.draw(st.booleans())))
    if data.draw(st.booleans()):  # more items than are validated together
        for field, value in request.ListFields():
            if field.is_repeated and field.message_type is not None:
                value.extend([value[0]] * 60)
    found = problems(request)
    expected = {_rule(request, each) for each in protovalidate.collect_violations(request)}
    assert bool(found) == bool(expected)
    assert {each.why for each in found} <= expected
    if len(found) < VIOLATIONS_MAX and not any("more than" in why or "at most" in why for why in expected):
        assert {each.why for each in found} == expected


def _rule(request: Any, violation: protovalidate.Violation) -> str:
    """Returns the message of a violation; for an enum, with the names of its values."""
    path = violation.proto.field
    names = [each.field_name for each in path.elements] if path is not None else []
    field = enum_at(request.DESCRIPTOR, names) if violation.proto.rule_id.startswith("enum.") else None
    return str(violation.proto.message) if field is None else enum_rule(field)


def _fields(descriptor: Descriptor, seen: set[str]) -> list[FieldDescriptor]:
    if descriptor.full_name in seen or descriptor.full_name in STRUCTS:
        return []
    seen.add(descriptor.full_name)
    found = list(descriptor.fields)
    for field in descriptor.fields:
        if field.message_type is not None and not is_map(field):
            found += _fields(field.message_type, seen)
        elif field.message_type is not None:
            value = field.message_type.fields_by_name["value"].message_type
            found += _fields(value, seen) if value is not None else []
    return found


def _is_bounded(rules: Any, kind: FieldDescriptor) -> bool:
    if kind.type == FieldDescriptor.TYPE_STRING:
        return bool(rules.string.HasField("max_len") or rules.string.uuid)
    return kind.type != FieldDescriptor.TYPE_BYTES or any(rules.bytes.HasField(each) for each in ("max_len", "len"))


def test_every_list_map_text_and_byte_string_of_a_request_has_a_limit() -> None:
    seen: set[str] = set()
    fields = [field for method in measure.methods() for field in _fields(method.input_type, seen)]
    unbounded = []
    for field in fields:
        rules: Any = field.GetOptions().Extensions[measure.FIELD_RULES]
        if is_map(field) and field.message_type is not None:
            entry = field.message_type.fields_by_name
            is_bounded = _is_bounded(rules.map.keys, entry["key"]) and _is_bounded(rules.map.values, entry["value"])
        else:
            is_bounded = _is_bounded(rules.repeated.items if field.is_repeated else rules, field)
        if not is_bounded or (field.is_repeated and items_max(field) == UNLIMITED):
            unbounded.append(field.full_name)
    assert len(fields) > 200
    assert unbounded == []


def test_field_without_a_limit_is_found() -> None:
    (results,) = _fields(ingest.BatchRecordManifestsResponse.DESCRIPTOR, {ItemResult.DESCRIPTOR.full_name})
    assert items_max(results) == UNLIMITED
