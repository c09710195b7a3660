"""Tests of outputs whose user arrives in a later request: they wait in ingest until the root of the trace arrives."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from ingest.traces.store import REJECTED
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.gateway.fixtures.gateway import GLOBEX
from tests.gateway.fixtures.otlp import CHAT, OtlpGateway, otlp_gateway, span
from tests.ingest.fixtures import service as ingest
from tests.support.suite import token

ROOT = {"user.id": "ada", "session.id": "s", "radiant.task_type": "code", "radiant.domain_mode": "legal"}
AGENT = {"gen_ai.operation.name": "invoke_agent", "gen_ai.request.model": "m", "gen_ai.usage.cost": 0.03}
NEVER_S = "500"


def child(number: int, parent: int, attributes: Mapping[str, Any] = CHAT) -> Span:
    """Returns a span of the trace; parent 0 stands for none."""
    parent_id = parent.to_bytes(8, "big") if parent else b""
    return span(number, attributes, trace_id=b"t" * 16, parent_span_id=parent_id)


@pytest.fixture
async def patient(database_url: str, redis_url: str) -> AsyncIterator[OtlpGateway]:
    """Yields a gateway over ingest, where outputs wait for 500 s."""
    extra = {"RADIANT_TRACE_WAIT_SECONDS": NEVER_S}
    async with ingest.open_service(database_url, redis_url, extra) as intake, otlp_gateway(intake) as opened:
        yield opened


async def users(gateway: OtlpGateway) -> list[tuple[str, str, str]]:
    """Returns tenant, user and task of the stored manifests."""
    return [(each["tenant_id"], each["user_id"], each["task_type"]) for each in await gateway.manifests()]


async def recorded(gateway: OtlpGateway) -> None:
    """Waits until a manifest is stored."""
    async with asyncio.timeout(10):
        while not await users(gateway):  # noqa: ASYNC110 - a row has no event
            await asyncio.sleep(0.02)


async def test_output_before_the_root_of_its_trace_waits_and_gets_its_user(patient: OtlpGateway) -> None:
    answer = await patient.export_spans(child(3, 2), child(4, 2, {**CHAT, "user.id": "bob"}))
    assert not answer.HasField("partial_success")
    assert await users(patient) == [("acme", "bob", "chat")]
    await patient.export_spans(child(2, 1, {"http.method": "GET"}))
    await patient.export_spans(child(1, 0, ROOT))
    assert sorted(await users(patient)) == [("acme", "ada", "code"), ("acme", "bob", "chat")]
    (stored,) = [each for each in await patient.manifests() if each["user_id"] == "ada"]
    assert (stored["conversation_id"], stored["domain_mode"]) == ("s", "legal")
    assert await patient.intake.number("SELECT count(*) FROM ingest.waiting_manifests") == 0


async def test_output_after_the_root_of_its_trace_gets_its_user_at_once(patient: OtlpGateway) -> None:
    await patient.export_spans(child(1, 0, ROOT))
    await patient.export_spans(child(3, 2))
    assert await users(patient) == [("acme", "ada", "code")]


async def test_repeated_requests_in_any_order_record_an_output_once(patient: OtlpGateway) -> None:
    for _ in range(2):
        await patient.export_spans(child(3, 2))
    for _ in range(2):
        await patient.export_spans(child(1, 0, ROOT))
        await patient.export_spans(child(3, 2))
    assert await users(patient) == [("acme", "ada", "code")]


async def test_root_of_another_tenant_completes_no_output(patient: OtlpGateway) -> None:
    await patient.export_spans(child(3, 2))
    await patient.export_spans(child(1, 0, ROOT), caller=GLOBEX)
    assert await users(patient) == []
    await patient.export_spans(child(1, 0, {"user.id": "bob"}))
    assert await users(patient) == [("acme", "bob", "chat")]


async def test_output_waits_across_a_restart_and_is_recorded_at_the_end_of_its_time(
    database_url: str, redis_url: str
) -> None:
    extra = {"RADIANT_TRACE_WAIT_SECONDS": "0.5", "RADIANT_TRACE_INTERVAL_SECONDS": "30"}
    async with ingest.open_service(database_url, redis_url, extra) as intake, otlp_gateway(intake) as gateway:
        await gateway.export_spans(child(3, 2))
        assert await users(gateway) == []
    extra["RADIANT_TRACE_INTERVAL_SECONDS"] = "0.05"
    async with ingest.open_service(database_url, redis_url, extra) as intake, otlp_gateway(intake) as gateway:
        await recorded(gateway)
        assert await users(gateway) == [("acme", "anonymous", "chat")]


async def test_tenant_with_too_many_waiting_outputs_does_not_wait(database_url: str, redis_url: str) -> None:
    extra = {"RADIANT_TRACE_WAIT_SECONDS": NEVER_S, "RADIANT_TRACE_WAITING_MAX": "1"}
    extra["RADIANT_TRACE_INTERVAL_SECONDS"] = "0.05"
    async with ingest.open_service(database_url, redis_url, extra) as intake, otlp_gateway(intake) as gateway:
        await gateway.export_spans(child(3, 2))
        await gateway.export_spans(child(4, 2))
        await recorded(gateway)
        assert len(await users(gateway)) == 1


async def test_waiting_output_that_differs_from_a_stored_one_is_counted(patient: OtlpGateway) -> None:
    before = REJECTED._value.get()
    await patient.export_spans(child(3, 2), child(4, 2))
    other = ingest.manifest(f"{(b't' * 16).hex()}-{3:016x}", "another model")
    await patient.intake.call("RecordManifest", other)
    await patient.export_spans(child(1, 0, ROOT))
    assert [user for _, user, _ in await users(patient)] == ["u", "ada"]
    assert REJECTED._value.get() == before + 1
    assert await patient.intake.number("SELECT count(*) FROM ingest.waiting_manifests") == 0


async def test_agent_after_its_model_calls_is_no_output(patient: OtlpGateway) -> None:
    await patient.export_spans(child(2, 1, {**CHAT, "gen_ai.usage.cost": 0.01}), child(3, 1))
    await patient.export_spans(child(1, 0, {**AGENT, "user.id": "ada"}))
    stored = await patient.manifests()
    assert [(each["request_type"], each["user_id"]) for each in stored] == [("chat", "ada"), ("chat", "ada")]
    await patient.export_spans(span(7, AGENT))
    assert len(await patient.manifests()) == 3


async def test_invalid_time_of_a_waiting_output_is_rejected_alone(patient: OtlpGateway) -> None:
    late = child(3, 2)
    late.start_time_unix_nano = late.end_time_unix_nano = 4_000_000_000_000_000_000
    answer = await patient.export_spans(late, child(4, 2))
    assert answer.partial_success.rejected_spans == 1
    assert "create_time" in answer.partial_success.error_message
    await patient.export_spans(child(1, 0, ROOT))
    assert len(await users(patient)) == 1


async def test_erased_user_is_not_inherited(patient: OtlpGateway) -> None:
    await patient.export_spans(child(1, 0, ROOT))
    request = pb.ForgetUserRequest(request_id=str(uuid.uuid4()), user_id="ada")
    await patient.intake.call("ForgetUser", request, token("acme", "admin"))
    assert await patient.intake.number("SELECT count(*) FROM ingest.trace_spans") == 0
    await patient.export_spans(child(1, 0, {"user.id": "bob"}), child(3, 2))
    assert await users(patient) == [("acme", "bob", "chat")]


@pytest.mark.parametrize("other", ["", "bob"])
async def test_waiting_output_of_erased_user_is_not_recorded(patient: OtlpGateway, other: str) -> None:
    await patient.export_spans(child(3, 2))
    await patient.export_spans(child(2, 1, {"user.id": "ada"}))
    if other:
        await patient.export_spans(child(4, 1, {"user.id": other}))
    request = pb.ForgetUserRequest(request_id=str(uuid.uuid4()), user_id="ada")
    await patient.intake.call("ForgetUser", request, token("acme", "admin"))
    await patient.export_spans(child(1, 0, {"session.id": "s"}))
    assert await users(patient) == ([("acme", "anonymous", "chat")] if other else [])


async def test_waiting_output_that_contradicts_a_recorded_one_is_counted(patient: OtlpGateway) -> None:
    before = _rejected()
    await patient.export_spans(child(1, 0, ROOT))
    for tokens in (1, 1, 2):
        await patient.export_spans(child(3, 2, {**CHAT, "gen_ai.usage.input_tokens": tokens}))
    assert await users(patient) == [("acme", "ada", "code")]
    assert _rejected() == before + 1


def _rejected() -> float:
    (metric,) = REJECTED.collect()
    return float(metric.samples[0].value)
