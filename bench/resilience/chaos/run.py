"""One chaos run: load, faults, recovery, comparison."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from bench.performance.stack import PASSWORD, token
from bench.resilience.chaos.clients import Client, send_events, send_reads
from bench.resilience.chaos.disk import data_folder
from bench.resilience.chaos.events import EventGenerator
from bench.resilience.chaos.faults import schedule
from bench.resilience.chaos.injection import FaultInjector, Recovery
from bench.resilience.chaos.ledger import Ledger
from bench.resilience.chaos.suite import Suite, running
from bench.resilience.chaos.verification import Findings, compare, wait_until_drained
from cli.addresses import role_url
from kit.postgres.pool import PostgresSettings, open_database
from neural.trust.rounds import TrustRounds
from radiant.neural.v1 import learning_service_pb2, learning_service_pb2_grpc

TENANTS = ("acme", "globex", "initech")
CLIENTS = ("a", "b")
DRAIN_SECONDS_MAX = 120.0
REBUILD_SECONDS_MAX = 120.0
REPEATS_AFTER = 200
DISK_MIB, DISK_MIB_A_MINUTE = 768, 24


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of a run."""

    report: dict[str, Any]
    """Content of the JSON report."""
    problems: list[str]
    """Violated guarantees; empty after a correct run."""


async def run(seed: int, seconds: float, slack_s: float = 2.0) -> Outcome:
    """Injects faults for `seconds` and compares the database with the ledger."""
    ledger = Ledger(slack_s=slack_s)
    with data_folder(int(DISK_MIB + DISK_MIB_A_MINUTE * seconds / 60)) as disk:
        print(f"chaos: seed {seed}, {seconds:g} s; full disk simulated by {disk.way}", flush=True)
        async with running(disk) as suite:
            injector = await _under_load(suite, ledger, seed, seconds)
            drain_s = await wait_until_drained(suite.postgres.url, DRAIN_SECONDS_MAX)
            await _recompute_trust(suite)
            await wait_until_drained(suite.postgres.url, DRAIN_SECONDS_MAX)
            rebuilt = await _rebuild_scores(suite)
            served = [await Client(tenant, suite.channels, ledger).recommended() for tenant in TENANTS]
            await _repeats(suite, ledger)
            await wait_until_drained(suite.postgres.url, DRAIN_SECONDS_MAX)
            found = await compare(suite.postgres.url, ledger)
            problems = _problems(ledger, injector, found, rebuilt)
            unserved = [
                t for t, answer in zip(TENANTS, served, strict=True) if answer is None or not answer.sample_size
            ]
            problems += [f"no recommendation from evidence for {tenant}" for tenant in unserved]
            report = _report(seed, seconds, suite, ledger, injector, found)
            if problems:
                _show_logs(suite)
    rebuild = {"changed_cells": rebuilt.changed_cells, "cells": rebuilt.cells, "units": rebuilt.units}
    rebuild["raters_changed"] = rebuilt.raters_changed
    report |= {"drain_s": round(drain_s, 2), "rebuild": rebuild, "problems": problems}
    return Outcome(report, problems)


async def _under_load(suite: Suite, ledger: Ledger, seed: int, seconds: float) -> FaultInjector:
    until = asyncio.Event()
    probe = Client(TENANTS[0], suite.channels, ledger)
    injector = FaultInjector(suite, probe, EventGenerator(seed, TENANTS[0], "probe"))
    async with asyncio.TaskGroup() as tasks:
        for number, tenant in enumerate(TENANTS):
            for name in CLIENTS:
                tasks.create_task(
                    send_events(Client(tenant, suite.channels, ledger), EventGenerator(seed, tenant, name), until)
                )
            others = TENANTS[number + 1 :] + TENANTS[:number]
            tasks.create_task(send_reads(Client(tenant, suite.channels, ledger), others, until))
        try:
            await asyncio.sleep(1)
            await injector.run(schedule(seed), seconds)
        finally:
            until.set()
    return injector


