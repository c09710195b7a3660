"""Problems and JSON report of a chaos run."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from bench.resilience.chaos.faults.injection import FaultInjector, Recovery
from bench.resilience.chaos.load import recordings
from bench.resilience.chaos.record.ledger import Ledger
from bench.resilience.chaos.record.verification import Findings
from bench.resilience.chaos.suite import Suite
from radiant.neural.v1 import learning_service_pb2


@dataclass(frozen=True, slots=True)
class Results:
    """Measurements after the faults."""

    injector: FaultInjector
    found: Findings
    rebuilt: learning_service_pb2.RunBatchLearningResponse
    drain_s: float
    """Seconds until the queues of learning and publication were empty."""
    voice_drain_s: float
    """Further seconds until no recording waited."""
    data_mib: int
    """Size of the data folder after the run."""
    stuck: list[str]
    """Work that did not end in time."""


def problems_of(ledger: Ledger, results: Results) -> list[str]:
    """Returns the violated guarantees."""
    found, rebuilt = results.found, results.rebuilt
    groups = {
        "lost": found.lost,
        "duplicated": found.duplicated,
        "unexpected": found.unexpected,
        "not processed": found.unprocessed,
        "answered differently": ledger.changed,
        "hung": ledger.hung,
        "data of another tenant": ledger.foreign,
    }
    problems = [f"{name}: {text}" for name, examples in groups.items() for text in examples]
    problems += [f"unexpected status: {text} ({n} times)" for text, n in ledger.internal_errors.items()]
    problems += [f"no recovery: {each}" for each in results.injector.stuck] + results.stuck
    if rebuilt.changed_cells or rebuilt.score_change_max > 1e-9:
        problems.append(f"a rebuild changed {rebuilt.changed_cells} cells by up to {rebuilt.score_change_max}")
    return problems


def report_of(seed: int, seconds: float, suite: Suite, ledger: Ledger, results: Results) -> dict[str, Any]:
    """Returns the content of the JSON report, without the problems."""
    injector, found, rebuilt = results.injector, results.found, results.rebuilt
    kills = Counter(each.fault.split()[1] for each in injector.done if each.fault.startswith("kill "))
    return {
        "seed": seed,
        "seconds": seconds,
        "minutes": round(seconds / 60, 2),
        "disk_full_by": suite.disk.way,
        "data_mib": results.data_mib,
        "not_possible_here": sorted(injector.skipped),
        "voice": _voice(suite, found),
        "kills_survived": dict(kills),
        "learner_backlogs": injector.backlogs,
        "faults": len(injector.done),
        "faults_in_order": [asdict(each) for each in injector.done],
        "recovery": _recovery(injector.done),
        "counts": dict(found.counts),
        "acknowledged_by": dict(ledger.transports),
        "lost": len(found.lost),
        "doubled": len(found.duplicated),
        "never_said": len(found.unexpected),
        "unprocessed": len(found.unprocessed),
        "calls": ledger.calls,
        "statuses": dict(ledger.statuses),
        "unclear": ledger.internal_errors.total(),
        "hung": len(ledger.hung),
        "overrun_max_s": round(ledger.overrun_max_s, 3),
        "stalled_s": round(ledger.stalled_s, 1),
        "repeats": ledger.repeats,
        "repeats_answered_differently": len(ledger.changed),
        "reads": ledger.reads,
        "cross_tenant": {"attempts": ledger.attempts, "refused": ledger.refused, "seen": len(ledger.foreign)},
        "drain_s": round(results.drain_s, 2),
        "voice_drain_s": round(results.voice_drain_s, 2),
        "rebuild": {
            "changed_cells": rebuilt.changed_cells,
            "cells": rebuilt.cells,
            "units": rebuilt.units,
            "raters_changed": rebuilt.raters_changed,
        },
    }


def _voice(suite: Suite, found: Findings) -> str:
    if not suite.has("voice"):
        return "not measured, because the voice extra is not installed"
    sounds = "recorded speech" if recordings.has_speech() else "tones"
    return f"{found.counts['recordings stored']} recordings of {sounds}, transcribed by the default speech model"


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
