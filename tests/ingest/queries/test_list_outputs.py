"""ListOutputs: every condition against a simple model, paging and tenant isolation."""

from __future__ import annotations

import asyncio
import random
import statistics
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from kit.rpc.pages import encode_page
from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.fixtures.random_feedback import DAY, World, counts, submit_random_feedback
from tests.ingest.fixtures.service import TENANT, IngestService, manifest, new_id, problems_of, time_at
from tests.support.suite import token

CONDITIONS: dict[str, list[Any]] = {
    "start_time": [time_at(DAY), time_at(2 * DAY)],
    "end_time": [time_at(3 * DAY), time_at(3.5 * DAY)],
    "model": ["m", "p", "unknown"],
    "task_type": ["chat", "code"],
    "domain_mode": ["general", "legal"],
    "user_id": ["a", "d", "nobody"],
    "conversation_id": ["c1", "c2"],
    "rating": [1, 2, 3],
    "category": [1, 2, 9],
    "signal_type": [1, 2, 3, 15],
    "with_feedback": [True],
    "with_comment": [True],
    "with_voice": [True],
}


def meets(world: World, output: str, field: str, value: Any) -> bool:
    """Returns whether an output meets one condition by the model."""
    made, said = world.manifests[output], world.of(output).values()
    match field:
        case "start_time":
            return bool(made.create_time.ToMicroseconds() >= value.ToMicroseconds())
        case "end_time":
            return bool(made.create_time.ToMicroseconds() < value.ToMicroseconds())
        case "model":
            return value in made.models_used
        case "rating":
            return any(unit.vote and unit.vote[1] == value - 2 for unit in said)
        case "category":
            return any(unit.vote and value in unit.vote[2] for unit in said)
        case "signal_type":
            return any(value in unit.kinds for unit in said)
        case "with_feedback":
            return bool(said)
        case "with_comment":
            return any(unit.vote and unit.vote[3] for unit in said)
        case "with_voice":
            return any(unit.heard is not None for unit in said)
    return bool(getattr(made, field) == value)


async def pages(ingest: IngestService, size: int = 0, **conditions: Any) -> list[pb.OutputEntry]:
    """Returns the entries of all pages."""
    found: list[pb.OutputEntry] = []
    token, first = "", True
    while token or first:
        request = pb.ListOutputsRequest(page_size=size, page_token=token, **conditions)
        answer = await ingest.call("ListOutputs", request)
        assert len(answer.outputs) == size or not answer.next_page_token or not size
        found.extend(answer.outputs)
        token, first = answer.next_page_token, False
    return found


def check(world: World, entry: pb.OutputEntry) -> None:
    """Compares an entry with the model."""
    made, said = world.manifests[entry.output_id], list(world.of(entry.output_id).values())
    for field in ("user_id", "conversation_id", "create_time", "models_used", "task_type", "domain_mode"):
        assert getattr(entry, field) == getattr(made, field)
    assert (entry.input_language, entry.followed) == (made.input_language, made.decision_id != "")
    assert entry.counts == counts(said)
    scores = [unit.score for unit in said if unit.score is not None]
    assert entry.mean_score == pytest.approx(statistics.fmean(scores) if scores else 0.0, abs=1e-12)


