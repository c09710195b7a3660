"""Tests of the upload of recordings: streaming, form parts, limits and errors."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import grpc
import httpx
import pytest

from gateway.routes import ROUTES, service_calls
from kit.errors import Precondition
from radiant.voice.v1 import voice_pb2
from radiant.voice.v1 import voice_service_pb2 as pb
from radiant_client.transport.calls import LOST_STATUS
from tests.gateway.fixtures.connection import listening_gateway
from tests.gateway.fixtures.gateway import ACME, Served, idempotency_key
from tests.gateway.fixtures.problem_documents import problem_of
from tests.gateway.fixtures.scripted_services import ScriptedGateway
from tests.ingest.fixtures.voice import CLIP

FEEDBACK = {"outputId": "o", "userId": "u", "source": "FEEDBACK_SOURCE_API"}
VOICE, TRANSCRIBE = "/feedback/voice", "/voice/transcribe"
AUDIO = ("clip.wav", CLIP, "audio/wav")


def form(audio: Any = AUDIO, feedback: Any = FEEDBACK) -> list[tuple[str, Any]]:
    """Returns the parts of voice feedback."""
    return [("feedback", (None, json.dumps(feedback), "application/json")), ("audio", audio)]


def error_of(answer: httpx.Response) -> tuple[int, str, list[str]]:
    """Returns status, reason and fields of an error response."""
    document = problem_of(answer)
    return answer.status_code, document["reason"], [each["field"] for each in document.get("errors", [])]


async def test_voice_feedback_repeated_with_same_key_is_stored_once(served: Served) -> None:
    key = idempotency_key()
    answers = [await served.request("POST", VOICE, files=form(), headers=key) for _ in range(2)]
    assert answers[0].status_code == 200, answers[0].text
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["audioBytes"] == str(len(CLIP))
    rows = await served.intake.rows("SELECT voice_id::text, user_id, output_id FROM ingest.voice_feedback")
    assert [tuple(row) for row in rows] == [(answers[0].json()["voiceId"], "u", "o")]


async def test_upload_rejected_by_ingest_names_the_form_part(served: Served) -> None:
    noise = ("clip.txt", b"x" * 5000, "text/plain")
    assert error_of(await served.request("POST", VOICE, files=form(noise))) == (400, "AUDIO_FORMAT_UNKNOWN", ["audio"])
    status, _, fields = error_of(await served.request("POST", VOICE, files=form(feedback={"outputId": "o"})))
    assert (status, fields) == (400, ["feedback.userId", "feedback.userId", "feedback.source"])
    assert error_of(await served.request("POST", VOICE, files=form(), caller={}))[:2] == (401, "TOKEN_MISSING")


async def test_upload_with_invalid_parts_is_rejected_before_the_service_is_called(scripted: ScriptedGateway) -> None:
    async def error(parts: Any) -> tuple[int, str, list[str]]:
        return error_of(await scripted.request("POST", VOICE, files=parts))

    feedback, audio = form()
    assert await error([audio, feedback]) == (400, "INVALID_ARGUMENT", ["feedback"])
    assert await error([feedback]) == (400, "AUDIO_MISSING", ["audio"])
    assert await error([feedback, ("audio", ("clip.wav", b"", "audio/wav"))]) == (400, "AUDIO_MISSING", ["audio"])
    assert await error([feedback, feedback, audio]) == (400, "INVALID_ARGUMENT", ["feedback"])
    assert await error([feedback, audio, audio]) == (400, "INVALID_ARGUMENT", ["audio"])
    assert await error([("more", "x"), feedback, audio]) == (400, "INVALID_ARGUMENT", ["more"])
    assert await error(form(feedback=[])) == (400, "MALFORMED_JSON", ["feedback"])
    assert await error(form(feedback={**FEEDBACK, "wrong": 1})) == (400, "INVALID_ARGUMENT", ["feedback.wrong"])
    assert await error(form(feedback={**FEEDBACK, "userId": 1})) == (400, "INVALID_ARGUMENT", ["feedback.userId"])
    assert scripted.script.requests == []


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("audio/wav", CLIP, 415),
        ("multipart/form-data", b"", 400),
        ("multipart/form-data; boundary=x", b"nothing of the kind", 400),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"a" * 9000 + b": b\r\n\r\n", 400),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="feedback"\r\n\r\n{}', 400),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="x"\r\n\r\n{}', 400),
        ("multipart/form-data; boundary=" + "y" * 300, b"", 400),
    ],
    ids=[
        "json",
        "plain-audio",
        "no-boundary",
        "no-part",
        "large-header",
        "truncated-part",
        "unknown-part",
        "long-boundary",
    ],
)
async def test_upload_with_malformed_form_is_rejected(
    scripted: ScriptedGateway, content_type: str, body: bytes, status: int
) -> None:
    answer = await scripted.request("POST", VOICE, content=body, headers={"content-type": content_type})
    assert problem_of(answer)["status"] == status


async def test_large_recording_is_forwarded_in_chunks_while_it_arrives(scripted: ScriptedGateway) -> None:
    has_started = asyncio.Event()

    async def on_call(_: Any) -> None:
        has_started.set()

    scripted.script.actions["SubmitVoiceFeedback"] = on_call
    piece, pieces = b"\x01" * 100_000, 20
    before_audio, after_audio = _around_audio("feedback", json.dumps(FEEDBACK).encode(), "audio")

    async def body() -> AsyncIterator[bytes]:
        yield before_audio
        for number in range(pieces):
            if number == 5:
                async with asyncio.timeout(10):
                    await has_started.wait()  # the gRPC call starts before most of the recording has arrived
            yield piece
        yield after_audio

    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = await scripted.request("POST", VOICE, content=body(), headers=headers)
    assert answer.status_code == 200, answer.text
    ((_, messages),) = scripted.script.requests
    assert messages[0].header.feedback.output_id == "o"
    chunks = [message.chunk for message in messages[1:]]
    assert b"".join(chunks) == piece * pieces
    assert max(map(len, chunks)) <= 256 * 1024
    assert len(chunks) < 40


def _around_audio(name: str, value: bytes, last: str) -> tuple[bytes, bytes]:
    """Returns the bytes before and after the content of the last part of a form."""
    disposition = b'--x\r\nContent-Disposition: form-data; name="%b"\r\n\r\n'
    return disposition % name.encode() + value + b"\r\n" + disposition % last.encode(), b"\r\n--x--\r\n"


async def test_slow_service_applies_backpressure_to_the_sender(scripted: ScriptedGateway) -> None:
    is_released, piece, sent_bytes = asyncio.Event(), b"\x01" * 64_000, 0

    async def wait_for_release(_: Any) -> None:
        await is_released.wait()

    scripted.script.actions["Transcribe"] = wait_for_release

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent_bytes
        for _ in range(300):
            yield piece
            sent_bytes += len(piece)

    upload = scripted.request("POST", TRANSCRIBE, content=body(), headers={"content-type": "audio/wav"})
    task = asyncio.create_task(upload)
    async with asyncio.timeout(20):
        before = -1
        while not 0 < sent_bytes == before:  # until no byte is taken for 0.3 s
            before = sent_bytes
            await asyncio.sleep(0.3)
    assert sent_bytes < 300 * len(piece) / 2, "only the buffers of the connection are filled"
    is_released.set()
    assert (await task).status_code == 200
    ((_, messages),) = scripted.script.requests
    assert sum(len(message.chunk) for message in messages[1:]) == 300 * len(piece)


async def test_upload_beyond_the_limit_of_a_part_is_rejected(scripted: ScriptedGateway) -> None:
    limits = replace(scripted.settings.http.limits, audio_bytes_max=200_000, body_bytes_max=2_000)
    async with scripted.client_with(limits=limits) as client:
        for audio_bytes in (200_001, 300_000):
            audio = ("clip.wav", b"x" * audio_bytes, "audio/wav")
            rejected = await client.post(f"/api/v2{VOICE}", files=form(audio), headers=ACME)
            assert error_of(rejected) == (413, "AUDIO_TOO_LARGE", ["audio"])
        large_feedback = form(feedback={**FEEDBACK, "userId": "u" * 3000})
        rejected = await client.post(f"/api/v2{VOICE}", files=large_feedback, headers=ACME)
        assert error_of(rejected) == (413, "BODY_TOO_LARGE", ["feedback"])
    assert scripted.script.requests == []


async def test_upload_rejected_early_still_delivers_the_error_to_the_client(scripted: ScriptedGateway) -> None:
    parts = form(("clip.wav", b"x" * 6_000_000, "audio/wav"))
    async with listening_gateway(scripted, scripted.settings.http) as port, httpx.AsyncClient(timeout=20) as client:
        rejected = await client.post(f"http://127.0.0.1:{port}/api/v2{VOICE}", files=parts)
    assert error_of(rejected)[:2] == (401, "TOKEN_MISSING")


class EndedCall:
    """A call whose writes fail and whose status is fixed."""

    def __init__(self, code: grpc.StatusCode, details: str) -> None:
        metadata = grpc.aio.Metadata()
        self._status = grpc.aio.AioRpcError(code, metadata, metadata, details=details)

    async def write(self, message: Any) -> None:
        raise self._status

    async def done_writing(self) -> None:
        """Has no effect."""

    def __await__(self) -> Any:
        raise self._status
        yield

    def cancel(self) -> None:
        """Has no effect."""


@pytest.mark.parametrize(
    ("repeated", "status"),
    [
        (grpc.StatusCode.UNAUTHENTICATED, 401),
        (grpc.StatusCode.PERMISSION_DENIED, 403),
        (grpc.StatusCode.INVALID_ARGUMENT, 503),  # caused by the missing messages of the repeat
    ],
)
async def test_upload_with_lost_status_returns_the_rejection_of_the_caller_or_503(
    scripted: ScriptedGateway, monkeypatch: pytest.MonkeyPatch, repeated: grpc.StatusCode, status: int
) -> None:
    calls = [EndedCall(grpc.StatusCode.INTERNAL, LOST_STATUS), EndedCall(repeated, "rejected")]
    stub = lambda **_: calls.pop(0)  # noqa: E731 - called once per attempt
    monkeypatch.setattr(service_calls.ServiceCalls, "_prepare", lambda *_: (stub, []))
    answer = await scripted.request("POST", TRANSCRIBE, content=CLIP, headers={"content-type": "audio/wav"})
    assert answer.status_code == status
    assert calls == []


def test_upload_whose_answer_was_lost_is_unavailable_with_retry_after() -> None:
    metadata = grpc.aio.Metadata()
    failure = grpc.aio.AioRpcError(grpc.StatusCode.INTERNAL, metadata, metadata, details=LOST_STATUS)
    problem = service_calls._problem(ROUTES[0], failure)
    assert (problem.status, problem.reason, problem.retry_after) == (503, "UNAVAILABLE", timedelta(seconds=1))


@pytest.mark.parametrize("is_form", [False, True], ids=["plain-audio", "form"])
async def test_transcription_of_a_form_or_plain_audio_returns_the_transcript(
    scripted: ScriptedGateway, is_form: bool
) -> None:
    transcript = voice_pb2.Transcript(text="danke", language="de", english_translation="thanks")
    scripted.script.responses["Transcribe"] = pb.TranscribeResponse(transcript=transcript)
    content: dict[str, Any] = {"content": CLIP, "headers": {"content-type": "audio/wav"}}
    if is_form:
        content = {"files": [("audio", AUDIO)]}
    params = {"language": "de", "skipTranslation": "true"}
    answer = await scripted.request("POST", TRANSCRIBE, params=params, **content)
    assert answer.json()["transcript"]["englishTranslation"] == "thanks"
    ((_, messages),) = scripted.script.requests
    assert (messages[0].header.language, messages[0].header.skip_translation) == ("de", True)
    assert b"".join(message.chunk for message in messages[1:]) == CLIP
    rejected = await scripted.request("POST", TRANSCRIBE, params={"language": "X"}, **content)
    assert error_of(rejected) == (400, "INVALID_ARGUMENT", ["language"])


async def test_translation_returns_text_and_source_language(scripted: ScriptedGateway) -> None:
    scripted.script.responses["TranslateText"] = pb.TranslateTextResponse(text="thanks", source_language="de")
    answer = await scripted.request("POST", "/voice/translate", json={"text": "danke", "sourceLanguage": "de"})
    assert (answer.json()["text"], answer.json()["sourceLanguage"]) == ("thanks", "de")
    assert scripted.script.requests[0][1] == pb.TranslateTextRequest(text="danke", source_language="de")


class _VoiceOff(Precondition):
    """The service runs without the voice extra."""

    reason = "VOICE_OFF"


async def test_voice_routes_without_a_voice_service_return_501(scripted: ScriptedGateway, served: Served) -> None:
    scripted.script.responses |= {
        name: _VoiceOff("Install the extra.") for name in ("Transcribe", "TranslateText", "SubmitVoiceFeedback")
    }
    for gateway in (scripted, served):
        translation = await gateway.request("POST", "/voice/translate", json={"text": "danke"})
        assert error_of(translation)[:2] == (501, "VOICE_OFF")
        transcription = await gateway.request("POST", TRANSCRIBE, files=[("audio", AUDIO)])
        assert error_of(transcription)[:2] == (501, "VOICE_OFF")
    assert error_of(await scripted.request("POST", VOICE, files=form()))[:2] == (501, "VOICE_OFF")
