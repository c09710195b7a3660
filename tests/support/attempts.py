"""Attempts to reach another tenant's data, counted for the report."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from tests.house.tree import ROOT

REPORT = ROOT / "build" / "reliability" / "cross_tenant.json"


@dataclass
class Attempts:
    """Attempts of one kind and their results."""

    kind: str
    made: int = 0
    succeeded: list[str] = field(default_factory=list)

    def note(self, refused: bool, what: str) -> None:
        """Counts an attempt. `what` describes it in the report."""
        self.made += 1
        if not refused:
            self.succeeded.append(what)

    def save(self) -> None:
        """Writes the counts of this kind and the sums over all kinds to the JSON report."""
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        kinds = json.loads(REPORT.read_text()).get("kinds", {}) if REPORT.exists() else {}
        kinds[self.kind] = {"attempts": self.made, "refused": self.made - len(self.succeeded)}
        sums = {name: sum(each[name] for each in kinds.values()) for name in ("attempts", "refused")}
        REPORT.write_text(json.dumps({**sums, "kinds": kinds}, indent=1) + "\n")
