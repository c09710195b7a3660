"""Trust in the replay: raters are judged in rounds by `neural.trust`, and what they said is learned again with it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np

from bench.replay.cells import Cap, Cells, Units
from bench.replay.play import Learner
from bench.replay.streams import USERS, worth
from bench.replay.tables import Numbers, Places
from cli.demo.world import TENANTS, USERS_PER_TENANT
from neural.learning.trusting import CHANGE_MIN
from neural.trust import OUTLIER_VOTES_MIN, TRUST_MIN, VOICES_MAX, Place, Population, Rater, Voices, Votes, judge

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
    whole: bool = False
    """Whether all that an outlier does weighs the trust, signals included; else thumbs alone do."""
    breadth: float = math.inf
    """Voices of a rater in the population over all cells, in those of the median rater; infinite in the product."""
    passes: int = 1
    """How often a round judges; from the second time on, voices weigh the trust of the time before."""

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
            evidence = np.where(trust <= TRUST_MIN, TRUST_MIN, evidence)
        return score, evidence


def judged(up: Places, down: Places, treatment: Treatment) -> dict[int, float]:
    """Returns the trust of the raters of one tenant who voted enough to have any but the neutral one.

    Thumbs are by user, task and model.
    """
    voted = up + down
    share = np.minimum(1.0, VOICES_MAX / np.maximum(voted, 1))
    broad = (voted * share).sum((1, 2))
    median = float(np.median(broad[broad > 0])) if broad.any() else 1.0
    weight = np.minimum(1.0, treatment.breadth * median / np.maximum(broad, 1e-9))
    counts = int((broad > 0).sum()), int(voted.sum())
    found: dict[int, float] = {}
    for _ in range(treatment.passes):
        trust = np.array([found.get(user, 1.0) for user in range(len(up))])
        heard = share * (weight * trust)[:, None, None]
        whole = (up * heard).sum(0), (down * heard).sum(0), (voted > 0).sum(0)
        for user in np.flatnonzero(voted.sum((1, 2)) >= OUTLIER_VOTES_MIN).tolist():
            # The judge takes the rater's own voices out again, at their full weight.
            mine = share[user] - heard[user]
            voices = whole[0] + up[user] * mine, whole[1] + down[user] * mine, whole[2]
            found[user] = _trust(up[user], down[user], voices, counts)
    return found


def _trust(up: Places, down: Places, voices: tuple[Numbers, Numbers, Places], counts: tuple[int, int]) -> float:
    """Has one rater judged by the product."""
    heard = {
        _place(*cell): Voices(float(voices[0][cell]), float(voices[1][cell]), int(voices[2][cell]))
        for cell in zip(*(each.tolist() for each in np.nonzero(voices[2])), strict=True)
    }
    votes = {
        _place(*cell): Votes(int(up[cell]), int(down[cell]))
        for cell in zip(*(each.tolist() for each in np.nonzero(up + down)), strict=True)
    }
    everybody = Population(voices=heard, raters=counts[0], votes=counts[1])
    return judge(Rater(votes=votes, since=_SINCE), everybody, _NOW).trust


@cache
def _place(task: int, model: int) -> Place:
    return Place(str(task), str(model))
