"""Outages of the real intake, and of the Brain at the same time: every event is there in the end, once."""

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

from kit.rpc.auth import mint
from radiant.ingest.v1 import feedback_pb2
from radiant_client import Radiant, SpoolSettings, is_spooled
from tests.client.fixtures.spool_clients import QUICK, manifest
from tests.ingest.serving import TENANT, rows
from tests.support.suite import KEY, ServiceProcess, service_process

TOKEN = mint(KEY, TENANT, ("service",), timedelta(hours=1), "brain")
COUNTS = """
SELECT (SELECT count(*) FROM ingest.execution_manifests), (SELECT count(*) FROM ingest.explicit_feedback),
       (SELECT count(*) FROM ingest.explicit_feedback WHERE rating = 1), (SELECT count(*) FROM ingest.implicit_signals)
"""
COLUMNS = "manifests, votes, positive ones, signals"


@pytest.fixture
async def intake(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[ServiceProcess]:
    """Gives an intake that does not run yet."""
    process = service_process("ingest", database_url, redis_url, tmp_path)
    yield process
    await process.kill()


async def counts(database_url: str) -> tuple[int, ...]:
    """Counts manifests, votes, positive ones and signals."""
    return tuple((await rows(database_url, COUNTS))[0])


@contextlib.asynccontextmanager
async def brain(address: str, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Runs a Brain; it is killed at the end."""
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


async def told(process: asyncio.subprocess.Process) -> str:
    """Gives what a Brain says next."""
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), 30)).decode().strip()


async def tell(process: asyncio.subprocess.Process, *numbers: int) -> None:
    """Has a Brain write about outputs."""
    assert process.stdin is not None
    process.stdin.write("".join(f"{number}\n" for number in numbers).encode())
    await process.stdin.drain()


@contextlib.asynccontextmanager
async def client(address: str, folder: Path) -> AsyncIterator[Radiant]:
    """Gives a client in this process."""
    async with await Radiant.connect(
        ingest=address,
        neural=address,
        token=TOKEN,
        default_model="m",
        options=QUICK,
        ready_timeout=0.01,
        spool=SpoolSettings(folder=folder),
    ) as radiant:
        yield radiant


@pytest.mark.slow
async def test_suite_and_brain_are_killed_and_every_event_is_there_once(
    database_url: str, intake: ServiceProcess, tmp_path: Path
) -> None:
    await intake.start()
    folder, acknowledged, spooled = tmp_path / "spool", 0, 0
    for turn in range(3):
        async with brain(intake.address, folder) as process:
            assert (await told(process)).startswith("ready")
            await tell(process, *range(turn * 100, turn * 100 + 40))
            for number in range(40):
                if number == 15:
                    await intake.kill()
                said = await told(process)
                acknowledged += 4 - int(said.split()[1])
                spooled += int(said.split()[1])
            if turn == 1:
                await intake.start()
            await tell(process, *range(1000 * (turn + 1), 1000 * (turn + 1) + 30))  # killed while it writes these
            await told(process)
            process.kill()
            await process.wait()
        await intake.start() if turn != 1 else None
    assert acknowledged > 50
    assert spooled > 50
    async with client(intake.address, folder) as radiant:
        assert radiant.spool is not None
        assert await radiant.spool.drained(30)
        assert radiant.spool.health().dead_letters == 0
    found = [row[0] for row in await rows(database_url, "SELECT output_id FROM ingest.execution_manifests")]
    promised = {f"o{turn * 100 + number}" for turn in range(3) for number in range(40)}
    assert promised <= set(found)
    assert len(found) == len(set(found))
    wrong = await rows(
        database_url,
        "SELECT output_id, count(*) FROM ingest.implicit_signals GROUP BY 1 HAVING count(*) <> 1",
    )
    assert wrong == []
    votes = "SELECT output_id, rating FROM ingest.explicit_feedback WHERE output_id = ANY($1::text[])"
    assert {row[1] for row in await rows(database_url, votes, sorted(promised))} == {1}
    signals = "SELECT count(*) FROM ingest.implicit_signals WHERE output_id = ANY($1::text[])"
    assert (await rows(database_url, signals, sorted(promised)))[0][0] == 120


def bare(output: str) -> feedback_pb2.ImplicitSignal:
    """Builds a signal without an identifier and a time, as programs do that build their own messages."""
    return feedback_pb2.ImplicitSignal(output_id=output, user_id="u", signal_type=feedback_pb2.SIGNAL_TYPE_REGENERATE)


async def test_a_replay_after_the_service_forgot_the_requests_counts_nothing_twice(
    database_url: str, intake: ServiceProcess, tmp_path: Path
) -> None:
    async with client(intake.address, tmp_path / "spool") as radiant:
        assert radiant.spool is not None
        answers = [
            await radiant.ingest.record_manifest(manifest("o")),
            await radiant.ingest.submit_feedback("o", "u", "negative"),
            await radiant.ingest.submit_feedback("o", "u", "positive"),
            await radiant.ingest.submit_signal("o", "u", "copy_response"),
            await radiant.ingest.submit_signals([bare("o"), bare("o")]),
            await radiant.ingest.retract("p", "u"),
        ]
        assert all(is_spooled(one) for one in answers)
    file = tmp_path / "spool" / TENANT / "0" / "spool.db"
    kept = file.read_bytes()
    await intake.start()
    async with client(intake.address, tmp_path / "spool") as radiant:
        assert radiant.spool is not None
        assert await radiant.spool.drained(20)
    before = await counts(database_url)
    assert before == (1, 1, 1, 3), COLUMNS
    standing = await rows(database_url, "SELECT * FROM ingest.explicit_feedback")
    connection = await asyncpg.connect(database_url)
    await connection.execute("DELETE FROM ingest.requests")  # as after 24 hours
    await connection.close()
    file.write_bytes(kept)  # as if no ack had come
    async with client(intake.address, tmp_path / "spool") as radiant:
        assert radiant.spool is not None
        assert radiant.spool.health().records == 6
        assert await radiant.spool.drained(20)
        assert radiant.spool.health().dead_letters == 0
        assert radiant.spool.health().sent == 6
        stats = await radiant.ingest.stats("o")
        assert (stats.counts.positive, stats.counts.negative, stats.counts.signals) == (1, 0, 3)
    assert await counts(database_url) == before, COLUMNS
    assert await rows(database_url, "SELECT * FROM ingest.explicit_feedback") == standing


async def test_processes_share_a_folder_and_the_living_send_for_the_dead(
    database_url: str, intake: ServiceProcess, tmp_path: Path
) -> None:
    folder = tmp_path / "spool"
    async with brain(intake.address, folder) as one, brain(intake.address, folder) as other:
        slots = {await told(one), await told(other)}
        assert slots == {"ready 0", "ready 1"}
        await tell(one, 1)
        await tell(other, 2)
        assert [await told(one), await told(other)] == ["1 4", "2 4"]
    await intake.start()
    async with client(intake.address, folder) as radiant:
        assert radiant.spool is not None
        async with asyncio.timeout(20):
            while await counts(database_url) != (2, 2, 2, 2):  # noqa: ASYNC110 - a database tells nobody
                await asyncio.sleep(0.05)
        assert await radiant.spool.drained(5)
    assert not (folder / TENANT / "1" / "spool.db").exists()
