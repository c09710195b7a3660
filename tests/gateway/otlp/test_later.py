"""When ingest cannot take something now, the exporter learns so, comes again, and everything counts once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from gateway.otlp.ingest_calls import IngestCalls
from kit.errors import Exhausted, Unavailable
from radiant.ingest.v1 import ingest_service_pb2 as pb
from radiant.ingest.v1.feedback_pb2 import ItemResult
from tests.gateway.otlp.serving import (
    CHAT,
    closing,
    derived,
    exported,
    judged,
    log_request,
    record,
    recorded,
    span,
    taking,
    trace_request,
)
from tests.ingest.fixtures import service as ingest

SOON = timedelta(seconds=0.05)


class Flaky(IngestCalls):
    """Fails as it is told; a failure after the call is an answer that got lost."""

    before: list[Exception]
    after: list[Exception]
    free: asyncio.Event | None

    async def record(self, request: pb.BatchRecordManifestsRequest, authorization: str) -> Sequence[ItemResult]:
        """Fails or records."""
        if self.before:
            raise self.before.pop(0)
        if self.free is not None:
            await self.free.wait()
        results = await super().record(request, authorization)
        if self.after:
            raise self.after.pop(0)
        return results


@pytest.fixture
def flaky(monkeypatch: pytest.MonkeyPatch) -> type[Flaky]:
    """Puts the failing calls into the gateway that is started next."""
    Flaky.before, Flaky.after, Flaky.free = [], [], None
    monkeypatch.setattr("gateway.otlp.wiring.IngestCalls", Flaky)
    return Flaky


def retry_of(error: grpc.aio.AioRpcError) -> RetryInfo:
    """Returns when the error says to come again."""
    status, info = rpc_status.from_call(error), RetryInfo()
    assert status is not None
    assert any(detail.Unpack(info) for detail in status.details)
    return info


@pytest.mark.parametrize("by", ["grpc", "http"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_the_exporter_comes_again_and_everything_counts_once(
    flaky: type[Flaky], intake: ingest.IngestService, by: str, when: str
) -> None:
    async with taking(intake) as taken:
        failures = getattr(flaky, when)
        failures.append(Unavailable("Not now.", SOON))
        exporter = taken.spans(by)
        with closing(exporter):
            assert await exported(exporter, recorded({**CHAT, "gen_ai.response.id": "r"})) == "SUCCESS"
        assert failures == []
        assert [each["output_id"] for each in await taken.manifests()] == ["r"]
        assert await intake.number("SELECT count(*) FROM ingest.execution_manifests") == 1


async def test_both_refusals_say_when_to_come_again(flaky: type[Flaky], intake: ingest.IngestService) -> None:
    body = trace_request(span(1)).SerializeToString()
    wait = timedelta(seconds=2.5)
    cases = [
        (Unavailable("Not now.", wait), grpc.StatusCode.UNAVAILABLE, 503),
        (Exhausted("Too much.", wait), grpc.StatusCode.RESOURCE_EXHAUSTED, 429),
    ]
    async with taking(intake) as taken:
        for failure, code, status in cases:
            flaky.before = [failure, failure]
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await taken.call("traces", body)
            assert refused.value.code() is code
            assert retry_of(refused.value).retry_delay.ToTimedelta() == wait
            assert dict(refused.value.trailing_metadata() or ())["google.rpc.retryinfo-bin"]
            answer = await taken.post("traces", body)
            assert (answer.status_code, answer.headers["retry-after"]) == (status, "3")
            assert Status.FromString(answer.content).code == code.value[0]
        assert await taken.manifests() == []
        assert (await taken.post("traces", body)).status_code == 200


async def test_a_fault_inside_shows_nothing_of_itself(flaky: type[Flaky], intake: ingest.IngestService) -> None:
    body = trace_request(span(1)).SerializeToString()
    async with taking(intake) as taken:
        flaky.before = [RuntimeError("secret"), RuntimeError("secret")]
        answer = await taken.post("traces", body)
        assert answer.status_code == 500
        assert b"secret" not in answer.content
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await taken.call("traces", body)
        assert refused.value.code() is grpc.StatusCode.INTERNAL
        assert "secret" not in str(refused.value)


async def test_too_many_requests_at_once_are_told_to_come_again(
    flaky: type[Flaky], intake: ingest.IngestService
) -> None:
    body = trace_request(span(1)).SerializeToString()
    flaky.free = asyncio.Event()
    async with taking(intake, requests_max=1) as taken:
        first = asyncio.create_task(taken.post("traces", body))
        await asyncio.sleep(0.3)
        refused = await taken.post("traces", body)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        with pytest.raises(grpc.aio.AioRpcError) as told:
            await taken.call("traces", body)
        assert retry_of(told.value).retry_delay.seconds == 1
        flaky.free.set()
        assert (await first).status_code == 200
        assert (await taken.post("traces", body)).status_code == 200


async def test_ingest_away_and_back(database_url: str, redis_url: str) -> None:
    async with ingest.open_service(database_url, redis_url) as first:
        address = first.address
    body = trace_request(span(1)).SerializeToString()
    port = address.rpartition(":")[2]
    async with taking(first) as taken:
        answer = await taken.post("traces", body)
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
        exporter = taken.spans("grpc")
        with closing(exporter):
            sending = asyncio.create_task(exported(exporter, recorded({**CHAT, "gen_ai.response.id": "r"})))
            await asyncio.sleep(0.5)
            async with ingest.open_service(database_url, redis_url, {"RADIANT_PORT": port}):
                assert await sending == "SUCCESS"
                assert [each["output_id"] for each in await taken.manifests()] == ["r"]


async def test_a_user_who_said_enough_holds_up_nobody_else(database_url: str, redis_url: str) -> None:
    limit = {"RADIANT_EXPLICIT_PER_USER_HOUR": "2"}
    async with ingest.open_service(database_url, redis_url, limit) as intake, taking(intake) as taken:
        records = [record(number, judged("tone", **{"user__id": "talker"})) for number in (1, 2, 3)]
        others = [record(number, judged("tone", **{"user__id": f"u{number}"})) for number in (4, 5)]
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await taken.call("logs", log_request(*records, *others).SerializeToString())
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert ingest.reason_of(refused.value) == "USER_PACE"
        assert retry_of(refused.value).retry_delay.seconds > 60
        stored = [(each["output_id"], each["user_id"]) for each in await taken.votes()]
        assert len(stored) == 4
        assert {(derived(4), "u4"), (derived(5), "u5")} <= set(stored)
        again = await taken.logged(*others)
        assert not again.HasField("partial_success")


async def test_the_gateway_may_leave_telemetry_out(intake: ingest.IngestService) -> None:
    async with taking(intake, enabled=False) as taken:
        assert taken.grpc_port == 0
        assert (await taken.post("traces", b"")).status_code == 404
