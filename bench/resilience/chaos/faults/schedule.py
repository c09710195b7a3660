"""Faults and their order, determined by the seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

SERVICES = ("ingest", "neural", "experiments", "gateway", "voice", "voice-worker")
SERVERS = ("valkey", "postgres")
LEARNER = "learner"
"""The learner runs in the process of neural. It is killed while it learns a backlog."""
LINKS = ("clients", "gateway", "postgres", "valkey")
"""Connections through a proxy: from clients to services, from the gateway to services, from services to servers."""
DISTURBANCES = ("cut", "refuse", "delay", "throttle", "stall")
SECONDS = (0.4, 2.0)
GAP_SECONDS = (0.2, 1.0)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault."""

    kind: str
    target: str
    seconds: float
    """Duration. A kill has none."""
    gap_s: float
    """Time without faults before it."""
    harsh: bool
    """True for the harder variant: stalled connections are cut afterwards, delays are longer."""

    @property
    def name(self) -> str:
        """Name in reports."""
        return f"{self.kind} {self.target}"


def schedule(seed: int) -> Iterator[Fault]:
    """Yields faults endlessly. Every round has each fault once; the first begins with kills and a full disk."""
    rng = random.Random(f"faults {seed}")
    first = [("kill", target) for target in (*SERVICES, LEARNER, *SERVERS)] + [("fill", "disk")]
    others = [("pause", target) for target in ("ingest", "neural", "gateway", "voice", *SERVERS)]
    others += [(kind, link) for kind in DISTURBANCES for link in LINKS]
    rng.shuffle(first)
    rng.shuffle(others)
    whole = [*first, *others]
    while True:
        for kind, target in whole:
            yield Fault(
                kind,
                target,
                round(rng.uniform(*SECONDS), 2),
                round(rng.uniform(*GAP_SECONDS), 2),
                rng.random() < 0.5,
            )
        rng.shuffle(whole)
