"""Trust rounds in the replay: raters get trust by `neural.domain.rater_trust` and all units are weighted again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np

from bench.learning.replay.cells import Cap, Cells, Units
from bench.learning.replay.simulation import Learner
from bench.learning.replay.streams import USERS, score_and_evidence
from bench.learning.tables import Indices, Numbers
from cli.demo.workload import TENANTS, USERS_PER_TENANT
from neural.domain.rater_trust import (
    CELL_VOTES_MAX,
    OUTLIER_VOTES_MIN,
    TRUST_MIN,
    VOTES_MIN,
    CappedVotes,
    Population,
    Rater,
    TaskModel,
    Votes,
    compute_trust,
)
from neural.trust.scores import CHANGE_MIN

EVERY = 1_000
"""Events between trust rounds."""
_NOW = datetime(2026, 1, 31, tzinfo=UTC)
_SINCE = _NOW - timedelta(days=30)
"""Time of the first vote of every rater. It is equal for all, so that account age has no effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defense:
    """Defense against colluding raters."""

    name: str
    uses_trust: bool = False
    cap: Cap | None = None
    diversity: float = 0.0
    """Exponent of the diversity factor, which multiplies the trust of raters with enough votes."""
    weighs_signals: bool = False
    """True if trust weights votes and signals. False if it weights votes alone."""

    def learner_factory(self, events: int) -> Callable[[Cells], Learner]:
        """Returns a factory of learners with this defense."""
        return lambda cells: TrustLearner(cells, self, events)


class TrustLearner:
    """Learns every reaction at once, weighted by the trust of the last round."""

    def __init__(self, cells: Cells, defense: Defense, events: int, every: int = EVERY) -> None:
        cells.cap = defense.cap
        self.cells = cells
        self.trust = np.ones((cells.rows, USERS))
        self._defense, self._every = defense, every
        self._up, self._down = (np.zeros((cells.rows, USERS, cells.tasks, cells.models), np.int64) for _ in range(2))
        self._user, self._task, self._model, self._thumb = (np.zeros((cells.rows, events), np.int64) for _ in range(4))
        self._signal = np.zeros((cells.rows, events))

    def learn(
        self, event: int, user: Indices, task: Indices, model: Indices, reaction: tuple[Indices, Numbers]
    ) -> None:
        """Learns one unit per row. At the end of a round all units are learned again."""
        rating, implicit = reaction
        row = np.arange(len(user))
        self._up[row, user, task, model] += rating > 0
        self._down[row, user, task, model] += rating < 0
        for kept, new in (
            (self._user, user),
            (self._task, task),
            (self._model, model),
            (self._thumb, rating),
            (self._signal, implicit),
        ):
            kept[:, event] = new
        score, evidence = self._score_and_evidence(rating, implicit, self.trust[row, user])
        self.cells.learn(user, task, model, evidence, score)
        if self._defense.uses_trust and (event + 1) % self._every == 0 and self.update_trust():
            self._relearn(event + 1)

    def update_trust(self) -> int:
        """Computes the trust of all raters as the service does. Returns the number of raters whose trust changed."""
        changed = 0
        for row in range(self.cells.rows):
            for tenant in range(len(TENANTS)):
                first = tenant * USERS_PER_TENANT
                users = slice(first, first + USERS_PER_TENANT)
                for user, trust in rater_trust(self._up[row, users], self._down[row, users], self._defense).items():
                    if abs(trust - self.trust[row, first + user]) > CHANGE_MIN:
                        self.trust[row, first + user] = trust
                        changed += 1
        return changed

    def _relearn(self, events: int) -> None:
        user, task, model = (each[:, :events] for each in (self._user, self._task, self._model))
        trust = np.take_along_axis(self.trust, user, 1)
        score, evidence = self._score_and_evidence(self._thumb[:, :events], self._signal[:, :events], trust)
        self.cells.relearn(Units(user, task, model, evidence, score))

    def _score_and_evidence(self, rating: Indices, implicit: Numbers, trust: Numbers) -> tuple[Numbers, Numbers]:
        score, evidence = score_and_evidence(rating, implicit, trust)
        if self._defense.weighs_signals:
            evidence = np.clip(trust, TRUST_MIN, 1.0) * np.ones_like(evidence)
        return score, evidence


def rater_trust(up: Indices, down: Indices, defense: Defense) -> dict[int, float]:
    """Returns the trust of those raters of one tenant who have enough votes for a trust other than the neutral one.

    `up` and `down` are numbers of votes by user, task and model.
    """
    voted = up + down
    share = np.minimum(1.0, CELL_VOTES_MAX / np.maximum(voted, 1))
    liked, disliked, raters = (up * share).sum(0), (down * share).sum(0), (voted > 0).sum(0)
    votes_by_cell = {
        _task_model(*cell): CappedVotes(float(liked[cell]), float(disliked[cell]), int(raters[cell]))
        for cell in _cells(raters)
    }
    population = Population(
        votes_by_cell=votes_by_cell, raters=int((voted.sum((1, 2)) > 0).sum()), votes=int(voted.sum())
    )
    found = {}
    for user in np.flatnonzero(voted.sum((1, 2)) >= OUTLIER_VOTES_MIN).tolist():
        votes = {_task_model(*cell): Votes(int(up[user][cell]), int(down[user][cell])) for cell in _cells(voted[user])}
        score = compute_trust(Rater(votes=votes, first_vote_at=_SINCE), population, _NOW)
        found[user] = score.trust
        if voted[user].sum() >= VOTES_MIN:
            diversity = next(each.value for each in score.factors if each.name == "diversity")
            found[user] = max(score.trust * diversity**defense.diversity, TRUST_MIN)
    return found


def _cells(counts: Indices) -> list[tuple[int, int]]:
    return list(zip(*(each.tolist() for each in np.nonzero(counts)), strict=True))


@cache
def _task_model(task: int, model: int) -> TaskModel:
    return TaskModel(str(task), str(model))
