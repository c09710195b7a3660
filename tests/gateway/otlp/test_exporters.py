"""The stock exporters of the OpenTelemetry SDK deliver, and what they send again counts once."""

import asyncio
import time
from typing import Any

import grpc
import pytest
from opentelemetry._logs import LogRecord
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from tests.gateway.otlp.serving import (
    CHAT,
    EVENT,
    Taking,
    closing,
    derived,
    exported,
    judged,
    record,
    recorded,
    span,
    trace_request,
)
from tests.gateway.serving import ACME, GLOBEX, bearer
from tests.ingest.fixtures.service import reason_of
from tests.support.suite import token


@pytest.mark.parametrize("by", ["grpc", "http"])
@pytest.mark.parametrize("packed", [False, True])
async def test_spans_of_a_product_become_manifests(taken: Taking, by: str, packed: bool) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(taken.spans(by, packed=packed)))
    tracer = provider.get_tracer("product")
    prompt = "a prompt that nobody shall keep"
    more: dict[str, Any] = {"gen_ai.response.id": "resp-1", "user.id": "ada", "gen_ai.usage.input_tokens": 7}
    with (
        tracer.start_as_current_span("GET /"),
        tracer.start_as_current_span("chat gpt-4o", attributes={**CHAT, **more, "gen_ai.input.messages": prompt}),
    ):
        pass
    await asyncio.to_thread(provider.shutdown)
    (stored,) = await taken.manifests()
    assert (stored["tenant_id"], stored["output_id"], stored["user_id"]) == ("acme", "resp-1", "ada")
    assert (list(stored["models_used"]), stored["input_tokens"]) == (["gpt-4o"], 7)
    assert len(stored["input_prompt_hash"]) == 32
    assert prompt not in repr(stored)
    assert stored["total_latency_ms"] > 0
    assert stored["created_at"].timestamp() == pytest.approx(time.time(), abs=60)


@pytest.mark.parametrize("by", ["grpc", "http"])
async def test_evaluations_become_feedback_in_whatever_order(taken: Taking, by: str) -> None:
    provider = LoggerProvider(shutdown_on_exit=False)
    exporter = taken.logs(by)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    spans = recorded(CHAT)
    context = spans[0].get_span_context()
    assert context is not None
    about = LogRecord(
        attributes=judged("relevance", 0.2, gen_ai__evaluation__explanation="beside the point"),
        trace_id=context.trace_id,
        span_id=context.span_id,
        trace_flags=context.trace_flags,
        timestamp=time.time_ns(),
    )
    about.event_name = EVENT
    await asyncio.to_thread(provider.get_logger("judge").emit, about)
    sender = taken.spans(by)
    with closing(sender):
        assert await exported(sender, spans) == "SUCCESS"
    await asyncio.to_thread(provider.shutdown)
    output = f"{context.trace_id:032x}-{context.span_id:016x}"
    stats = await taken.stats(output)
    assert (stats.manifest_known, stats.counts.negative, stats.counts.comments, stats.counts.users) == (True, 1, 1, 1)
    (stored,) = await taken.votes()
    assert (stored["user_id"], list(stored["categories"])) == ("evaluator:relevance", ["relevance"])
    assert stored["comment"] == "beside the point"


async def test_what_is_sent_again_in_other_batches_counts_once(taken: Taking) -> None:
    spans = recorded(*({**CHAT, "gen_ai.response.id": f"r{number}", "user.id": "u"} for number in range(6)))
    by_grpc, by_http = taken.spans("grpc"), taken.spans("http", packed=True)
    with closing(by_grpc, by_http):
        for exporter, batch in ((by_grpc, spans[:4]), (by_http, spans[2:]), (by_grpc, spans), (by_http, spans[::-1])):
            assert await exported(exporter, batch) == "SUCCESS"
    assert [each["output_id"] for each in await taken.manifests()] == [f"r{number}" for number in range(6)]
    assert await taken.intake.number("SELECT count(*) FROM ingest.execution_manifests") == 6


async def test_evaluations_sent_again_count_once(taken: Taking) -> None:
    records = [record(number, judged("relevance", 0.9)) for number in (1, 2, 3)]
    for batch in (records[:2], records[1:], records, records[::-1]):
        answer = await taken.logged(*batch)
        assert not answer.partial_success.rejected_log_records
    stored = await taken.votes()
    assert [(each["output_id"], each["rating"]) for each in stored] == [(derived(number), 1) for number in (1, 2, 3)]
    stats = await taken.stats(derived(2))
    assert (stats.counts.positive, stats.counts.users) == (1, 1)


async def test_another_tenant_sees_nothing(taken: Taking) -> None:
    exporter = taken.spans("grpc")
    with closing(exporter):
        await exported(exporter, recorded({**CHAT, "gen_ai.response.id": "secret"}))
    assert (await taken.stats("secret")).manifest_known
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await taken.stats("secret", token("globex"))
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    exporter = taken.spans("http", GLOBEX)
    with closing(exporter):
        await exported(exporter, recorded({**CHAT, "gen_ai.response.id": "secret", "gen_ai.request.model": "other"}))
    stored = await taken.manifests()
    assert sorted((each["tenant_id"], each["models_used"][0]) for each in stored) == [
        ("acme", "gpt-4o"),
        ("globex", "other"),
    ]


async def test_a_log_record_finds_the_output_of_a_span_that_named_itself(taken: Taking) -> None:
    await taken.traced(span(5, {**CHAT, "gen_ai.response.id": "resp-5"}))
    await taken.logged(record(5, judged()))
    assert [each["output_id"] for each in await taken.votes()] == ["resp-5"]


async def test_what_one_caller_sent_names_nothing_for_another(taken: Taking) -> None:
    await taken.traced(span(5, {**CHAT, "gen_ai.response.id": "resp-5"}), who=GLOBEX)
    await taken.logged(record(5, judged()))
    assert [(each["tenant_id"], each["output_id"]) for each in await taken.votes()] == [("acme", derived(5))]


@pytest.mark.parametrize("who", [{"authorization": "Bearer nonsense"}, {}])
async def test_a_caller_whom_ingest_does_not_know_is_turned_away(taken: Taking, who: dict[str, str]) -> None:
    nothing_to_write, something = span(1, {"http.method": "GET"}), span(2)
    for each in (nothing_to_write, something):
        body = trace_request(each).SerializeToString()
        answer = await taken.post("traces", body, who=who)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await taken.call("traces", body, who)
        assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
        assert reason_of(refused.value)
    exporter = taken.spans("grpc", who)
    with closing(exporter):
        assert await exported(exporter, recorded(CHAT)) == "FAILURE"
    assert await taken.manifests() == []


async def test_a_caller_without_the_role_may_not(taken: Taking) -> None:
    reader = bearer("acme", "expert")
    assert (await taken.post("traces", trace_request(span(1)).SerializeToString(), who=reader)).status_code == 403
    assert (await taken.post("traces", trace_request(span(1)).SerializeToString(), who=ACME)).status_code == 200
