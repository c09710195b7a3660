"""Interim results: recorded once per reader and interval, and deleted on a schedule."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from experiments.results.interim import InterimResults
from radiant.experiments.v1 import analysis_pb2
from radiant.experiments.v1 import experiment_service_pb2 as pb
from tests.experiments.fixtures.interim_results import (
    USERS,
    add_feedback,
    comparison_numbers,
    is_equal,
    make_older,
    open_interim_results,
    read_results,
    start_with_feedback,
)
from tests.experiments.fixtures.service import ADMIN, OPERATOR, ExperimentsService, environ_of, open_service
from tests.support.suite import token

GLOBEX = token("globex", "admin", "service")
COUNT = "SELECT count(*) FROM experiments.looks WHERE tenant_id = $1 AND experiment_id = $2"


@pytest.fixture
async def service(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ExperimentsService]:
    """Yields a service without background tasks, so that only the tests and calls record interim results."""
    monkeypatch.setattr("experiments.app.periodically", lambda *_: contextlib.nullcontext())
    async with open_service(database_url) as opened:
        yield opened


@pytest.fixture
async def interim_results(database_url: str) -> AsyncIterator[InterimResults]:
    """Yields the interim results of one replica."""
    async with open_interim_results(database_url) as one:
        yield one


async def count(service: ExperimentsService, experiment_id: str, tenant: str = "acme") -> int:
    """Returns the number of stored interim results of a tenant."""
    found: int = await service.connection.fetchval(COUNT, tenant, experiment_id)
    return found


async def test_concurrent_replicas_record_one_interim_result_per_hour(
    service: ExperimentsService, interim_results: InterimResults, database_url: str
) -> None:
    experiment_id = await start_with_feedback(service)
    async with open_interim_results(database_url) as other:
        for expected in (1, 2):
            recorded = await asyncio.gather(
                *(each.record_scheduled("acme", experiment_id) for each in (interim_results, other) * 4)
            )
            assert recorded.count(True) == 1
            assert await count(service, experiment_id) == expected
            await make_older(service, 61)
        await asyncio.gather(*(each.record_all_due() for each in (interim_results, other)))
        assert await count(service, experiment_id) == 3
        await make_older(service, 59)
        assert sum(await asyncio.gather(interim_results.record_all_due(), other.record_all_due())) == 0


async def test_interim_result_equals_results_at_its_time(
    service: ExperimentsService, interim_results: InterimResults
) -> None:
    experiment_id = await start_with_feedback(service)
    assert await interim_results.record_all_due() == 1
    first = await read_results(service, experiment_id)
    assert len(first.results.comparisons) >= 4
    assert {each.control_users for each in first.history[0].comparisons} == {USERS}
    assert [is_equal(each, first.results) for each in first.history] == [True]
    await make_older(service, 61)
    await add_feedback(service, experiment_id, positive=USERS)
    assert await interim_results.record_all_due() == 1
    second = await read_results(service, experiment_id)
    assert [is_equal(each, second.results) for each in second.history] == [False, True]
    assert is_equal(second.history[0], first.results)
    moments = [each.take_time.ToDatetime(UTC) for each in second.history]
    assert moments[1] - moments[0] > timedelta(hours=1)
    assert datetime.now(UTC) - moments[1] < timedelta(minutes=1)


async def test_read_of_results_records_one_interim_result_per_ten_minutes(service: ExperimentsService) -> None:
    experiment_id = await start_with_feedback(service)
    answer = await read_results(service, experiment_id)
    assert [is_equal(each, answer.results) for each in answer.history] == [True]
    await make_older(service, 9)
    assert len((await read_results(service, experiment_id)).history) == 1
    await make_older(service, 2)
    await asyncio.gather(*(service.results(experiment_id) for _ in range(6)))
    assert await count(service, experiment_id) == 2
    plain = await service.call("GetResults", pb.GetResultsRequest(experiment_id=experiment_id))
    assert not plain.history


async def test_draft_or_paused_experiment_records_no_interim_result(
    service: ExperimentsService, interim_results: InterimResults
) -> None:
    made = await service.create()
    paused = await service.move("Pause", await service.started())
    for each in (made, paused):
        assert not (await read_results(service, each.experiment_id)).history
    assert await interim_results.record_all_due() == 0


async def test_results_while_interim_results_are_locked_are_returned(service: ExperimentsService) -> None:
    experiment_id = await start_with_feedback(service)
    async with service.connection.transaction():
        lock = "SELECT pg_advisory_xact_lock(hashtextextended('experiments.looks:acme:' || $1, 0))"
        await service.connection.execute(lock, experiment_id)
        answer = await read_results(service, experiment_id)
        assert answer.results.comparisons
        assert not answer.history
    await service.rows("REVOKE INSERT ON experiments.looks FROM radiant_experiments, radiant_experimenter")
    assert (await read_results(service, experiment_id)).results.comparisons


async def test_interim_results_of_another_tenant_are_hidden(
    service: ExperimentsService, interim_results: InterimResults, database_url: str
) -> None:
    experiment_id = await start_with_feedback(service)
    assert await interim_results.record_scheduled("acme", experiment_id)
    request = pb.GetResultsRequest(experiment_id=experiment_id, with_history=True)
    assert (await service.status_of("GetResults", request, GLOBEX))[0] == "NOT_FOUND"
    assert await interim_results.history("globex", experiment_id) == []
    connection = await asyncpg.connect(environ_of(database_url)["RADIANT_DATABASE_URL"])
    try:
        for tenant, expected in (("globex", 0), ("", 0), ("acme", 1)):
            async with connection.transaction():
                await connection.execute("SELECT set_config('app.current_tenant_id', $1, true)", tenant)
                assert await connection.fetchval("SELECT count(*) FROM experiments.looks") == expected
    finally:
        await connection.close()


async def test_interim_results_over_all_tenants_contain_own_users_only(
    service: ExperimentsService, interim_results: InterimResults
) -> None:
    experiment_id = await start_with_feedback(service, all_tenants=True)
    await add_feedback(service, experiment_id, "globex", positive=USERS)
    assert await interim_results.record_all_due() == 1
    answers = {tenant: await read_results(service, experiment_id, who) for tenant, who in READERS.items()}
    for answer in answers.values():
        assert [is_equal(each, answer.results) for each in answer.history] == [True]
    users = {tenant: answer.history[0].comparisons[0].treatment_users for tenant, answer in answers.items()}
    assert users == {"": 2 * USERS, "acme": USERS, "globex": USERS}
    assert comparison_numbers(answers["acme"].history[0].comparisons[0]) != comparison_numbers(
        answers["globex"].history[0].comparisons[0]
    )
    await make_older(service, 61)
    assert await interim_results.record_all_due() == 3
    assert [await count(service, experiment_id, tenant) for tenant in READERS] == [2, 2, 2]


READERS = {"": OPERATOR, "acme": ADMIN, "globex": GLOBEX}


async def test_completed_experiment_keeps_its_final_result(
    service: ExperimentsService, interim_results: InterimResults
) -> None:
    experiment_id = await start_with_feedback(service)
    before = await read_results(service, experiment_id)
    await add_feedback(service, experiment_id, positive=USERS)
    ended = await service.move("Complete", await service.get(experiment_id))
    answer = await read_results(service, experiment_id)
    assert [is_equal(each, answer.results) for each in answer.history] == [False, True]
    assert is_equal(answer.history[0], before.results)
    assert answer.history[-1].take_time.ToNanoseconds() > ended.end_time.ToNanoseconds()
    assert await interim_results.record_all_due() == 0
    await make_older(service, 200 * 24 * 60)
    await service.rows("UPDATE experiments.ab_experiments SET ended_at = ended_at - interval '200 days'")
    await interim_results.delete_old()
    kept = (await read_results(service, experiment_id)).history
    assert [is_equal(each, answer.results) for each in kept] == [True]


async def test_background_task_records_missed_final_result(
    service: ExperimentsService, interim_results: InterimResults
) -> None:
    experiment_id = await start_with_feedback(service)
    assert await interim_results.record_scheduled("acme", experiment_id)
    await service.move("Complete", await service.get(experiment_id))
    await service.rows(
        "DELETE FROM experiments.looks WHERE taken_at > (SELECT max(ended_at) FROM experiments.ab_experiments)"
    )
    assert await count(service, experiment_id) == 1
    assert await interim_results.record_all_due() == 1
    assert await interim_results.record_all_due() == 0
    answer = await read_results(service, experiment_id)
    assert is_equal(answer.history[-1], answer.results)
    assert len(answer.history) == 2


INSERT = """
INSERT INTO experiments.looks (tenant_id, experiment_id, taken_at, comparisons)
SELECT $1, $2, date_bin('1 day', now(), 'epoch') + interval '30 minutes' - n * $3::interval, $4
FROM generate_series($5::int, $6::int) AS n
"""


async def test_delete_old_keeps_four_results_per_day_then_one(
    service: ExperimentsService, interim_results: InterimResults
) -> None:
    experiment_ids = [await start_with_feedback(service) for _ in range(2)]
    hour = timedelta(hours=1)
    for each in experiment_ids:
        await service.rows(INSERT, "acme", each, hour, b"", 1, 24 * 120)
    before = [row["taken_at"] for row in await service.rows(TIMES, experiment_ids[0])]
    await interim_results.delete_old()
    first = [row["taken_at"] for row in await service.rows(TIMES, experiment_ids[0])]
    assert first == [row["taken_at"] for row in await service.rows(TIMES, experiment_ids[1])]
    now = datetime.now(UTC)
    recent = timedelta(days=13, hours=23)
    assert [moment for moment in first if now - moment < recent] == [each for each in before if now - each < recent]
    middle = [moment for moment in first if timedelta(days=15) < now - moment < timedelta(days=89)]
    old = [moment for moment in first if timedelta(days=91) < now - moment < timedelta(days=119)]
    assert {later - earlier for earlier, later in itertools.pairwise(middle)} == {6 * hour}
    assert {moment.hour for moment in middle} == {5, 11, 17, 23}
    assert {later - earlier for earlier, later in itertools.pairwise(old)} == {24 * hour}
    assert len(before) > 2800
    assert len(first) < 24 * 15 + 4 * 76 + 31
    await interim_results.delete_old()
    assert first == [row["taken_at"] for row in await service.rows(TIMES, experiment_ids[0])]


TIMES = "SELECT taken_at FROM experiments.looks WHERE experiment_id = $1 ORDER BY taken_at"


async def test_recent_interim_result_cannot_be_deleted_by_the_service(
    service: ExperimentsService, interim_results: InterimResults
) -> None:
    experiment_id = await start_with_feedback(service)
    assert await interim_results.record_scheduled("acme", experiment_id)
    async with service.connection.transaction():
        await service.connection.execute("SET LOCAL ROLE radiant_experimenter")
        assert await service.connection.execute("DELETE FROM experiments.looks") == "DELETE 0"
    assert await count(service, experiment_id) == 1


async def test_long_history_is_limited_to_the_size_of_an_answer(service: ExperimentsService) -> None:
    experiment_id = await start_with_feedback(service)
    large = analysis_pb2.ResultLook()
    for number in range(60):
        large.comparisons.add(metric=f"a metric with a long name {number}", variant="treatment", difference=number)
    minute = timedelta(minutes=1)
    await service.rows(INSERT, "acme", experiment_id, minute, b"", 4001, 6500)
    assert len((await read_results(service, experiment_id)).history) == 2000
    await service.rows(INSERT, "acme", experiment_id, minute, large.SerializeToString(), 2001, 4000)
    answer = await read_results(service, experiment_id)
    assert 500 < len(answer.history) < 2000
    assert answer.ByteSize() < 4_000_000
    moments = [each.take_time.ToNanoseconds() for each in answer.history]
    assert moments == sorted(moments)
    assert is_equal(answer.history[-1], answer.results)
