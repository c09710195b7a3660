"""Real speech through the real model: at once, and from the queue."""

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
from tests.voice.service.serving import Serving, World, environ_of, serving
from voice.engine.availability import why_off

RECORDINGS = Path(__file__).parents[4] / "shared" / "audio"

pytestmark = pytest.mark.skipif(bool(why_off()), reason=why_off() or "voice is on")


def recording(name: str) -> bytes:
    """Reads a recording of real speech; skips the test where it is absent."""
    path = RECORDINGS / name
    if not path.is_file():
        pytest.skip(f"no recording of speech at {path}")
    return path.read_bytes()


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Gives a folder in which weights are joined once."""
    return str(tmp_path_factory.mktemp("weights"))


@pytest.fixture
async def hearing(database_url: str, redis_url: str, tmp_path: Path, cache: str) -> AsyncIterator[Serving]:
    """Gives a running service with the real engine on the processor."""
    async with serving(
        database_url,
        redis_url,
        tmp_path / "audio",
        real=True,
        RADIANT_VOICE_CACHE=cache,
        RADIANT_VOICE_DEVICE="cpu",
        RADIANT_VOICE_LEASE_SECONDS="60",
    ) as service:
        yield service


async def transcribed(service: Serving, data: bytes, header: pb.TranscribeHeader) -> voice_pb2.Transcript:
    """Sends a recording in chunks and returns what was heard."""
    step = 200_000
    chunks = [pb.TranscribeRequest(chunk=data[at : at + step]) for at in range(0, len(data), step)]
    answer: pb.TranscribeResponse = await service.call("Transcribe", [pb.TranscribeRequest(header=header), *chunks])
    return answer.transcript


async def test_speech_is_understood_at_once(hearing: Serving) -> None:
    from tests.voice.engine.sounds import encoded, silence

    english = await transcribed(hearing, recording("jfk.flac"), pb.TranscribeHeader())
    assert "ask not what your country can do for you" in english.text.lower()
    assert (english.language, english.no_speech) == ("en", False)
    assert english.english_translation == english.text
    assert english.confidence > 0.5
    assert english.audio_duration.seconds == 11
    assert english.HasField("sentiment")
    french = await transcribed(hearing, recording("sr_french.aiff"), pb.TranscribeHeader())
    assert french.language == "fr"
    assert french.english_translation
    silent = await transcribed(hearing, encoded(silence(3), "wav"), pb.TranscribeHeader())
    assert silent.no_speech
    assert (silent.text, silent.language) == ("", "")
    told = [pb.TranscribeRequest(header=pb.TranscribeHeader()), pb.TranscribeRequest(chunk=b"no audio at all")]
    code, fields, reason, words = await hearing.said("Transcribe", told)
    assert (code, fields, reason) == ("INVALID_ARGUMENT", ["audio"], "AUDIO_UNKNOWN_FORMAT")
    assert "This is not a recording we can play" in words


async def test_speech_is_understood_from_the_queue(hearing: Serving) -> None:
    from tests.voice.engine.sounds import encoded, silence

    await hearing.watched()
    spoken = [await hearing.recorded(recording(name)) for name in ("jfk.flac", "sr_english.wav", "sr_french.aiff")]
    empty = await hearing.recorded(encoded(silence(2), "webm"))
    broken = await hearing.recorded(recording("jfk.flac")[:40_000])
    await hearing.until("completed", 3, 60)
    await hearing.until("no_speech")
    await hearing.until("failed")
    english = await hearing.shown(spoken[0])
    assert "fellow americans" in english.transcript.text.lower()
    assert english.transcript.model.startswith("whisper-base")
    assert (await hearing.shown(spoken[2])).transcript.language == "fr"
    assert (await hearing.row(empty))["original_language"] is None
    assert (await hearing.shown(broken)).error_code == "truncated"
    assert sorted(await hearing.ends()) == sorted([*spoken, empty, broken])
    assert await hearing.learned() == 3


async def test_a_worker_alone_hears_and_leaves_when_told(
    world: World, database_url: str, redis_url: str, tmp_path: Path, cache: str
) -> None:
    await world.recorded(recording("sr_english.wav"))
    environ = environ_of(database_url, redis_url, world.folder, RADIANT_VOICE_CACHE=cache, RADIANT_VOICE_DEVICE="cpu")
    with (tmp_path / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "voice.worker", env={**os.environ, **environ}, stdout=log, stderr=log
        )
        try:
            await world.until("completed", 1, 60)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 20) == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
