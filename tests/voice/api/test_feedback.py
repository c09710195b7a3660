"""What callers see and may do: pages, filters, roles, tenants, bad input."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from radiant.voice.v1 import voice_pb2
from radiant.voice.v1 import voice_service_pb2 as pb
from tests.voice.service.scripted import script
from tests.voice.service.serving import (
    ADMIN,
    EXPERT,
    OPERATOR,
    SERVICE,
    STRANGER,
    Serving,
    World,
    name,
    serving,
)


def sent(data: bytes, header: pb.TranscribeHeader | None = None, step: int = 1000) -> list[pb.TranscribeRequest]:
    """Builds the messages of a recording."""
    chunks = [pb.TranscribeRequest(chunk=data[at : at + step]) for at in range(0, len(data), step)]
    return [pb.TranscribeRequest(header=header or pb.TranscribeHeader()), *chunks]


async def test_a_recording_is_transcribed_at_once_and_not_kept(service: Serving) -> None:
    answer = await service.call("Transcribe", sent(script("hello there"), step=3))
    assert (answer.transcript.text, answer.transcript.english_translation) == ("hello there", "hello there")
    assert answer.transcript.model == "script"
    assert await service.counts() == {}


async def test_bad_transcribe_streams_are_refused_by_name(service: Serving) -> None:
    header = pb.TranscribeRequest(header=pb.TranscribeHeader())
    chunk = pb.TranscribeRequest(chunk=b"x")
    for stream, field in (
        ([], "header"),
        ([chunk], "header"),
        ([header, chunk, header], "header"),
        ([header, pb.TranscribeRequest(chunk=bytes(262145))], "chunk"),
        ([header, pb.TranscribeRequest()], "part"),
        ([pb.TranscribeRequest(header=pb.TranscribeHeader(language="English"))], "header.language"),
    ):
        code, fields, _, _ = await service.said("Transcribe", stream)
        assert (code, set(fields)) == ("INVALID_ARGUMENT", {field})
    rejected = await service.said("Transcribe", sent(script("", fail="rejected")))
    assert rejected[:3] == ("INVALID_ARGUMENT", ["audio"], "AUDIO_CORRUPT")
    assert "The recording is damaged and cannot be played." in rejected[3]


async def test_too_large_and_too_many_recordings_are_refused(world: World, database_url: str, tmp_path: Path) -> None:
    async with serving(
        database_url,
        "",
        tmp_path / "audio",
        RADIANT_AUDIO_BYTES_MAX="2000",
        RADIANT_VOICE_TRANSCRIPTIONS_MAX="1",
    ) as service:
        assert (await service.said("Transcribe", sent(bytes(2001))))[2] == "AUDIO_TOO_LARGE"
        slow, quick = script("slow", seconds=0.5), script("quick")
        first = asyncio.create_task(service.said("Transcribe", sent(slow)))
        await asyncio.sleep(0.2)
        assert (await service.said("Transcribe", sent(quick)))[:3] == ("RESOURCE_EXHAUSTED", [], "TRANSCRIPTIONS_FULL")
        assert (await first)[0] == "OK"


async def test_pages_and_filters(service: Serving) -> None:
    for number in range(7):
        say = script(f"{number}", silent=number == 3)
        age = timedelta(minutes=number)
        await service.recorded(say, output=f"o{number % 2}", user=f"u{number % 3}", age=age)
    await service.recorded(script("other"), tenant="globex", output="o0")
    await service.until("completed", 7)
    await service.until("no_speech")

    async def listed(**wanted: Any) -> list[str]:
        found: list[str] = []
        token = ""
        while True:
            request = pb.ListVoiceFeedbackRequest(page_size=2, page_token=token, **wanted)
            answer = await service.call("ListVoiceFeedback", request)
            found += [f"{each.output_id}{each.user_id}" for each in answer.feedback]
            token = answer.next_page_token
            if not token:
                return found

    assert await listed() == ["o0u0", "o1u1", "o0u2", "o1u0", "o0u1", "o1u2", "o0u0"]
    assert await listed(output_id="o1") == ["o1u1", "o1u0", "o1u2"]
    assert await listed(user_id="u0", output_id="o0") == ["o0u0", "o0u0"]
    assert await listed(status=voice_pb2.VOICE_STATUS_NO_SPEECH) == ["o1u0"]
    assert await listed(status=voice_pb2.VOICE_STATUS_FAILED) == []
    first = await service.call("ListVoiceFeedback", pb.ListVoiceFeedbackRequest(page_size=1))
    request = pb.ListVoiceFeedbackRequest(page_token=first.next_page_token, user_id="u1")
    assert (await service.said("ListVoiceFeedback", request))[:2] == ("INVALID_ARGUMENT", ["page_token"])


async def test_recordings_are_streamed_to_those_who_listen(service: Serving) -> None:
    data = script("x" * 700_000)
    voice_id = await service.recorded(data)
    request = pb.GetVoiceAudioRequest(voice_id=voice_id)
    parts = await service.call("GetVoiceAudio", request, EXPERT)
    assert b"".join(part.chunk for part in parts) == data
    assert max(len(part.chunk) for part in parts) <= 256 * 1024
    assert (parts[0].audio_format, parts[0].audio_bytes, parts[1].audio_format) == ("wav", len(data), "")
    assert (await service.said("GetVoiceAudio", request, SERVICE))[2] == "ROLE_MISSING"


async def test_the_depth_of_the_queue(world: World, database_url: str, tmp_path: Path) -> None:
    for number in range(3):
        await world.recorded(script(f"{number}"), age=timedelta(minutes=number))
    await world.recorded(script("other"), tenant="globex", age=timedelta(minutes=9))
    await world.rows("UPDATE ingest.voice_feedback SET next_attempt_at = now() + interval '1 hour'")
    done = await world.recorded(script("done"))
    async with serving(database_url, "", tmp_path / "audio") as service:
        await service.until("completed")
        answer = await service.call("GetVoiceQueue", pb.GetVoiceQueueRequest(), ADMIN)
        assert {each.status: each.count for each in answer.depths} == {
            voice_pb2.VOICE_STATUS_PENDING: 3,
            voice_pb2.VOICE_STATUS_COMPLETED: 1,
        }
        assert 119 < answer.oldest_waiting_age.seconds < 180
        assert answer.HasField("oldest_waiting_time")
        every = await service.call("GetVoiceQueue", pb.GetVoiceQueueRequest(), OPERATOR)
        assert [(each.status, each.count) for each in every.depths] == [(voice_pb2.VOICE_STATUS_PENDING, 4)]
        assert every.oldest_waiting_age.seconds > 500
        assert (await service.said("GetVoiceQueue", pb.GetVoiceQueueRequest(), EXPERT))[2] == "ROLE_MISSING"
        assert (await service.shown(done)).status == voice_pb2.VOICE_STATUS_COMPLETED


@pytest.fixture
async def theirs(service: Serving) -> str:
    """Gives feedback of another tenant than the stranger's."""
    return await service.recorded(script("", fail="rejected"))


