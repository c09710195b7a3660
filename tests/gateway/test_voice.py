"""Recordings are sent on as they arrive, and what is wrong with one names its part."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from kit.errors import Precondition
from radiant.voice.v1 import voice_pb2
from radiant.voice.v1 import voice_service_pb2 as pb
from tests.gateway.listening import listening
from tests.gateway.scripted import Scripted
from tests.gateway.serving import ACME, Served
from tests.gateway.test_problems import checked
from tests.ingest.fixtures.voice import CLIP

SPOKEN = {"outputId": "o", "userId": "u", "source": "FEEDBACK_SOURCE_API"}
VOICE, TRANSCRIBE = "/feedback/voice", "/voice/transcribe"
AUDIO = ("clip.wav", CLIP, "audio/wav")


def form(audio: Any = AUDIO, feedback: Any = SPOKEN) -> list[tuple[str, Any]]:
    """Returns the parts of spoken feedback."""
    return [("feedback", (None, json.dumps(feedback), "application/json")), ("audio", audio)]


def said(answer: httpx.Response) -> tuple[int, str, list[str]]:
    """Returns status, reason and fields of a refusal."""
    document = checked(answer)
    return answer.status_code, document["reason"], [each["field"] for each in document.get("errors", [])]


async def test_a_spoken_comment_is_stored_once(served: Served) -> None:
    once = {"idempotency-key": str(uuid.uuid4())}
    answers = [await served.ask("POST", VOICE, files=form(), headers=once) for _ in range(2)]
    assert answers[0].status_code == 200, answers[0].text
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["audioBytes"] == str(len(CLIP))
    rows = await served.intake.rows("SELECT voice_id::text, user_id, output_id FROM ingest.voice_feedback")
    assert [tuple(row) for row in rows] == [(answers[0].json()["voiceId"], "u", "o")]


async def test_what_the_intake_refuses_of_a_recording_names_the_part(served: Served) -> None:
    noise = ("clip.txt", b"x" * 5000, "text/plain")
    assert said(await served.ask("POST", VOICE, files=form(noise))) == (400, "AUDIO_FORMAT_UNKNOWN", ["audio"])
    status, _, fields = said(await served.ask("POST", VOICE, files=form(feedback={"outputId": "o"})))
    assert (status, fields) == (400, ["feedback.userId", "feedback.userId", "feedback.source"])
    assert said(await served.ask("POST", VOICE, files=form(), who={}))[:2] == (401, "TOKEN_MISSING")


async def test_parts_are_judged_before_they_are_sent_on(scripted: Scripted) -> None:
    async def refused(parts: Any) -> tuple[int, str, list[str]]:
        return said(await scripted.ask("POST", VOICE, files=parts))

    feedback, audio = form()
    assert await refused([audio, feedback]) == (400, "INVALID_ARGUMENT", ["feedback"])
    assert await refused([feedback]) == (400, "AUDIO_MISSING", ["audio"])
    assert await refused([feedback, ("audio", ("clip.wav", b"", "audio/wav"))]) == (400, "AUDIO_MISSING", ["audio"])
    assert await refused([feedback, feedback, audio]) == (400, "INVALID_ARGUMENT", ["feedback"])
    assert await refused([feedback, audio, audio]) == (400, "INVALID_ARGUMENT", ["audio"])
    assert await refused([("more", "x"), feedback, audio]) == (400, "INVALID_ARGUMENT", ["more"])
    assert await refused(form(feedback=[])) == (400, "MALFORMED_JSON", ["feedback"])
    assert await refused(form(feedback={**SPOKEN, "wrong": 1})) == (400, "INVALID_ARGUMENT", ["feedback.wrong"])
    assert await refused(form(feedback={**SPOKEN, "userId": 1})) == (400, "INVALID_ARGUMENT", ["feedback.userId"])
    assert scripted.script.asked == []


@pytest.mark.parametrize(
    ("kind", "body", "status"),
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
)
async def test_what_is_no_form_is_refused(scripted: Scripted, kind: str, body: bytes, status: int) -> None:
    answer = await scripted.ask("POST", VOICE, content=body, headers={"content-type": kind})
    assert checked(answer)["status"] == status


async def test_a_large_recording_is_sent_on_in_chunks_while_it_arrives(scripted: Scripted) -> None:
    begun = asyncio.Event()

    async def watch(_: Any) -> None:
        begun.set()

    scripted.script.acts["SubmitVoiceFeedback"] = watch
    piece, held = b"\x01" * 100_000, 20
    opening, closing = _around("feedback", json.dumps(SPOKEN).encode(), "audio")

    async def body() -> AsyncIterator[bytes]:
        yield opening
        for number in range(held):
            if number == 5:
                async with asyncio.timeout(10):
                    await begun.wait()  # the call runs while most of the recording is still to come
            yield piece
        yield closing

    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = await scripted.ask("POST", VOICE, content=body(), headers=headers)
    assert answer.status_code == 200, answer.text
    ((_, parts),) = scripted.script.asked
    assert parts[0].header.feedback.output_id == "o"
    chunks = [part.chunk for part in parts[1:]]
    assert b"".join(chunks) == piece * held
    assert max(map(len, chunks)) <= 256 * 1024
    assert len(chunks) < 40


async def test_a_service_that_is_slow_holds_the_sender_back(scripted: Scripted) -> None:
    released, piece, produced = asyncio.Event(), b"\x01" * 64_000, 0

    async def hold(_: Any) -> None:
        await released.wait()

    scripted.script.acts["Transcribe"] = hold

    async def body() -> AsyncIterator[bytes]:
        nonlocal produced
        for _ in range(300):
            yield piece
            produced += len(piece)

    sent = scripted.ask("POST", TRANSCRIBE, content=body(), headers={"content-type": "audio/wav"})
    asked = asyncio.create_task(sent)
    await asyncio.sleep(1)
    before = produced
    await asyncio.sleep(0.5)
    assert 0 < before == produced < 300 * len(piece) / 2, "no more is taken in than what fits the wire"
    released.set()
    assert (await asked).status_code == 200
    ((_, parts),) = scripted.script.asked
    assert sum(len(part.chunk) for part in parts[1:]) == 300 * len(piece)


def _around(name: str, value: bytes, last: str) -> tuple[bytes, bytes]:
    """Returns what comes before and after the content of a form's last part."""
    disposition = b'--x\r\nContent-Disposition: form-data; name="%b"\r\n\r\n'
    return disposition % name.encode() + value + b"\r\n" + disposition % last.encode(), b"\r\n--x--\r\n"


