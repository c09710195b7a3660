"""GetTenantFeedbackStats: every number against a simple count, and the bounds of the time range."""

from __future__ import annotations

import random
import statistics
from datetime import UTC, datetime, timedelta

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.fixtures.random_feedback import DAY, Unit, World, counts, submit_random_feedback
from tests.ingest.fixtures.service import IngestService, manifest, new_id, problems_of, thumb, time_at
from tests.support.suite import token

METHOD = "GetTenantFeedbackStats"


def day_of(world: World, output: str) -> str:
    """Returns the day of an output in UTC."""
    return world.manifests[output].create_time.ToDatetime(UTC).strftime("%Y-%m-%d")


def stats(world: World, outputs: list[str], day: str) -> pb.DayStats:
    """Returns the statistics of outputs; each user counts once."""
    said = {(o, user): unit for o in outputs for user, unit in world.of(o).items()}
    made = [world.manifests[output] for output in outputs]
    return pb.DayStats(
        day=day,
        outputs=len(outputs),
        outputs_with_feedback=len({output for output, _ in said}),
        outputs_followed=sum(bool(each.decision_id) for each in made),
        counts=counts(list(said.values()), users=len({user for _, user in said})),
        cost_usd=sum(each.total_cost for each in made),
        cost_count=sum(each.HasField("total_cost") for each in made),
    )


def models(world: World, outputs: list[str]) -> list[pb.ModelStats]:
    """Returns the statistics by model, most outputs first."""
    found = []
    for model in "mnp":
        of = [output for output in outputs if model in world.manifests[output].models_used]
        ratings = [unit.vote[1] for output in of for unit in world.of(output).values() if unit.vote]
        judged = sum(bool(world.of(output)) for output in of)
        row = pb.ModelStats(model=model, outputs=len(of), outputs_with_feedback=judged)
        row.positive, row.negative = ratings.count(1), ratings.count(-1)
        costs = [world.manifests[output].total_cost for output in of if world.manifests[output].HasField("total_cost")]
        if costs:
            row.cost_usd_mean, row.cost_count = statistics.fmean(costs), len(costs)
        found.append(row)
    return sorted((each for each in found if each.outputs), key=lambda each: (-each.outputs, each.model))


def check_rest(answer: pb.GetTenantFeedbackStatsResponse, said: list[tuple[str, Unit]]) -> None:
    """Compares the counts by category and by signal type."""
    votes = [unit.vote for _, unit in said if unit.vote]
    for category in (1, 2, 3):
        ratings = [vote[1] for vote in votes if category in vote[2]]
        shown = [each for each in answer.categories if each.category == category]
        assert [(e.positive, e.neutral, e.negative) for e in shown] == (
            [(ratings.count(1), ratings.count(0), ratings.count(-1))] if ratings else []
        )
    for kind in range(1, 16):
        given = [(user, unit.kinds.count(kind)) for user, unit in said if kind in unit.kinds]
        shown_types = [(e.occurrences, e.users) for e in answer.signals if e.signal_type == kind]
        assert shown_types == ([(sum(n for _, n in given), len({user for user, _ in given}))] if given else [])


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_stats_of_random_history_match_reference(ingest: IngestService, seed: int) -> None:
    world = await submit_random_feedback(ingest, random.Random(seed), 60)
    for start, end in ((0, 4 * DAY), (DAY, 2.5 * DAY), (0.3 * DAY, 0.4 * DAY), (0, 399 * DAY)):
        answer = await ingest.call(
            METHOD, pb.GetTenantFeedbackStatsRequest(start_time=time_at(start), end_time=time_at(end))
        )
        low, high = time_at(start).ToMicroseconds(), time_at(end).ToMicroseconds()
        outputs = [o for o, m in world.manifests.items() if low <= m.create_time.ToMicroseconds() < high]
        assert answer.total == stats(world, outputs, "")
        days = sorted({day_of(world, output) for output in outputs})
        assert list(answer.days) == [stats(world, [o for o in outputs if day_of(world, o) == day], day) for day in days]
        assert list(answer.models) == models(world, outputs)
        check_rest(answer, [(user, unit) for output in outputs for user, unit in world.of(output).items()])
        assert (answer.start_time, answer.end_time) == (time_at(start), time_at(end))


