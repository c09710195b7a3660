"""Processes that die, servers that go: every recording comes to an end, and to one end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import redis.asyncio

from cli.service_process import serves
from tests.support.servers import Apart, running_valkey
from tests.support.suite import ServiceProcess, show_troubles
from tests.voice.service.scripted import script
from tests.voice.service.serving import World, scripted_process, serving, within
from voice.jobs.stream import JOBS


@contextlib.asynccontextmanager
async def running(*processes: ServiceProcess) -> AsyncIterator[None]:
    """Runs processes while the block does."""
    try:
        await asyncio.gather(*(process.start() for process in processes))
        yield
    finally:
        for process in processes:
            await process.kill()
        show_troubles(list(processes))


def begun(folder: Path, which: int) -> list[str]:
    """Returns what a process began to hear."""
    return (folder / f"journal-{which}").read_text().split()


async def ended_once(world: World, voice_ids: list[str]) -> None:
    """Checks that each recording was completed once and is learned once."""
    assert await world.ends() == {voice_id: ["completed"] for voice_id in voice_ids}
    assert await world.learned() == len(voice_ids)


async def test_workers_killed_in_mid_batch_lose_and_double_nothing(
    world: World, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    extra = {"RADIANT_VOICE_CONCURRENCY": "4", "RADIANT_VOICE_ATTEMPTS_MAX": "20"}
    first, second = (scripted_process(database_url, redis_url, tmp_path, which, **extra) for which in (1, 2))
    several: list[str] = []
    async with running(first, second):
        for victim, which in ((first, 1), (second, 2), (first, 1)):
            before = len(begun(tmp_path, which))
            for _ in range(14):
                several.append(await world.recorded(script(f"{len(several)}", seconds=0.3)))

            async def busy(which: int = which, before: int = before) -> bool:
                return len(begun(tmp_path, which)) > before

            await within(10, busy)
            await victim.kill()
            await victim.start()
        await world.until("completed", len(several), 30)
    await ended_once(world, several)
    tries = begun(tmp_path, 1) + begun(tmp_path, 2)
    assert len(tries) > len(several), "no kill came in mid-batch"
    assert set(tries) == {str(number) for number in range(len(several))}


async def test_a_recording_that_kills_its_workers_takes_no_other_with_it(
    world: World, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    extra = {"RADIANT_VOICE_CONCURRENCY": "6", "RADIANT_VOICE_ATTEMPTS_MAX": "3"}
    process = scripted_process(database_url, redis_url, tmp_path, 1, **extra)
    async with running(process):
        several = [await world.recorded(script(f"{number}", seconds=0.6)) for number in range(3)]
        deadly = await world.recorded(script("deadly", seconds=0.3, deadly=True))
        several += [await world.recorded(script(f"{number}", seconds=0.6)) for number in range(3, 12)]

        async def ended() -> bool:
            with contextlib.suppress(RuntimeError):  # dead before it was ready
                if not await serves(process.address):
                    await process.kill()
                    await process.start()
            counts = await world.counts()
            return counts.get("completed", 0) + counts.get("failed", 0) == 13

        await within(60, ended)
    assert await world.ends() == {deadly: ["failed"], **{voice_id: ["completed"] for voice_id in several}}
    assert (await world.row(deadly))["error_code"] == "attempts_exhausted"
    assert begun(tmp_path, 1).count("deadly") == 3


async def test_a_redis_that_dies_with_a_full_queue_costs_nothing(
    world: World, database_url: str, tmp_path: Path, apart: Apart
) -> None:
    with running_valkey(apart) as valkey:
        url = valkey.url
        async with redis.asyncio.Redis.from_url(url) as client:
            several = [await world.recorded(script(f"{number}", seconds=0.1)) for number in range(60)]
            for voice_id in several:
                await client.xadd(JOBS, {"tenant": "acme", "voice_id": voice_id, "created_at": ""})
        async with serving(database_url, url, tmp_path / "audio", RADIANT_VOICE_CONCURRENCY="4"):
            await world.until("completed", 4)
            apart.run(valkey.stop())
            late = [await world.recorded(script(f"late {number}")) for number in range(5)]
            await world.until("completed", 65, 30)
    await ended_once(world, several + late)


async def test_an_emptied_redis_is_refilled(world: World, database_url: str, redis_url: str, tmp_path: Path) -> None:
    several = [await world.recorded(script(f"{number}", seconds=0.05)) for number in range(40)]
    async with serving(database_url, redis_url, tmp_path / "audio", RADIANT_VOICE_CONCURRENCY="2"):
        async with redis.asyncio.Redis.from_url(redis_url) as client:
            for count in (2, 12):
                await world.until("completed", count)
                await client.flushall()
        await world.until("completed", 40, 30)
    await ended_once(world, several)


async def test_two_workers_share_the_work(world: World, database_url: str, redis_url: str, tmp_path: Path) -> None:
    extra = {"RADIANT_VOICE_CONCURRENCY": "2"}
    first, second = (scripted_process(database_url, redis_url, tmp_path, which, **extra) for which in (1, 2))
    async with running(first, second):
        several = [await world.recorded(script(f"{number}", seconds=0.1)) for number in range(20)]
        await world.until("completed", 20)
    await ended_once(world, several)
    assert begun(tmp_path, 1)
    assert begun(tmp_path, 2)
    assert len(begun(tmp_path, 1)) + len(begun(tmp_path, 2)) == 20


@pytest.mark.parametrize("grace", ["5", "0.2"], ids=["enough", "short"])
async def test_told_to_stop_a_worker_ends_what_it_began_or_gives_it_back(
    world: World, database_url: str, redis_url: str, tmp_path: Path, grace: str
) -> None:
    extra = {"RADIANT_VOICE_CONCURRENCY": "3", "RADIANT_GRACE_SECONDS": grace, "RADIANT_VOICE_LEASE_SECONDS": "60"}
    process = scripted_process(database_url, redis_url, tmp_path, 1, **extra)
    async with running(process):
        several = [await world.recorded(script(f"{number}", seconds=1.0)) for number in range(6)]

        async def full() -> bool:
            return len(begun(tmp_path, 1)) == 3

        await within(10, full)
        await process.end(signal.SIGTERM)
        done = 3 if grace == "5" else 0
        assert await world.counts() == {"pending": 6 - done, **({"completed": done} if done else {})}
        assert len(begun(tmp_path, 1)) == 3
        attempts = await world.rows("SELECT attempts FROM ingest.voice_feedback WHERE status = 'pending'")
        assert {row["attempts"] for row in attempts} == {0}
        await process.start()
        await world.until("completed", 6)
    await ended_once(world, several)
