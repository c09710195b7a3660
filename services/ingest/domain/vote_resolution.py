"""Which of several votes of one user on one output stands, and what became of the others.

Of all votes the one with the greatest (time, request) stands, in whatever order they arrive; of those of one request
and time, the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ingest.domain.model import Outcome, Vote


@dataclass(frozen=True, slots=True)
class Cast:
    """A vote and the request that brought it."""

    vote: Vote
    request_id: UUID
    place: int = 0
    """Position among the votes of its request; they are always counted together."""

    @property
    def rank(self) -> tuple[int, int, int]:
        """What is compared: the later time, then the greater request, then the later place in it."""
        return self.vote.time_us, self.request_id.int, self.place


@dataclass(frozen=True, slots=True)
class Count:
    """What became of each vote of a sequence, and the one to store."""

    outcomes: tuple[Outcome, ...]
    winner: Cast | None
    """None when the vote that stood still stands."""


def count(standing: Cast | None, arrivals: Sequence[Cast]) -> Count:
    """Judges the arrivals in order against the vote that stands."""
    best, outcomes = standing, []
    for cast in arrivals:
        if best is None:
            outcome = Outcome.ACCEPTED
        elif cast.vote.says_the_same(best.vote):
            outcome = Outcome.DUPLICATE
        else:
            outcome = Outcome.REPLACED if cast.rank > best.rank else Outcome.SUPERSEDED
        if outcome in (Outcome.ACCEPTED, Outcome.REPLACED) or (
            outcome is Outcome.DUPLICATE and best and cast.rank > best.rank
        ):
            best = cast
        outcomes.append(outcome)
    return Count(tuple(outcomes), best if best is not standing else None)


def recount(outcomes: Sequence[Outcome], *, stored: bool, fresh: bool) -> tuple[Outcome, ...]:
    """Corrects outcomes after the store had the last word on the winner.

    Not stored: a later vote of another request stands by now. Stored over another although none was seen: what was
    thought accepted replaced it.
    """
    accepted = Outcome.ACCEPTED if fresh else Outcome.REPLACED
    if not stored:
        accepted = Outcome.SUPERSEDED
        return tuple(each if each is Outcome.DUPLICATE else accepted for each in outcomes)
    return tuple(accepted if each is Outcome.ACCEPTED else each for each in outcomes)