async def test_time_range_defaults_to_last_30_days(ingest: IngestService) -> None:
    now = datetime.now(UTC)
    for output, days in (("new", 1), ("old", 31)):
        request = manifest(output)
        request.manifest.create_time.FromDatetime(now - timedelta(days=days))
        await ingest.call("RecordManifest", request)
        await ingest.call("SubmitExplicitFeedback", thumb(output))
    answer = await ingest.call(METHOD, pb.GetTenantFeedbackStatsRequest())
    assert (answer.total.outputs, answer.total.counts.positive, len(answer.days)) == (1, 1, 1)
    start, end = answer.start_time.ToDatetime(UTC), answer.end_time.ToDatetime(UTC)
    assert end - start == timedelta(days=30)
    assert abs(end - now) < timedelta(minutes=1)
    early = Timestamp()
    early.FromDatetime(now - timedelta(days=40))
    assert (await ingest.call(METHOD, pb.GetTenantFeedbackStatsRequest(start_time=early))).total.outputs == 2


async def test_stats_without_outputs_are_zero(ingest: IngestService) -> None:
    answer = await ingest.call(METHOD, pb.GetTenantFeedbackStatsRequest())
    assert answer.total == pb.DayStats(counts=pb.FeedbackCounts())
    assert (list(answer.days), list(answer.models), list(answer.signals)) == ([], [], [])


async def test_time_range_above_400_days_is_refused(ingest: IngestService) -> None:
    ends = time_at(0), time_at(400 * DAY)
    await ingest.call(METHOD, pb.GetTenantFeedbackStatsRequest(start_time=ends[0], end_time=ends[1]))
    asked = [
        (time_at(0), time_at(400 * DAY + 0.000001), "start_time"),
        (Timestamp(seconds=-(2**62)), time_at(0), "start_time"),
        (time_at(0), time_at(0), "end_time"),
        (time_at(1), time_at(0), "end_time"),
        (Timestamp(seconds=2**62), None, "start_time"),
        (time_at(0), Timestamp(seconds=2**62), "start_time"),
    ]
    for start, end, field in asked:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await ingest.call(METHOD, pb.GetTenantFeedbackStatsRequest(start_time=start, end_time=end))
        assert (caught.value.code(), problems_of(caught.value)) == (grpc.StatusCode.INVALID_ARGUMENT, [field])
        if field == "start_time" and end is not None:
            assert "400 days" in (caught.value.details() or "")


async def test_cost_sum_of_huge_costs_is_finite(ingest: IngestService) -> None:
    made = [manifest(f"o{index}").manifest for index in range(3)]
    await ingest.call("BatchRecordManifests", pb.BatchRecordManifestsRequest(request_id=new_id(), manifests=made))
    await ingest.rows("UPDATE ingest.execution_manifests SET total_cost = 1.7e308")  # stored by an earlier version
    answer = await ingest.call(METHOD, pb.GetTenantFeedbackStatsRequest(start_time=time_at(0), end_time=time_at(1)))
    assert answer.total.cost_usd == pytest.approx(3e300)


async def test_stats_of_other_tenant_are_zero(ingest: IngestService) -> None:
    await submit_random_feedback(ingest, random.Random(4), 20)
    request = pb.GetTenantFeedbackStatsRequest(start_time=time_at(0), end_time=time_at(5 * DAY))
    answer = await ingest.call(METHOD, request, token("globex"))
    assert (answer.total.outputs, answer.total.counts.users, len(answer.models)) == (0, 0, 0)
