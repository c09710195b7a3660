"""Crashes of workers, restarts, and loss of Redis: each recording is completed exactly once."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import redis.asyncio

from cli.processes.service_process import answers_grpc
from kit.channels import VOICE_JOBS
from tests.support.servers import Apart, running_valkey
from tests.support.suite import ServiceProcess, show_troubles
from tests.voice.fixtures.scripted import recording
from tests.voice.fixtures.service import Store, open_service, scripted_process, started_texts, wait_until


@contextlib.asynccontextmanager
async def running(*processes: ServiceProcess) -> AsyncIterator[None]:
    """Runs processes during the block."""
    try:
        await asyncio.gather(*(process.start() for process in processes))
        yield
    finally:
        for process in processes:
            await process.kill()
        show_troubles(list(processes))


async def assert_completed_once(store: Store, voice_ids: list[str]) -> None:
    """Asserts that each recording was completed once and queued for learning once."""
    assert await store.results() == {voice_id: ["completed"] for voice_id in voice_ids}
    assert await store.learn_queue_length() == len(voice_ids)


async def test_workers_killed_during_jobs_complete_each_recording_once(
    store: Store, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    extra = {"RADIANT_VOICE_CONCURRENCY": "4", "RADIANT_VOICE_ATTEMPTS_MAX": "20"}
    first, second = (scripted_process(database_url, redis_url, tmp_path, number, **extra) for number in (1, 2))
    voice_ids: list[str] = []
    async with running(first, second):
        for process, number in ((first, 1), (second, 2), (first, 1)):
            before = len(started_texts(tmp_path, number))
            for _ in range(14):
                voice_ids.append(await store.add_recording(recording(f"{len(voice_ids)}", seconds=0.3)))

            async def is_busy(number: int = number, before: int = before) -> bool:
                return len(started_texts(tmp_path, number)) > before

            await wait_until(is_busy)
            await process.kill()
            await process.start()
        await store.wait_for_status("completed", len(voice_ids), 30)
    await assert_completed_once(store, voice_ids)
    started = started_texts(tmp_path, 1) + started_texts(tmp_path, 2)
    assert len(started) > len(voice_ids), "no process was killed during a job"
    assert set(started) == {str(number) for number in range(len(voice_ids))}


async def test_recording_that_crashes_workers_fails_alone_after_all_attempts(
    store: Store, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    extra = {"RADIANT_VOICE_CONCURRENCY": "6", "RADIANT_VOICE_ATTEMPTS_MAX": "3"}
    process = scripted_process(database_url, redis_url, tmp_path, 1, **extra)
    async with running(process):
        others = [await store.add_recording(recording(f"{number}", seconds=0.6)) for number in range(3)]
        crashing = await store.add_recording(recording("crashing", seconds=0.3, crash=True))
        others += [await store.add_recording(recording(f"{number}", seconds=0.6)) for number in range(3, 12)]

        async def are_finished() -> bool:
            with contextlib.suppress(RuntimeError):  # crashed before it was ready
                if not await answers_grpc(process.address):
                    await process.kill()
                    await process.start()
            counts = await store.counts()
            return counts.get("completed", 0) + counts.get("failed", 0) == 13

        await wait_until(are_finished, 60)
    assert await store.results() == {crashing: ["failed"], **{voice_id: ["completed"] for voice_id in others}}
    assert (await store.row(crashing))["error_code"] == "attempts_exhausted"
    assert started_texts(tmp_path, 1).count("crashing") == 3


async def test_redis_stopped_with_full_stream_loses_no_recording(
    store: Store, database_url: str, tmp_path: Path, apart: Apart
) -> None:
    with running_valkey(apart) as valkey:
        url = valkey.url
        async with redis.asyncio.Redis.from_url(url) as client:
            voice_ids = [await store.add_recording(recording(f"{number}", seconds=0.1)) for number in range(60)]
            for voice_id in voice_ids:
                await client.xadd(VOICE_JOBS, {"tenant": "acme", "voice_id": voice_id, "created_at": ""})
        async with open_service(database_url, url, tmp_path / "audio", RADIANT_VOICE_CONCURRENCY="4"):
            await store.wait_for_status("completed", 4)
            apart.run(valkey.stop())
            late = [await store.add_recording(recording(f"late {number}")) for number in range(5)]
            await store.wait_for_status("completed", 65, 30)
    await assert_completed_once(store, voice_ids + late)


async def test_redis_flushed_twice_loses_no_recording(
    store: Store, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    voice_ids = [await store.add_recording(recording(f"{number}", seconds=0.05)) for number in range(40)]
    async with open_service(database_url, redis_url, tmp_path / "audio", RADIANT_VOICE_CONCURRENCY="2"):
        async with redis.asyncio.Redis.from_url(redis_url) as client:
            for count in (2, 12):
                await store.wait_for_status("completed", count)
                await client.flushall()
        await store.wait_for_status("completed", 40, 30)
    await assert_completed_once(store, voice_ids)


async def test_two_workers_with_one_stream_share_the_recordings(
    store: Store, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    extra = {"RADIANT_VOICE_CONCURRENCY": "2"}
    first, second = (scripted_process(database_url, redis_url, tmp_path, number, **extra) for number in (1, 2))
    async with running(first, second):
        voice_ids = [await store.add_recording(recording(f"{number}", seconds=0.1)) for number in range(20)]
        await store.wait_for_status("completed", 20)
    await assert_completed_once(store, voice_ids)
    assert started_texts(tmp_path, 1)
    assert started_texts(tmp_path, 2)
    assert len(started_texts(tmp_path, 1)) + len(started_texts(tmp_path, 2)) == 20


@pytest.mark.parametrize("grace", ["5", "0.2"], ids=["long", "short"])
async def test_worker_stopped_finishes_jobs_within_grace_and_releases_the_rest(
    store: Store, database_url: str, redis_url: str, tmp_path: Path, grace: str
) -> None:
    extra = {"RADIANT_VOICE_CONCURRENCY": "3", "RADIANT_GRACE_SECONDS": grace, "RADIANT_VOICE_LEASE_SECONDS": "60"}
    process = scripted_process(database_url, redis_url, tmp_path, 1, **extra)
    async with running(process):
        voice_ids = [await store.add_recording(recording(f"{number}", seconds=1.0)) for number in range(6)]

        async def is_full() -> bool:
            return len(started_texts(tmp_path, 1)) == 3

        await wait_until(is_full)
        await process.end(signal.SIGTERM)
        completed = 3 if grace == "5" else 0
        assert await store.counts() == {"pending": 6 - completed, **({"completed": completed} if completed else {})}
        assert len(started_texts(tmp_path, 1)) == 3
        attempts = await store.rows("SELECT attempts FROM ingest.voice_feedback WHERE status = 'pending'")
        assert {row["attempts"] for row in attempts} == {0}
        await process.start()
        await store.wait_for_status("completed", 6)
    await assert_completed_once(store, voice_ids)
