"""Recordings do not outlive their time; what was heard in them does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import grpc
import pytest

from radiant.voice.v1 import voice_service_pb2 as pb
from tests.voice.service.scripted import script
from tests.voice.service.serving import ADMIN, EXPERT, World, name, serving, within
from voice.worker import maintenance

DAY = timedelta(days=1)


async def test_old_recordings_are_deleted_batch_by_batch(
    world: World, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "PAGE", 3)
    folder = tmp_path / "audio"
    old = [
        await world.recorded(script("old"), tenant=tenant, age=age * DAY)
        for tenant in ("acme", "globex")
        for age in (90.01, 91, 120, 400)
    ]
    await world.rows("UPDATE ingest.voice_feedback SET status = 'completed', transcription = 'heard'")
    young = await world.recorded(script("young"), age=89 * DAY)
    async with serving(database_url, "", folder) as service:
        await world.until("completed", 9)

        async def deleted() -> bool:
            return not any((folder / tenant / each).exists() for tenant in ("acme", "globex") for each in old)

        await within(10, deleted)

        async def noted() -> bool:
            emptied = await world.rows("SELECT count(*) AS count FROM ingest.voice_feedback WHERE audio_key = ''")
            return int(emptied[0]["count"]) == 8

        await within(5, noted)
        assert (folder / "acme" / young).exists()
        shown = await service.shown(old[0])
        assert (shown.audio_kept, shown.transcript.text) == (False, "heard")
        request = pb.GetVoiceAudioRequest(voice_id=old[0])
        assert (await service.said("GetVoiceAudio", request, EXPERT))[2] == "RECORDING_DELETED"
        assert (await service.shown(young)).audio_kept


async def test_what_was_spoken_long_ago_and_arrived_just_now_is_heard_first(
    world: World, database_url: str, tmp_path: Path
) -> None:
    late = await world.recorded(script("late"), age=200 * DAY)
    forgotten = await world.recorded(script("forgotten"), age=200 * DAY)
    await world.rows("UPDATE ingest.voice_feedback SET next_attempt_at = now() + interval '1 hour'")
    await world.rows("UPDATE ingest.voice_feedback SET updated_at = created_at WHERE voice_id = $1", forgotten)
    async with serving(database_url, "", tmp_path / "audio") as service:

        async def deleted() -> bool:
            return not (await service.shown(forgotten)).audio_kept

        await within(10, deleted)
        assert (await service.shown(late)).audio_kept
        assert (tmp_path / "audio" / "acme" / late).exists()
        assert not (tmp_path / "audio" / "acme" / forgotten).exists()


async def test_without_a_retention_recordings_stay(world: World, database_url: str, tmp_path: Path) -> None:
    old = await world.recorded(script("old"), age=4000 * DAY)
    async with serving(database_url, "", tmp_path / "audio", RADIANT_AUDIO_RETENTION_DAYS="0") as service:
        await world.until("completed")
        assert (await service.shown(old)).audio_kept


async def test_a_deleted_recording_that_was_never_heard_fails_and_is_not_retried(
    world: World, database_url: str, tmp_path: Path
) -> None:
    voice_id = await world.recorded(script("never"))
    await world.rows("UPDATE ingest.voice_feedback SET audio_key = ''")
    async with serving(database_url, "", tmp_path / "audio") as service:
        await world.until("failed")
        assert (await service.shown(voice_id)).error_code == "recording_gone"
        request = pb.RetryVoiceFeedbackRequest(request_id=name(), voice_ids=[voice_id])
        answer = await service.call("RetryVoiceFeedback", request, ADMIN)
        assert list(answer.unchanged_voice_ids) == [voice_id]


async def test_a_recording_that_the_store_has_lost_fails_in_the_end(
    world: World, database_url: str, tmp_path: Path
) -> None:
    voice_id = await world.recorded(script("lost"))
    (tmp_path / "audio" / "acme" / voice_id).unlink()
    async with serving(database_url, "", tmp_path / "audio") as service:
        await world.until("failed")
        shown = await service.shown(voice_id)
        assert (shown.error_code, shown.attempts) == ("recording_gone", 3)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await service.call("GetVoiceAudio", pb.GetVoiceAudioRequest(voice_id=voice_id), EXPERT)
        assert caught.value.code() is grpc.StatusCode.NOT_FOUND
