"""One chaos run: load, faults, recovery, comparison."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from bench.performance.stack import PASSWORD, token
from bench.resilience.chaos.faults.disk import data_folder
from bench.resilience.chaos.faults.injection import FaultInjector
from bench.resilience.chaos.faults.schedule import schedule
from bench.resilience.chaos.load import recordings
from bench.resilience.chaos.load.delivery import (
    REQUESTS_PER_S_MAX,
    RateLimit,
    measure_stalls,
    send_events,
    send_http_events,
    send_reads,
    send_recordings,
)
from bench.resilience.chaos.load.events import REST_WEIGHTS, EventGenerator
from bench.resilience.chaos.load.grpc_client import Client
from bench.resilience.chaos.load.http_client import HttpClient
from bench.resilience.chaos.record.ledger import Ledger
from bench.resilience.chaos.record.queries import SQL
from bench.resilience.chaos.record.verification import compare, wait_until_empty
from bench.resilience.chaos.report import Results, problems_of, report_of
from bench.resilience.chaos.suite import Suite, running
from cli.addresses import role_url
from kit.postgres.pool import PostgresSettings, open_database
from neural.trust.rounds import TrustRounds
from radiant.neural.v1 import learning_service_pb2, learning_service_pb2_grpc

TENANTS = ("acme", "globex", "initech")
CLIENTS = ("a", "b")
WAIT_SECONDS_MAX, WAIT_SECONDS_A_MINUTE = 180.0, 15.0
"""Longest wait for the queues, and for a rebuild; the second value is added for each minute of the run."""
DISK_MIB, DISK_MIB_A_MINUTE = 768, 32


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of a run."""

    report: dict[str, Any]
    """Content of the JSON report."""
    problems: list[str]
    """Violated guarantees; empty after a correct run."""


async def run(seed: int, seconds: float, slack_s: float = 2.0) -> Outcome:
    """Injects faults for `seconds` and compares database and object store with the ledger.

    The ledger is in a file outside of the data folder, because the disk of the data folder is filled on purpose.
    """
    with data_folder(int(DISK_MIB + DISK_MIB_A_MINUTE * seconds / 60)) as disk, _ledger(slack_s) as ledger:
        print(f"chaos: seed {seed}, {seconds:g} s; full disk simulated by {disk.way}", flush=True)
        async with running(disk) as suite:
            await _observe_completions(suite)
            injector = await _under_load(suite, ledger, seed, seconds)
            results = await _settle(suite, ledger, injector, WAIT_SECONDS_MAX + WAIT_SECONDS_A_MINUTE * seconds / 60)
            problems = problems_of(ledger, results)
            report = report_of(seed, seconds, suite, ledger, results)
            if problems:
                _show_logs(suite)
    return Outcome(report | {"problems": problems}, problems)


async def _settle(suite: Suite, ledger: Ledger, injector: FaultInjector, wait_s: float) -> Results:
    """Waits until all work is done, rebuilds the scores, repeats requests, and compares."""
    url, stuck = suite.postgres.url, list[str]()
    drain_s = await wait_until_empty(url, "waiting", wait_s)
    voice_drain_s = 0.0
    try:
        voice_drain_s = await wait_until_empty(url, "recordings_waiting", wait_s)
    except TimeoutError:
        stuck.append(f"recordings still wait after {wait_s:g} s")
    await wait_until_empty(url, "waiting", wait_s)
    await _recompute_trust(suite)
    await wait_until_empty(url, "waiting", wait_s)
    rebuilt = await _rebuild_scores(suite, wait_s)
    served = {tenant: await Client(tenant, suite.channels, ledger).recommended() for tenant in TENANTS}
    stuck += [
        f"no recommendation from evidence for {t}" for t, got in served.items() if got is None or not got.sample_size
    ]
    await _repeat_sample(suite, ledger)
    await wait_until_empty(url, "waiting", wait_s)
    found = await compare(url, ledger, suite.audio_url)
    return Results(injector, found, rebuilt, drain_s, voice_drain_s, suite.disk.used_mib(), stuck)


