"""`python -m bench.resilience.report`: writes RELIABILITY.md from the JSON reports, and names missing ones."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

FOLDER = Path("build/reliability")
OUT = Path("RELIABILITY.md")
Report = dict[str, Any]


def read(name: str, folder: Path = FOLDER) -> Report | None:
    """Returns a report, or None if it does not exist or is not valid JSON."""
    try:
        found: Report = json.loads((folder / f"{name}.json").read_text())
    except (OSError, json.JSONDecodeError):
        return None
    return found


def written(folder: Path = FOLDER) -> str:
    """Returns the text of RELIABILITY.md."""
    parts = [
        "# Reliability",
        "Results of fault injection, attacks, fuzzing and overload tests. `python -m bench.resilience.report` writes "
        "this file from the reports of `make chaos`, `make attack` and `make fuzz`. All figures were measured on one "
        "machine.",
        "## Faults",
        *_part(read("chaos", folder), "`make chaos`", _chaos),
        "## Tenants",
        *_tenants(read("cross_tenant", folder), read("chaos", folder)),
        "## Attacks",
        *_part(read("attack", folder), "`make attack`", _attacks),
        "## Fuzzing",
        *_part(read("fuzz", folder), "`make fuzz`", _fuzz),
        "## Overload",
        *_part(read("overload", folder), "`python -m bench.resilience.overload`", _overload),
        "## Most expensive requests",
        *_part(read("worst_requests", folder), "`python -m bench.resilience.worst_requests`", _requests),
    ]
    return "\n\n".join(parts) + "\n"


def _part(report: Report | None, how: str, write: Any) -> list[str]:
    if report is None:
        return [f"Not measured. Run {how}."]
    try:
        parts: list[str] = write(report)
    except (KeyError, TypeError) as problem:
        return [f"Not shown. The report has an unexpected form ({type(problem).__name__}: {problem})."]
    return parts


def _table(head: list[str], rows: list[list[object]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join("not measured" if cell is None else str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _chaos(report: Report) -> list[str]:
    counts = report["counts"]
    ledger = [
        ["requests acknowledged", counts["requests acknowledged"]],
        *([f"requests acknowledged over {how}", number] for how, number in sorted(report["acknowledged_by"].items())),
        ["signals acknowledged", counts["signals acknowledged"]],
        ["votes acknowledged", counts["votes acknowledged"]],
        ["manifests acknowledged", counts["outputs acknowledged"]],
        ["withdrawals acknowledged", counts["withdrawals acknowledged"]],
        ["voice comments acknowledged", counts["recordings acknowledged"]],
        ["voice comments with an unknown or failed result", report["unprocessed"]],
        ["acknowledged facts not stored", report["lost"]],
        ["facts stored or processed more than once", report["doubled"]],
        ["stored facts that were not sent", report["never_said"]],
        ["requests repeated", report["repeats"]],
        ["repeats with a different answer", report["repeats_answered_differently"]],
        ["calls", report["calls"]],
        ["calls longer than their deadline plus slack", report["hung"]],
        ["maximum time of a call beyond its deadline, s", report["overrun_max_s"]],
        ["unexpected statuses", report["unclear"]],
        ["cells changed by a rebuild", report["rebuild"]["changed_cells"]],
        ["units that waited when the learner was killed, maximum", max(report["learner_backlogs"], default=None)],
        ["time until the queues of learning were empty, s", report["drain_s"]],
        ["time until no voice comment waited, s", report["voice_drain_s"]],
        ["data folder after the run, MiB", report["data_mib"]],
    ]
    recovery: list[list[object]] = [
        [name, each["times"], each["write_p50_s"], each["write_max_s"], each["read_p50_s"], each["read_max_s"]]
        for name, each in report["recovery"].items()
    ]
    kills: list[list[object]] = [[name, times] for name, times in sorted(report["kills_survived"].items())]
    head = ["fault", "count", "write p50", "write max", "read p50", "read max"]
    return [
        f"{report['faults']} faults in {report['seconds']:g} s with seed {report['seed']}. "
        f"The full disk was simulated by {report['disk_full_by']}. Voice: {report['voice']}. "
        + ("No guarantee was violated." if not report["problems"] else f"Violations: {len(report['problems'])}."),
        *(f"Not possible on this machine and not measured: {each}." for each in report.get("not_possible_here", ())),
        _table(["killed process", "kills with recovery"], kills),
        _table(["measurement", "value"], [list(row) for row in ledger]),
        "Seconds from the end of a fault to the first acknowledged write and to the first successful read. After a "
        "kill, the time is counted from the kill and includes the start of the new process.",
        _table(head, recovery),
    ]


def _tenants(cross: Report | None, chaos: Report | None) -> list[str]:
    rows: list[list[object]] = []
    if cross is not None and {"attempts", "refused"} <= set(cross):
        rows.append(["calls of every method", cross["attempts"], cross["refused"]])
    if chaos is not None and "cross_tenant" in chaos:
        rows.append(["calls during faults", chaos["cross_tenant"]["attempts"], chaos["cross_tenant"]["refused"]])
    parts = [_table(["calls for another tenant's data", "made", "refused"], rows)] if rows else []
    if cross is None:
        parts.append("Calls of every method were not measured.")
    if chaos is None:
        parts.append("Calls during faults were not measured.")
    return parts


def _attacks(report: Report) -> list[str]:
    attacks = report["attacks"]
    rows: list[list[object]] = [
        [name, each["attempts"], "yes" if each["is_held"] else "**no**", each["limit"], _cell(each["figure"])]
        for each in attacks
        for name in [f"{each['group']}: {each['name']}"]
    ]
    return [
        f"The property held in {report['held']} of {len(attacks)} attacks on a running suite.",
        _table(["attack", "attempts", "held", "must hold", "measured"], rows),
    ]


def _cell(text: str) -> str:
    """Returns a text as the content of a table cell."""
    return text.replace("|", "\\|").replace("<", "&lt;")


def _fuzz(report: Report) -> list[str]:
    services: list[list[object]] = [
        [name, each["requests"], each["internal"]] for name, each in report["services"].items()
    ]
    found = (*report["services"].values(), *report["parsers"].values())
    seeds = sorted({each.get("seed", report["seed"]) for each in found} or {report["seed"]})
    parsers: list[list[object]] = [[name, each["runs"], each["crashes"]] for name, each in report["parsers"].items()]
    return [
        f"Seed {', '.join(map(str, seeds))}.",
        _table(["service", "random requests", "internal errors"], services),
        _table(["parser", "random inputs", "crashes"], parsers),
    ]


def _overload(report: Report) -> list[str]:
    head = [
        "method",
        "capacity /s",
        "offered load / capacity",
        "accepted /s",
        "p99 of accepted, ms",
        "refused with RetryInfo",
        "refused without RetryInfo",
        "not started in time",
        "overdue",
        "memory before, MiB",
        "memory max, MiB",
        "recovery, s",
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
        "An overloaded service refuses calls with RESOURCE_EXHAUSTED and RetryInfo. Calls that arrive faster than the "
        "service starts them wait inside gRPC. gRPC ends them at their deadline, or with CANCELLED if too many wait. "
        "They are counted as not started in time.",
        _table(head, rows),
    ]
    hostile = report["hostile"]
    if hostile:
        lines: list[list[object]] = [
            [name, hostile[name]["streams"], hostile[name]["p99_ms"], hostile[name]["memory_grew_mib"]]
            for name in ("idle", "unread")
        ]
        parts.append(_table(["streams", "number", "p99 of another client, ms", "memory growth, MiB"], lines))
        parts.append(
            f"A message above the size limit ends with {hostile['huge_message']}, a value nested "
            f"{hostile['depth']} deep with {hostile['deep_value']}."
        )
    if report["problems"]:
        parts.append("Violated bounds: " + "; ".join(report["problems"]) + ".")
    return parts


def _requests(report: Report) -> list[str]:
    head = ["method", "bytes", "CPU time, ms", "times a parse of valid content", "memory, MiB", "construction"]
    keys = ("method", "bytes", "ms", "ratio", "peak_mib", "construction")
    rows: list[list[object]] = [[each[key] for key in keys] for each in report["requests"]]
    return [
        f"The most expensive request of each RPC within {report['bytes_max']:,} bytes, found by several constructions: "
        "CPU time of one core to parse and validate it, and the growth of the largest resident memory. The bound is "
        f"{report['cpu_ms_max']:g} ms. The ratio compares the time with a parse of equally large valid content.",
        _table(head, rows),
    ]


def main() -> int:
    """Writes RELIABILITY.md."""
    OUT.write_text(written())
    print(f"wrote {OUT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
