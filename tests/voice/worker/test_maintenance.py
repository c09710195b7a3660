"""Retention of recordings: old files are deleted, transcripts stay."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import grpc
import pytest

from radiant.voice.v1 import voice_service_pb2 as pb
from tests.voice.fixtures.scripted import recording
from tests.voice.fixtures.service import ADMIN, EXPERT, Store, new_id, open_service, wait_until
from voice.worker import maintenance

DAY = timedelta(days=1)


async def test_recordings_older_than_retention_are_deleted_over_several_pages(
    store: Store, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "PAGE_ROWS", 3)
    folder, tenants = tmp_path / "audio", ("acme", "globex")
    old = [
        await store.add_recording(recording("old"), tenant=tenant, age=age * DAY)
        for tenant in tenants
        for age in (90.01, 91, 120, 400)
    ]
    await store.rows("UPDATE ingest.voice_feedback SET status = 'completed', transcription = 'text'")
    young = await store.add_recording(recording("young"), age=89 * DAY)
    async with open_service(database_url, "", folder) as service:
        await store.wait_for_status("completed", 9)

        async def are_files_deleted() -> bool:
            return not any((folder / tenant / voice_id).exists() for tenant in tenants for voice_id in old)

        async def are_keys_cleared() -> bool:
            cleared = await store.rows("SELECT count(*) AS count FROM ingest.voice_feedback WHERE audio_key = ''")
            return int(cleared[0]["count"]) == 8

        await wait_until(are_files_deleted)
        await wait_until(are_keys_cleared)
        assert (folder / "acme" / young).exists()
        feedback = await service.feedback(old[0])
        assert (feedback.audio_kept, feedback.transcript.text) == (False, "text")
        request = pb.GetVoiceAudioRequest(voice_id=old[0])
        assert (await service.outcome("GetVoiceAudio", request, EXPERT))[2] == "RECORDING_DELETED"
        assert (await service.feedback(young)).audio_kept


async def test_old_recording_that_arrived_late_is_kept_for_its_job(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    late = await store.add_recording(recording("late"), age=200 * DAY)
    waiting = await store.add_recording(recording("waiting"), age=200 * DAY)
    await store.rows("UPDATE ingest.voice_feedback SET next_attempt_at = now() + interval '1 hour'")
    await store.rows("UPDATE ingest.voice_feedback SET updated_at = created_at WHERE voice_id = $1", waiting)
    async with open_service(database_url, "", tmp_path / "audio") as service:

        async def is_deleted() -> bool:
            return not (await service.feedback(waiting)).audio_kept

        await wait_until(is_deleted)
        assert (await service.feedback(late)).audio_kept
        assert (tmp_path / "audio" / "acme" / late).exists()
        assert not (tmp_path / "audio" / "acme" / waiting).exists()


async def test_retention_zero_keeps_old_recordings(store: Store, database_url: str, tmp_path: Path) -> None:
    old = await store.add_recording(recording("old"), age=4000 * DAY)
    async with open_service(database_url, "", tmp_path / "audio", RADIANT_AUDIO_RETENTION_DAYS="0") as service:
        await store.wait_for_status("completed")
        assert (await service.feedback(old)).audio_kept


async def test_job_with_deleted_recording_fails_and_cannot_be_retried(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    voice_id = await store.add_recording(recording("deleted"))
    await store.rows("UPDATE ingest.voice_feedback SET audio_key = ''")
    async with open_service(database_url, "", tmp_path / "audio") as service:
        await store.wait_for_status("failed")
        assert (await service.feedback(voice_id)).error_code == "recording_gone"
        request = pb.RetryVoiceFeedbackRequest(request_id=new_id(), voice_ids=[voice_id])
        answer = await service.call("RetryVoiceFeedback", request, ADMIN)
        assert list(answer.unchanged_voice_ids) == [voice_id]


async def test_job_with_missing_file_fails_after_all_attempts(store: Store, database_url: str, tmp_path: Path) -> None:
    voice_id = await store.add_recording(recording("missing"))
    (tmp_path / "audio" / "acme" / voice_id).unlink()
    async with open_service(database_url, "", tmp_path / "audio") as service:
        await store.wait_for_status("failed")
        feedback = await service.feedback(voice_id)
        assert (feedback.error_code, feedback.attempts) == ("recording_gone", 3)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await service.call("GetVoiceAudio", pb.GetVoiceAudioRequest(voice_id=voice_id), EXPERT)
        assert caught.value.code() is grpc.StatusCode.NOT_FOUND