@contextlib.contextmanager
def _ledger(slack_s: float) -> Iterator[Ledger]:
    folder = Path(tempfile.mkdtemp(prefix="radiant-chaos-ledger-"))
    ledger = Ledger(slack_s, folder / "ledger.sqlite")
    try:
        yield ledger
    finally:
        ledger.close()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.asynccontextmanager
async def _http_client(suite: Suite, tenant: str, ledger: Ledger) -> AsyncIterator[HttpClient]:
    async with HttpClient(tenant, suite.http_port, ledger) as client:
        yield client


async def _under_load(suite: Suite, ledger: Ledger, seed: int, seconds: float) -> FaultInjector:
    until, limit = asyncio.Event(), RateLimit(REQUESTS_PER_S_MAX)
    sounds = recordings.originals() if suite.has("voice") else []
    async with contextlib.AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        http = {tenant: await stack.enter_async_context(_http_client(suite, tenant, ledger)) for tenant in TENANTS}
        probe = Client(TENANTS[0], suite.channels, ledger)
        generator = EventGenerator(seed, TENANTS[0], "probe")
        injector = FaultInjector(suite, probe, http[TENANTS[0]], generator)
        tasks.create_task(measure_stalls(ledger, until))
        for number, tenant in enumerate(TENANTS):
            client = Client(tenant, suite.channels, ledger)
            for name in CLIENTS:
                tasks.create_task(send_events(client, EventGenerator(seed, tenant, name), limit, until))
            rest_events = EventGenerator(seed, tenant, "rest", REST_WEIGHTS)
            tasks.create_task(send_http_events(http[tenant], client, rest_events, limit, until))
            if sounds:
                spoken = EventGenerator(seed, tenant, "voice")
                tasks.create_task(send_recordings(http[tenant], client, spoken, sounds, until))
            others = TENANTS[number + 1 :] + TENANTS[:number]
            tasks.create_task(send_reads(client, others, until))
        try:
            await asyncio.sleep(1)
            await injector.run(schedule(seed), seconds)
        finally:
            until.set()
    return injector


async def _repeat_sample(suite: Suite, ledger: Ledger) -> None:
    """Repeats a sample of the acknowledged events late, also over HTTP. Their answers must equal the first ones."""
    for number, event in enumerate(ledger.sample[:]):
        async with HttpClient(event.tenant, suite.http_port, ledger) as http:
            if event.is_otlp or (number % 2 and http.can_send(event)):
                await http.send_once(event)
            else:
                await Client(event.tenant, suite.channels, ledger).send_all([event])


async def _observe_completions(suite: Suite) -> None:
    connection = await asyncpg.connect(suite.postgres.url)
    try:
        await connection.execute(SQL["observe_completions"])
    finally:
        await connection.close()


async def _recompute_trust(suite: Suite) -> None:
    """Recomputes the trust of raters, because a rebuild uses the current trust and would otherwise differ."""
    url = role_url(suite.postgres.url, "radiant_neural", PASSWORD)
    async with open_database(PostgresSettings(url=url, application_name="chaos")) as database:
        await TrustRounds(database, lambda: None).recompute()


async def _rebuild_scores(suite: Suite, timeout_s: float) -> learning_service_pb2.RunBatchLearningResponse:
    """Rebuilds all scores from the stored events and returns the report."""
    stub = learning_service_pb2_grpc.LearningServiceStub(suite.channels.neural)
    request = learning_service_pb2.RunBatchLearningRequest(request_id=str(uuid.uuid4()))
    return await stub.RunBatchLearning(request, metadata=token("", "operator"), timeout=timeout_s)


def _show_logs(suite: Suite) -> None:
    for path in sorted((suite.disk.folder / "logs").glob("*.log")):
        lines = [line for line in path.read_text(errors="replace").splitlines() if '"error"' in line or "ERROR" in line]
        print("\n".join([f"Last errors in {path.name}:", *(line[:3000] for line in lines[-4:])]))
