"""Of all votes of a user on an output the latest stands, whatever their order and grouping."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import random
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.domain.model import Outcome, Vote
from ingest.domain.vote_resolution import Cast, Count, count, recount
from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.serving import CALLER, Serving, name, thumb, vote


def cast(rating: int, time_us: int, request: int, comment: str = "") -> Cast:
    """Builds a vote of one user on one output."""
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
    return Cast(said, UUID(int=request))


ARRIVALS = st.lists(
    st.builds(cast, st.sampled_from([-1, 0, 1]), st.integers(0, 3), st.integers(1, 10**6)),
    min_size=1,
    max_size=8,
    unique_by=lambda each: each.request_id,
)


def in_groups(arrivals: list[Cast], cuts: set[int]) -> Cast:
    """Counts the arrivals in groups, as transactions would; returns what stands in the end."""
    standing: Cast | None = None
    edges = [0, *sorted(cut for cut in cuts if cut < len(arrivals)), len(arrivals)]
    for begin, end in itertools.pairwise(edges):
        standing = count(standing, arrivals[begin:end]).winner or standing
    assert standing is not None
    return standing


@given(ARRIVALS, st.randoms(use_true_random=False), st.sets(st.integers(1, 7)))
def test_order_and_grouping_do_not_matter(arrivals: list[Cast], chance: random.Random, cuts: set[int]) -> None:
    shuffled = list(arrivals)
    chance.shuffle(shuffled)
    assert in_groups(shuffled, cuts) == max(arrivals, key=lambda each: each.rank)


@given(ARRIVALS)
def test_exactly_one_vote_is_the_first_and_all_of_them_are_judged(arrivals: list[Cast]) -> None:
    judged = count(None, arrivals)
    assert len(judged.outcomes) == len(arrivals)
    assert judged.outcomes.count(Outcome.ACCEPTED) == 1
    assert judged.outcomes[0] is Outcome.ACCEPTED
    assert judged.winner is not None


@given(ARRIVALS)
def test_each_outcome_says_what_happened(arrivals: list[Cast]) -> None:
    best = arrivals[0]
    for arrival, outcome in zip(arrivals[1:], count(None, arrivals).outcomes[1:], strict=True):
        if arrival.vote == best.vote:
            assert outcome is Outcome.DUPLICATE
        else:
            assert outcome is (Outcome.REPLACED if arrival.rank > best.rank else Outcome.SUPERSEDED)
        best = max(best, arrival, key=lambda each: each.rank)


@given(ARRIVALS)
def test_what_is_sent_again_changes_nothing(arrivals: list[Cast]) -> None:
    best = max(arrivals, key=lambda each: each.rank)
    again = count(best, arrivals)
    assert again.winner is None
    assert set(again.outcomes) <= {Outcome.DUPLICATE, Outcome.SUPERSEDED}


def test_two_votes_of_one_request_and_moment_end_with_the_last() -> None:
    up, down = cast(1, 5, 7), dataclasses.replace(cast(-1, 5, 7), place=1)
    assert count(None, [up, down]) == Count((Outcome.ACCEPTED, Outcome.REPLACED), down)


@pytest.mark.parametrize(
    ("stored", "fresh", "expected"),
    [
        (True, True, (Outcome.ACCEPTED, Outcome.REPLACED, Outcome.DUPLICATE)),
        (True, False, (Outcome.REPLACED, Outcome.REPLACED, Outcome.DUPLICATE)),
        (False, False, (Outcome.SUPERSEDED, Outcome.SUPERSEDED, Outcome.DUPLICATE)),
    ],
)
def test_the_store_has_the_last_word(stored: bool, fresh: bool, expected: tuple[Outcome, ...]) -> None:
    thought = (Outcome.ACCEPTED, Outcome.REPLACED, Outcome.DUPLICATE)
    assert recount(thought, stored=stored, fresh=fresh) == expected


async def standing(ingest: Serving, output: str) -> asyncpg.Record:
    """Returns the one row of an output."""
    query = "SELECT rating, comment, client_time, request_id::text FROM ingest.explicit_feedback WHERE output_id = $1"
    (row,) = await ingest.rows(query, output)
    return row


def votes_on(output: str) -> list[pb.SubmitExplicitFeedbackRequest]:
    """Builds votes of which two pairs share a time."""
    return [
        thumb(output, 1 + index % 3, seconds=[0, 3, 1, 3, 2, 0][index], comment=f"comment {index}")
        for index in range(6)
    ]


def latest(requests: list[pb.SubmitExplicitFeedbackRequest]) -> pb.SubmitExplicitFeedbackRequest:
    """Returns the request whose vote has to stand."""
    return max(requests, key=lambda each: (each.feedback.client_time.seconds, UUID(each.request_id)))


async def test_any_order_one_by_one(ingest: Serving) -> None:
    for seed in range(6):
        requests = votes_on(f"o{seed}")
        random.Random(seed).shuffle(requests)
        for each in requests:
            await ingest.call("SubmitExplicitFeedback", each)
        assert (await standing(ingest, f"o{seed}"))["request_id"] == latest(requests).request_id


async def test_any_grouping_at_once(ingest: Serving) -> None:
    every = {f"o{index}": votes_on(f"o{index}") for index in range(20)}
    requests = [each for votes in every.values() for each in votes]
    random.Random(1).shuffle(requests)
    answers = await asyncio.gather(*(ingest.call("SubmitExplicitFeedback", each) for each in requests))
    outcomes = {each.request_id: answer.outcome for each, answer in zip(requests, answers, strict=True)}
    for output, votes in every.items():
        row, winner = await standing(ingest, output), latest(votes)
        assert (row["request_id"], row["comment"]) == (winner.request_id, winner.feedback.comment)
        assert [outcomes[each.request_id] for each in votes].count(feedback_pb2.ITEM_OUTCOME_ACCEPTED) == 1
        assert outcomes[winner.request_id] != feedback_pb2.ITEM_OUTCOME_SUPERSEDED


async def test_the_last_of_several_in_one_batch_stands(ingest: Serving) -> None:
    stated = [vote("stated", rating) for rating in (3, 2, 1)]
    unstated = [vote("unstated", rating) for rating in (3, 1, 2)]
    for each in unstated:
        each.ClearField("client_time")
    batch = pb.StreamSignalsRequest(batch_id=name(), feedback=[*stated, *unstated])
    (ack,) = [each async for each in ingest.stub.StreamSignals(iter([batch]), metadata=CALLER)]
    assert [each.outcome for each in ack.results] == [1, 3, 3, 1, 3, 3]
    assert (await standing(ingest, "stated"))["rating"] == -1
    assert (await standing(ingest, "unstated"))["rating"] == 0
