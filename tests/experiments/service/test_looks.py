"""Looks at results over time: each taken once, by the tenant whose results they are, thinned when they are old."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import grpc
import pytest

from experiments.results.interim import Looks
from experiments.settings import ExperimentsSettings
from experiments.store.experiments import Experiments
from kit.postgres.pool import open_database
from radiant.experiments.v1 import analysis_pb2
from radiant.experiments.v1 import experiment_service_pb2 as pb
from tests.experiments.service.serving import ADMIN, OPERATOR, Serving, environ_of
from tests.experiments.service.world import World
from tests.support.suite import token

GLOBEX = token("globex", "admin", "service")
USERS = 30
COUNT = "SELECT count(*) FROM experiments.looks WHERE tenant_id = $1 AND experiment_id = $2"


@contextlib.asynccontextmanager
async def replica(database_url: str) -> AsyncIterator[Looks]:
    """Gives what takes looks in a replica, on connections of its own."""
    settings = ExperimentsSettings.from_env(environ_of(database_url))
    async with open_database(settings.postgres) as database:
        yield Looks(database, Experiments(database))


@pytest.fixture
async def looks(database_url: str) -> AsyncIterator[Looks]:
    """Gives one replica."""
    async with replica(database_url) as one:
        yield one


async def running(service: Serving, tenant: str = "acme", **more: Any) -> str:
    """Starts an experiment in which users of a tenant judge."""
    caller = OPERATOR if more.get("all_tenants") else ADMIN
    experiment_id = (await service.started(caller=caller, **more)).experiment_id
    await judged(service, experiment_id, tenant)
    return experiment_id


async def judged(service: Serving, experiment_id: str, tenant: str = "acme", pleased: int = USERS * 2 // 3) -> None:
    """Lets users of a tenant judge both variants; half of the control's are pleased."""
    world = World(service.connection, tenant)
    await world.judged(experiment_id, "control", USERS, USERS // 2)
    await world.judged(experiment_id, "treatment", USERS, pleased)


async def asked(service: Serving, experiment_id: str, caller: grpc.aio.Metadata = ADMIN) -> pb.GetResultsResponse:
    """Asks for results with their history."""
    request = pb.GetResultsRequest(experiment_id=experiment_id, with_history=True)
    answer: pb.GetResultsResponse = await service.call("GetResults", request, caller)
    return answer


async def count(service: Serving, experiment_id: str, tenant: str = "acme") -> int:
    """Returns how many looks are kept for a tenant."""
    found: int = await service.connection.fetchval(COUNT, tenant, experiment_id)
    return found


async def age(service: Serving, minutes: int) -> None:
    """Lets time go by."""
    await service.rows("UPDATE experiments.looks SET taken_at = taken_at - $1 * interval '1 minute'", minutes)


def numbers(comparison: Any) -> tuple[Any, ...]:
    """Returns what a look keeps of a comparison, but for users."""
    names = ("metric", "variant", "difference", "sequence_lower", "sequence_upper")
    return tuple(getattr(comparison, name) for name in names)


def same(look: analysis_pb2.ResultLook, results: analysis_pb2.Results) -> bool:
    """Tells whether a look says what the results said."""
    users = {each.variant: each.users for each in results.variants}
    expected = [(*numbers(each), users["control"], users[each.variant]) for each in results.comparisons]
    return expected == [(*numbers(each), each.control_users, each.treatment_users) for each in look.comparisons]


async def test_two_replicas_at_once_take_one_look_an_hour(service: Serving, looks: Looks, database_url: str) -> None:
    experiment_id = await running(service)
    async with replica(database_url) as other:
        for expected in (1, 2):
            taken = await asyncio.gather(*(each.take("acme", experiment_id) for each in (looks, other) * 4))
            assert taken.count(True) == 1
            assert await count(service, experiment_id) == expected
            await age(service, 61)
        await asyncio.gather(*(each.round() for each in (looks, other)))
        assert await count(service, experiment_id) == 3
        await age(service, 59)
        assert sum(await asyncio.gather(looks.round(), other.round())) == 0


async def test_a_look_is_what_results_said_at_the_time(service: Serving, looks: Looks) -> None:
    experiment_id = await running(service)
    assert await looks.round() == 1
    first = await asked(service, experiment_id)
    assert len(first.results.comparisons) >= 4
    assert {each.control_users for each in first.history[0].comparisons} == {USERS}
    assert [same(look, first.results) for look in first.history] == [True]
    await age(service, 61)
    await judged(service, experiment_id, pleased=USERS)
    assert await looks.round() == 1
    second = await asked(service, experiment_id)
    assert [same(look, second.results) for look in second.history] == [False, True]
    assert same(second.history[0], first.results)
    moments = [look.take_time.ToDatetime(UTC) for look in second.history]
    assert moments[1] - moments[0] > timedelta(hours=1)
    assert datetime.now(UTC) - moments[1] < timedelta(minutes=1)


async def test_asking_keeps_a_look_every_ten_minutes(service: Serving) -> None:
    experiment_id = await running(service)
    answer = await asked(service, experiment_id)
    assert [same(look, answer.results) for look in answer.history] == [True]
    await age(service, 9)
    assert len((await asked(service, experiment_id)).history) == 1
    await age(service, 2)
    await asyncio.gather(*(service.results(experiment_id) for _ in range(6)))
    assert await count(service, experiment_id) == 2
    plain = await service.call("GetResults", pb.GetResultsRequest(experiment_id=experiment_id))
    assert not plain.history


async def test_only_running_experiments_gain_looks(service: Serving, looks: Looks) -> None:
    made = await service.create()
    paused = await service.move("Pause", await service.started())
    for each in (made, paused):
        assert not (await asked(service, each.experiment_id)).history
    assert await looks.round() == 0


async def test_results_are_answered_while_another_holds_the_looks(service: Serving) -> None:
    experiment_id = await running(service)
    async with service.connection.transaction():
        lock = "SELECT pg_advisory_xact_lock(hashtextextended('experiments.looks:acme:' || $1, 0))"
        await service.connection.execute(lock, experiment_id)
        answer = await asked(service, experiment_id)
        assert answer.results.comparisons
        assert not answer.history
    await service.rows("REVOKE INSERT ON experiments.looks FROM radiant_experiments, radiant_experimenter")
    assert (await asked(service, experiment_id)).results.comparisons


async def test_a_second_tenant_sees_none(service: Serving, looks: Looks, database_url: str) -> None:
    experiment_id = await running(service)
    assert await looks.take("acme", experiment_id)
    request = pb.GetResultsRequest(experiment_id=experiment_id, with_history=True)
    assert (await service.said("GetResults", request, GLOBEX))[0] == "NOT_FOUND"
    assert await looks.history("globex", experiment_id) == []
    connection = await asyncpg.connect(environ_of(database_url)["RADIANT_DATABASE_URL"])
    try:
        for tenant, expected in (("globex", 0), ("", 0), ("acme", 1)):
            async with connection.transaction():
                await connection.execute("SELECT set_config('app.current_tenant_id', $1, true)", tenant)
                assert await connection.fetchval("SELECT count(*) FROM experiments.looks") == expected
    finally:
        await connection.close()


async def test_of_an_experiment_over_all_tenants_each_sees_its_own_users(service: Serving, looks: Looks) -> None:
    experiment_id = await running(service, all_tenants=True)
    await judged(service, experiment_id, "globex", pleased=USERS)
    assert await looks.round() == 1
    answers = {tenant: await asked(service, experiment_id, who) for tenant, who in READERS.items()}
    for answer in answers.values():
        assert [same(look, answer.results) for look in answer.history] == [True]
    users = {tenant: answer.history[0].comparisons[0].treatment_users for tenant, answer in answers.items()}
    assert users == {"": 2 * USERS, "acme": USERS, "globex": USERS}
    assert numbers(answers["acme"].history[0].comparisons[0]) != numbers(answers["globex"].history[0].comparisons[0])
    await age(service, 61)
    assert await looks.round() == 3
    assert [await count(service, experiment_id, tenant) for tenant in READERS] == [2, 2, 2]


READERS = {"": OPERATOR, "acme": ADMIN, "globex": GLOBEX}


async def test_a_completed_experiment_keeps_its_last_look(service: Serving, looks: Looks) -> None:
    experiment_id = await running(service)
    before = await asked(service, experiment_id)
    await judged(service, experiment_id, pleased=USERS)
    ended = await service.move("Complete", await service.shown(experiment_id))
    answer = await asked(service, experiment_id)
    assert [same(look, answer.results) for look in answer.history] == [False, True]
    assert same(answer.history[0], before.results)
    assert answer.history[-1].take_time.ToNanoseconds() > ended.end_time.ToNanoseconds()
    assert await looks.round() == 0
    await age(service, 200 * 24 * 60)
    await service.rows("UPDATE experiments.ab_experiments SET ended_at = ended_at - interval '200 days'")
    await looks.thin()
    kept = (await asked(service, experiment_id)).history
    assert [same(look, answer.results) for look in kept] == [True]


async def test_the_worker_takes_a_last_look_that_was_missed(service: Serving, looks: Looks) -> None:
    experiment_id = await running(service)
    await looks.take("acme", experiment_id)  # unless the service's own worker came first
    await service.move("Complete", await service.shown(experiment_id))
    await service.rows(
        "DELETE FROM experiments.looks WHERE taken_at > (SELECT max(ended_at) FROM experiments.ab_experiments)"
    )
    assert await count(service, experiment_id) == 1
    assert await looks.round() == 1
    assert await looks.round() == 0
    answer = await asked(service, experiment_id)
    assert same(answer.history[-1], answer.results)
    assert len(answer.history) == 2


INSERT = """
INSERT INTO experiments.looks (tenant_id, experiment_id, taken_at, comparisons)
SELECT $1, $2, date_bin('1 day', now(), 'epoch') + interval '30 minutes' - n * $3::interval, $4
FROM generate_series($5::int, $6::int) AS n
"""


async def test_old_looks_are_thinned(service: Serving, looks: Looks) -> None:
    several = [await running(service) for _ in range(2)]
    hour = timedelta(hours=1)
    for each in several:
        await service.rows(INSERT, "acme", each, hour, b"", 1, 24 * 120)
    before = [row["taken_at"] for row in await service.rows(TIMES, several[0])]
    await looks.thin()
    first = [row["taken_at"] for row in await service.rows(TIMES, several[0])]
    assert first == [row["taken_at"] for row in await service.rows(TIMES, several[1])]
    now = datetime.now(UTC)
    young = timedelta(days=13, hours=23)
    assert [moment for moment in first if now - moment < young] == [each for each in before if now - each < young]
    middle = [moment for moment in first if timedelta(days=15) < now - moment < timedelta(days=89)]
    old = [moment for moment in first if timedelta(days=91) < now - moment < timedelta(days=119)]
    assert {later - earlier for earlier, later in itertools.pairwise(middle)} == {6 * hour}
    assert {moment.hour for moment in middle} == {5, 11, 17, 23}
    assert {later - earlier for earlier, later in itertools.pairwise(old)} == {24 * hour}
    assert len(before) > 2800
    assert len(first) < 24 * 15 + 4 * 76 + 31
    await looks.thin()
    assert first == [row["taken_at"] for row in await service.rows(TIMES, several[0])]


TIMES = "SELECT taken_at FROM experiments.looks WHERE experiment_id = $1 ORDER BY taken_at"


async def test_young_looks_cannot_be_deleted(service: Serving, looks: Looks) -> None:
    experiment_id = await running(service)
    assert await looks.take("acme", experiment_id)
    async with service.connection.transaction():
        await service.connection.execute("SET LOCAL ROLE radiant_experimenter")
        assert await service.connection.execute("DELETE FROM experiments.looks") == "DELETE 0"
    assert await count(service, experiment_id) == 1


async def test_long_and_large_histories_fit_into_an_answer(service: Serving) -> None:
    experiment_id = await running(service)
    large = analysis_pb2.ResultLook()
    for number in range(60):
        large.comparisons.add(metric=f"a metric with a long name {number}", variant="treatment", difference=number)
    minute = timedelta(minutes=1)
    await service.rows(INSERT, "acme", experiment_id, minute, b"", 4001, 6500)
    assert len((await asked(service, experiment_id)).history) == 2000
    await service.rows(INSERT, "acme", experiment_id, minute, large.SerializeToString(), 2001, 4000)
    answer = await asked(service, experiment_id)
    assert 500 < len(answer.history) < 2000
    assert answer.ByteSize() < 4_000_000
    moments = [look.take_time.ToNanoseconds() for look in answer.history]
    assert moments == sorted(moments)
    assert same(answer.history[-1], answer.results)
