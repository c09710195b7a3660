"""Raters of a tenant with their votes, and the population that they are compared with."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from neural.domain.trust.vote_likelihood import ComparedCell, TaskModel

VOTES_MIN = 20
"""Comparable votes from which trust is computed from all factors, and votes from which a rater is preferred as a
candidate."""
CELL_VOTES_MAX = 1.0
"""Largest weight of one rater's votes on one cell in the population, in votes."""
OTHERS_MIN = 3
"""Other raters of a cell from which votes on it are comparable."""
_PRIOR_STRENGTH = 2.0


class Votes(NamedTuple):
    """Votes of one rater on one model at one task."""

    up: int = 0
    down: int = 0
    neutral: int = 0


class CappedVotes(NamedTuple):
    """Votes of all raters on one model at one task, each rater with at most CELL_VOTES_MAX votes."""

    up: float
    down: float
    raters: int


@dataclass(frozen=True, kw_only=True)
class Population:
    """Votes of the raters of a tenant that other raters are compared with."""

    votes_by_cell: Mapping[TaskModel, CappedVotes]
    raters: int
    """Raters of the tenant."""
    votes: int
    """Votes of all raters of the tenant."""

    @cached_property
    def total(self) -> tuple[float, float]:
        """Up and down votes in all cells."""
        cells = self.votes_by_cell.values()
        return math.fsum(each.up for each in cells), math.fsum(each.down for each in cells)

    def votes_without(self, rater: Rater, cell: TaskModel) -> CappedVotes:
        """Returns the votes of the other raters on a cell."""
        everyone, own = self.votes_by_cell.get(cell, CappedVotes(0.0, 0.0, 0)), rater.votes.get(cell, Votes())
        if not rater.is_in_population or not sum(own):
            return everyone
        up, down = capped_votes(own)
        return CappedVotes(max(everyone.up - up, 0.0), max(everyone.down - down, 0.0), everyone.raters - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rater:
    """Votes of one rater."""

    votes: Mapping[TaskModel, Votes]
    since: datetime | None
    """When the first valid vote was recorded, or earlier feedback was first seen; None without either."""
    is_in_population: bool = True


def population_of(raters: Sequence[Rater]) -> Population:
    """Returns the population of raters."""
    sums: dict[TaskModel, list[float]] = {}
    for rater in raters:
        for cell, votes in rater.votes.items():
            up, down = capped_votes(votes)
            found = sums.setdefault(cell, [0.0, 0.0, 0])
            found[0], found[1], found[2] = found[0] + up, found[1] + down, found[2] + 1
    votes_by_cell = {cell: CappedVotes(up, down, int(count)) for cell, (up, down, count) in sums.items()}
    total = sum(sum(each) for rater in raters for each in rater.votes.values())
    return Population(votes_by_cell=votes_by_cell, raters=len(raters), votes=total)


def votes_outside(everyone: Population, population: Population) -> dict[TaskModel, CappedVotes]:
    """Returns the votes by cell of the raters who are not in the population."""
    found = {}
    for cell, votes in everyone.votes_by_cell.items():
        known = population.votes_by_cell.get(cell, CappedVotes(0.0, 0.0, 0))
        up, down = max(votes.up - known.up, 0.0), max(votes.down - known.down, 0.0)
        found[cell] = CappedVotes(up, down, max(votes.raters - known.raters, 0))
    return found


def capped_votes(votes: Votes) -> tuple[float, float]:
    """Returns the up and down votes that a rater's votes on one cell add to the population."""
    share = min(1.0, CELL_VOTES_MAX / max(votes.up + votes.down, 1))
    return votes.up * share, votes.down * share


def compare(rater: Rater, population: Population) -> list[ComparedCell]:
    """Returns the cells of a rater that at least OTHERS_MIN other raters of the population have voted on."""
    others = {cell: population.votes_without(rater, cell) for cell, own in rater.votes.items() if own.up + own.down}
    up, down = population.total
    for cell, rest in others.items():
        everyone = population.votes_by_cell.get(cell, rest)
        up, down = up - (everyone.up - rest.up), down - (everyone.down - rest.down)
    base = max(up + 1, 1.0) / max(up + down + 2, 2.0)
    return [
        ComparedCell(cell, rater.votes[cell].up, sum(rater.votes[cell][:2]), predicted_rate(rest, base))
        for cell, rest in others.items()
        if rest.raters >= OTHERS_MIN
    ]


def predicted_rate(votes: CappedVotes, base: float) -> float:
    """Returns the share of up votes in a cell, with the overall share `base` as a prior of two votes."""
    return (votes.up + _PRIOR_STRENGTH * base) / (votes.up + votes.down + _PRIOR_STRENGTH)
