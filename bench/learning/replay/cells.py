"""What is learned from a stream: the sums of every cell, as the boards of `neural` would show them.

Every unit has one model of one version. Rows lie side by side (one for each seed and setting), and each row sees one
unit at a time. What grows old is scaled by whoever adds units: only ratios to `Cells.now` count.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from bench.learning.replay.streams import USERS
from bench.learning.tables import Amount, Numbers, Places
from cli.demo.world import TENANTS, USERS_PER_TENANT
from neural.settings import LearningSettings

PUBLISHED = LearningSettings()
"""How many tenants and raters a global cell needs before it is shown."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Evidence and mean score of each model, by row and model; 0.5 without evidence."""

    evidence: Numbers
    score: Numbers


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that one rater counts for in a cell of a tenant: a share of its evidence, but never less than free."""

    share: float = 0.1
    free: float = 5.0


@dataclass(frozen=True, slots=True)
class Units:
    """Units of all rows; arrays are by row and event."""

    user: Places
    task: Places
    model: Places
    evidence: Numbers
    score: Numbers


class Sums:
    """Evidence and score sums of one kind of cell; the last but one axis is the task, with one more for any task."""

    def __init__(self, rows: int, owners: int, tasks: int, models: int) -> None:
        self.evidence = np.zeros((rows, owners, tasks + 1, models))
        self.total = np.zeros((rows, owners, tasks + 1, models))

    def add(self, row: Places, owner: Places, cell: Places | int, model: Places, much: tuple[Numbers, Numbers]) -> None:
        """Adds evidence and score to one cell of each row."""
        self.evidence[row, owner, cell, model] += much[0]
        self.total[row, owner, cell, model] += much[1]


@dataclass(slots=True)
class Cells:
    """Everything that is known of every row."""

    rows: int
    tasks: int
    models: int
    cap: Cap | None = None
    now: float = 1.0
    """Weight of a unit of today, in the measure of the sums."""
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
        much = evidence, evidence * score
        for cell in (task, -1):
            self.raters[row, cell, model] += self.user.evidence[row, user, cell, model] == 0
            self.tenants[row, cell, model] += self.tenant.evidence[row, tenant, cell, model] == 0
            self.user.add(row, user, cell, model, much)
            more = much if self.cap is None else self._capped(self.cap, tenant, cell, model)
            self.tenant.add(row, tenant, cell, model, more)
            self.everyone.add(row, nobody, cell, model, more)

    def relearn(self, units: Units) -> None:
        """Forgets everything and learns these units instead."""
        shape = self.rows, USERS, self.tasks, self.models
        row = np.broadcast_to(self._row[:, None], units.user.shape)
        place = np.ravel_multi_index((row, units.user, units.task, units.model), shape).ravel()
        for found, amount in ((self.user.evidence, units.evidence), (self.user.total, units.evidence * units.score)):
            found[:, :, :-1] = np.bincount(place, amount.ravel(), int(np.prod(shape))).reshape(shape)
            found[:, :, -1] = found[:, :, :-1].sum(2)
        self._gather()

    def _gather(self) -> None:
        """Sums users up into tenants and tenants into everyone."""
        parts = self.rows, len(TENANTS), USERS_PER_TENANT, self.tasks + 1, self.models
        evidence, total = self.user.evidence.reshape(parts), self.user.total.reshape(parts)
        counted: Amount = 1.0
        if self.cap is not None:
            limit = np.maximum(self.cap.share * evidence.sum(2, keepdims=True), self.cap.free * self.now)
            counted = np.minimum(1.0, limit / np.maximum(evidence, 1e-12))
        self.tenant.evidence[:], self.tenant.total[:] = (evidence * counted).sum(2), (total * counted).sum(2)
        for found, whole in ((self.everyone.evidence, self.tenant.evidence), (self.everyone.total, self.tenant.total)):
            found[:, 0] = whole.sum(1)
        self.raters[:] = (self.user.evidence > 0).sum(1)
        self.tenants[:] = (self.tenant.evidence > 0).sum(1)

    def _capped(self, cap: Cap, tenant: Places, cell: Places | int, model: Places) -> tuple[Numbers, Numbers]:
        """Returns by how much one cell of a tenant in each row changes once its raters are capped anew."""
        users = tenant[:, None] * USERS_PER_TENANT + np.arange(USERS_PER_TENANT)
        where = self._row[:, None], users, cell if isinstance(cell, int) else cell[:, None], model[:, None]
        evidence, total = self.user.evidence[where], self.user.total[where]
        limit = np.maximum(cap.share * evidence.sum(1, keepdims=True), cap.free * self.now)
        counted = np.minimum(1.0, limit / np.maximum(evidence, 1e-12))
        here = self._row, tenant, cell, model
        return (
            (evidence * counted).sum(1) - self.tenant.evidence[here],
            (total * counted).sum(1) - self.tenant.total[here],
        )

    def boards(self, row: Places, user: Places, task: Places) -> list[tuple[Cell, Cell]]:
        """Returns the cells that bear on some contexts: global, tenant, user; each over any task, then the task."""
        found = []
        for sums, owner in (
            (self.everyone, np.zeros_like(user)),
            (self.tenant, user // USERS_PER_TENANT),
            (self.user, user),
        ):
            pair = []
            for cell in (np.full_like(task, self.tasks), task):
                evidence = sums.evidence[row, owner, cell]
                score = np.where(evidence > 0, sums.total[row, owner, cell] / np.maximum(evidence, 1e-12), 0.5)
                if sums is self.everyone:
                    evidence = evidence * self._published(row, cell)
                pair.append(Cell(evidence / self.now, np.where(evidence > 0, score, 0.5)))
            found.append((pair[0], pair[1]))
        return found

    def _published(self, row: Places, cell: Places) -> Numbers:
        raters, tenants = self.raters[row, cell], self.tenants[row, cell]
        enough = (tenants >= PUBLISHED.global_tenants_min) & (raters >= PUBLISHED.global_raters_min)
        return enough.astype(np.float64)
