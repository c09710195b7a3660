"""Tests of temporary failures: exporters get a retry time, and retried items are stored once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status
from prometheus_client import REGISTRY

from gateway.otlp.ingest_client import IngestClient
from kit.errors import Exhausted, Unavailable
from radiant.ingest.v1 import ingest_service_pb2 as pb
from radiant.ingest.v1.feedback_pb2 import ItemResult
from tests.gateway.fixtures.otlp import (
    CHAT,
    derived_output_id,
    evaluation,
    evaluation_record,
    export,
    log_request,
    otlp_gateway,
    sdk_spans,
    shutting_down,
    span,
    trace_request,
)
from tests.ingest.fixtures import service as ingest
from tests.ingest.fixtures.evaluators import register

SHORT_RETRY = timedelta(seconds=0.05)


class FlakyIngest(IngestClient):
    """Raises scripted errors before a call, or after it as if the response was lost."""

    before: list[Exception]
    after: list[Exception]
    is_blocked: asyncio.Event
    """Set when a call waits for `release`."""
    release: asyncio.Event | None

    async def record_manifests(
        self, request: pb.BatchRecordManifestsRequest, authorization: str
    ) -> Sequence[ItemResult]:
        """Raises a scripted error or records the manifests."""
        if self.before:
            raise self.before.pop(0)
        if self.release is not None:
            self.is_blocked.set()
            await self.release.wait()
        results = await super().record_manifests(request, authorization)
        if self.after:
            raise self.after.pop(0)
        return results


@pytest.fixture
def flaky(monkeypatch: pytest.MonkeyPatch) -> type[FlakyIngest]:
    """Replaces the ingest client of gateways that start later."""
    FlakyIngest.before, FlakyIngest.after, FlakyIngest.release = [], [], None
    monkeypatch.setattr("gateway.app.IngestClient", FlakyIngest)
    return FlakyIngest


def retry_info(error: grpc.aio.AioRpcError) -> RetryInfo:
    """Returns the RetryInfo of the status details."""
    status, info = rpc_status.from_call(error), RetryInfo()
    assert status is not None
    assert any(detail.Unpack(info) for detail in status.details)
    return info


def rejected_exports() -> float:
    """Returns the number of gRPC exports that were rejected because ingest is unavailable."""
    labels = {"signal": "traces", "by": "grpc", "code": "Unavailable"}
    return REGISTRY.get_sample_value("radiant_otlp_requests_total", labels) or 0.0


@pytest.mark.parametrize("transport", ["grpc", "http"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_failed_export_is_retried_and_the_manifest_is_stored_once(
    flaky: type[FlakyIngest], intake: ingest.IngestService, transport: str, when: str
) -> None:
    async with otlp_gateway(intake) as gateway:
        failures = getattr(flaky, when)
        failures.append(Unavailable("Not now.", SHORT_RETRY))
        exporter = gateway.span_exporter(transport)
        with shutting_down(exporter):
            assert await export(exporter, sdk_spans({**CHAT, "gen_ai.response.id": "r"})) == "SUCCESS"
        assert failures == []
        assert [each["output_id"] for each in await gateway.manifests()] == ["r"]
        assert await intake.number("SELECT count(*) FROM ingest.execution_manifests") == 1


async def test_unavailable_and_exhausted_errors_contain_the_retry_time(
    flaky: type[FlakyIngest], intake: ingest.IngestService
) -> None:
    body = trace_request(span(1)).SerializeToString()
    wait = timedelta(seconds=2.5)
    cases = [
        (Unavailable("Not now.", wait), grpc.StatusCode.UNAVAILABLE, 503),
        (Exhausted("Too much.", wait), grpc.StatusCode.RESOURCE_EXHAUSTED, 429),
    ]
    async with otlp_gateway(intake) as gateway:
        for failure, code, status in cases:
            flaky.before = [failure, failure]
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await gateway.call("traces", body)
            assert refused.value.code() is code
            assert retry_info(refused.value).retry_delay.ToTimedelta() == wait
            assert dict(refused.value.trailing_metadata() or ())["google.rpc.retryinfo-bin"]
            answer = await gateway.post("traces", body)
            assert (answer.status_code, answer.headers["retry-after"]) == (status, "3")
            assert Status.FromString(answer.content).code == code.value[0]
        assert await gateway.manifests() == []
        assert (await gateway.post("traces", body)).status_code == 200


async def test_internal_error_hides_its_message(flaky: type[FlakyIngest], intake: ingest.IngestService) -> None:
    body = trace_request(span(1)).SerializeToString()
    async with otlp_gateway(intake) as gateway:
        flaky.before = [RuntimeError("secret"), RuntimeError("secret")]
        answer = await gateway.post("traces", body)
        assert answer.status_code == 500
        assert b"secret" not in answer.content
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await gateway.call("traces", body)
        assert refused.value.code() is grpc.StatusCode.INTERNAL
        assert "secret" not in str(refused.value)


async def test_request_above_the_concurrency_limit_gets_a_retry_time(
    flaky: type[FlakyIngest], intake: ingest.IngestService
) -> None:
    body = trace_request(span(1)).SerializeToString()
    flaky.is_blocked, flaky.release = asyncio.Event(), asyncio.Event()
    async with otlp_gateway(intake, requests_max=1) as gateway:
        first = asyncio.create_task(gateway.post("traces", body))
        await asyncio.wait_for(flaky.is_blocked.wait(), 10)
        refused = await gateway.post("traces", body)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await gateway.call("traces", body)
        assert retry_info(error.value).retry_delay.seconds == 1
        flaky.release.set()
        assert (await first).status_code == 200
        assert (await gateway.post("traces", body)).status_code == 200


async def test_export_while_ingest_restarts_succeeds_after_the_restart(database_url: str, redis_url: str) -> None:
    async with ingest.open_service(database_url, redis_url) as first:
        address = first.address
    body = trace_request(span(1)).SerializeToString()
    port = address.rpartition(":")[2]
    async with otlp_gateway(first) as gateway:
        answer = await gateway.post("traces", body)
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
        exporter = gateway.span_exporter("grpc")
        with shutting_down(exporter):
            rejected_before = rejected_exports()
            sending = asyncio.create_task(export(exporter, sdk_spans({**CHAT, "gen_ai.response.id": "r"})))
            async with asyncio.timeout(10):
                while rejected_exports() == rejected_before:  # noqa: ASYNC110 - a metric has no event
                    await asyncio.sleep(0.02)
            async with ingest.open_service(database_url, redis_url, {"RADIANT_PORT": port}):
                assert await sending == "SUCCESS"
                assert [each["output_id"] for each in await gateway.manifests()] == ["r"]


async def test_user_above_the_rate_limit_does_not_block_votes_of_other_users(database_url: str, redis_url: str) -> None:
    limit = {"RADIANT_EXPLICIT_PER_USER_HOUR": "2"}
    async with ingest.open_service(database_url, redis_url, limit) as intake, otlp_gateway(intake) as gateway:
        records = [evaluation_record(number, evaluation("tone", **{"user__id": "busy"})) for number in (1, 2, 3)]
        others = [evaluation_record(number, evaluation("tone", **{"user__id": f"u{number}"})) for number in (4, 5)]
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await gateway.call("logs", log_request(*records, *others).SerializeToString())
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert ingest.reason_of(refused.value) == "USER_PACE"
        assert retry_info(refused.value).retry_delay.seconds > 60
        stored = [(each["output_id"], each["user_id"]) for each in await gateway.votes()]
        assert len(stored) == 4
        assert {(derived_output_id(4), "u4"), (derived_output_id(5), "u5")} <= set(stored)
        again = await gateway.export_log_records(*others)
        assert not again.HasField("partial_success")


async def test_evaluator_is_limited_as_a_user_until_it_is_registered(database_url: str, redis_url: str) -> None:
    limit = {"RADIANT_EXPLICIT_PER_USER_HOUR": "2"}
    async with ingest.open_service(database_url, redis_url, limit) as intake, otlp_gateway(intake) as gateway:
        records = [evaluation_record(number, evaluation("tone")) for number in (1, 2, 3)]
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await gateway.call("logs", log_request(*records).SerializeToString())
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert "RegisterEvaluator" in str(refused.value.details())
        assert retry_info(refused.value).retry_delay.seconds > 60
        assert {each["user_id"] for each in await gateway.votes()} == {"evaluator:tone"}
        assert len(await gateway.votes()) == 2
        await register(intake, "tone")
        again = await gateway.export_log_records(*records)
        assert not again.HasField("partial_success")
        assert len(await gateway.votes()) == 3


async def test_ingest_of_an_earlier_version_leads_to_a_retry() -> None:
    server = grpc.aio.server()
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    client = IngestClient(f"127.0.0.1:{port}", timedelta(seconds=5))
    try:
        with pytest.raises(Unavailable, match="earlier version"):
            await client.record_trace(pb.RecordTraceRequest(), "Bearer x")
    finally:
        await client.close()
        await server.stop(None)


async def test_disabled_intake_has_no_receiver_and_no_routes(intake: ingest.IngestService) -> None:
    async with otlp_gateway(intake, enabled=False) as gateway:
        assert gateway.grpc_port == 0
        assert (await gateway.post("traces", b"")).status_code == 404
