"""Stored votes: the latest vote of a user on an output stands, in any order and grouping."""

from __future__ import annotations

import asyncio
import random
from uuid import UUID

import asyncpg

from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.fixtures.service import CALLER, IngestService, new_id, thumb, vote


async def standing(ingest: IngestService, output: str) -> asyncpg.Record:
    """Returns the stored vote on an output."""
    query = "SELECT rating, comment, client_time, request_id::text FROM ingest.explicit_feedback WHERE output_id = $1"
    (row,) = await ingest.rows(query, output)
    return row


def votes_on(output: str) -> list[pb.SubmitExplicitFeedbackRequest]:
    """Returns requests with votes; two pairs of them have equal times."""
    return [
        thumb(output, 1 + index % 3, seconds=[0, 3, 1, 3, 2, 0][index], comment=f"comment {index}")
        for index in range(6)
    ]


def latest(requests: list[pb.SubmitExplicitFeedbackRequest]) -> pb.SubmitExplicitFeedbackRequest:
    """Returns the request whose vote must stand."""
    return max(requests, key=lambda each: (each.feedback.client_time.seconds, UUID(each.request_id)))


async def test_stored_vote_after_any_order_is_latest(ingest: IngestService) -> None:
    for seed in range(6):
        requests = votes_on(f"o{seed}")
        random.Random(seed).shuffle(requests)
        for each in requests:
            await ingest.call("SubmitExplicitFeedback", each)
        assert (await standing(ingest, f"o{seed}"))["request_id"] == latest(requests).request_id


async def test_stored_vote_after_concurrent_votes_is_latest(ingest: IngestService) -> None:
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


async def test_stored_vote_of_batch_is_last(ingest: IngestService) -> None:
    stated = [vote("stated", rating) for rating in (3, 2, 1)]
    unstated = [vote("unstated", rating) for rating in (3, 1, 2)]
    for each in unstated:
        each.ClearField("client_time")
    batch = pb.StreamSignalsRequest(batch_id=new_id(), feedback=[*stated, *unstated])
    (ack,) = [each async for each in ingest.stub.StreamSignals(iter([batch]), metadata=CALLER)]
    assert [each.outcome for each in ack.results] == [1, 3, 3, 1, 3, 3]
    assert (await standing(ingest, "stated"))["rating"] == -1
    assert (await standing(ingest, "unstated"))["rating"] == 0
