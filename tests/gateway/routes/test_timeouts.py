"""Tests of timeouts: of slow clients, of slow and unreachable services, and of clients that disconnect."""

import asyncio
import json
import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cli.embedded.process import free_port
from gateway.app import application
from gateway.routes.service_calls import ServiceCalls
from gateway.routes.settings import Addresses
from tests.gateway.fixtures.connection import listening_gateway, open_connection, read_status, request_head
from tests.gateway.fixtures.gateway import ACME, Served, vote
from tests.gateway.fixtures.problem_documents import status_and_reason
from tests.gateway.fixtures.scripted_services import ScriptedGateway, scripted_gateway
from tests.ingest.fixtures.voice import clip

CONFIG, EXPLICIT, VOICE = "/service/feedback/config", "/feedback/explicit", "/feedback/voice"
FORM = "multipart/form-data; boundary=x"
FEEDBACK = {"outputId": "o", "userId": "u", "source": "FEEDBACK_SOURCE_API"}
DISPOSITION = b'--x\r\nContent-Disposition: form-data; name="%b"\r\n\r\n'
SHORT = timedelta(seconds=0.3)


@pytest.fixture
def short_drain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shortens the time to drain a rejected body from 2 s."""
    monkeypatch.setattr("gateway.http.body.DRAIN_TIMEOUT", timedelta(seconds=0.1))


async def wait_forever(_: Any) -> None:
    """Action of a service that never responds."""
    await asyncio.Event().wait()


@pytest.mark.usefixtures("short_drain")
@pytest.mark.parametrize(
    ("path", "content_type", "first_bytes"),
    [(EXPLICIT, "application/json", b"{"), (VOICE, FORM, DISPOSITION % b"feedback" + b"{")],
    ids=["json", "form"],
)
async def test_body_that_stops_is_rejected_after_the_read_timeout(
    scripted: ScriptedGateway, path: str, content_type: str, first_bytes: bytes
) -> None:
    limits = replace(scripted.settings.http.limits, read_timeout=timedelta(seconds=0.2))
    http = replace(scripted.settings.http, limits=limits)
    async with listening_gateway(scripted, http) as port, open_connection(port) as (reader, writer):
        writer.write(request_head(path, content_type, 1000) + first_bytes)
        assert await read_status(reader) == 408
        assert b"BODY_TOO_SLOW" in await reader.read(4000)
    assert scripted.script.requests == []


@pytest.mark.usefixtures("short_drain")
async def test_recording_that_arrives_slowly_is_rejected_after_the_stream_timeout(scripted: ScriptedGateway) -> None:
    limits = replace(scripted.settings.http.limits, stream_timeout=timedelta(seconds=0.5))
    http = replace(scripted.settings.http, limits=limits)
    async with listening_gateway(scripted, http) as port, open_connection(port) as (reader, writer):
        writer.write(request_head("/voice/transcribe", "audio/wav", 1000))
        status = asyncio.create_task(read_status(reader))
        while not status.done():
            writer.write(b"x")
            await asyncio.sleep(0.05)
        assert status.result() == 408


@pytest.mark.parametrize("rpc", ["GetWidgetConfig", "SubmitVoiceFeedback"])
async def test_service_that_does_not_respond_returns_504_after_the_deadline(rpc: str) -> None:
    async with scripted_gateway() as gateway:
        gateway.script.actions[rpc] = wait_forever
        calls = ServiceCalls(gateway.settings.addresses, SHORT, stream_timeout=SHORT)
        parts: list[tuple[str, Any]] = [("feedback", (None, json.dumps(FEEDBACK))), ("audio", ("a.wav", b"x" * 100))]
        async with gateway.client(application(gateway.settings, calls)) as client:
            if rpc == "GetWidgetConfig":
                answer = await client.get(f"/api/v2{CONFIG}", headers=ACME)
            else:
                answer = await client.post(f"/api/v2{VOICE}", headers=ACME, files=parts)
        await calls.close()
    assert status_and_reason(answer) == (504, "DEADLINE_EXCEEDED")


async def test_service_that_is_unreachable_returns_503_without_its_address(scripted: ScriptedGateway) -> None:
    unreachable = Addresses(ingest=f"127.0.0.1:{free_port()}")
    calls = ServiceCalls(unreachable, timedelta(seconds=10))
    settings = scripted.settings.model_copy(update={"addresses": unreachable})
    async with scripted.client(application(settings, calls)) as client:
        answer = await client.get(f"/api/v2{CONFIG}", headers=ACME)
    await calls.close()
    assert status_and_reason(answer) == (503, "UNAVAILABLE")
    assert int(answer.headers["retry-after"]) >= 1
    assert "127.0.0.1" not in answer.text


async def test_client_that_disconnects_during_a_body_stores_nothing(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "gateway.http.middleware")
    feedback = DISPOSITION % b"feedback" + json.dumps(FEEDBACK).encode() + b"\r\n"
    half_upload = feedback + DISPOSITION % b"audio" + clip(10.0)
    bodies = [(VOICE, FORM, half_upload)] * 5 + [(EXPLICIT, "application/json", b"{")]
    async with listening_gateway(served, served.settings.http) as port:
        for path, content_type, body in bodies:
            async with open_connection(port) as (reader, writer):
                writer.write(request_head(path, content_type, 900_000, expects_continue=True))
                assert await read_status(reader) == 100  # the gateway reads the body
                writer.write(body)
                await writer.drain()
        async with asyncio.timeout(10):
            while len(_logged_statuses(caplog)) < len(bodies):  # noqa: ASYNC110 - the log has no event
                await asyncio.sleep(0.02)
    assert _logged_statuses(caplog) == [499] * len(bodies)
    await asyncio.sleep(0.3)  # ingest would have stored a complete upload within this time
    assert await served.intake.number("SELECT count(*) FROM ingest.voice_feedback") == 0
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert (await served.request("POST", EXPLICIT, json=vote("o"))).status_code == 200


def _logged_statuses(caplog: pytest.LogCaptureFixture) -> list[int]:
    """Returns the statuses of the requests in the log."""
    return [record.fields["status"] for record in caplog.records if hasattr(record, "fields")]