async def test_a_recording_and_what_is_said_of_it_have_a_size(scripted: Scripted) -> None:
    limits = replace(scripted.settings.limits, audio_bytes_max=200_000, body_bytes_max=2_000)
    long = ("clip.wav", b"x" * 200_001, "audio/wav")
    longer = ("clip.wav", b"x" * 300_000, "audio/wav")
    async with scripted.other(limits=limits) as client:
        for audio in (long, longer):
            refused = await client.post(f"/api/v2{VOICE}", files=form(audio), headers=ACME)
            assert said(refused) == (413, "AUDIO_TOO_LARGE", ["audio"])
        much = form(feedback={**SPOKEN, "userId": "u" * 3000})
        refused = await client.post(f"/api/v2{VOICE}", files=much, headers=ACME)
        assert said(refused) == (413, "BODY_TOO_LARGE", ["feedback"])
    assert scripted.script.asked == []


async def test_whoever_is_refused_early_gets_to_read_why(scripted: Scripted) -> None:
    large = form(("clip.wav", b"x" * 6_000_000, "audio/wav"))
    async with listening(scripted, scripted.settings) as port, httpx.AsyncClient(timeout=20) as client:
        refused = await client.post(f"http://127.0.0.1:{port}/api/v2{VOICE}", files=large)
    assert said(refused)[:2] == (401, "TOKEN_MISSING")


@pytest.mark.parametrize("raw", [True, False])
async def test_a_recording_is_heard_as_a_form_or_alone(scripted: Scripted, raw: bool) -> None:
    heard = voice_pb2.Transcript(text="danke", language="de", english_translation="thanks")
    scripted.script.says["Transcribe"] = pb.TranscribeResponse(transcript=heard)
    sent: dict[str, Any] = {"content": CLIP, "headers": {"content-type": "audio/wav"}} if raw else {}
    sent = sent or {"files": [("audio", AUDIO)]}
    answer = await scripted.ask("POST", TRANSCRIBE, params={"language": "de", "skipTranslation": "true"}, **sent)
    assert answer.json()["transcript"]["englishTranslation"] == "thanks"
    ((_, parts),) = scripted.script.asked
    assert (parts[0].header.language, parts[0].header.skip_translation) == ("de", True)
    assert b"".join(part.chunk for part in parts[1:]) == CLIP
    bad = await scripted.ask("POST", TRANSCRIBE, params={"language": "X"}, **sent)
    assert said(bad) == (400, "INVALID_ARGUMENT", ["language"])


async def test_a_text_is_translated(scripted: Scripted) -> None:
    scripted.script.says["TranslateText"] = pb.TranslateTextResponse(text="thanks", source_language="de")
    answer = await scripted.ask("POST", "/voice/translate", json={"text": "danke", "sourceLanguage": "de"})
    assert (answer.json()["text"], answer.json()["sourceLanguage"]) == ("thanks", "de")
    assert scripted.script.asked[0][1] == pb.TranslateTextRequest(text="danke", source_language="de")


class _Off(Precondition):
    """Voice is off."""

    reason = "VOICE_OFF"


async def test_a_suite_that_cannot_hear_says_so(scripted: Scripted, served: Served) -> None:
    scripted.script.says |= {
        name: _Off("Install the extra.") for name in ("Transcribe", "TranslateText", "SubmitVoiceFeedback")
    }
    for gateway in (scripted, served):
        translated = await gateway.ask("POST", "/voice/translate", json={"text": "danke"})
        assert said(translated)[:2] == (501, "VOICE_OFF")
        heard = await gateway.ask("POST", TRANSCRIBE, files=[("audio", AUDIO)])
        assert said(heard)[:2] == (501, "VOICE_OFF")
    assert said(await scripted.ask("POST", VOICE, files=form()))[:2] == (501, "VOICE_OFF")
