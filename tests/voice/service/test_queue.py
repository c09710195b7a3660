"""Jobs come to an end once, whatever the stream says, and what fails is tried again, within reason."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import redis.asyncio

from kit.postgres.pool import PostgresSettings, open_database
from radiant.ingest.v1 import feedback_pb2
from radiant.voice.v1 import voice_pb2
from radiant.voice.v1 import voice_service_pb2 as pb
from tests.support.servers import url_as
from tests.voice.service.scripted import ScriptedEars, script
from tests.voice.service.serving import ADMIN, Serving, World, name, serving, within
from voice.domain.ports import Understood
from voice.jobs.store import Job, Jobs
from voice.jobs.stream import DEAD, JOBS


async def told(redis_url: str, voice_id: str, times: int = 1, tenant: str = "acme") -> None:
    """Adds entries to the stream as intake does."""
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        for _ in range(times):
            await client.xadd(JOBS, {"tenant": tenant, "voice_id": voice_id, "created_at": "2026-11-21T00:00:00Z"})


async def test_what_is_heard_is_stored_and_learned(service: Serving, redis_url: str) -> None:
    voice_id = await service.recorded(script("very good"))
    await told(redis_url, voice_id)
    await service.until("completed")
    shown = await service.shown(voice_id)
    assert shown.status == voice_pb2.VOICE_STATUS_COMPLETED
    assert (shown.transcript.text, shown.transcript.language, shown.transcript.sentiment) == ("very good", "en", 0.7)
    assert shown.transcript.inferred_rating == feedback_pb2.RATING_POSITIVE
    assert list(shown.transcript.inferred_categories) == [feedback_pb2.FEEDBACK_CATEGORY_ACCURACY]
    assert shown.transcript.audio_duration.seconds == 2
    assert shown.HasField("complete_time")
    assert (shown.attempts, shown.error_code) == (1, "")
    learned = await service.rows("SELECT tenant_id, output_id, user_id FROM ingest.learn_queue")
    assert [tuple(row) for row in learned] == [("acme", shown.output_id, "u")]


async def test_duplicates_and_strange_entries_do_no_harm(service: Serving, redis_url: str) -> None:
    several = [await service.recorded(script(f"{number}", seconds=0.05)) for number in range(6)]
    await told(redis_url, "no identifier", 2)
    await told(redis_url, name(), 2)
    for voice_id in several:
        await told(redis_url, voice_id, 5)
    await service.until("completed", 6)
    await told(redis_url, several[0], 3)

    async def emptied() -> bool:
        async with redis.asyncio.Redis.from_url(redis_url) as client:
            return int(await client.xlen(JOBS)) == 0

    await within(10, emptied)
    assert await service.ends() == {voice_id: ["completed"] for voice_id in several}
    assert sorted(cast(ScriptedEars, service.ears).heard) == [str(number) for number in range(6)]
    assert await service.learned() == 6


async def test_silence_has_no_text_no_language_and_no_opinion(service: Serving) -> None:
    voice_id = await service.recorded(script("", silent=True))
    await service.until("no_speech")
    shown = await service.shown(voice_id)
    assert shown.transcript.no_speech
    assert (shown.transcript.text, shown.transcript.language) == ("", "")
    assert not shown.transcript.HasField("sentiment")
    assert shown.transcript.inferred_rating == feedback_pb2.RATING_UNSPECIFIED
    assert await service.learned() == 0


async def test_a_rejected_recording_fails_at_once_with_its_sentence(service: Serving, redis_url: str) -> None:
    voice_id = await service.recorded(script("", fail="rejected"))
    await service.until("failed")
    shown = await service.shown(voice_id)
    assert (shown.error_code, shown.attempts) == ("corrupt", 1)
    assert shown.error_message == "The recording is damaged and cannot be played."
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        entries: Any = await client.xrange(DEAD)
    ((_, fields),) = entries
    assert fields[b"voice_id"].decode() == voice_id
    assert fields[b"error_code"] == b"corrupt"


async def test_one_poisonous_recording_spoils_no_other_and_can_be_retried(service: Serving) -> None:
    good = [await service.recorded(script(f"good {number}", seconds=0.05)) for number in range(5)]
    bad = await service.recorded(script("bad", fail="poison"))
    await service.until("completed", 5)
    await service.until("failed")
    shown = await service.shown(bad)
    assert (shown.error_code, shown.attempts) == ("hearing_failed", 3)
    assert cast(ScriptedEars, service.ears).heard.count("bad") == 3

    cast(ScriptedEars, service.ears).healed = True
    request = pb.RetryVoiceFeedbackRequest(request_id=name(), voice_ids=[bad, good[0]], reason="a new engine")
    answer = await service.call("RetryVoiceFeedback", request, ADMIN)
    assert (list(answer.retried_voice_ids), list(answer.unchanged_voice_ids)) == ([bad], [good[0]])
    await service.until("completed", 6)
    assert await service.call("RetryVoiceFeedback", request, ADMIN) == answer
    assert (await service.ends())[bad] == ["failed", "completed"]
    audit = await service.rows("SELECT service, actor, action, reason FROM ingest.audit_log")
    assert [tuple(row) for row in audit] == [("voice", "test", "voice.retry", "a new engine")]


async def test_a_bug_is_told_to_nobody_but_the_log(service: Serving) -> None:
    voice_id = await service.recorded(script("", fail="bug"))
    await service.until("failed")
    row = await service.row(voice_id)
    assert row["error_code"] == "internal"
    assert "secret" not in row["error"]


async def test_an_outage_uses_up_no_attempts(service: Serving) -> None:
    voice_id = await service.recorded(script("late", fail="outage"))
    ears = cast(ScriptedEars, service.ears)

    async def tried() -> bool:
        return len(ears.heard) >= 2

    await within(10, tried)
    ears.healed = True
    await service.until("completed")
    assert (await service.row(voice_id))["attempts"] == 1


async def test_a_lease_that_is_over_passes_on_and_its_former_holder_cannot_finish(
    world: World, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    voice_id, old = await world.recorded(script("mine")), name()
    await world.rows(
        "UPDATE ingest.voice_feedback SET status = 'processing', attempts = 1, lease_id = $1,"
        " lease_until = now() + interval '0.4 seconds'",
        old,
    )
    async with serving(database_url, redis_url, tmp_path / "audio"):
        await asyncio.sleep(0.2)
        assert (await world.row(voice_id))["status"] == "processing"
        await world.until("completed")
    row = await world.row(voice_id)
    assert (row["attempts"], row["lease_id"]) == (2, None)
    stale = Job(
        tenant_id="acme",
        voice_id=voice_id,
        lease_id=old,
        output_id=row["output_id"],
        user_id="u",
        created_at=row["created_at"],
        audio_key=row["audio_key"],
        attempts=1,
    )
    settings = PostgresSettings(url=url_as("radiant_voice", database_url), application_name="test")
    async with open_database(settings) as database:
        assert not await Jobs(database).complete(stale, Understood(no_speech=False, text="not mine"))
        assert not await Jobs(database).fail(stale, "x", "x")
    assert (await world.row(voice_id))["transcription"] == "mine"
    assert await world.learned() == 1


async def test_long_recordings_keep_their_lease(
    world: World, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    voice_id = await world.recorded(script("long", seconds=2.5))
    first, second = ScriptedEars(), ScriptedEars()
    folder = tmp_path / "audio"
    async with serving(database_url, redis_url, folder, first), serving(database_url, redis_url, folder, second):
        await world.until("completed")
    assert (await world.row(voice_id))["attempts"] == 1
    assert sorted(first.heard + second.heard) == ["long"]


async def test_attempts_that_never_came_to_an_end_are_not_repeated_for_ever(service: Serving) -> None:
    voice_id = await service.recorded(script("kills", seconds=0.2))
    await service.rows(
        "UPDATE ingest.voice_feedback SET status = 'processing', attempts = 3, lease_id = $1, lease_until = now()",
        name(),
    )
    await service.until("failed")
    assert (await service.shown(voice_id)).error_code == "attempts_exhausted"


async def test_work_is_done_without_redis_too(world: World, database_url: str, tmp_path: Path) -> None:
    for number in range(20):
        await world.recorded(script(f"{number}"))
    async with serving(database_url, "", tmp_path / "audio"):
        await world.until("completed", 20)
    assert all(ends == ["completed"] for ends in (await world.ends()).values())


async def test_a_recording_that_is_withdrawn_meanwhile_is_let_go(service: Serving) -> None:
    await service.recorded(script("gone", seconds=1.5))
    ears = cast(ScriptedEars, service.ears)

    async def begun() -> bool:
        return bool(ears.heard)

    await within(10, begun)
    await service.rows("DELETE FROM ingest.voice_feedback")
    voice_id = await service.recorded(script("next"))
    await service.until("completed")
    assert (await service.row(voice_id))["transcription"] == "next"
    assert await service.learned() == 1


async def test_what_was_heard_is_stored_without_personal_data(service: Serving) -> None:
    voice_id = await service.recorded(script("call me at +49 30 1234567, it is wrong"))
    await service.until("completed")
    row = await service.row(voice_id)
    assert row["transcription"] == row["english_translation"] == "call me at [PHONE], it is wrong"
    assert row["sentiment"] == 0.7
