"""Outages of the real ingest service and of Brains: every event is stored exactly once in the end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from kit.auth.tokens import mint
from radiant.ingest.v1 import feedback_pb2
from radiant_client import Radiant, SpoolSettings, is_spooled
from tests.client.fixtures.spool_clients import FAST_RECONNECT, manifest
from tests.ingest.fixtures.service import TENANT, rows
from tests.support.suite import KEY, ServiceProcess, service_process

TOKEN = mint(KEY, TENANT, ("service",), timedelta(hours=1), "brain")
COUNTS = """
SELECT (SELECT count(*) FROM ingest.execution_manifests), (SELECT count(*) FROM ingest.explicit_feedback),
       (SELECT count(*) FROM ingest.explicit_feedback WHERE rating = 1), (SELECT count(*) FROM ingest.implicit_signals)
"""
COLUMNS = "manifests, votes, positive votes, signals"


@pytest.fixture
async def ingest_process(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[ServiceProcess]:
    """Yields an ingest service that is not started yet."""
    process = service_process("ingest", database_url, redis_url, tmp_path)
    yield process
    await process.kill()


async def counts(database_url: str) -> tuple[int, ...]:
    """Returns the numbers of manifests, votes, positive votes and signals."""
    return tuple((await rows(database_url, COUNTS))[0])


@contextlib.asynccontextmanager
async def brain(address: str, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Yields a running Brain process, which is killed at the end."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.client.fixtures.brain_process", address, TOKEN, str(folder)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=dict(os.environ),
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def next_line(process: asyncio.subprocess.Process) -> str:
    """Returns the next line of output of a Brain."""
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), 30)).decode().strip()


async def submit(process: asyncio.subprocess.Process, *numbers: int) -> None:
    """Lets a Brain submit writes about outputs."""
    assert process.stdin is not None
    process.stdin.write("".join(f"{number}\n" for number in numbers).encode())
    await process.stdin.drain()


@contextlib.asynccontextmanager
async def spool_client(address: str, folder: Path) -> AsyncIterator[Radiant]:
    """Yields a client in this process."""
    async with await Radiant.connect(
        ingest=address,
        neural=address,
        token=TOKEN,
        default_model="m",
        options=FAST_RECONNECT,
        ready_timeout=0.01,
        spool=SpoolSettings(folder=folder),
    ) as radiant:
        yield radiant


@pytest.mark.slow
async def test_events_of_killed_brains_and_service_are_stored_once(
    database_url: str, ingest_process: ServiceProcess, tmp_path: Path
) -> None:
    await ingest_process.start()
    folder, acknowledged, spooled = tmp_path / "spool", 0, 0
    for turn in range(3):
        async with brain(ingest_process.address, folder) as process:
            assert (await next_line(process)).startswith("ready")
            await submit(process, *range(turn * 100, turn * 100 + 40))
            for number in range(40):
                if number == 15:
                    await ingest_process.kill()
                line = await next_line(process)
                acknowledged += 4 - int(line.split()[1])
                spooled += int(line.split()[1])
            if turn == 1:
                await ingest_process.start()
            await submit(process, *range(1000 * (turn + 1), 1000 * (turn + 1) + 30))  # killed while it writes these
            await next_line(process)
            process.kill()
            await process.wait()
        await ingest_process.start() if turn != 1 else None
    assert acknowledged > 50
    assert spooled > 50
    async with spool_client(ingest_process.address, folder) as radiant:
        assert radiant.spool is not None
        assert await radiant.spool.drained(30)
        assert radiant.spool.health().dead_letters == 0
    found = [row[0] for row in await rows(database_url, "SELECT output_id FROM ingest.execution_manifests")]
    promised = {f"o{turn * 100 + number}" for turn in range(3) for number in range(40)}
    assert promised <= set(found)
    assert len(found) == len(set(found))
    repeated = await rows(
        database_url,
        "SELECT output_id, count(*) FROM ingest.implicit_signals GROUP BY 1 HAVING count(*) <> 1",
    )
    assert repeated == []
    votes = "SELECT output_id, rating FROM ingest.explicit_feedback WHERE output_id = ANY($1::text[])"
    assert {row[1] for row in await rows(database_url, votes, sorted(promised))} == {1}
    signals = "SELECT count(*) FROM ingest.implicit_signals WHERE output_id = ANY($1::text[])"
    assert (await rows(database_url, signals, sorted(promised)))[0][0] == 120


def incomplete_signal(output: str) -> feedback_pb2.ImplicitSignal:
    """Returns a signal without an identifier and a time, as a program may build it."""
    return feedback_pb2.ImplicitSignal(output_id=output, user_id="u", signal_type=feedback_pb2.SIGNAL_TYPE_REGENERATE)


async def test_replay_after_the_service_deleted_its_request_ids_stores_nothing_twice(
    database_url: str, ingest_process: ServiceProcess, tmp_path: Path
) -> None:
    async with spool_client(ingest_process.address, tmp_path / "spool") as radiant:
        assert radiant.spool is not None
        answers = [
            await radiant.ingest.record_manifest(manifest("o")),
            await radiant.ingest.submit_feedback("o", "u", "negative"),
            await radiant.ingest.submit_feedback("o", "u", "positive"),
            await radiant.ingest.submit_signal("o", "u", "copy_response"),
            await radiant.ingest.submit_signals([incomplete_signal("o"), incomplete_signal("o")]),
            await radiant.ingest.retract("p", "u"),
        ]
        assert all(is_spooled(one) for one in answers)
    file = tmp_path / "spool" / TENANT / "0" / "spool.db"
    kept = file.read_bytes()
    await ingest_process.start()
    async with spool_client(ingest_process.address, tmp_path / "spool") as radiant:
        assert radiant.spool is not None
        assert await radiant.spool.drained(20)
    before = await counts(database_url)
    assert before == (1, 1, 1, 3), COLUMNS
    standing = await rows(database_url, "SELECT * FROM ingest.explicit_feedback")
    connection = await asyncpg.connect(database_url)
    await connection.execute("DELETE FROM ingest.requests")  # as after 24 hours
    await connection.close()
    file.write_bytes(kept)  # the state without an acknowledgement
    async with spool_client(ingest_process.address, tmp_path / "spool") as radiant:
        assert radiant.spool is not None
        opened = radiant.spool.health()
        assert opened.records + opened.sent == 6
        assert await radiant.spool.drained(20)
        assert radiant.spool.health().dead_letters == 0
        assert radiant.spool.health().sent == 6
        stats = await radiant.ingest.stats("o")
        assert (stats.counts.positive, stats.counts.negative, stats.counts.signals) == (1, 0, 3)
    assert await counts(database_url) == before, COLUMNS
    assert await rows(database_url, "SELECT * FROM ingest.explicit_feedback") == standing


async def test_writes_of_killed_processes_are_sent_by_a_running_process(
    database_url: str, ingest_process: ServiceProcess, tmp_path: Path
) -> None:
    folder = tmp_path / "spool"
    async with brain(ingest_process.address, folder) as one, brain(ingest_process.address, folder) as other:
        slots = {await next_line(one), await next_line(other)}
        assert slots == {"ready 0", "ready 1"}
        await submit(one, 1)
        await submit(other, 2)
        assert [await next_line(one), await next_line(other)] == ["1 4", "2 4"]
    await ingest_process.start()
    async with spool_client(ingest_process.address, folder) as radiant:
        assert radiant.spool is not None
        async with asyncio.timeout(20):
            while await counts(database_url) != (2, 2, 2, 2):  # noqa: ASYNC110 - the database has no event
                await asyncio.sleep(0.05)
        assert await radiant.spool.drained(5)
    assert not (folder / TENANT / "1" / "spool.db").exists()
