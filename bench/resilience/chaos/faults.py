"""What goes wrong, in which order: a function of the seed alone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

SERVICES = ("ingest", "neural", "experiments")
SERVERS = ("valkey", "postgres")
LINKS = ("clients", "postgres", "valkey")
"""Connections that a proxy carries: of clients to services, and of services to the servers."""
DISTURBANCES = ("cut", "refuse", "delay", "throttle", "swallow")
SECONDS = (0.4, 2.0)
GAP_SECONDS = (0.2, 1.0)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong for a while."""

    kind: str
    target: str
    seconds: float
    """How long it lasts; a kill is over at once."""
    gap_s: float
    """Quiet time before it."""
    harsh: bool
    """Chooses the worse variant: swallowed connections break afterwards, delays are long."""

    @property
    def name(self) -> str:
        """What reports call it."""
        return f"{self.kind} {self.target}"


def schedule(seed: int) -> Iterator[Fault]:
    """Yields faults without end. Every round holds each of them once; the first begins with kills and a full disk."""
    chance = random.Random(f"faults {seed}")
    first = [("kill", target) for target in (*SERVICES, *SERVERS)] + [("fill", "disk")]
    others = [("pause", target) for target in ("ingest", "neural", *SERVERS)]
    others += [(kind, link) for kind in DISTURBANCES for link in LINKS]
    chance.shuffle(first)
    chance.shuffle(others)
    whole = [*first, *others]
    while True:
        for kind, target in whole:
            yield Fault(
                kind,
                target,
                round(chance.uniform(*SECONDS), 2),
                round(chance.uniform(*GAP_SECONDS), 2),
                chance.random() < 0.5,
            )
        chance.shuffle(whole)
