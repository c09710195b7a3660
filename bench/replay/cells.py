"""What is learned from a stream: the sums of every cell, as the boards of `neural` would show them.

All feedback of a replay falls on one day, so that nothing decays; every unit has one model of one version. Rows lie
side by side (one for each seed and setting), and each row sees one unit at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from bench.replay.streams import USERS
from bench.replay.tables import Numbers, Places
from cli.demo.world import TENANTS, USERS_PER_TENANT
from neural.settings import LearningSettings

PUBLISHED = LearningSettings()
"""How many tenants and raters a global cell needs before it is shown."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Evidence and mean score of each model, by row and model; 0.5 without evidence."""

    evidence: Numbers
    score: Numbers


class Sums:
    """Evidence and score sums of one kind of cell; the last but one axis is the task, with one more for any task."""

    def __init__(self, rows: int, owners: int, tasks: int, models: int) -> None:
        self.evidence = np.zeros((rows, owners, tasks + 1, models))
        self.total = np.zeros((rows, owners, tasks + 1, models))

    def add(self, row: Places, owner: Places, task: Places, model: Places, evidence: Numbers, score: Numbers) -> None:
        """Adds one unit to each row: to the cell of its task and to the roll-up."""
        amount = evidence * score
        for cell in (task, -1):
            self.evidence[row, owner, cell, model] += evidence
            self.total[row, owner, cell, model] += amount


@dataclass(slots=True)
class Cells:
    """Everything that is known of every row."""

    rows: int
    tasks: int
    models: int
    user: Sums = field(init=False)
    tenant: Sums = field(init=False)
    everyone: Sums = field(init=False)
    """Global scope, before it is published."""
    raters: Numbers = field(init=False)
    tenants: Numbers = field(init=False)
    _row: Places = field(init=False)

    def __post_init__(self) -> None:
        """Starts empty."""
        shape = self.rows, self.tasks, self.models
        self.user = Sums(self.rows, USERS, *shape[1:])
        self.tenant = Sums(self.rows, len(TENANTS), *shape[1:])
        self.everyone = Sums(self.rows, 1, *shape[1:])
        self.raters = np.zeros((self.rows, self.tasks + 1, self.models))
        self.tenants = np.zeros((self.rows, self.tasks + 1, self.models))
        self._row = np.arange(self.rows)

    def learn(self, user: Places, task: Places, model: Places, evidence: Numbers, score: Numbers) -> None:
        """Learns one unit a row."""
        row, tenant, nobody = self._row, user // USERS_PER_TENANT, np.zeros_like(user)
        for cell in (task, -1):
            self.raters[row, cell, model] += self.user.evidence[row, user, cell, model] == 0
            self.tenants[row, cell, model] += self.tenant.evidence[row, tenant, cell, model] == 0
        for sums, owner in ((self.user, user), (self.tenant, tenant), (self.everyone, nobody)):
            sums.add(row, owner, task, model, evidence, score)

    def boards(self, row: Places, user: Places, task: Places) -> list[tuple[Cell, Cell]]:
        """Returns the cells that bear on some contexts: global, tenant, user; each over any task, then the task."""
        published = self._published()
        found = []
        for sums, owner in (
            (self.everyone, np.zeros_like(user)),
            (self.tenant, user // USERS_PER_TENANT),
            (self.user, user),
        ):
            pair = []
            for cell in (np.full_like(task, self.tasks), task):
                evidence = sums.evidence[row, owner, cell]
                total = sums.total[row, owner, cell]
                if sums is self.everyone:
                    evidence = evidence * published[row, cell]
                pair.append(Cell(evidence, np.where(evidence > 0, total / np.maximum(evidence, 1e-12), 0.5)))
            found.append((pair[0], pair[1]))
        return found

    def _published(self) -> Numbers:
        enough = (self.tenants >= PUBLISHED.global_tenants_min) & (self.raters >= PUBLISHED.global_raters_min)
        return enough.astype(np.float64)
