"""The demonstration on real services: acknowledged events are stored and change recommendations."""

import io
import re
from dataclasses import replace

import asyncpg
import pytest
from rich.console import Console

from cli.demo.clients import ClientFactory
from cli.demo.play import PlayResult, play
from cli.demo.report import lines, show
from cli.demo.workload import TENANTS, SimulatedWorkload
from cli.embedded.process import free_port
from radiant.neural.v1 import scoring_pb2
from radiant_client import RadiantClientError
from tests.support.suite import KEY, running_suite

EVENTS = 200
SEED = 11
STORED = """
SELECT (SELECT count(*) FROM ingest.execution_manifests) AS manifests,
       (SELECT count(*) FROM ingest.execution_manifests
         WHERE output_id LIKE $1 AND decision_id <> '' AND propensity > 0 AND total_latency_ms > 0
           AND created_at BETWEEN now() - interval '25 hours' AND now()) AS complete,
       (SELECT count(DISTINCT tenant_id) FROM ingest.execution_manifests) AS tenants,
       (SELECT count(*) FROM ingest.explicit_feedback) AS thumbs,
       (SELECT count(*) FROM ingest.implicit_signals) AS signals
"""


async def stored(database_url: str, run: str) -> asyncpg.Record:
    connection = await asyncpg.connect(database_url)
    try:
        row = await connection.fetchrow(STORED, f"{run}-%")
    finally:
        await connection.close()
    assert row is not None
    return row


def check_report(workload: SimulatedWorkload, played: PlayResult) -> None:
    paper = io.StringIO()
    show(Console(file=paper, width=80), workload, played, {"ingest": "127.0.0.1:1", "neural": "127.0.0.1:2"})
    text = paper.getvalue()
    assert "a simulation (seed 11)" in text
    assert f"{played.manifests} manifests" in text
    assert max(len(line) for line in text.splitlines()) <= 80
    results = dict(line.split("=", 1) for line in lines(workload, played, SEED))
    assert results["events_acknowledged"] == str(played.events)
    assert all(re.fullmatch(r"[a-z0-9_]+", key) for key in results)
    assert all(results.values())


async def test_acknowledged_events_of_demo_are_stored_and_learned(database_url: str, redis_url: str) -> None:
    workload = SimulatedWorkload(SEED)
    turned = 0

    def progress() -> None:
        nonlocal turned
        turned += 1

    async with running_suite(database_url, redis_url) as suite:
        clients = ClientFactory(ingest=suite.ingest_process.address, neural=suite.neural_process.address, key=KEY)
        played = await play(workload, clients, count=EVENTS, seed=SEED, progress=progress)
    rows = await stored(database_url, played.run)
    assert rows["manifests"] == rows["complete"] == played.manifests == EVENTS == turned
    assert rows["tenants"] == len(TENANTS)
    assert rows["thumbs"] == played.thumbs > 0
    assert rows["signals"] == played.signals >= EVENTS
    assert played.events == played.manifests + played.thumbs + played.signals
    assert [turn.request for turn in played.turns] == list(SimulatedWorkload(SEED).requests(EVENTS))
    assert played.known_before == 0
    assert played.settle_s is not None
    assert len(played.recommendation_ms) == EVENTS
    for change in played.changes:
        assert change.before.sample_size == 0
        assert change.before.confidence == 0
    grounded = [change.after for change in played.changes if change.after.sample_size > 0]
    assert grounded
    assert all(advice.confidence > 0 and advice.scope != scoring_pb2.SCOPE_UNSPECIFIED for advice in grounded)
    check_report(workload, played)
    check_report(workload, replace(played, known_before=12))


async def test_demo_without_suite_raises_one_error() -> None:
    address = f"127.0.0.1:{free_port()}"
    clients = ClientFactory(ingest=address, neural=address, key=KEY)
    with pytest.raises(RadiantClientError):
        await play(SimulatedWorkload(SEED), clients, count=3, seed=SEED)


async def test_failure_during_demo_ends_it(database_url: str, redis_url: str) -> None:
    def fail() -> None:
        raise ArithmeticError("in the middle")

    async with running_suite(database_url, redis_url) as suite:
        clients = ClientFactory(ingest=suite.ingest_process.address, neural=suite.neural_process.address, key=KEY)
        with pytest.raises(ArithmeticError, match="in the middle"):
            await play(SimulatedWorkload(SEED), clients, count=20, seed=SEED, progress=fail)