async def _repeats(suite: Suite, ledger: Ledger) -> None:
    """Repeats a sample of the acknowledged events late. Their answers must equal the first ones."""
    acked = list(ledger.acknowledged().values())
    for event in acked[:: max(1, len(acked) // REPEATS_AFTER)]:
        await Client(event.tenant, suite.channels, ledger).send_once(event)


async def _recompute_trust(suite: Suite) -> None:
    """Recomputes the trust of raters, because a rebuild uses the current trust and would otherwise differ."""
    url = role_url(suite.postgres.url, "radiant_neural", PASSWORD)
    async with open_database(PostgresSettings(url=url, application_name="chaos")) as database:
        await TrustRounds(database, lambda: None).recompute()


async def _rebuild_scores(suite: Suite) -> learning_service_pb2.RunBatchLearningResponse:
    """Rebuilds all scores from the stored events and returns the report."""
    stub = learning_service_pb2_grpc.LearningServiceStub(suite.channels.neural)
    request = learning_service_pb2.RunBatchLearningRequest(request_id=str(uuid.uuid4()))
    return await stub.RunBatchLearning(request, metadata=token("", "operator"), timeout=REBUILD_SECONDS_MAX)


def _problems(
    ledger: Ledger,
    injector: FaultInjector,
    found: Findings,
    rebuilt: learning_service_pb2.RunBatchLearningResponse,
) -> list[str]:
    problems = [f"lost: {each}" for each in found.lost]
    problems += [f"duplicated: {each}" for each in found.duplicated]
    problems += [f"unexpected: {each}" for each in found.unexpected]
    problems += [f"answered differently: {each}" for each in ledger.changed]
    problems += [f"hung: {each}" for each in ledger.hung]
    problems += [f"data of another tenant: {each}" for each in ledger.foreign]
    problems += [f"unexpected status: {text} ({n} times)" for text, n in Counter(ledger.internal_errors).items()]
    problems += [f"no recovery: {each}" for each in injector.stuck]
    if rebuilt.changed_cells or rebuilt.score_change_max > 1e-9:
        problems.append(f"a rebuild changed {rebuilt.changed_cells} cells by up to {rebuilt.score_change_max}")
    return problems


def _report(
    seed: int, seconds: float, suite: Suite, ledger: Ledger, injector: FaultInjector, found: Findings
) -> dict[str, Any]:
    kills = Counter(each.fault.split()[1] for each in injector.done if each.fault.startswith("kill "))
    return {
        "seed": seed,
        "seconds": seconds,
        "disk_full_by": suite.disk.way,
        "not_possible_here": sorted(injector.skipped),
        "kills_survived": dict(kills),
        "faults": len(injector.done),
        "faults_in_order": [asdict(each) for each in injector.done],
        "recovery": _recovery(injector.done),
        "counts": dict(found.counts),
        "lost": len(found.lost),
        "doubled": len(found.duplicated),
        "never_said": len(found.unexpected),
        "calls": ledger.calls,
        "statuses": dict(ledger.statuses),
        "unclear": len(ledger.internal_errors),
        "hung": len(ledger.hung),
        "overrun_max_s": round(ledger.overrun_max_s, 3),
        "repeats": ledger.repeats,
        "repeats_answered_differently": len(ledger.changed),
        "reads": ledger.reads,
        "cross_tenant": {"attempts": ledger.attempts, "refused": ledger.refused, "seen": len(ledger.foreign)},
    }


def _recovery(done: list[Recovery]) -> dict[str, dict[str, float]]:
    table = {}
    for name in sorted({each.fault for each in done}):
        writes = [each.write_s for each in done if each.fault == name]
        reads = [each.read_s for each in done if each.fault == name]
        table[name] = {
            "times": len(writes),
            "write_p50_s": round(float(np.median(writes)), 3),
            "write_max_s": round(max(writes), 3),
            "read_p50_s": round(float(np.median(reads)), 3),
            "read_max_s": round(max(reads), 3),
        }
    return table


def _show_logs(suite: Suite) -> None:
    for path in sorted((suite.disk.folder / "logs").glob("*.log")):
        lines = [line for line in path.read_text(errors="replace").splitlines() if '"error"' in line or "ERROR" in line]
        print("\n".join([f"Last errors in {path.name}:", *(line[:3000] for line in lines[-4:])]))
