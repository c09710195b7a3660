"""Transcribe: chunked upload, limits, and rejected recordings."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

from radiant.voice.v1 import voice_service_pb2 as pb
from tests.voice.fixtures.messages import upload
from tests.voice.fixtures.scripted import ScriptedTranscriber, recording
from tests.voice.fixtures.service import OTHER_TENANT, VoiceService, open_service, wait_until

HEADER = pb.TranscribeRequest(header=pb.TranscribeHeader())
CHUNK = pb.TranscribeRequest(chunk=b"x")


async def test_transcribe_recording_in_chunks_returns_transcript_and_stores_nothing(service: VoiceService) -> None:
    answer = await service.call("Transcribe", upload(recording("hello there"), chunk_bytes=3))
    assert (answer.transcript.text, answer.transcript.english_translation) == ("hello there", "hello there")
    assert answer.transcript.model == "script"
    assert await service.counts() == {}


async def test_transcribe_invalid_stream_names_field(service: VoiceService) -> None:
    for messages, field in (
        ([], "header"),
        ([CHUNK], "header"),
        ([HEADER, CHUNK, HEADER], "header"),
        ([HEADER, pb.TranscribeRequest(chunk=bytes(262145))], "chunk"),
        ([HEADER, pb.TranscribeRequest()], "part"),
        ([pb.TranscribeRequest(header=pb.TranscribeHeader(language="English"))], "header.language"),
    ):
        code, fields, _, _ = await service.outcome("Transcribe", messages)
        assert (code, set(fields)) == ("INVALID_ARGUMENT", {field})


async def test_transcribe_damaged_recording_returns_its_rejection(service: VoiceService) -> None:
    code, fields, reason, message = await service.outcome("Transcribe", upload(recording("", fail="rejected")))
    assert (code, fields, reason) == ("INVALID_ARGUMENT", ["audio"], "AUDIO_CORRUPT")
    assert "The recording is damaged and cannot be decoded." in message


async def test_transcribe_above_size_and_concurrency_limits_is_refused(database_url: str, tmp_path: Path) -> None:
    async with open_service(
        database_url,
        "",
        tmp_path / "audio",
        RADIANT_AUDIO_BYTES_MAX="2000",
        RADIANT_VOICE_TRANSCRIPTIONS_MAX="1",
    ) as service:
        assert (await service.outcome("Transcribe", upload(bytes(2001))))[2] == "AUDIO_TOO_LARGE"
        first = asyncio.create_task(service.outcome("Transcribe", upload(recording("slow", seconds=0.5))))
        transcriber = cast(ScriptedTranscriber, service.transcriber)

        async def is_started() -> bool:
            return bool(transcriber.started)

        await wait_until(is_started)
        second = await service.outcome("Transcribe", upload(recording("quick")))
        assert second[:3] == ("RESOURCE_EXHAUSTED", [], "TRANSCRIPTIONS_FULL")
        assert (await first)[0] == "OK"


async def test_transcriptions_of_one_tenant_leave_slots_for_other_tenants(database_url: str, tmp_path: Path) -> None:
    async with open_service(
        database_url,
        "",
        tmp_path / "audio",
        RADIANT_VOICE_TRANSCRIPTIONS_MAX="2",
        RADIANT_VOICE_TRANSCRIPTIONS_PER_TENANT_MAX="1",
    ) as service:
        first = asyncio.create_task(service.outcome("Transcribe", upload(recording("slow", seconds=0.5))))
        transcriber = cast(ScriptedTranscriber, service.transcriber)

        async def is_started() -> bool:
            return bool(transcriber.started)

        await wait_until(is_started)
        second = await service.outcome("Transcribe", upload(recording("quick")))
        assert second[:3] == ("RESOURCE_EXHAUSTED", [], "TRANSCRIPTIONS_FULL")
        assert (await service.outcome("Transcribe", upload(recording("quick")), OTHER_TENANT))[0] == "OK"
        assert (await first)[0] == "OK"
