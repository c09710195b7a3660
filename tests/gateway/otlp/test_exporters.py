"""Tests with the exporters of the OpenTelemetry SDK: items are stored, and repeated items are stored once."""

import asyncio
import hashlib
import time
from typing import Any

import grpc
import pytest
from opentelemetry._logs import LogRecord
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from tests.gateway.fixtures.gateway import ACME, GLOBEX, bearer
from tests.gateway.fixtures.otlp import (
    CHAT,
    EVALUATION_EVENT,
    OtlpGateway,
    derived_output_id,
    evaluation,
    evaluation_event,
    evaluation_record,
    export,
    otlp_gateway,
    sdk_spans,
    shutting_down,
    span,
    trace_request,
)
from tests.ingest.fixtures.service import reason_of
from tests.neural.fixtures.stack import open_stack
from tests.support.suite import token


@pytest.mark.parametrize("transport", ["grpc", "http"])
@pytest.mark.parametrize("is_compressed", [False, True])
async def test_exported_spans_become_manifests_without_the_prompt(
    gateway: OtlpGateway, transport: str, is_compressed: bool
) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(gateway.span_exporter(transport, is_compressed=is_compressed)))
    tracer = provider.get_tracer("product")
    prompt = "a prompt that must not be stored"
    more: dict[str, Any] = {"gen_ai.response.id": "resp-1", "user.id": "ada", "gen_ai.usage.input_tokens": 7}
    with (
        tracer.start_as_current_span("GET /"),
        tracer.start_as_current_span("chat gpt-4o", attributes={**CHAT, **more, "gen_ai.input.messages": prompt}),
    ):
        pass
    await asyncio.to_thread(provider.shutdown)
    (stored,) = await gateway.manifests()
    assert (stored["tenant_id"], stored["output_id"], stored["user_id"]) == ("acme", "resp-1", "ada")
    assert (list(stored["models_used"]), stored["input_tokens"]) == (["gpt-4o"], 7)
    assert len(stored["input_prompt_hash"]) == 32
    assert prompt not in repr(stored)
    assert stored["total_latency_ms"] > 0
    assert stored["created_at"].timestamp() == pytest.approx(time.time(), abs=60)


@pytest.mark.parametrize("transport", ["grpc", "http"])
async def test_evaluation_exported_before_its_span_becomes_feedback_on_the_output(
    gateway: OtlpGateway, transport: str
) -> None:
    provider = LoggerProvider(shutdown_on_exit=False)
    exporter = gateway.log_exporter(transport)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    spans = sdk_spans(CHAT)
    context = spans[0].get_span_context()
    assert context is not None
    log_record = LogRecord(
        attributes=evaluation("relevance", 0.2, gen_ai__evaluation__explanation="beside the point"),
        trace_id=context.trace_id,
        span_id=context.span_id,
        trace_flags=context.trace_flags,
        timestamp=time.time_ns(),
    )
    log_record.event_name = EVALUATION_EVENT
    await asyncio.to_thread(provider.get_logger("judge").emit, log_record)
    sender = gateway.span_exporter(transport)
    with shutting_down(sender):
        assert await export(sender, spans) == "SUCCESS"
    await asyncio.to_thread(provider.shutdown)
    output = f"{context.trace_id:032x}-{context.span_id:016x}"
    stats = await gateway.stats(output)
    assert (stats.manifest_known, stats.counts.negative, stats.counts.comments, stats.counts.users) == (True, 1, 1, 1)
    (stored,) = await gateway.votes()
    assert (stored["user_id"], list(stored["categories"])) == ("evaluator:relevance", ["relevance"])
    assert stored["comment"] == "beside the point"


async def test_spans_repeated_in_other_batches_are_stored_once(gateway: OtlpGateway) -> None:
    spans = sdk_spans(*({**CHAT, "gen_ai.response.id": f"r{number}", "user.id": "u"} for number in range(6)))
    by_grpc, by_http = gateway.span_exporter("grpc"), gateway.span_exporter("http", is_compressed=True)
    with shutting_down(by_grpc, by_http):
        for exporter, batch in ((by_grpc, spans[:4]), (by_http, spans[2:]), (by_grpc, spans), (by_http, spans[::-1])):
            assert await export(exporter, batch) == "SUCCESS"
    assert [each["output_id"] for each in await gateway.manifests()] == [f"r{number}" for number in range(6)]
    assert await gateway.intake.number("SELECT count(*) FROM ingest.execution_manifests") == 6


async def test_evaluations_repeated_in_other_batches_are_stored_once(gateway: OtlpGateway) -> None:
    records = [evaluation_record(number, evaluation("relevance", 0.9)) for number in (1, 2, 3)]
    for batch in (records[:2], records[1:], records, records[::-1]):
        answer = await gateway.export_log_records(*batch)
        assert not answer.partial_success.rejected_log_records
    stored = await gateway.votes()
    assert [(each["output_id"], each["rating"]) for each in stored] == [
        (derived_output_id(number), 1) for number in (1, 2, 3)
    ]
    stats = await gateway.stats(derived_output_id(2))
    assert (stats.counts.positive, stats.counts.users) == (1, 1)


