"""Trust rounds in the replay: raters get trust by `neural.domain.rater_trust` and all units are weighted again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np

from bench.learning.replay.cells import Cap, Cells, NewRaters, Units
from bench.learning.replay.simulation import Learner
from bench.learning.replay.streams import USERS, score_and_evidence
from bench.learning.tables import Indices, Numbers
from cli.demo.workload import TENANTS, USERS_PER_TENANT
from neural.domain.trust.population import VOTES_MIN, Rater, Votes, population_of
from neural.domain.trust.rater_trust import TRUST_MIN, TRUST_NEUTRAL
from neural.domain.trust.tenant_votes import TenantVotes, divide_votes
from neural.domain.trust.vote_likelihood import TaskModel
from neural.trust.scores import CHANGE_MIN

EVERY = 1_000
"""Events between trust rounds."""
EVENTS_PER_DAY = 1_000
"""Events per day of the accounts' age."""
_START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Defense:
    """Defense against colluding raters."""

    name: str
    uses_trust: bool = False
    cap: Cap | None = None
    new_raters: NewRaters | None = None
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
        cells.cap, cells.new_raters = defense.cap, defense.new_raters
        self.cells = cells
        self.trust = np.full((cells.rows, USERS), TRUST_NEUTRAL if defense.uses_trust else 1.0)
        if defense.uses_trust:
            cells.established[:] = False
        self._first_vote = np.full((cells.rows, USERS), -1)
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
        is_first = (rating != 0) & (self._first_vote[row, user] < 0)
        self._first_vote[row[is_first], user[is_first]] = event
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
        if self._defense.uses_trust and (event + 1) % self._every == 0 and self.update_trust(event):
            self._relearn(event + 1)

    def update_trust(self, event: int) -> int:
        """Computes the trust of all raters as the service does. Returns the number of raters whose trust changed."""
        changed = 0
        for row in range(self.cells.rows):
            for tenant in range(len(TENANTS)):
                first = tenant * USERS_PER_TENANT
                users = slice(first, first + USERS_PER_TENANT)
                votes = self._up[row, users], self._down[row, users], self._first_vote[row, users]
                for user, (trust, is_established) in rater_trust(*votes, event, self._defense).items():
                    place = row, first + user
                    if abs(trust - self.trust[place]) > CHANGE_MIN or is_established != self.cells.established[place]:
                        self.trust[place], self.cells.established[place] = trust, is_established
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


def rater_trust(
    up: Indices, down: Indices, first_vote: Indices, event: int, defense: Defense
) -> dict[int, tuple[float, bool]]:
    """Returns the trust of the raters of one tenant, and whether it is established.

    `up` and `down` are numbers of votes by user, task and model, `first_vote` the event of the first vote by user.
    """
    voted = up + down
    raters = {}
    for user in sorted(np.flatnonzero(voted.sum((1, 2))).tolist(), key=lambda user: (first_vote[user], user)):
        votes = {_task_model(*cell): Votes(int(up[user][cell]), int(down[user][cell])) for cell in _cells(voted[user])}
        raters[str(user)] = Rater(votes=votes, since=_moment(int(first_vote[user])))
    everyone = population_of(list(raters.values()))
    frequent = {user: each for user, each in raters.items() if voted[int(user)].sum() >= VOTES_MIN}
    known = divide_votes(everyone, frequent) or divide_votes(everyone, raters) or TenantVotes(population=everyone)
    found = {}
    for name, rater in raters.items():
        score, index = known.trust(name, rater, _moment(event)), int(name)
        trust = score.trust
        if voted[index].sum() >= VOTES_MIN:
            diversity = next(each.value for each in score.factors if each.name == "diversity")
            trust = max(score.trust * diversity**defense.diversity, TRUST_MIN)
        found[index] = trust, score.is_established
    return found


def _moment(event: int) -> datetime:
    return _START + timedelta(days=event / EVENTS_PER_DAY)


def _cells(counts: Indices) -> list[tuple[int, int]]:
    return list(zip(*(each.tolist() for each in np.nonzero(counts)), strict=True))


@cache
def _task_model(task: int, model: int) -> TaskModel:
    return TaskModel(str(task), str(model))
