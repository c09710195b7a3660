"""`python -m bench.resilience.worst_requests`: measures the most expensive request of each RPC and writes a report."""

from __future__ import annotations

import json
import sys
from typing import Any

from bench.resilience.report import FOLDER
from bench.resilience.worst_requests.legal import largest
from bench.resilience.worst_requests.measure import BYTES_MAX, methods, parse_s, peak_mib, worst

CPU_MS_MAX = 50.0
REPETITIONS = 5


def main() -> int:
    """Returns 0 if every request is within the bound."""
    rows: list[dict[str, Any]] = []
    print(f"{'method':<46} {'bytes':>8} {'ms':>7} {'ratio':>6} {'MiB':>6}  construction")
    for method in methods():
        kind = method.input_type
        cost, data = worst(kind, REPETITIONS)
        legal = bytes(largest(kind, BYTES_MAX).SerializeToString())
        baseline = parse_s(kind, legal, cost.size, REPETITIONS)
        row = {
            "method": f"{method.containing_service.name}.{method.name}",
            "construction": cost.construction,
            "bytes": cost.size,
            "ms": round(cost.seconds * 1e3, 2),
            "ratio": round(cost.seconds / baseline, 1),
            "peak_mib": peak_mib(kind, data),
        }
        rows.append(row)
        figures = f"{row['ms']:>7} {row['ratio']:>6} {row['peak_mib']:>6}"
        print(f"{row['method']:<46} {row['bytes']:>8} {figures}  {row['construction']}", flush=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    report = {"bytes_max": BYTES_MAX, "cpu_ms_max": CPU_MS_MAX, "requests": rows}
    (FOLDER / "worst_requests.json").write_text(json.dumps(report, indent=1))
    over = [row["method"] for row in rows if row["ms"] > CPU_MS_MAX]
    print(f"above {CPU_MS_MAX:g} ms: {', '.join(map(str, over)) or 'none'}")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
