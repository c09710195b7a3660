"""Attacks on the trust of a tenant, with the running service: one user with many votes, and many invented users."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from kit.postgres.pool import Database, PostgresSettings, open_database
from neural.domain.model import BoardKey
from neural.drift.detector import DriftDetector
from neural.trust.rounds import TrustRounds
from tests.neural.fixtures.feedback import YESTERDAY
from tests.neural.fixtures.service import NeuralService, open_service, wait_until
from tests.neural.fixtures.stack import no_op
from tests.support.servers import url_as

GOOD, BAD = "m", "n"
QUALITY = {GOOD: 0.85, BAD: 0.55}
HONEST_RATERS = 60


@pytest.fixture
async def neural(database_url: str, redis_url: str) -> AsyncIterator[NeuralService]:
    """Gives a running service."""
    async with open_service(database_url, redis_url) as service:
        yield service


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Gives the database of the service to trust rounds and drift detection."""
    url = url_as("radiant_neural", database_url)
    async with open_database(PostgresSettings(url=url, application_name="attacks")) as opened:
        yield opened


class Tenant:
    """A tenant whose raters vote on a good and on a bad model."""

    def __init__(self, neural: NeuralService, database: Database) -> None:
        self._neural, self._database = neural, database
        self._chance, self._phase = random.Random(3), 0

    async def vote(self, raters: list[str], votes_each: int, *, is_honest: bool) -> None:
        """Writes votes in turn, on both models, and waits until they are learned and judged."""
        votes = []
        for number in range(len(raters) * votes_each):
            model = (GOOD, BAD)[(number // len(raters) + number) % 2]
            is_up = self._chance.random() < QUALITY[model] if is_honest else model == BAD
            votes.append((model, raters[number % len(raters)], 1 if is_up else -1))
        self._phase += 1
        await self._neural.feedback.rate_many(votes, str(self._phase), YESTERDAY + timedelta(hours=self._phase))
        await self._settle()
        detector = DriftDetector(self._database, no_op)
        detector.enqueue([BoardKey("acme", "", "chat", "general")])
        await detector.check_all()
        assert await TrustRounds(self._database, no_op).recompute() is not None
        await self._settle()

    async def _settle(self) -> None:
        async def is_settled() -> bool:
            rows = await self._neural.rows(
                "SELECT EXISTS (SELECT FROM ingest.learn_queue) OR EXISTS (SELECT FROM neural.publish_queue)"
            )
            return not rows[0][0]

        await wait_until(60, is_settled)

    async def recommended(self) -> str:
        """Returns the model that is recommended to a user without feedback."""
        return (await self._neural.ask("visitor")).model

    async def trust(self) -> dict[str, float]:
        """Returns the trust of the honest raters."""
        query = "SELECT user_id, trust FROM neural.user_trust_scores WHERE user_id LIKE 'honest%'"
        return {row["user_id"]: row["trust"] for row in await self._neural.rows(query)}

    async def shifts(self) -> int:
        """Returns the number of detected shifts."""
        return int((await self._neural.rows("SELECT count(*) FROM neural.quality_shifts"))[0][0])


async def test_attackers_change_neither_recommendation_nor_trust_of_honest_raters(
    neural: NeuralService, database: Database
) -> None:
    tenant = Tenant(neural, database)
    await tenant.vote([f"honest-{number}" for number in range(HONEST_RATERS)], 20, is_honest=True)
    before = await tenant.trust()
    assert await tenant.recommended() == GOOD
    assert len(before) == HONEST_RATERS
    await tenant.vote(["one"], 50, is_honest=False)
    assert (await tenant.recommended(), await tenant.shifts()) == (GOOD, 0)
    await tenant.vote([f"invented-{number}" for number in range(300)], 7, is_honest=False)
    assert (await tenant.recommended(), await tenant.shifts()) == (GOOD, 0)
    after = await tenant.trust()
    assert all(after[rater] >= 0.9 * trust for rater, trust in before.items())
    query = "SELECT count(*), bool_or(established) FROM neural.user_trust_scores WHERE outlier AND user_id LIKE 'inv%'"
    assert tuple((await neural.rows(query))[0]) == (300, False)
