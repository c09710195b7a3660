"""Trust rounds in the replay: `neural.domain.rater_trust` judges raters, earlier feedback is reweighted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np

from bench.learning.replay.cells import Cap, Cells, Units
from bench.learning.replay.play import Learner
from bench.learning.replay.streams import USERS, worth
from bench.learning.tables import Numbers, Places
from cli.demo.world import TENANTS, USERS_PER_TENANT
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
"""Events between rounds."""
_NOW = datetime(2026, 1, 31, tzinfo=UTC)
_SINCE = _NOW - timedelta(days=30)
"""Everybody voted a month ago for the first time: age tells nobody from anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """What is done against raters who collude."""

    name: str
    judged: bool = False
    cap: Cap | None = None
    diversity: float = 0.0
    """Power with which the factor of that name multiplies the trust of a rater whose votes can be judged."""
    whole: bool = False
    """Whether all that a rater does weighs the trust, signals included; else thumbs alone do."""

    def learning(self, events: int) -> Callable[[Cells], Learner]:
        """Returns what makes a learner of empty cells."""
        return lambda cells: Judging(cells, self, events)


class Judging:
    """Learns at once, with the trust of the last round."""

    def __init__(self, cells: Cells, treatment: Treatment, events: int, every: int = EVERY) -> None:
        cells.cap = treatment.cap
        self.cells = cells
        self.trust = np.ones((cells.rows, USERS))
        self._treatment, self._every = treatment, every
        self._up, self._down = (np.zeros((cells.rows, USERS, cells.tasks, cells.models), np.int64) for _ in range(2))
        self._user, self._task, self._model, self._thumb = (np.zeros((cells.rows, events), np.int64) for _ in range(4))
        self._signal = np.zeros((cells.rows, events))

    def learn(self, event: int, user: Places, task: Places, model: Places, said: tuple[Places, Numbers]) -> None:
        """Learns one unit a row; at the end of a round everything is learned again."""
        rating, implicit = said
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
        score, evidence = self._worth(rating, implicit, self.trust[row, user])
        self.cells.learn(user, task, model, evidence, score)
        if self._treatment.judged and (event + 1) % self._every == 0 and self.judge_all():
            self._relearn(event + 1)

    def judge_all(self) -> int:
        """Judges everybody as the service does and returns in how many raters the trust changed."""
        changed = 0
        for row in range(self.cells.rows):
            for tenant in range(len(TENANTS)):
                first = tenant * USERS_PER_TENANT
                users = slice(first, first + USERS_PER_TENANT)
                for user, trust in judged(self._up[row, users], self._down[row, users], self._treatment).items():
                    if abs(trust - self.trust[row, first + user]) > CHANGE_MIN:
                        self.trust[row, first + user] = trust
                        changed += 1
        return changed

    def _relearn(self, events: int) -> None:
        user, task, model = (each[:, :events] for each in (self._user, self._task, self._model))
        trust = np.take_along_axis(self.trust, user, 1)
        score, evidence = self._worth(self._thumb[:, :events], self._signal[:, :events], trust)
        self.cells.relearn(Units(user, task, model, evidence, score))

    def _worth(self, rating: Places, implicit: Numbers, trust: Numbers) -> tuple[Numbers, Numbers]:
        score, evidence = worth(rating, implicit, trust)
        if self._treatment.whole:
            evidence = np.clip(trust, TRUST_MIN, 1.0) * np.ones_like(evidence)
        return score, evidence


def judged(up: Places, down: Places, treatment: Treatment) -> dict[int, float]:
    """Returns the trust of the raters of one tenant who voted enough to have any but the neutral one.

    Thumbs are by user, task and model.
    """
    voted = up + down
    share = np.minimum(1.0, CELL_VOTES_MAX / np.maximum(voted, 1))
    liked, disliked, raters = (up * share).sum(0), (down * share).sum(0), (voted > 0).sum(0)
    votes_by_cell = {
        _task_model(*cell): CappedVotes(float(liked[cell]), float(disliked[cell]), int(raters[cell]))
        for cell in _cells(raters)
    }
    raters_count = int((voted.sum((1, 2)) > 0).sum())
    everybody = Population(votes_by_cell=votes_by_cell, raters=raters_count, votes=int(voted.sum()))
    found = {}
    for user in np.flatnonzero(voted.sum((1, 2)) >= OUTLIER_VOTES_MIN).tolist():
        votes = {_task_model(*cell): Votes(int(up[user][cell]), int(down[user][cell])) for cell in _cells(voted[user])}
        score = compute_trust(Rater(votes=votes, first_vote_at=_SINCE), everybody, _NOW)
        found[user] = score.trust
        if voted[user].sum() >= VOTES_MIN:
            diversity = next(each.value for each in score.factors if each.name == "diversity")
            found[user] = max(score.trust * diversity**treatment.diversity, TRUST_MIN)
    return found


def _cells(counts: Places) -> list[tuple[int, int]]:
    return list(zip(*(each.tolist() for each in np.nonzero(counts)), strict=True))


@cache
def _task_model(task: int, model: int) -> TaskModel:
    return TaskModel(str(task), str(model))
