"""Decides which of several votes of one user on one output stands, and the outcome of the others.

The vote with the greatest (time, request) stands, in any order of arrival. Of several votes of one request
with the same time, the last one stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ingest.domain.model import ItemOutcome, Vote


@dataclass(frozen=True, slots=True)
class SubmittedVote:
    """A vote and the request that contains it."""

    vote: Vote
    request_id: UUID
    position: int = 0
    """Index among the votes of its request, which are always resolved together."""

    @property
    def rank(self) -> tuple[int, int, int]:
        """Returns the sort key: time, then request identifier, then position."""
        return self.vote.time_us, self.request_id.int, self.position


@dataclass(frozen=True, slots=True)
class VoteResolution:
    """Outcome of each vote of a sequence, and the vote to store."""

    outcomes: tuple[ItemOutcome, ...]
    winner: SubmittedVote | None
    """None if the vote that stood before still stands."""


def resolve_votes(standing: SubmittedVote | None, submitted: Sequence[SubmittedVote]) -> VoteResolution:
    """Compares the submitted votes, in order, with the vote that stands."""
    best, outcomes = standing, []
    for candidate in submitted:
        if best is None:
            outcome = ItemOutcome.ACCEPTED
        elif candidate.vote == best.vote:
            outcome = ItemOutcome.DUPLICATE
        else:
            outcome = ItemOutcome.REPLACED if candidate.rank > best.rank else ItemOutcome.SUPERSEDED
        if best is None or candidate.rank > best.rank:
            best = candidate
        outcomes.append(outcome)
    return VoteResolution(tuple(outcomes), best if best is not standing else None)


def correct_outcomes(outcomes: Sequence[ItemOutcome], *, is_stored: bool, is_new_row: bool) -> tuple[ItemOutcome, ...]:
    """Corrects the outcomes after the database stored or refused the winner.

    The winner is not stored if a later vote of a concurrent request stands by now: all votes but duplicates are then
    superseded. The winner is not a new row if a vote that was not visible before stood: the accepted vote then
    replaced it.
    """
    if not is_stored:
        return tuple(each if each is ItemOutcome.DUPLICATE else ItemOutcome.SUPERSEDED for each in outcomes)
    accepted = ItemOutcome.ACCEPTED if is_new_row else ItemOutcome.REPLACED
    return tuple(accepted if each is ItemOutcome.ACCEPTED else each for each in outcomes)
