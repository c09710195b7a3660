"""Sums of every cell that the replay learns, equal to the boards of `neural`.

Every unit has one model of one version. Rows are independent: one per seed and setting, each with one unit per event.
The caller scales evidence by age: sums are relative to `Cells.now`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from bench.learning.replay.streams import USERS
from bench.learning.tables import Amount, Indices, Numbers
from cli.demo.workload import TENANTS, USERS_PER_TENANT
from neural.settings import LearningSettings

PUBLISHED = LearningSettings()
"""Settings with the number of tenants and raters that a global cell needs before it is published.

The replay has three tenants. It publishes exact sums of at least `global_tenants_min` tenants, without the limits and
the noise of `neural.domain.global_scope`.
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """Evidence and mean score of each model, by row and model; 0.5 without evidence."""

    evidence: Numbers
    score: Numbers


@dataclass(frozen=True, slots=True)
class Cap:
    """Limit on the evidence of one rater in a tenant's cell: a share of the cell's evidence, but at least `free`."""

    share: float = 0.1
    free: float = 5.0


@dataclass(frozen=True, slots=True)
class NewRaters:
    """Limit on the evidence of the raters of a tenant's cell who are not established.

    It is a share of the evidence E of the established raters, but at least `floor` - E / share.
    """

    share: float = 0.25
    floor: float = 100.0


@dataclass(frozen=True, slots=True)
class Units:
    """Units of all rows. Arrays are by row and event."""

    user: Indices
    task: Indices
    model: Indices
    evidence: Numbers
    score: Numbers


class Sums:
    """Evidence and score sums of one scope, by row, owner, task and model. The last task index holds all tasks."""

    def __init__(self, rows: int, owners: int, tasks: int, models: int) -> None:
        self.evidence = np.zeros((rows, owners, tasks + 1, models))
        self.total = np.zeros((rows, owners, tasks + 1, models))

    def add(
        self, row: Indices, owner: Indices, cell: Indices | int, model: Indices, amount: tuple[Numbers, Numbers]
    ) -> None:
        """Adds evidence and score to one cell of each row."""
        self.evidence[row, owner, cell, model] += amount[0]
        self.total[row, owner, cell, model] += amount[1]


