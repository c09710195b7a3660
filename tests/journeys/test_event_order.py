"""Scores do not depend on the order of events, repeats and crashes, and equal those of a rebuild."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any

import grpc
import pytest

from radiant.ingest.v1 import feedback_pb2, ingest_service_pb2
from radiant.neural.v1 import recommend_service_pb2, scoring_pb2
from tests.journeys.fixtures.requests import CALL_SECONDS, at, manifest, rebuild, request_id, settled, signal, thumb
from tests.support.servers import Databases
from tests.support.suite import Suite, running_suite, token

Step = Callable[[Suite], Coroutine[Any, Any, Any]]

TENANTS = ("acme", "globex")
OUTPUTS = 6
USERS = ("ann", "bob")
RATINGS = (feedback_pb2.RATING_NEGATIVE, feedback_pb2.RATING_NEUTRAL, feedback_pb2.RATING_POSITIVE)
VALUES = (
    "score",
    "positive_count",
    "negative_count",
    "neutral_count",
    "implicit_positive_count",
    "implicit_negative_count",
    "total_count",
)
SIGNALS = (
    feedback_pb2.SIGNAL_TYPE_COPY_RESPONSE,
    feedback_pb2.SIGNAL_TYPE_REGENERATE,
    feedback_pb2.SIGNAL_TYPE_SCROLL_TO_END,
)


async def insist(call: Callable[..., Any], request: Any, tenant: str) -> None:
    """Repeats a request until it is answered, as clients do after a crash of the server."""
    async with asyncio.timeout(60):
        while True:
            try:
                await call(request, metadata=token(tenant), timeout=CALL_SECONDS)
            except grpc.aio.AioRpcError as error:
                if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED):
                    raise
                await asyncio.sleep(0.05)
            else:
                return


def history(chance: random.Random) -> list[Step]:
    """Draws the feedback of two tenants with equal identifiers. Each step is one request."""
    steps: list[Step] = []

    def add(method: str, request: Any, tenant: str) -> None:
        steps.append(lambda suite: insist(getattr(suite.ingest, method), request, tenant))

    for tenant in TENANTS:
        for number in range(OUTPUTS):
            output = f"o{number}"
            models = ("m1", "m2", "m3")[: chance.choice((1, 1, 2, 3))]
            add("RecordManifest", manifest(output, *models, seconds=number), tenant)
            for user in USERS:
                for second in range(chance.randint(0, 3)):
                    add(
                        "SubmitExplicitFeedback",
                        thumb(output, chance.choice(RATINGS), user, 10 + second),
                        tenant,
                    )
                for second in range(chance.randint(0, 3)):
                    add(
                        "SubmitImplicitSignal",
                        signal(output, chance.choice(SIGNALS), user, 10 + second),
                        tenant,
                    )
                if chance.random() < 0.25:
                    withdrawal = ingest_service_pb2.RetractFeedbackRequest(
                        request_id=request_id(), output_id=output, user_id=user, client_time=at(11)
                    )
                    add("RetractFeedback", withdrawal, tenant)
    return steps


async def scores(suite: Suite) -> dict[tuple[str, ...], float]:
    """Returns all scores of all tenants and users by their keys."""
    found: dict[tuple[str, ...], float] = {}
    for tenant in TENANTS:
        for user in ("", *USERS):
            request = recommend_service_pb2.ListModelScoresRequest(
                scope=scoring_pb2.SCOPE_USER if user else scoring_pb2.SCOPE_TENANT,
                user_id=user,
                include_rollups=True,
                page_size=1000,
            )
            page = await suite.recommend.ListModelScores(request, metadata=token(tenant), timeout=CALL_SECONDS)
            for row in page.scores:
                for value in VALUES:
                    place = (tenant, user, row.task_type, row.domain_mode, row.model, value)
                    found[place] = float(getattr(row, value))
    return found


async def played(databases: Databases, redis_url: str, steps: list[Step], kills: int, seed: int) -> dict[Any, Any]:
    """Sends the steps, kills services `kills` times, and compares the scores with those of a rebuild."""
    chance = random.Random(seed)
    with databases.fresh() as url:
        async with running_suite(url, redis_url) as suite:
            moments = set(chance.sample(range(len(steps)), kills))
            for number, step in enumerate(steps):
                if number in moments:
                    victim = chance.choice((suite.ingest_process, suite.neural_process))
                    await victim.kill()
                    await asyncio.gather(victim.start(), step(suite))
                else:
                    await step(suite)
            await settled(suite)
            live = await scores(suite)
            report = await rebuild(suite)
            assert report.changed_cells == 0, report
            assert await scores(suite) == pytest.approx(live, abs=1e-9)
            return live


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [1, 2])
async def test_scores_after_disorder_and_kills_are_equal(databases: Databases, redis_url: str, seed: int) -> None:
    chance = random.Random(seed)
    steps = history(chance)
    orderly = await played(databases, redis_url, steps, 0, seed)
    disorder = steps + chance.choices(steps, k=len(steps) // 2)
    chance.shuffle(disorder)
    assert await played(databases, redis_url, disorder, 4, seed) == pytest.approx(orderly, abs=1e-9)
    assert orderly