@pytest.mark.parametrize("block", [1_000, 3])
async def test_list_with_any_conditions_matches_reference(
    ingest: IngestService, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr("ingest.queries.outputs.BLOCK_SIZE", block)
    chance = random.Random(block)
    world = await submit_random_feedback(ingest, chance, 70)
    asked = [{field: value} for field, values in CONDITIONS.items() for value in values]
    for _ in range(60):
        fields = chance.sample(sorted(CONDITIONS), chance.choice([2, 2, 3, 4]))
        asked.append({field: chance.choice(CONDITIONS[field]) for field in fields})
    assert len(world.manifests) == 70
    hits = 0
    for conditions in ({}, *asked):
        wanted = [o for o in world.newest_first() if all(meets(world, o, *each) for each in conditions.items())]
        found = await pages(ingest, chance.choice([0, 1, 4, 7]) if len(wanted) < 30 else 11, **conditions)
        assert [each.output_id for each in found] == wanted, conditions
        for each in found:
            check(world, each)
        hits += bool(wanted)
    assert hits > 50  # enough conditions are met by some outputs


async def test_pages_during_inserts_neither_repeat_nor_skip(ingest: IngestService) -> None:
    made = [manifest(f"o{index:02}", seconds=index // 4).manifest for index in range(40)]
    await ingest.call("BatchRecordManifests", pb.BatchRecordManifestsRequest(request_id=new_id(), manifests=made))
    found: list[str] = []
    token, round_ = "", 0
    while token or not round_:
        answer = await ingest.call("ListOutputs", pb.ListOutputsRequest(page_size=3, page_token=token))
        found.extend(each.output_id for each in answer.outputs)
        arrivals = [manifest(f"new{round_}-{n}", seconds=seconds) for n, seconds in enumerate((99, 5, 0, 3))]
        await asyncio.gather(*(ingest.call("RecordManifest", each) for each in arrivals))
        token, round_ = answer.next_page_token, round_ + 1
    assert len(found) == len(set(found))
    assert [each for each in found if each.startswith("o")] == sorted((m.output_id for m in made), reverse=True)


async def test_page_token_with_other_conditions_is_refused(ingest: IngestService) -> None:
    for index in range(3):
        await ingest.call("RecordManifest", manifest(f"o{index}", seconds=index))
    first = await ingest.call("ListOutputs", pb.ListOutputsRequest(page_size=1))
    forged = [encode_page(("outputs", TENANT, ""), key) for key in ((-1, "o"), (2**62, "o"), ("1", "o"), (1,))]
    for conditions in ({"model": "m"}, {"with_voice": True}, {"start_time": time_at(0)}, {"user_id": "u"}):
        for page_token in (first.next_page_token, "x", *forged):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await ingest.call("ListOutputs", pb.ListOutputsRequest(page_token=page_token, **conditions))
            assert (caught.value.code(), problems_of(caught.value)) == (
                grpc.StatusCode.INVALID_ARGUMENT,
                ["page_token"],
            )
    another_size = pb.ListOutputsRequest(page_size=2, page_token=first.next_page_token)
    assert [each.output_id for each in (await ingest.call("ListOutputs", another_size)).outputs] == ["o1", "o0"]


async def test_time_range_is_validated_and_half_open(ingest: IngestService) -> None:
    await ingest.call("RecordManifest", manifest("o"))
    for start, end in ((time_at(0), time_at(0)), (time_at(1), time_at(0))):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await ingest.call("ListOutputs", pb.ListOutputsRequest(start_time=start, end_time=end))
        assert problems_of(caught.value) == ["end_time"]
    for request in (
        pb.ListOutputsRequest(start_time=Timestamp(seconds=-(2**62))),
        pb.ListOutputsRequest(end_time=Timestamp(seconds=2**62, nanos=-(2**31))),
    ):
        assert len((await ingest.call("ListOutputs", request)).outputs) == 1
    assert len(await pages(ingest, start_time=time_at(0), end_time=time_at(0.000001))) == 1
    assert await pages(ingest, end_time=time_at(0)) == []


async def test_page_size_is_at_most_200(ingest: IngestService) -> None:
    made = [manifest(f"o{index}").manifest for index in range(230)]
    await ingest.call("BatchRecordManifests", pb.BatchRecordManifestsRequest(request_id=new_id(), manifests=made))
    sizes = [len((await ingest.call("ListOutputs", pb.ListOutputsRequest(page_size=n))).outputs) for n in (0, 7, 999)]
    assert sizes == [50, 7, 200]


async def test_list_for_other_tenant_is_empty(ingest: IngestService) -> None:
    await submit_random_feedback(ingest, random.Random(5), 20)
    stranger = token("globex")
    for conditions in (
        {},
        {"with_feedback": True},
        {"conversation_id": "c1"},
        {"rating": feedback_pb2.RATING_POSITIVE},
    ):
        answer = await ingest.call("ListOutputs", pb.ListOutputsRequest(**conditions), stranger)
        assert (len(answer.outputs), answer.next_page_token) == (0, "")
    mine = await ingest.call("ListOutputs", pb.ListOutputsRequest(page_size=1))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await ingest.call("ListOutputs", pb.ListOutputsRequest(page_token=mine.next_page_token), stranger)
    assert problems_of(caught.value) == ["page_token"]
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await ingest.call("ListOutputs", pb.ListOutputsRequest(tenant_id=TENANT), stranger)
    assert caught.value.code() == grpc.StatusCode.PERMISSION_DENIED
