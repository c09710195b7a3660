"""Raters of many kinds, and the population that they are."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from neural.domain.rater_trust import Judgement, Place, Population, Rater, Voices, Votes, judge, voices_of

NOW = datetime(2026, 3, 1, tzinfo=UTC)
OLD = NOW - timedelta(days=90)
TASKS, MODELS = 4, 6

Said = dict[Place, Votes]


def vote(said: Said, task: int, model: int, up: bool) -> None:
    """Adds one thumb."""
    place = Place(f"t{task}", f"m{model}")
    before = said.get(place, Votes())
    said[place] = before._replace(up=before.up + up, down=before.down + (not up))


class Town:
    """Models of known worth, and people who rate them."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.worth = {(t, m): self.chance.uniform(0.4, 0.85) for t in range(TASKS) for m in range(MODELS)}
        ranked = sorted(range(MODELS), key=lambda m: sum(self.worth[t, m] for t in range(TASKS)))
        self.median, self.best = ranked[MODELS // 2], ranked[-1]

    def honest(self, votes: int, severity: float = 0.5) -> Said:
        """Lets somebody rate by worth, more or less strictly."""
        said: Said = {}
        shift = self.chance.gauss(0, severity)
        for _ in range(votes):
            task, model = self.chance.randrange(TASKS), self.chance.randrange(MODELS)
            worth = self.worth[task, model]
            odds = math.log(worth / (1 - worth)) + shift
            vote(said, task, model, self.chance.random() < 1 / (1 + math.exp(-odds)))
        return said

    def promoter(self, votes: int) -> Said:
        """Lets somebody praise the median model and blame all others."""
        said: Said = {}
        for _ in range(votes):
            task, model = self.chance.randrange(TASKS), self.chance.randrange(MODELS)
            vote(said, task, model, model == self.median)
        return said


def population_of(everybody: Sequence[Said]) -> Population:
    """Returns the population of all."""
    sums: dict[Place, Voices] = {}
    for said in everybody:
        for place, votes in said.items():
            before = sums.get(place, Voices(0.0, 0.0, 0))
            up, down = voices_of(votes)
            sums[place] = Voices(before.up + up, before.down + down, before.raters + 1)
    total = sum(sum(each) for said in everybody for each in said.values())
    return Population(voices=sums, raters=len(everybody), votes=total)


def judged(everybody: Sequence[Said], since: datetime | None = OLD) -> list[Judgement]:
    """Judges all."""
    population = population_of(everybody)
    return [judge(Rater(votes=said, since=since), population, NOW) for said in everybody]


def mean_trust(judgements: Sequence[Judgement]) -> float:
    """Returns the mean trust."""
    return sum(each.trust for each in judgements) / len(judgements)
