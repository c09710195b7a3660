"""Real speech with the real model: Transcribe calls, jobs, and a worker without a server."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from radiant.voice.v1 import voice_pb2
from radiant.voice.v1 import voice_service_pb2 as pb
from tests.voice.fixtures.messages import upload
from tests.voice.fixtures.service import Store, VoiceService, environ_of, open_service
from voice.engine.availability import unavailable_reason

RECORDINGS = Path(__file__).parents[4] / "shared" / "audio"

pytestmark = pytest.mark.skipif(bool(unavailable_reason()), reason=unavailable_reason() or "voice is on")


def speech(name: str) -> bytes:
    """Returns a recording of real speech; skips the test when it does not exist."""
    path = RECORDINGS / name
    if not path.is_file():
        pytest.skip(f"no recording of speech at {path}")
    return path.read_bytes()


@pytest.fixture(scope="module")
def weights_folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Returns a folder for the weights of the model, shared by the tests of the module."""
    return str(tmp_path_factory.mktemp("weights"))


@pytest.fixture
async def engine_service(
    database_url: str, redis_url: str, tmp_path: Path, weights_folder: str
) -> AsyncIterator[VoiceService]:
    """Yields a running service with the real engine on the CPU."""
    async with open_service(
        database_url,
        redis_url,
        tmp_path / "audio",
        uses_engine=True,
        RADIANT_VOICE_CACHE=weights_folder,
        RADIANT_VOICE_DEVICE="cpu",
        RADIANT_VOICE_LEASE_SECONDS="60",
    ) as service:
        yield service


async def transcript_of(service: VoiceService, data: bytes) -> voice_pb2.Transcript:
    """Returns the transcript of a Transcribe call."""
    answer: pb.TranscribeResponse = await service.call("Transcribe", upload(data, chunk_bytes=200_000))
    return answer.transcript


async def test_transcribe_speech_returns_text_language_and_translation(engine_service: VoiceService) -> None:
    from tests.voice.fixtures.sounds import encoded, silence

    english = await transcript_of(engine_service, speech("jfk.flac"))
    assert "ask not what your country can do for you" in english.text.lower()
    assert (english.language, english.no_speech) == ("en", False)
    assert english.english_translation == english.text
    assert english.confidence > 0.5
    assert english.audio_duration.seconds == 11
    assert [(each.language, each.text) for each in english.segments] == [("en", english.text)]
    assert abs(english.sentiment) <= 0.4
    assert english.HasField("sentiment")
    french = await transcript_of(engine_service, speech("sr_french.aiff"))
    assert french.language == "fr"
    assert french.english_translation
    silent = await transcript_of(engine_service, encoded(silence(3), "wav"))
    assert silent.no_speech
    assert (silent.text, silent.language) == ("", "")
    code, fields, reason, message = await engine_service.outcome("Transcribe", upload(b"no audio at all"))
    assert (code, fields, reason) == ("INVALID_ARGUMENT", ["audio"], "AUDIO_UNKNOWN_FORMAT")
    assert "The audio format is not supported." in message


async def test_jobs_with_speech_silence_and_truncated_file_get_their_results(engine_service: VoiceService) -> None:
    from tests.voice.fixtures.sounds import encoded, silence

    service = engine_service
    await service.record_results()
    spoken = [await service.add_recording(speech(name)) for name in ("jfk.flac", "sr_english.wav", "sr_french.aiff")]
    silent = await service.add_recording(encoded(silence(2), "webm"))
    truncated = await service.add_recording(speech("jfk.flac")[:40_000])
    await service.wait_for_status("completed", 3, 60)
    await service.wait_for_status("no_speech")
    await service.wait_for_status("failed")
    english = await service.feedback(spoken[0])
    assert "fellow americans" in english.transcript.text.lower()
    assert english.transcript.model.startswith("whisper-base")
    assert (await service.feedback(spoken[2])).transcript.language == "fr"
    assert (await service.row(silent))["original_language"] is None
    assert (await service.feedback(truncated)).error_code == "truncated"
    assert sorted(await service.results()) == sorted([*spoken, silent, truncated])
    assert await service.learn_queue_length() == 3


async def test_worker_without_server_completes_job_and_exits_at_sigterm(
    store: Store, database_url: str, redis_url: str, tmp_path: Path, weights_folder: str
) -> None:
    await store.add_recording(speech("sr_english.wav"))
    extra = {"RADIANT_VOICE_CACHE": weights_folder, "RADIANT_VOICE_DEVICE": "cpu"}
    environ = environ_of(database_url, redis_url, store.folder, **extra)
    with (tmp_path / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "voice.worker", env={**os.environ, **environ}, stdout=log, stderr=log
        )
        try:
            await store.wait_for_status("completed", 1, 60)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 20) == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
