"""Requests of the demonstration, with the outcome of each model.

There are two sources: a simulation, which the report names as such, and a table of recorded outcomes.
"""

from __future__ import annotations

import csv
import gzip
import math
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

TENANTS = ("demo-acme", "demo-globex", "demo-initech")
"""Tenants of the demonstration alone; no example of the documents uses them."""
USERS_PER_TENANT = 40
COLUMNS = ("prompt_id", "task", "model", "quality", "cost_usd", "latency_s")
ROWS_MAX = 5_000_000


class TableError(ValueError):
    """The table of outcomes is unusable; the message names the line and the problem."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of one model's answer."""

    quality: float
    """In [0, 1]."""
    cost: float | None
    """In US dollars; None if it was not recorded."""
    latency_ms: float | None
    """None if it was not recorded."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request to a Brain, with the outcome of each model."""

    tenant: str
    user: str
    task: str
    domain: str
    outcomes: Mapping[str, Outcome]


class Workload(Protocol):
    """Source of requests."""

    title: str
    models: Sequence[str]

    def requests(self, count: int) -> Iterator[Request]:
        """Yields `count` requests."""
        ...


def _random_user(chance: random.Random) -> tuple[str, str]:
    """Draws a tenant and one of its users; a few users send most of the requests."""
    tenant = chance.choice(TENANTS)
    return tenant, f"user-{min(int(chance.expovariate(3.0 / USERS_PER_TENANT)), USERS_PER_TENANT - 1):02d}"


class SimulatedWorkload:
    """Simulated models with a hidden strength per task and domain. No value was measured on a real model."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self.title = f"a simulation (seed {seed}): models, users and answers are invented"
        self.models: Sequence[str] = (
            "atlas-large",
            "atlas-mini",
            "boreal-pro",
            "cirrus-code",
            "delta-med",
            "ember-fast",
        )
        self._contexts = [
            (task, domain)
            for task in ("chat", "code", "analysis", "creative", "translation")
            for domain in ("general", "business", "medical")
        ]
        self._strength = {
            (model, context): self._chance.betavariate(6, 4) for model in self.models for context in self._contexts
        }

    def _outcome(self, model: str, context: tuple[str, str]) -> Outcome:
        logit = math.log(self._strength[model, context] / (1 - self._strength[model, context]))
        quality = 1 / (1 + math.exp(-(logit + self._chance.gauss(0, 0.8))))
        rank = self.models.index(model)
        return Outcome(quality, 0.0004 * (6 - rank), 300 + 150 * (6 - rank) * self._chance.random())

    def requests(self, count: int) -> Iterator[Request]:
        """Yields `count` requests in contexts of unequal frequency."""
        weights = [1 / (place + 1) for place in range(len(self._contexts))]
        for _ in range(count):
            tenant, user = _random_user(self._chance)
            task, domain = context = self._chance.choices(self._contexts, weights)[0]
            outcomes = {model: self._outcome(model, context) for model in self.models}
            yield Request(tenant, user, task, domain, outcomes)


class RecordedWorkload:
    """Recorded outcomes per prompt and model. Each request is a recorded prompt; only the user is drawn."""

    def __init__(self, path: Path, seed: int) -> None:
        self._chance = random.Random(seed)
        self._prompts = _read(path)
        answered = [set(outcomes) for _, outcomes in self._prompts]
        self.models: Sequence[str] = tuple(sorted(set.intersection(*answered)))
        if len(self.models) < 2:
            raise TableError(f"{path.name}: fewer than two models answered every prompt")
        self.title = f"{path.name}: {len(self._prompts):,} recorded prompts, {len(self.models)} models"

    def requests(self, count: int) -> Iterator[Request]:
        """Yields `count` requests in random order; a prompt repeats only after all prompts were used."""
        order: list[int] = []
        for _ in range(count):
            if not order:
                order = list(range(len(self._prompts)))
                self._chance.shuffle(order)
            task, outcomes = self._prompts[order.pop()]
            tenant, user = _random_user(self._chance)
            yield Request(tenant, user, task, "general", {model: outcomes[model] for model in self.models})


def _read(path: Path) -> list[tuple[str, dict[str, Outcome]]]:
    """Reads a table of outcomes, plain or gzipped, into (task, outcome by model) per prompt."""
    tasks: dict[str, str] = {}
    outcomes: dict[str, dict[str, Outcome]] = defaultdict(dict)
    with gzip.open(path, "rt", newline="") if path.suffix == ".gz" else path.open(newline="") as lines:
        reader = csv.DictReader(lines)
        if missing := set(COLUMNS) - set(reader.fieldnames or ()):
            raise TableError(f"{path.name}: missing columns: {', '.join(sorted(missing))}")
        for row in reader:
            if reader.line_num > ROWS_MAX:
                raise TableError(f"{path.name}: more than {ROWS_MAX:,} rows")
            tasks[row["prompt_id"]] = row["task"].lower()[:64] or "general"
            outcomes[row["prompt_id"]][row["model"]] = _outcome(row, f"{path.name}, line {reader.line_num}")
    if not outcomes:
        raise TableError(f"{path.name}: no rows")
    return [(tasks[prompt], outcomes[prompt]) for prompt in sorted(outcomes)]


def _outcome(row: Mapping[str, str], place: str) -> Outcome:
    try:
        quality, cost = float(row["quality"]), _recorded(row["cost_usd"])
        latency_s = _recorded(row["latency_s"])
    except ValueError as error:
        raise TableError(f"{place}: {error}") from None
    if not 0 <= quality <= 1:
        raise TableError(f"{place}: quality {quality} is not in [0, 1]")
    return Outcome(quality, cost, None if latency_s is None else latency_s * 1000)


def _recorded(text: str) -> float | None:
    """Returns a number; None for an empty field, which is not 0."""
    return float(text) if text else None
