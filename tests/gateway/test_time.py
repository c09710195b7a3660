"""Nobody waits for long: not for a slow sender, not for a service that is slow or away, not for a caller who left."""

import asyncio
import json
import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.http.application import application
from gateway.http.service_calls import Calls
from gateway.settings import Addresses
from tests.gateway.listening import listening, opening, status_of, wire
from tests.gateway.scripted import Scripted, scripted_gateway
from tests.gateway.serving import ACME, Served, vote
from tests.gateway.test_problems import checked
from tests.ingest.fixtures.voice import clip
from tests.support.suite import free_port

CONFIG, EXPLICIT, VOICE = "/service/feedback/config", "/feedback/explicit", "/feedback/voice"
FORM = "multipart/form-data; boundary=x"


def unsaid(method: str) -> Any:
    """Returns what a service does that never answers."""

    async def wait(_: Any) -> None:
        await asyncio.Event().wait()

    return {method: wait}


@pytest.mark.parametrize(
    ("path", "kind", "begun"),
    [
        (EXPLICIT, "application/json", b"{"),
        (VOICE, FORM, b'--x\r\nContent-Disposition: form-data; name="feedback"\r\n\r\n{'),
    ],
)
async def test_a_body_that_does_not_arrive_is_given_up(scripted: Scripted, path: str, kind: str, begun: bytes) -> None:
    limits = replace(scripted.settings.limits, read_timeout=timedelta(seconds=0.2))
    async with listening(scripted, replace(scripted.settings, limits=limits)) as port, wire(port) as (reader, writer):
        writer.write(opening(path, kind, 1000) + begun)
        assert await status_of(reader) == 408
        assert b"BODY_TOO_SLOW" in await reader.read(4000)
    assert scripted.script.asked == []


async def test_a_recording_that_trickles_has_an_end(scripted: Scripted) -> None:
    limits = replace(scripted.settings.limits, stream_timeout=timedelta(seconds=0.5))
    async with listening(scripted, replace(scripted.settings, limits=limits)) as port, wire(port) as (reader, writer):
        writer.write(opening("/voice/transcribe", "audio/wav", 1000))
        answered = asyncio.create_task(status_of(reader))
        while not answered.done():
            writer.write(b"x")
            await asyncio.sleep(0.05)
        assert answered.result() == 408


@pytest.mark.parametrize(("method", "path", "rpc"), [("GET", CONFIG, "GetWidgetConfig"), ("POST", VOICE, "")])
async def test_a_service_that_does_not_answer_in_time_is_given_up(method: str, path: str, rpc: str) -> None:
    async with scripted_gateway(timedelta(seconds=0.3)) as slow:
        slow.script.acts |= unsaid(rpc or "SubmitVoiceFeedback")
        calls = Calls(slow.settings.addresses, timedelta(seconds=0.3), stream_timeout=timedelta(seconds=0.3))
        form = [("feedback", json.dumps(_SPOKEN)), ("audio", ("a.wav", b"x" * 100))]
        async with slow.client(application(slow.settings, calls)) as client:
            sent: dict[str, Any] = {} if rpc else {"files": [("feedback", (None, form[0][1])), form[1]]}
            answer = await client.request(method, f"/api/v2{path}", headers=ACME, **sent)
        await calls.close()
    assert (answer.status_code, checked(answer)["reason"]) == (504, "DEADLINE_EXCEEDED")


_SPOKEN = {"outputId": "o", "userId": "u", "source": "FEEDBACK_SOURCE_API"}


async def test_a_service_that_is_away_is_said_with_when_to_come_back(scripted: Scripted) -> None:
    away = Addresses(ingest=f"127.0.0.1:{free_port()}")
    calls = Calls(away, timedelta(seconds=10))
    async with scripted.client(application(replace(scripted.settings, addresses=away), calls)) as client:
        answer = await client.get(f"/api/v2{CONFIG}", headers=ACME)
    await calls.close()
    assert (answer.status_code, checked(answer)["reason"]) == (503, "UNAVAILABLE")
    assert int(answer.headers["retry-after"]) >= 1
    assert "127.0.0.1" not in answer.text


async def test_of_a_caller_who_leaves_nothing_is_kept(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "gateway.http.middleware")
    disposition = b'--x\r\nContent-Disposition: form-data; name="%b"\r\n\r\n'
    half = disposition % b"feedback" + json.dumps(_SPOKEN).encode() + b"\r\n" + disposition % b"audio" + clip(10.0)
    begun = [(VOICE, FORM, half)] * 5 + [(EXPLICIT, "application/json", b"{")]
    async with listening(served, served.settings) as port:
        for path, kind, body in begun:
            async with wire(port) as (_, writer):
                writer.write(opening(path, kind, 900_000) + body)
                await writer.drain()
                await asyncio.sleep(0.2)
        async with asyncio.timeout(10):
            while len(_statuses(caplog)) < len(begun):  # noqa: ASYNC110 - the log tells nobody
                await asyncio.sleep(0.02)
    assert _statuses(caplog) == [499] * len(begun)
    await asyncio.sleep(0.3)
    assert await served.intake.number("SELECT count(*) FROM ingest.voice_feedback") == 0
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert (await served.ask("POST", EXPLICIT, json=vote("o"))).status_code == 200


def _statuses(caplog: pytest.LogCaptureFixture) -> list[int]:
    """Returns the statuses of the requests in the log."""
    return [record.fields["status"] for record in caplog.records if hasattr(record, "fields")]
