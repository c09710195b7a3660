"""Attempts at jobs: results, retries, leases, and entries of the stream."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import redis.asyncio

from kit.channels import VOICE_DEAD_JOBS, VOICE_JOBS
from kit.postgres.pool import PostgresSettings, open_database
from radiant.ingest.v1 import feedback_pb2
from radiant.voice.v1 import voice_pb2
from radiant.voice.v1 import voice_service_pb2 as pb
from tests.support.servers import url_as
from tests.voice.fixtures.scripted import ScriptedTranscriber, recording
from tests.voice.fixtures.service import ADMIN, Store, VoiceService, new_id, open_service, wait_until
from voice.domain.transcript import Transcript
from voice.jobs.store import Job, JobStore


async def add_entries(redis_url: str, voice_id: str, times: int = 1, tenant: str = "acme") -> None:
    """Adds entries to the stream as ingest does."""
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        for _ in range(times):
            fields: Any = {"tenant": tenant, "voice_id": voice_id, "created_at": "2026-11-21T00:00:00Z"}
            await client.xadd(VOICE_JOBS, fields)


def scripted(service: VoiceService) -> ScriptedTranscriber:
    """Returns the transcriber of the service."""
    return cast(ScriptedTranscriber, service.transcriber)


async def test_recording_with_speech_is_completed_and_queued_for_learning(
    service: VoiceService, redis_url: str
) -> None:
    voice_id = await service.add_recording(recording("very good"))
    await add_entries(redis_url, voice_id)
    await service.wait_for_status("completed")
    feedback = await service.feedback(voice_id)
    transcript = feedback.transcript
    assert feedback.status == voice_pb2.VOICE_STATUS_COMPLETED
    assert (transcript.text, transcript.language, transcript.sentiment) == ("very good", "en", 0.7)
    assert transcript.inferred_rating == feedback_pb2.RATING_POSITIVE
    assert list(transcript.inferred_categories) == [feedback_pb2.FEEDBACK_CATEGORY_ACCURACY]
    assert transcript.audio_duration.seconds == 2
    assert feedback.HasField("complete_time")
    assert (feedback.attempts, feedback.error_code) == (1, "")
    queued = await service.rows("SELECT tenant_id, output_id, user_id FROM ingest.learn_queue")
    assert [tuple(row) for row in queued] == [("acme", feedback.output_id, "u")]


async def test_duplicate_and_malformed_entries_complete_each_recording_once(
    service: VoiceService, redis_url: str
) -> None:
    voice_ids = [await service.add_recording(recording(f"{number}", seconds=0.05)) for number in range(6)]
    await add_entries(redis_url, "no identifier", 2)
    await add_entries(redis_url, new_id(), 2)
    for voice_id in voice_ids:
        await add_entries(redis_url, voice_id, 5)
    await service.wait_for_status("completed", 6)
    await add_entries(redis_url, voice_ids[0], 3)

    async def is_empty() -> bool:
        async with redis.asyncio.Redis.from_url(redis_url) as client:
            return int(await client.xlen(VOICE_JOBS)) == 0

    await wait_until(is_empty)
    assert await service.results() == {voice_id: ["completed"] for voice_id in voice_ids}
    assert sorted(scripted(service).started) == [str(number) for number in range(6)]
    assert await service.learn_queue_length() == 6


async def test_recording_without_speech_has_no_text_language_or_opinion(service: VoiceService) -> None:
    voice_id = await service.add_recording(recording("", silent=True))
    await service.wait_for_status("no_speech")
    transcript = (await service.feedback(voice_id)).transcript
    assert transcript.no_speech
    assert (transcript.text, transcript.language) == ("", "")
    assert not transcript.HasField("sentiment")
    assert transcript.inferred_rating == feedback_pb2.RATING_UNSPECIFIED
    assert transcript.audio_duration.seconds == 2
    assert transcript.model == "script"
    assert await service.learn_queue_length() == 0


async def test_rejected_recording_fails_at_first_attempt_with_its_message(
    service: VoiceService, redis_url: str
) -> None:
    voice_id = await service.add_recording(recording("", fail="rejected"))
    await service.wait_for_status("failed")
    feedback = await service.feedback(voice_id)
    assert (feedback.error_code, feedback.attempts) == ("corrupt", 1)
    assert feedback.error_message == "The recording is damaged and cannot be decoded. Record it again."
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        entries: Any = await client.xrange(VOICE_DEAD_JOBS)
    ((_, fields),) = entries
    assert fields[b"voice_id"].decode() == voice_id
    assert fields[b"error_code"] == b"corrupt"


async def test_recording_that_fails_all_attempts_fails_alone_and_can_be_retried(service: VoiceService) -> None:
    good = [await service.add_recording(recording(f"good {number}", seconds=0.05)) for number in range(5)]
    bad = await service.add_recording(recording("bad", fail="error"))
    await service.wait_for_status("completed", 5)
    await service.wait_for_status("failed")
    feedback = await service.feedback(bad)
    assert (feedback.error_code, feedback.attempts) == ("hearing_failed", 3)
    assert scripted(service).started.count("bad") == 3

    scripted(service).ignores_failures = True
    request = pb.RetryVoiceFeedbackRequest(request_id=new_id(), voice_ids=[bad, good[0]], reason="a new engine")
    answer = await service.call("RetryVoiceFeedback", request, ADMIN)
    assert (list(answer.retried_voice_ids), list(answer.unchanged_voice_ids)) == ([bad], [good[0]])
    await service.wait_for_status("completed", 6)
    assert await service.call("RetryVoiceFeedback", request, ADMIN) == answer
    assert (await service.results())[bad] == ["failed", "completed"]
    audit = await service.rows("SELECT service, actor, action, reason FROM ingest.audit_log")
    assert [tuple(row) for row in audit] == [("voice", "test", "voice.retry", "a new engine")]


async def test_unexpected_error_is_stored_without_its_message(service: VoiceService) -> None:
    voice_id = await service.add_recording(recording("", fail="bug"))
    await service.wait_for_status("failed")
    row = await service.row(voice_id)
    assert row["error_code"] == "internal"
    assert "secret" not in row["error"]


async def test_outage_of_transcriber_does_not_count_as_attempt(service: VoiceService) -> None:
    voice_id = await service.add_recording(recording("late", fail="outage"))

    async def is_tried_twice() -> bool:
        return len(scripted(service).started) >= 2

    await wait_until(is_tried_twice)
    scripted(service).ignores_failures = True
    await service.wait_for_status("completed")
    assert (await service.row(voice_id))["attempts"] == 1


async def test_job_with_expired_lease_is_claimed_by_another_worker_and_rejects_late_result(
    store: Store, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    former_lease = new_id()
    async with open_service(database_url, redis_url, tmp_path / "audio"):
        async with store.connection.transaction():
            voice_id = await store.add_recording(recording("mine"))
            await store.rows(
                "UPDATE ingest.voice_feedback SET status = 'processing', attempts = 1, lease_id = $1,"
                " lease_until = now() + interval '1 second'",
                former_lease,
            )
        await store.add_recording(recording("another"))
        await store.wait_for_status("completed")  # the worker runs, and has not taken the leased job
        assert (await store.row(voice_id))["status"] == "processing"
        await store.wait_for_status("completed", 2)
    row = await store.row(voice_id)
    assert (row["attempts"], row["lease_id"]) == (2, None)
    former = Job(
        tenant_id="acme",
        voice_id=voice_id,
        lease_id=former_lease,
        output_id=row["output_id"],
        user_id="u",
        created_at=row["created_at"],
        audio_key=row["audio_key"],
        attempts=1,
    )
    settings = PostgresSettings(url=url_as("radiant_voice", database_url), application_name="test")
    async with open_database(settings) as database:
        assert not await JobStore(database).complete(former, Transcript(has_speech=True, text="not mine"))
        assert not await JobStore(database).fail(former, "x", "x")
    assert (await store.row(voice_id))["transcription"] == "mine"
    assert await store.learn_queue_length() == 2


async def test_recording_longer_than_lease_is_transcribed_once(
    store: Store, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    voice_id = await store.add_recording(recording("long", seconds=2.5))
    first, second = ScriptedTranscriber(), ScriptedTranscriber()
    folder = tmp_path / "audio"
    async with (
        open_service(database_url, redis_url, folder, first),
        open_service(database_url, redis_url, folder, second),
    ):
        await store.wait_for_status("completed")
    assert (await store.row(voice_id))["attempts"] == 1
    assert sorted(first.started + second.started) == ["long"]


async def test_job_interrupted_at_last_attempt_fails(service: VoiceService) -> None:
    voice_id = await service.add_recording(recording("crashing", seconds=0.2))
    await service.rows(
        "UPDATE ingest.voice_feedback SET status = 'processing', attempts = 3, lease_id = $1, lease_until = now()",
        new_id(),
    )
    await service.wait_for_status("failed")
    assert (await service.feedback(voice_id)).error_code == "attempts_exhausted"


async def test_jobs_without_redis_are_completed_once(store: Store, database_url: str, tmp_path: Path) -> None:
    for number in range(20):
        await store.add_recording(recording(f"{number}"))
    async with open_service(database_url, "", tmp_path / "audio"):
        await store.wait_for_status("completed", 20)
    assert all(statuses == ["completed"] for statuses in (await store.results()).values())


async def test_recording_deleted_during_its_job_is_dropped(service: VoiceService) -> None:
    await service.add_recording(recording("deleted", seconds=1.5))

    async def is_started() -> bool:
        return bool(scripted(service).started)

    await wait_until(is_started)
    await service.rows("DELETE FROM ingest.voice_feedback")
    voice_id = await service.add_recording(recording("next"))
    await service.wait_for_status("completed")
    assert (await service.row(voice_id))["transcription"] == "next"
    assert await service.learn_queue_length() == 1


async def test_transcript_with_phone_number_is_stored_redacted_with_its_sentiment(service: VoiceService) -> None:
    voice_id = await service.add_recording(recording("call me at +49 30 1234567, it is wrong"))
    await service.wait_for_status("completed")
    row = await service.row(voice_id)
    assert row["transcription"] == row["english_translation"] == "call me at [PHONE], it is wrong"
    assert row["sentiment"] == 0.7