@dataclass(slots=True)
class Cells:
    """Cells of all scopes and rows."""

    rows: int
    tasks: int
    models: int
    cap: Cap | None = None
    new_raters: NewRaters | None = None
    established: npt.NDArray[np.bool_] = field(init=False)
    """By row and user: whether the trust of the rater is established."""
    now: float = 1.0
    """Weight of a unit that is learned now, in the scale of the sums."""
    user: Sums = field(init=False)
    tenant: Sums = field(init=False)
    everyone: Sums = field(init=False)
    """Global scope before the publication rule is applied."""
    raters: Numbers = field(init=False)
    tenants: Numbers = field(init=False)
    _row: Indices = field(init=False)

    def __post_init__(self) -> None:
        """Creates empty cells."""
        shape = self.rows, self.tasks, self.models
        self.user = Sums(self.rows, USERS, *shape[1:])
        self.tenant = Sums(self.rows, len(TENANTS), *shape[1:])
        self.everyone = Sums(self.rows, 1, *shape[1:])
        self.raters = np.zeros((self.rows, self.tasks + 1, self.models))
        self.tenants = np.zeros((self.rows, self.tasks + 1, self.models))
        self.established = np.ones((self.rows, USERS), np.bool_)
        self._row = np.arange(self.rows)

    def learn(self, user: Indices, task: Indices, model: Indices, evidence: Numbers, score: Numbers) -> None:
        """Learns one unit per row."""
        row, tenant, first_owner = self._row, user // USERS_PER_TENANT, np.zeros_like(user)
        amount = evidence, evidence * score
        for cell in (task, -1):
            self.raters[row, cell, model] += self.user.evidence[row, user, cell, model] == 0
            self.tenants[row, cell, model] += self.tenant.evidence[row, tenant, cell, model] == 0
            self.user.add(row, user, cell, model, amount)
            tenant_amount = amount if not self._has_limits else self._limited(tenant, cell, model)
            self.tenant.add(row, tenant, cell, model, tenant_amount)
            self.everyone.add(row, first_owner, cell, model, tenant_amount)

    def relearn(self, units: Units) -> None:
        """Replaces all sums by the sums of these units."""
        shape = self.rows, USERS, self.tasks, self.models
        row = np.broadcast_to(self._row[:, None], units.user.shape)
        place = np.ravel_multi_index((row, units.user, units.task, units.model), shape).ravel()
        for found, amount in ((self.user.evidence, units.evidence), (self.user.total, units.evidence * units.score)):
            found[:, :, :-1] = np.bincount(place, amount.ravel(), int(np.prod(shape))).reshape(shape)
            found[:, :, -1] = found[:, :, :-1].sum(2)
        self._gather()

    def _gather(self) -> None:
        """Computes the sums of tenants and of the global scope from those of users."""
        parts = self.rows, len(TENANTS), USERS_PER_TENANT, self.tasks + 1, self.models
        evidence, total = self.user.evidence.reshape(parts), self.user.total.reshape(parts)
        counted: Amount = 1.0
        if self._has_limits:
            established = self.established.reshape(*parts[:3], 1, 1)
            counted = self._counted(evidence, np.broadcast_to(established, parts), 2)
        self.tenant.evidence[:], self.tenant.total[:] = (evidence * counted).sum(2), (total * counted).sum(2)
        for found, whole in ((self.everyone.evidence, self.tenant.evidence), (self.everyone.total, self.tenant.total)):
            found[:, 0] = whole.sum(1)
        self.raters[:] = (self.user.evidence > 0).sum(1)
        self.tenants[:] = (self.tenant.evidence > 0).sum(1)

    @property
    def _has_limits(self) -> bool:
        return self.cap is not None or self.new_raters is not None

    def _limited(self, tenant: Indices, cell: Indices | int, model: Indices) -> tuple[Numbers, Numbers]:
        """Returns the change of one tenant cell in each row after the limits are applied to its raters again."""
        users = tenant[:, None] * USERS_PER_TENANT + np.arange(USERS_PER_TENANT)
        where = self._row[:, None], users, cell if isinstance(cell, int) else cell[:, None], model[:, None]
        evidence, total = self.user.evidence[where], self.user.total[where]
        counted = self._counted(evidence, self.established[self._row[:, None], users], 1)
        here = self._row, tenant, cell, model
        return (
            (evidence * counted).sum(1) - self.tenant.evidence[here],
            (total * counted).sum(1) - self.tenant.total[here],
        )

    def _counted(self, evidence: Numbers, established: npt.NDArray[np.bool_], axis: int) -> Numbers:
        """Returns the share of each rater's evidence that counts, as `neural.excess_of` in SQL does.

        `axis` is that of raters.
        """
        counted = np.ones_like(evidence)
        if self.cap is not None:
            limit = np.maximum(self.cap.share * evidence.sum(axis, keepdims=True), self.cap.free * self.now)
            counted = np.minimum(1.0, limit / np.maximum(evidence, 1e-12))
        if self.new_raters is not None:
            left = evidence * counted
            known = (left * established).sum(axis, keepdims=True)
            fresh = (left * ~established).sum(axis, keepdims=True)
            floor = self.new_raters.floor * self.now - known / self.new_raters.share
            limit = np.maximum(np.maximum(self.new_raters.share * known, floor), 0.0)
            counted = np.where(established, counted, counted * np.minimum(1.0, limit / np.maximum(fresh, 1e-12)))
        return counted

    def boards(self, row: Indices, user: Indices, task: Indices) -> list[tuple[Cell, Cell]]:
        """Returns the cells of the contexts in the order global, tenant, user; for each, all tasks and the task."""
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

    def _published(self, row: Indices, cell: Indices) -> Numbers:
        raters, tenants = self.raters[row, cell], self.tenants[row, cell]
        enough = (tenants >= PUBLISHED.global_tenants_min) & (raters >= PUBLISHED.global_raters_min)
        return enough.astype(np.float64)
