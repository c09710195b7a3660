"""Durability and idempotency of voice feedback."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import grpc
import pytest

from cli.embedded.process import free_port
from ingest.notify import voice_jobs
from ingest.voice import intake
from radiant.ingest.v1 import ingest_service_pb2 as pb
from radiant.ingest.v1 import ingest_service_pb2_grpc
from tests.ingest.fixtures.conditions import wait_until
from tests.ingest.fixtures.service import (
    CALLER,
    IngestService,
    new_id,
    open_service,
    problems_of,
    reason_of,
    rows,
    thumb,
)
from tests.ingest.fixtures.voice import (
    CLIP,
    clip,
    count,
    header,
    parts,
    stored_objects,
    submit_voice,
    uploads_in_progress,
)
from tests.support.servers import Apart, running_valkey
from tests.support.suite import quick_channel, service_process

VOICE = "SELECT voice_id::text, audio_key FROM ingest.voice_feedback"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Returns the folder of recordings."""
    return tmp_path / "audio"


@pytest.fixture
async def ingest(
    database_url: str, redis_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[IngestService]:
    """Yields the running service, which checks for orphans every 50 ms."""
    monkeypatch.setattr(intake, "ORPHAN_INTERVAL", timedelta(seconds=0.05))
    async with open_service(database_url, redis_url, {"RADIANT_AUDIO_URL": str(folder)}) as service:
        yield service


@contextlib.asynccontextmanager
async def two(database_url: str, redis_url: str, folder: Path) -> AsyncIterator[tuple[IngestService, IngestService]]:
    """Yields two services with one database and one folder, like two processes."""
    place = {"RADIANT_AUDIO_URL": str(folder)}
    async with (
        open_service(database_url, redis_url, place) as one,
        open_service(database_url, redis_url, place) as other,
    ):
        yield one, other


@contextlib.asynccontextmanager
async def blocked_commits(database_url: str) -> AsyncIterator[None]:
    """Blocks inserts of voice comments during the block."""
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE ingest.voice_feedback IN EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()


async def wait_for_blocked_row(database_url: str) -> None:
    """Waits until a connection waits for a lock: the audio is stored then, and its row is not."""
    query = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

    async def has_waiter() -> bool:
        return bool(await rows(database_url, query))

    await wait_until(has_waiter)


async def test_voice_repeat_to_any_process_returns_first_response(
    database_url: str, redis_url: str, folder: Path
) -> None:
    async with two(database_url, redis_url, folder) as services:
        asked = header(seconds=None)
        calls = (submit_voice(services[turn % 2], asked) for turn in range(12))
        answers = {each.SerializeToString() for each in await asyncio.gather(*calls)}
        answers.add((await submit_voice(services[1], asked)).SerializeToString())
        assert len(answers) == 1
        assert list(stored_objects(folder).values()) == [CLIP]
        assert (await count(services[0]), await count(services[0], "requests")) == (1, 1)


async def test_voice_with_used_identifier_and_other_content_is_refused(ingest: IngestService, folder: Path) -> None:
    first = header(seconds=None)
    await submit_voice(ingest, first)
    before = stored_objects(folder)
    other = header("another", seconds=None, request_id=first.request_id)
    for asked, audio in ((first, clip(value=2)), (first, CLIP + b"\0"), (other, CLIP)):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await submit_voice(ingest, asked, audio)
        assert (reason_of(caught.value), problems_of(caught.value)) == ("REQUEST_ID_REUSED", ["header.request_id"])
        assert stored_objects(folder) == before
    vote = thumb("o")
    vote.request_id = first.request_id
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await ingest.call("SubmitExplicitFeedback", vote)
    assert reason_of(caught.value) == "REQUEST_ID_REUSED"


async def test_concurrent_voice_contents_of_one_request_store_one(
    database_url: str, redis_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "ORPHAN_INTERVAL", timedelta(seconds=0.05))
    async with two(database_url, redis_url, folder) as services:
        asked, clips = header(), [clip(value=value) for value in range(1, 7)]
        calls = (submit_voice(services[turn % 2], asked, each) for turn, each in enumerate(clips))
        answers = await asyncio.gather(*calls, return_exceptions=True)
        reasons = [reason_of(each) for each in answers if isinstance(each, grpc.aio.AioRpcError)]
        assert reasons == ["REQUEST_ID_REUSED"] * 5
        (winner,) = [each for each in answers if isinstance(each, pb.SubmitVoiceFeedbackResponse)]
        await wait_until(lambda: len(stored_objects(folder)) == 1)
        ((voice_id, key),) = await services[0].rows(VOICE)
        assert (voice_id, stored_objects(folder)) == (winner.voice_id, {key: clips[answers.index(winner)]})


async def test_voice_repeat_after_purged_response_is_stored_once(ingest: IngestService, folder: Path) -> None:
    asked = header(seconds=None)
    first = await submit_voice(ingest, asked)
    await ingest.rows("DELETE FROM ingest.requests")
    assert await submit_voice(ingest, asked) == first
    assert (await count(ingest), len(stored_objects(folder))) == (1, 1)


async def test_voice_resent_after_kill_before_commit_is_stored_once(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    folder, asked = tmp_path / "audio", header()
    service = service_process("ingest", database_url, redis_url, tmp_path, RADIANT_AUDIO_URL=str(folder))
    try:
        await service.start()
        async with blocked_commits(database_url), quick_channel(service.address) as channel:
            stub = ingest_service_pb2_grpc.IngestServiceStub(channel)
            call: Any = stub.SubmitVoiceFeedback(parts(asked), metadata=CALLER, timeout=20)
            await wait_for_blocked_row(database_url)
            assert list(stored_objects(folder).values()) == [CLIP]
            await service.kill()
            with pytest.raises(grpc.aio.AioRpcError):
                await call
        assert await rows(database_url, VOICE) == []
        await service.start()
        async with quick_channel(service.address) as channel:
            stub = ingest_service_pb2_grpc.IngestServiceStub(channel)
            answers = [
                await stub.SubmitVoiceFeedback(parts(asked), metadata=CALLER, timeout=20, wait_for_ready=True)
                for _ in range(2)
            ]
    finally:
        await service.kill()
    ((voice_id, key),) = await rows(database_url, VOICE)
    assert [each.voice_id for each in answers] == [voice_id] * 2
    assert stored_objects(folder) == {key: CLIP}


async def test_audio_of_failed_row_is_deleted(
    ingest: IngestService, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "UNKNOWN_COMMIT_WAIT", timedelta())
    await ingest.rows("ALTER TABLE ingest.voice_feedback ADD CONSTRAINT none CHECK (audio_bytes < 0) NOT VALID")
    asked = header()
    with pytest.raises(grpc.aio.AioRpcError):
        await submit_voice(ingest, asked)
    await wait_until(lambda: stored_objects(folder) == {})
    assert (await count(ingest), await count(ingest, "requests")) == (0, 0)
    await ingest.rows("ALTER TABLE ingest.voice_feedback DROP CONSTRAINT none")
    await submit_voice(ingest, asked)
    assert (await count(ingest), len(stored_objects(folder))) == (1, 1)


def count_orphan_checks(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Returns a list that gets an item after every check of a possible orphan."""
    checks: list[bool] = []
    original = intake.VoiceIntake._delete_if_orphan

    async def counted(self: intake.VoiceIntake, orphan: Any) -> None:
        await original(self, orphan)
        checks.append(True)

    monkeypatch.setattr(intake.VoiceIntake, "_delete_if_orphan", counted)
    return checks


async def test_voice_cancelled_during_commit_is_stored(
    ingest: IngestService, database_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "UNKNOWN_COMMIT_WAIT", timedelta(seconds=1))
    checks = count_orphan_checks(monkeypatch)
    asked = header()
    async with blocked_commits(database_url):
        call = ingest.stub.SubmitVoiceFeedback(parts(asked), metadata=CALLER, timeout=20)
        await wait_for_blocked_row(database_url)
        call.cancel()
        await wait_until(lambda: uploads_in_progress() == 0)
    await wait_until(lambda: len(checks) > 0)
    assert await count(ingest) == 1
    assert list(stored_objects(folder).values()) == [CLIP]
    assert (await submit_voice(ingest, asked)).audio_bytes == len(CLIP)
    assert await count(ingest) == 1


def replace_by_file(folder: Path) -> None:
    """Replaces the folder by a file."""
    folder.rmdir()
    folder.write_text("no folder any more")


def remove_file(folder: Path) -> None:
    """Removes the file."""
    folder.unlink()


async def test_voice_with_unavailable_object_store_stores_no_row(ingest: IngestService, folder: Path) -> None:
    replace_by_file(folder)
    asked = header()
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await submit_voice(ingest, asked)
    assert (caught.value.code(), reason_of(caught.value)) == (grpc.StatusCode.UNAVAILABLE, "OBJECTS_UNAVAILABLE")
    assert (await count(ingest), await count(ingest, "requests")) == (0, 0)
    remove_file(folder)
    await submit_voice(ingest, asked)
    assert (await count(ingest), len(stored_objects(folder))) == (1, 1)


def lost_notifications() -> float:
    """Returns the number of notifications that this process could not send."""
    (metric,) = voice_jobs.LOST.collect()
    return float(metric.samples[0].value)


async def submit_and_check(service: IngestService, folder: Path, number: int) -> None:
    """Submits voice comments concurrently and checks that all are stored."""
    asked = [header(new_id(), f"u{each}") for each in range(number)]
    before = await count(service)
    await asyncio.gather(*(submit_voice(service, each) for each in asked))
    assert await count(service) == before + number == len(stored_objects(folder))


@pytest.mark.parametrize("wanted", [False, True])
async def test_voice_without_redis_is_stored(database_url: str, folder: Path, wanted: bool) -> None:
    address, before = f"redis://127.0.0.1:{free_port()}/0" if wanted else "", lost_notifications()
    async with open_service(database_url, address, {"RADIANT_AUDIO_URL": str(folder)}) as service:
        await submit_and_check(service, folder, 10)
        await wait_until(lambda: lost_notifications() - before == (10 if wanted else 0))


async def test_voice_after_redis_stops_is_stored(database_url: str, folder: Path, apart: Apart) -> None:
    with running_valkey(apart) as server:
        async with open_service(database_url, server.url, {"RADIANT_AUDIO_URL": str(folder)}) as service:
            await submit_and_check(service, folder, 5)
            before = lost_notifications()
            apart.run(server.stop())
            await submit_and_check(service, folder, 5)
            await wait_until(lambda: lost_notifications() > before)