async def test_manifests_of_a_tenant_are_invisible_to_another_tenant(gateway: OtlpGateway) -> None:
    exporter = gateway.span_exporter("grpc")
    with shutting_down(exporter):
        await export(exporter, sdk_spans({**CHAT, "gen_ai.response.id": "secret"}))
    assert (await gateway.stats("secret")).manifest_known
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await gateway.stats("secret", token("globex"))
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    exporter = gateway.span_exporter("http", GLOBEX)
    with shutting_down(exporter):
        await export(exporter, sdk_spans({**CHAT, "gen_ai.response.id": "secret", "gen_ai.request.model": "other"}))
    stored = await gateway.manifests()
    assert sorted((each["tenant_id"], each["models_used"][0]) for each in stored) == [
        ("acme", "gpt-4o"),
        ("globex", "other"),
    ]


async def test_log_record_refers_to_the_output_id_that_its_span_set(gateway: OtlpGateway) -> None:
    await gateway.export_spans(span(5, {**CHAT, "gen_ai.response.id": "resp-5"}))
    await gateway.export_log_records(evaluation_record(5, evaluation()))
    assert [each["output_id"] for each in await gateway.votes()] == ["resp-5"]


async def test_log_record_before_its_span_at_another_gateway_reaches_the_output(
    gateway: OtlpGateway, database_url: str, redis_url: str
) -> None:
    async with otlp_gateway(gateway.intake) as other:
        await other.export_log_records(evaluation_record(5, evaluation()))
    await gateway.export_spans(span(5, {**CHAT, "gen_ai.response.id": "resp-5"}))
    async with open_stack(database_url, redis_url) as learning:
        await learning.learn()
    assert [each["output_id"] for each in await gateway.votes()] == ["resp-5"]


@pytest.mark.parametrize("response_id", ["r" * 205, "line\nbreak", "r" * 101])
async def test_output_with_unusual_response_id_is_stored_with_its_feedback(
    gateway: OtlpGateway, response_id: str
) -> None:
    named = {**evaluation(), "gen_ai.response.id": response_id}
    await gateway.export_spans(span(5, {**CHAT, "gen_ai.response.id": response_id}))
    await gateway.export_log_records(evaluation_record(6, named))
    (manifest,) = await gateway.manifests()
    assert [each["output_id"] for each in await gateway.votes()] == [manifest["output_id"]]
    assert manifest["output_id"] == hashlib.sha256(response_id.encode()).hexdigest()
    assert response_id in manifest["output_aliases"]


async def test_response_id_of_a_second_user_is_a_second_output(gateway: OtlpGateway) -> None:
    cached = {**CHAT, "gen_ai.response.id": "resp-5"}
    spans = [span(number, {**cached, "user.id": user}) for number, user in ((5, "ann"), (6, "bob"))]
    events = [evaluation_event(evaluation())]
    for _ in range(2):  # the second time is a retry
        answer = await gateway.export_spans(*spans)
        assert answer.partial_success.error_message == ""
    await gateway.export_spans(span(6, {**cached, "user.id": "bob"}, events=events))
    manifests = {each["user_id"]: each["output_id"] for each in await gateway.manifests()}
    assert manifests["ann"] == "resp-5"
    assert len(manifests) == len(await gateway.manifests()) == 2
    votes = {each["user_id"]: each["output_id"] for each in await gateway.votes()}
    assert votes == {"bob": manifests["bob"]}


async def test_model_that_answered_is_credited_under_every_requested_name(gateway: OtlpGateway) -> None:
    for number, requested in enumerate(("auto", "openai/gpt-4o", "gpt-4o", "gpt-4o-2024-08-06"), 1):
        models = {"gen_ai.request.model": requested, "gen_ai.response.model": "gpt-4o-2024-08-06"}
        await gateway.export_spans(span(number, {**CHAT, **models}))
    stored = [(list(each["models_used"]), list(each["model_versions"])) for each in await gateway.manifests()]
    assert stored == [(["gpt-4o"], ["gpt-4o-2024-08-06"])] * 4


async def test_output_ids_of_spans_are_not_shared_between_callers(gateway: OtlpGateway) -> None:
    await gateway.export_spans(span(5, {**CHAT, "gen_ai.response.id": "resp-5"}), caller=GLOBEX)
    await gateway.export_log_records(evaluation_record(5, evaluation()))
    assert [(each["tenant_id"], each["output_id"]) for each in await gateway.votes()] == [
        ("acme", derived_output_id(5))
    ]


@pytest.mark.parametrize("caller", [{"authorization": "Bearer nonsense"}, {}])
async def test_caller_without_valid_token_is_rejected(gateway: OtlpGateway, caller: dict[str, str]) -> None:
    ignored_span, chat_span = span(1, {"http.method": "GET"}), span(2)
    for each in (ignored_span, chat_span):
        body = trace_request(each).SerializeToString()
        answer = await gateway.post("traces", body, caller=caller)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await gateway.call("traces", body, caller)
        assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
        assert reason_of(refused.value)
    exporter = gateway.span_exporter("grpc", caller)
    with shutting_down(exporter):
        assert await export(exporter, sdk_spans(CHAT)) == "FAILURE"
    assert await gateway.manifests() == []


async def test_caller_without_the_service_role_is_rejected(gateway: OtlpGateway) -> None:
    reader = bearer("acme", "expert")
    assert (await gateway.post("traces", trace_request(span(1)).SerializeToString(), caller=reader)).status_code == 403
    assert (await gateway.post("traces", trace_request(span(1)).SerializeToString(), caller=ACME)).status_code == 200
