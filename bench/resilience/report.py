"""`python -m bench.resilience.report`: writes RELIABILITY.md from what was measured, and says what was not."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

FOLDER = Path("build/reliability")
OUT = Path("RELIABILITY.md")
Report = dict[str, Any]


def read(name: str, folder: Path = FOLDER) -> Report | None:
    """Returns a report, or None when that was not measured or cannot be read."""
    try:
        found: Report = json.loads((folder / f"{name}.json").read_text())
    except (OSError, json.JSONDecodeError):
        return None
    return found


def written(folder: Path = FOLDER) -> str:
    """Returns the text of the page."""
    parts = [
        "# Reliability",
        "What breaking the suite on purpose showed. Written by `python -m bench.resilience.report` from the reports of "
        "`make chaos` and `make fuzz`; every figure was measured on the machine that ran them.",
        "## Faults",
        *_part(read("chaos", folder), "`make chaos`", _chaos),
        "## Tenants",
        *_tenants(read("cross_tenant", folder), read("chaos", folder)),
        "## Fuzzing",
        *_part(read("fuzz", folder), "`make fuzz`", _fuzz),
        "## Overload",
        *_part(read("overload", folder), "`python -m bench.resilience.overload`", _overload),
    ]
    return "\n\n".join(parts) + "\n"


def _part(report: Report | None, how: str, write: Any) -> list[str]:
    if report is None:
        return [f"Not measured here: run {how}."]
    try:
        parts: list[str] = write(report)
    except (KeyError, TypeError) as problem:
        return [f"Not shown: the report is not of the expected form ({type(problem).__name__}: {problem})."]
    return parts


def _table(head: list[str], rows: list[list[object]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join("not measured" if cell is None else str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _chaos(report: Report) -> list[str]:
    counts = report["counts"]
    ledger = [
        ["requests acknowledged", counts["requests acknowledged"]],
        ["signals acknowledged", counts["signals acknowledged"]],
        ["votes acknowledged", counts["votes acknowledged"]],
        ["manifests acknowledged", counts["outputs acknowledged"]],
        ["withdrawals acknowledged", counts["withdrawals acknowledged"]],
        ["acknowledged and lost", report["lost"]],
        ["stored more than once", report["doubled"]],
        ["stored and never said", report["never_said"]],
        ["requests repeated", report["repeats"]],
        ["repeats answered in another way", report["repeats_answered_differently"]],
        ["calls", report["calls"]],
        ["calls that hung beyond their deadline", report["hung"]],
        ["the most a call took beyond its deadline, s", report["overrun_max_s"]],
        ["statuses without a clear meaning", report["unclear"]],
        ["cells that a rebuild changed", report["rebuild"]["changed_cells"]],
        ["queues empty after, s", report["drain_s"]],
    ]
    recovery: list[list[object]] = [
        [name, each["times"], each["write_p50_s"], each["write_max_s"], each["read_p50_s"], each["read_max_s"]]
        for name, each in report["recovery"].items()
    ]
    kills: list[list[object]] = [[name, times] for name, times in sorted(report["kills_survived"].items())]
    head = ["fault", "times", "write p50", "write max", "answer p50", "answer max"]
    return [
        f"{report['faults']} faults in {report['seconds']:g} s with the seed {report['seed']}; the disk was full by "
        f"{report['disk_full_by']}. "
        + ("Every promise was kept." if not report["problems"] else f"{len(report['problems'])} promises were broken."),
        *(f"Not possible on this machine, so not measured: {each}." for each in report.get("not_possible_here", ())),
        _table(["killed", "times survived"], kills),
        _table(["what", "number"], [list(row) for row in ledger]),
        "Seconds until the first acknowledged write and the first answer after a fault ended; after a kill, from the "
        "kill on, the start of the new process included.",
        _table(head, recovery),
    ]


def _tenants(cross: Report | None, chaos: Report | None) -> list[str]:
    rows: list[list[object]] = []
    if cross is not None and {"attempts", "refused"} <= set(cross):
        rows.append(["attempts on every call", cross["attempts"], cross["refused"]])
    if chaos is not None and "cross_tenant" in chaos:
        rows.append(["attempts under faults", chaos["cross_tenant"]["attempts"], chaos["cross_tenant"]["refused"]])
    parts = [_table(["calls about another tenant's data", "made", "refused"], rows)] if rows else []
    if cross is None:
        parts.append("Attempts on every call were not measured here.")
    if chaos is None:
        parts.append("Attempts under faults were not measured here.")
    return parts


def _fuzz(report: Report) -> list[str]:
    services: list[list[object]] = [
        [name, each["requests"], each["internal"]] for name, each in report["services"].items()
    ]
    parsers: list[list[object]] = [[name, each["runs"], each["crashes"]] for name, each in report["parsers"].items()]
    return [
        f"Seed {report['seed']}.",
        _table(["service", "random requests", "internal errors"], services),
        _table(["parser", "random inputs", "crashes"], parsers),
    ]


def _overload(report: Report) -> list[str]:
    head = [
        "method",
        "capacity /s",
        "offered, times",
        "accepted /s",
        "p99 of accepted, ms",
        "refused with a time to retry",
        "refused without",
        "not begun in time",
        "hung",
        "memory before, MiB",
        "memory at most, MiB",
        "calm again after, s",
    ]
    rows: list[list[object]] = []
    for name, each in report["methods"].items():
        rows.append(
            [
                name,
                each["capacity_per_s"],
                each["times_offered"],
                each["accepted_per_s"],
                each["p99_ms"],
                each["refused_with_retry_info"],
                each["refused_without_retry_info"],
                sum(each["other_statuses"].values()),
                each["hung"],
                each["memory_before_mib"],
                each["memory_max_mib"],
                each["recovery_s"],
            ]
        )
    parts = [
        "A service refuses what is too much with RESOURCE_EXHAUSTED and a time to try again. Calls that arrive faster "
        "than they are begun wait inside gRPC, which ends them as CANCELLED when too many wait, or at their deadline: "
        "they are counted as not begun in time.",
        _table(head, rows),
    ]
    hostile = report["hostile"]
    if hostile:
        lines: list[list[object]] = [
            [name, hostile[name]["streams"], hostile[name]["p99_ms"], hostile[name]["memory_grew_mib"]]
            for name in ("idle", "unread")
        ]
        parts.append(_table(["streams", "number", "p99 of another caller, ms", "memory grew, MiB"], lines))
        parts.append(
            f"A message beyond the limit ends as {hostile['huge_message']}, a value nested {hostile['depth']} deep as "
            f"{hostile['deep_value']}."
        )
    if report["problems"]:
        parts.append("Bounds that were not kept: " + "; ".join(report["problems"]) + ".")
    return parts


def main() -> int:
    """Writes the page."""
    OUT.write_text(written())
    print(f"wrote {OUT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