def requests_for(voice_id: str, tenant: str = "") -> dict[str, Any]:
    """Builds one request for every method."""
    return {
        "Transcribe": sent(script("x"), pb.TranscribeHeader(tenant_id=tenant)),
        "TranslateText": pb.TranslateTextRequest(tenant_id=tenant, text="x", source_language="en"),
        "GetVoiceFeedback": pb.GetVoiceFeedbackRequest(tenant_id=tenant, voice_id=voice_id),
        "ListVoiceFeedback": pb.ListVoiceFeedbackRequest(tenant_id=tenant),
        "RetryVoiceFeedback": pb.RetryVoiceFeedbackRequest(tenant_id=tenant, request_id=name(), voice_ids=[voice_id]),
        "GetVoiceAudio": pb.GetVoiceAudioRequest(tenant_id=tenant, voice_id=voice_id),
        "GetVoiceQueue": pb.GetVoiceQueueRequest(tenant_id=tenant),
    }


async def test_a_second_tenant_is_refused_by_every_method(service: Serving, theirs: str) -> None:
    await service.until("failed")
    methods = {method.name for method in pb.DESCRIPTOR.services_by_name["VoiceService"].methods}
    assert requests_for(theirs).keys() == methods
    for method, request in requests_for(theirs, "acme").items():
        assert (await service.said(method, request, STRANGER))[2] == "TENANT_MISMATCH", method
    own = requests_for(theirs)
    for method in ("GetVoiceFeedback", "RetryVoiceFeedback", "GetVoiceAudio"):
        code, _, reason, _ = await service.said(method, own[method], STRANGER)
        assert (code, reason) == ("NOT_FOUND", "VOICE_UNKNOWN")
    assert not (await service.call("ListVoiceFeedback", own["ListVoiceFeedback"], STRANGER)).feedback
    assert not (await service.call("GetVoiceQueue", own["GetVoiceQueue"], STRANGER)).depths
    assert await service.counts() == {"failed": 1}
    for method in ("RetryVoiceFeedback", "GetVoiceQueue"):
        assert (await service.said(method, own[method], SERVICE))[2] == "ROLE_MISSING"
    for method, request in requests_for(theirs, "acme").items():
        assert (await service.said(method, request, OPERATOR))[0] == "OK", method


async def test_bad_input_names_its_fields(service: Serving) -> None:
    for method, request, fields in (
        ("GetVoiceFeedback", pb.GetVoiceFeedbackRequest(voice_id="x"), ["voice_id"]),
        ("GetVoiceAudio", pb.GetVoiceAudioRequest(voice_id=""), ["voice_id"]),
        ("RetryVoiceFeedback", pb.RetryVoiceFeedbackRequest(voice_ids=["x"]), ["request_id", "voice_ids[0]"]),
        ("ListVoiceFeedback", pb.ListVoiceFeedbackRequest(page_size=-1, page_token="!"), ["page_size", "page_token"]),
        ("TranslateText", pb.TranslateTextRequest(source_language="?"), ["text", "source_language"]),
    ):
        code, named, _, _ = await service.said(method, request, OPERATOR)
        assert code == "INVALID_ARGUMENT"
        assert sorted(named) == sorted(fields)


async def test_a_retry_is_all_or_nothing_and_its_identifier_is_its_own(service: Serving, theirs: str) -> None:
    await service.until("failed")
    request = pb.RetryVoiceFeedbackRequest(request_id=name(), voice_ids=[theirs, name()])
    assert (await service.said("RetryVoiceFeedback", request, ADMIN))[0] == "NOT_FOUND"
    assert await service.counts() == {"failed": 1}
    request = pb.RetryVoiceFeedbackRequest(request_id=name(), voice_ids=[theirs])
    assert (await service.said("RetryVoiceFeedback", request, ADMIN))[0] == "OK"
    request.reason = "another"
    assert (await service.said("RetryVoiceFeedback", request, ADMIN))[2] == "REQUEST_ID_REUSED"
