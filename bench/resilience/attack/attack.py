"""An attack, its outcome, and the register of all attacks."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bench.resilience.attack.target import Target

SECONDS_MAX = 45.0
"""Longest duration of an attack. A longer one counts as not held."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of an attack."""

    attempts: int
    is_held: bool
    figure: str
    """Measurement, in words."""


Run = Callable[[Target], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack."""

    group: str
    name: str
    limit: str
    """Property that must hold, in words."""
    run: Run
    seconds_max: float = SECONDS_MAX


class Group:
    """Attacks of one group, in the order of their definition."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.attacks: list[Attack] = []

    def attack(self, name: str, limit: str, *, seconds_max: float = SECONDS_MAX) -> Callable[[Run], Run]:
        """Registers the decorated function as an attack."""

        def register(run: Run) -> Run:
            self.attacks.append(Attack(self.name, name, limit, run, seconds_max))
            return run

        return register


@dataclass(frozen=True, slots=True)
class Row:
    """An attack with its outcome."""

    group: str
    name: str
    limit: str
    attempts: int
    is_held: bool
    figure: str
    seconds: float


def row(attack: Attack, outcome: Outcome, begun_s: float) -> Row:
    """Returns the row of an attack that began at a monotonic time."""
    seconds = round(time.monotonic() - begun_s, 1)
    return Row(attack.group, attack.name, attack.limit, outcome.attempts, outcome.is_held, outcome.figure, seconds)
