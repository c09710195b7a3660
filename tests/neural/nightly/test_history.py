"""ListBatchRuns: pages of runs, newest first, with the reports of succeeded runs."""

from __future__ import annotations

import random
import uuid
from typing import Any

import grpc
import pytest

from kit.rpc.pages import encode_page
from radiant.neural.v1 import learning_service_pb2 as pb
from tests.ingest.fixtures.service import reason_of
from tests.neural.fixtures.history import new_run_id, write_history
from tests.neural.fixtures.service import ACME, OPERATOR, NeuralService, open_service
from tests.support.suite import token

INSERT = (
    "INSERT INTO neural.runs (run_id, state, error, step, done, started_at, finished_at)"
    " VALUES ($1, $2, $3, $4, $5, timestamptz '2026-03-01' + $6 * interval '1 hour', $7)"
)


async def list_runs(serving: NeuralService, caller: Any = OPERATOR, **request: Any) -> pb.ListBatchRunsResponse:
    """Returns a page of runs."""
    answer: pb.ListBatchRunsResponse = await serving.call("ListBatchRuns", pb.ListBatchRunsRequest(**request), caller)
    return answer


async def insert_run(serving: NeuralService, hour: int, state: str = "failed", error: str = "", step: str = "") -> str:
    """Inserts a run that started at an hour and returns its ID."""
    name = str(uuid.uuid4())
    await serving.rows(INSERT, name, state, error, step, ["trust"], hour, None)
    return name


async def test_run_listing_contains_reports_of_succeeded_runs(database_url: str, redis_url: str) -> None:
    async with open_service(database_url, redis_url) as service:
        assert await list_runs(service) == pb.ListBatchRunsResponse()
        await write_history(service.feedback, 21, 10)
        reports = [
            await service.call("RunBatchLearning", pb.RunBatchLearningRequest(request_id=new_run_id()), OPERATOR)
            for _ in range(2)
        ]
        failed = await insert_run(service, -1, error="RuntimeError: no room")
        running = await insert_run(service, -2, "running", step="rebuild")
        runs = (await list_runs(service)).runs
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


async def test_run_pages_neither_repeat_nor_skip_while_runs_start(database_url: str, redis_url: str) -> None:
    chance = random.Random(6)
    async with open_service(database_url, redis_url) as service:
        hours = {await insert_run(service, hour): hour for hour in [chance.randrange(6) for _ in range(23)]}
        expected = sorted(hours, key=lambda name: (hours[name], name), reverse=True)
        found: list[str] = []
        page_token, first = "", True
        while page_token or first:
            page = await list_runs(service, page_size=4, page_token=page_token)
            found += [each.run.run_id for each in page.runs]
            assert len(page.runs) == 4 or not page.next_page_token
            await insert_run(service, 100)
            page_token, first = page.next_page_token, False
        assert found == expected


async def test_run_page_size_is_50_by_default_and_at_most_100(database_url: str, redis_url: str) -> None:
    async with open_service(database_url, redis_url) as service:
        for hour in range(103):
            await insert_run(service, hour)
        assert [len((await list_runs(service, page_size=size)).runs) for size in (0, 3, 1000)] == [50, 3, 100]


async def test_run_listing_rejects_page_token_of_other_listing(database_url: str, redis_url: str) -> None:
    keys: list[tuple[int | str, str]] = [(1, "x"), (-1, str(uuid.uuid4())), (2**62, str(uuid.uuid4())), ("1", "x")]
    async with open_service(database_url, redis_url) as service:
        for page_token in (
            "x",
            encode_page(("trust",), (1, str(uuid.uuid4()))),
            *(encode_page(("runs",), k) for k in keys),
        ):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await list_runs(service, page_token=page_token)
            assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
            assert "page_token" in (caught.value.details() or "")


async def test_run_listing_by_admin_is_denied(database_url: str, redis_url: str) -> None:
    async with open_service(database_url, redis_url) as service:
        for caller in (ACME, token("globex", "admin")):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await list_runs(service, caller)
            assert caught.value.code() == grpc.StatusCode.PERMISSION_DENIED


async def test_runs_of_all_tenants_are_denied_to_operator_of_one_tenant(database_url: str, redis_url: str) -> None:
    own_operator = token("acme", "operator", "admin")
    async with open_service(database_url, redis_url) as service:
        await insert_run(service, 1, error="could not read output o-7 of globex")
        for method, request in (
            ("RunBatchLearning", pb.RunBatchLearningRequest(request_id=new_run_id())),
            ("ListBatchRuns", pb.ListBatchRunsRequest()),
        ):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await service.call(method, request, own_operator)
            assert caught.value.code() == grpc.StatusCode.PERMISSION_DENIED, method
            assert reason_of(caught.value) == "ALL_TENANTS_ONLY", method
        assert (await service.rows("SELECT count(*) FROM neural.runs"))[0][0] == 1
        assert len((await list_runs(service)).runs) == 1


async def test_status_of_one_tenant_has_no_counts_and_errors_of_all_tenants(database_url: str, redis_url: str) -> None:
    async with open_service(database_url, redis_url) as service:
        await insert_run(service, 1, error="could not read output o-7 of globex")
        await service.rows("UPDATE neural.score_versions SET run_id = (SELECT run_id FROM neural.runs), units_done = 4,"
                           " units_total = 5")  # fmt: skip
        request = pb.GetLearningStatusRequest()
        seen = (await service.call("GetLearningStatus", request, OPERATOR)).last_run
        assert (seen.units_done, seen.units_total, "globex" in seen.error_message) == (4, 5, True)
        for caller in (token("acme", "operator"), ACME, token("acme", "expert")):
            own = (await service.call("GetLearningStatus", request, caller)).last_run
            assert (own.units_done, own.units_total) == (0, 0)
            assert (own.state, own.error_message) == (pb.BATCH_RUN_STATE_FAILED, "The run failed.")
            assert (own.run_id, own.start_time) == (seen.run_id, seen.start_time)
        request = pb.GetLearningStatusRequest(tenant_id="acme")
        assert (await service.call("GetLearningStatus", request, OPERATOR)).last_run == seen
