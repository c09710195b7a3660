"""The real service in the test's own process, and calls to it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import grpc

from neural.app import wired
from neural.settings import NeuralSettings
from radiant.neural.v1 import (
    learning_service_pb2_grpc,
    recommend_service_pb2,
    recommend_service_pb2_grpc,
    scoring_pb2,
)
from tests.neural.world import World
from tests.support.servers import url_as
from tests.support.suite import KEY, token

ACME = token("acme", "service", "admin")
OPERATOR = token("", "operator")


@dataclass(frozen=True)
class Serving:
    """A running service and the world that it learns from."""

    world: World
    address: str
    channel: grpc.aio.Channel
    recommend: recommend_service_pb2_grpc.RecommendServiceStub
    learning: learning_service_pb2_grpc.LearningServiceStub

    async def call(self, method: str, request: Any, caller: grpc.aio.Metadata = ACME) -> Any:
        """Makes one unary call and returns its answer."""
        stub = self.recommend if hasattr(self.recommend, method) else self.learning
        return await getattr(stub, method)(request, metadata=caller, timeout=30)

    async def ask(self, user: str = "u", caller: grpc.aio.Metadata = ACME) -> recommend_service_pb2.Recommendation:
        """Asks for the best estimate of models m and n."""
        context = recommend_service_pb2.RecommendationContext(
            user_id=user, task_type="chat", candidates=["m", "n"], strategy=scoring_pb2.STRATEGY_GREEDY
        )
        request = recommend_service_pb2.GetRecommendationRequest(context=context)
        answer: recommend_service_pb2.GetRecommendationResponse = await self.call("GetRecommendation", request, caller)
        return answer.recommendation

    async def rows(self, query: str, *values: object) -> list[asyncpg.Record]:
        """Reads as the superuser."""
        return list(await self.world.connection.fetch(query, *values))


def environ_of(database_url: str, redis_url: str, **extra: str) -> dict[str, str]:
    """Returns the environment of a service on a free port, in its own role."""
    return {
        "RADIANT_DATABASE_URL": url_as("radiant_neural", database_url),
        "RADIANT_REDIS_URL": redis_url,
        "RADIANT_TOKEN_KEY": KEY,
        "RADIANT_PORT": "0",
        "RADIANT_METRICS_PORT": "0",
        **extra,
    }


@contextlib.asynccontextmanager
async def serving(database_url: str, redis_url: str, extra: Mapping[str, str] | None = None) -> AsyncIterator[Serving]:
    """Serves while the block runs."""
    settings = NeuralSettings.from_env(environ_of(database_url, redis_url, **(extra or {})))
    connection = await asyncpg.connect(database_url)
    try:
        async with wired(settings) as server:
            address = f"127.0.0.1:{await server.start()}"
            try:
                async with grpc.aio.insecure_channel(address) as channel:
                    recommend = recommend_service_pb2_grpc.RecommendServiceStub(channel)
                    learning = learning_service_pb2_grpc.LearningServiceStub(channel)
                    yield Serving(World(connection), address, channel, recommend, learning)
            finally:
                await server.stop(timedelta())
    finally:
        await connection.close()


async def within(seconds: float, condition: Callable[[], Awaitable[bool]]) -> float:
    """Waits until the condition holds and returns after how many seconds; raises TimeoutError when it does not."""
    begun = time.monotonic()
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - nobody tells when it comes to hold
            await asyncio.sleep(0.01)
    return time.monotonic() - begun
