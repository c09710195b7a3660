"""Acknowledged events are stored exactly once under kills, pauses, broken connections and a full disk."""

import os

import pytest

from bench.resilience.chaos.faults.schedule import schedule
from bench.resilience.chaos.run import run

pytestmark = pytest.mark.server

SEED = int(os.environ.get("RADIANT_CHAOS_SEED", "1"))
SECONDS = 20.0
SLACK_SECONDS = 5.0
"""Time that a call may take beyond its deadline on a machine that runs other tests."""


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_acknowledged_events_under_faults_are_stored_exactly_once() -> None:
    outcome = await run(SEED, SECONDS, SLACK_SECONDS)
    report = outcome.report
    assert outcome.problems == [], f"repeat with: RADIANT_CHAOS_SEED={SEED} pytest {__file__}"
    assert report["faults"] >= 1
    assert report["counts"]["requests acknowledged"] > 100
    assert report["counts"]["signals acknowledged"] > 100
    assert report["repeats"] > 20
    assert {"gRPC", "HTTP", "OTLP"} <= set(report["acknowledged_by"])
    assert report["counts"]["recordings acknowledged"] > 0 or "voice extra" in report["voice"]
    assert report["cross_tenant"]["attempts"] == report["cross_tenant"]["refused"] > 0
    assert sum(count for status, count in report["statuses"].items() if status != "OK") > 0


def test_faults_of_the_same_seed_are_equal() -> None:
    first, again, other = schedule(3), schedule(3), schedule(4)
    drawn = [next(first) for _ in range(80)]
    assert drawn == [next(again) for _ in range(80)]
    assert drawn != [next(other) for _ in range(80)]
    kinds = {fault.name for fault in drawn[:36]}
    assert len(kinds) == 36
    assert {fault.kind for fault in drawn[:10]} == {"kill", "fill"}
    killed = {fault.target for fault in drawn[:10] if fault.kind == "kill"}
    assert killed >= {"ingest", "neural", "experiments", "gateway", "voice", "voice-worker", "learner"}
