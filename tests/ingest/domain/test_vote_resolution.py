"""Vote resolution: the latest vote stands, in any order and grouping."""

from __future__ import annotations

import dataclasses
import itertools
import random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.domain.model import ItemOutcome, Vote
from ingest.domain.vote_resolution import SubmittedVote, VoteResolution, correct_outcomes, resolve_votes


def cast(rating: int, time_us: int, request: int, comment: str = "") -> SubmittedVote:
    """Returns a vote of one user on one output."""
    said = Vote(
        output_id="o",
        user_id="u",
        rating=rating,
        categories=(),
        comment=comment,
        comment_language="",
        source="api",
        user_agent="",
        time_us=time_us,
    )
    return SubmittedVote(said, UUID(int=request))


ARRIVALS = st.lists(
    st.builds(cast, st.sampled_from([-1, 0, 1]), st.integers(0, 3), st.integers(1, 10**6)),
    min_size=1,
    max_size=8,
    unique_by=lambda each: each.request_id,
)


def in_groups(arrivals: list[SubmittedVote], cuts: set[int]) -> SubmittedVote:
    """Resolves the votes in groups, like transactions, and returns the vote that stands at the end."""
    standing: SubmittedVote | None = None
    edges = [0, *sorted(cut for cut in cuts if cut < len(arrivals)), len(arrivals)]
    for begin, end in itertools.pairwise(edges):
        standing = resolve_votes(standing, arrivals[begin:end]).winner or standing
    assert standing is not None
    return standing


@given(ARRIVALS, st.randoms(use_true_random=False), st.sets(st.integers(1, 7)))
def test_votes_in_any_order_and_grouping_resolve_to_latest(
    arrivals: list[SubmittedVote], chance: random.Random, cuts: set[int]
) -> None:
    shuffled = list(arrivals)
    chance.shuffle(shuffled)
    assert in_groups(shuffled, cuts) == max(arrivals, key=lambda each: each.rank)


@given(ARRIVALS)
def test_votes_without_standing_vote_accept_exactly_first(arrivals: list[SubmittedVote]) -> None:
    judged = resolve_votes(None, arrivals)
    assert len(judged.outcomes) == len(arrivals)
    assert judged.outcomes.count(ItemOutcome.ACCEPTED) == 1
    assert judged.outcomes[0] is ItemOutcome.ACCEPTED
    assert judged.winner is not None


@given(ARRIVALS)
def test_outcome_of_each_vote_matches_rank(arrivals: list[SubmittedVote]) -> None:
    best = arrivals[0]
    for arrival, outcome in zip(arrivals[1:], resolve_votes(None, arrivals).outcomes[1:], strict=True):
        if arrival.vote == best.vote:
            assert outcome is ItemOutcome.DUPLICATE
        else:
            assert outcome is (ItemOutcome.REPLACED if arrival.rank > best.rank else ItemOutcome.SUPERSEDED)
        best = max(best, arrival, key=lambda each: each.rank)


@given(ARRIVALS)
def test_votes_repeated_change_nothing(arrivals: list[SubmittedVote]) -> None:
    best = max(arrivals, key=lambda each: each.rank)
    again = resolve_votes(best, arrivals)
    assert again.winner is None
    assert set(again.outcomes) <= {ItemOutcome.DUPLICATE, ItemOutcome.SUPERSEDED}


def test_votes_of_one_request_with_equal_time_resolve_to_last() -> None:
    up, down = cast(1, 5, 7), dataclasses.replace(cast(-1, 5, 7), position=1)
    assert resolve_votes(None, [up, down]) == VoteResolution((ItemOutcome.ACCEPTED, ItemOutcome.REPLACED), down)


@pytest.mark.parametrize(
    ("stored", "fresh", "expected"),
    [
        (True, True, (ItemOutcome.ACCEPTED, ItemOutcome.REPLACED, ItemOutcome.DUPLICATE)),
        (True, False, (ItemOutcome.REPLACED, ItemOutcome.REPLACED, ItemOutcome.DUPLICATE)),
        (False, False, (ItemOutcome.SUPERSEDED, ItemOutcome.SUPERSEDED, ItemOutcome.DUPLICATE)),
    ],
)
def test_outcomes_are_corrected_by_result_of_store(
    stored: bool, fresh: bool, expected: tuple[ItemOutcome, ...]
) -> None:
    thought = (ItemOutcome.ACCEPTED, ItemOutcome.REPLACED, ItemOutcome.DUPLICATE)
    assert correct_outcomes(thought, is_stored=stored, is_new_row=fresh) == expected
