"""ListBatchRuns: runs newest first, each with its report once it has succeeded, page by page, for operators."""

from __future__ import annotations

import random
import uuid
from typing import Any

import grpc
import pytest

from kit.rpc.pages import encode_page
from radiant.neural.v1 import learning_service_pb2 as pb
from tests.neural.history import busy, run_id
from tests.neural.serving import ACME, OPERATOR, Serving, serving
from tests.support.suite import token

INSERT = (
    "INSERT INTO neural.runs (run_id, state, error, step, done, started_at, finished_at)"
    " VALUES ($1, $2, $3, $4, $5, timestamptz '2026-03-01' + $6 * interval '1 hour', $7)"
)


async def listed(serving: Serving, caller: Any = OPERATOR, **request: Any) -> pb.ListBatchRunsResponse:
    """Asks for a page of runs."""
    answer: pb.ListBatchRunsResponse = await serving.call("ListBatchRuns", pb.ListBatchRunsRequest(**request), caller)
    return answer


async def began(serving: Serving, hour: int, state: str = "failed", error: str = "", step: str = "") -> str:
    """Puts a run there that began at that hour and returns its identifier."""
    name = str(uuid.uuid4())
    await serving.rows(INSERT, name, state, error, step, ["trust"], hour, None)
    return name


async def test_a_run_is_listed_with_what_it_reported(database_url: str, redis_url: str) -> None:
    async with serving(database_url, redis_url) as service:
        assert await listed(service) == pb.ListBatchRunsResponse()
        await busy(service.world, 21, 10)
        reports = [
            await service.call("RunBatchLearning", pb.RunBatchLearningRequest(request_id=run_id()), OPERATOR)
            for _ in range(2)
        ]
        failed = await began(service, -1, error="RuntimeError: no room")
        running = await began(service, -2, "running", step="rebuild")
        runs = (await listed(service)).runs
        assert [each.run.run_id for each in runs] == [reports[1].run_id, reports[0].run_id, failed, running]
        assert [runs[1].report, runs[0].report] == reports
        assert reports[0].units > 0
        assert runs[0].run.state == pb.BATCH_RUN_STATE_SUCCEEDED
        assert list(runs[0].run.steps_done) == ["trust", "rebuild", "priors", "drift", "expiry"]
        assert runs[0].run.units_done == reports[1].units > 0
        assert runs[0].run.start_time.ToMicroseconds() <= runs[0].run.end_time.ToMicroseconds()
        status = await service.call("GetLearningStatus", pb.GetLearningStatusRequest(), OPERATOR)
        assert status.last_run == runs[0].run
        assert [each.HasField("report") for each in runs] == [True, True, False, False]
        assert (runs[2].run.state, runs[2].run.error_message) == (pb.BATCH_RUN_STATE_FAILED, "RuntimeError: no room")
        assert (runs[3].run.state, runs[3].run.step) == (pb.BATCH_RUN_STATE_RUNNING, "rebuild")
        assert not runs[3].run.HasField("end_time")


async def test_pages_neither_repeat_nor_skip_while_runs_begin(database_url: str, redis_url: str) -> None:
    chance = random.Random(6)
    async with serving(database_url, redis_url) as service:
        hours = {await began(service, hour): hour for hour in [chance.randrange(6) for _ in range(23)]}
        expected = sorted(hours, key=lambda name: (hours[name], name), reverse=True)
        found: list[str] = []
        page_token, first = "", True
        while page_token or first:
            page = await listed(service, page_size=4, page_token=page_token)
            found += [each.run.run_id for each in page.runs]
            assert len(page.runs) == 4 or not page.next_page_token
            await began(service, 100)
            page_token, first = page.next_page_token, False
        assert found == expected


async def test_a_page_has_100_at_most_and_50_by_default(database_url: str, redis_url: str) -> None:
    async with serving(database_url, redis_url) as service:
        for hour in range(103):
            await began(service, hour)
        assert [len((await listed(service, page_size=size)).runs) for size in (0, 3, 1000)] == [50, 3, 100]


async def test_a_token_of_something_else_is_refused(database_url: str, redis_url: str) -> None:
    keys: list[tuple[int | str, str]] = [(1, "x"), (-1, str(uuid.uuid4())), (2**62, str(uuid.uuid4())), ("1", "x")]
    async with serving(database_url, redis_url) as service:
        for page_token in (
            "x",
            encode_page(("trust",), (1, str(uuid.uuid4()))),
            *(encode_page(("runs",), k) for k in keys),
        ):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await listed(service, page_token=page_token)
            assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
            assert "page_token" in (caught.value.details() or "")


async def test_runs_are_for_operators(database_url: str, redis_url: str) -> None:
    async with serving(database_url, redis_url) as service:
        for caller in (ACME, token("globex", "admin")):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await listed(service, caller)
            assert caught.value.code() == grpc.StatusCode.PERMISSION_DENIED
