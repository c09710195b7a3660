"""Groups of raters who agree with one another against the population.

The raters who are not in the population (`neural.domain.trust.tenant_votes`) are tested jointly, as one rater whose
votes are the sums of theirs, with one vote per rater and cell. L is the log-likelihood ratio of
`neural.domain.trust.vote_likelihood`, with a strength of 50 votes, since groups differ less than single raters, and a
shift of the log-odds of at most 1. If L is at most -log(1000), the raters deviate from the population as a group. With
the rate p of the population and the rate g of the group in a cell, a rater with u up votes and d down votes is a member
if

    sum over cells of (u log(g / p) + d log((1 - g) / (1 - p))) > log 2

so that raters who vote as the population does are not affected.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from neural.domain.trust.population import CappedVotes, Population, Rater, predicted_rate
from neural.domain.trust.rater_trust import OUTLIER_ODDS, format_odds
from neural.domain.trust.vote_likelihood import ComparedCell, TaskModel, log_ratio

RATERS_MIN = 5
"""Raters of the group, and of the population, in a cell from which the cell is tested."""
_GROUP_STRENGTH, _SHIFT_MAX = 50.0, 1.0
_MEMBER_ODDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviatingGroup:
    """Raters outside of the population whose joint votes deviate from it."""

    gains: Mapping[TaskModel, tuple[float, float]]
    """By cell: log(g / p) and log((1 - g) / (1 - p))."""
    reason: str
    """Why members are outliers."""

    def has_member(self, rater: Rater) -> bool:
        """Returns whether the group predicts the votes of a rater better than the population does."""
        gain = 0.0
        for cell, votes in rater.votes.items():
            up, down = self.gains.get(cell, (0.0, 0.0))
            gain += votes.up * up + votes.down * down
        return not rater.is_in_population and gain > math.log(_MEMBER_ODDS)


def find_group(population: Population, others: Mapping[TaskModel, CappedVotes]) -> DeviatingGroup | None:
    """Returns the group of the raters outside of the population, or None if they do not deviate from it.

    `others` holds their votes by cell, one vote per rater.
    """
    up, down = population.total
    base = (up + 1) / (up + down + 2)
    compared = []
    for cell, votes in others.items():
        known = population.votes_by_cell.get(cell)
        if known is None or known.raters < RATERS_MIN or votes.raters < RATERS_MIN or votes.up + votes.down <= 0:
            continue
        compared.append(ComparedCell(cell, votes.up, votes.up + votes.down, predicted_rate(known, base)))
    ratio = log_ratio(compared, strength=_GROUP_STRENGTH, shift_max=_SHIFT_MAX)
    if ratio > -math.log(OUTLIER_ODDS):
        return None
    gains = {}
    for each in compared:
        rate = (each.up + 1) / (each.votes + 2)
        gains[each.cell] = (math.log(rate / each.expected), math.log((1 - rate) / (1 - each.expected)))
    raters = max(others[each.cell].raters for each in compared)
    reason = (
        "The rater belongs to a group of raters who vote alike. "
        f"A habit predicts the votes of {raters} of them {format_odds(-ratio)} times better than the votes of "
        f"{population.raters} earlier raters on the same models and tasks."
    )
    return DeviatingGroup(gains=gains, reason=reason)
