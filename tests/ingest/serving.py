"""The real service in the test's own process, on a real database, and what tests say to it."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import grpc
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from ingest.app import wired
from ingest.settings import IngestSettings
from radiant.ingest.v1 import feedback_pb2, ingest_service_pb2_grpc, manifest_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.support.servers import url_as
from tests.support.suite import KEY, token

TENANT = "acme"
BEGIN = 1_750_000_000
CALLER = token(TENANT)


@dataclass(frozen=True)
class Serving:
    """A running service and a look behind it."""

    address: str
    stub: ingest_service_pb2_grpc.IngestServiceStub
    channel: grpc.aio.Channel
    database_url: str

    async def call(self, method: str, request: Any, caller: grpc.aio.Metadata = CALLER) -> Any:
        """Makes one unary call and returns its answer."""
        return await getattr(self.stub, method)(request, metadata=caller, timeout=30)

    async def rows(self, query: str, *values: object) -> list[asyncpg.Record]:
        """Reads as the superuser, whom no row security binds."""
        return await rows(self.database_url, query, *values)

    async def number(self, query: str, *values: object) -> int:
        """Reads one number as the superuser."""
        return int((await self.rows(query, *values))[0][0])


async def rows(database_url: str, query: str, *values: object) -> list[asyncpg.Record]:
    """Reads as the superuser of that address."""
    connection = await asyncpg.connect(database_url)
    try:
        return list(await connection.fetch(query, *values))
    finally:
        await connection.close()


def environ_of(database_url: str, redis_url: str) -> dict[str, str]:
    """Returns the environment of a service on a free port, in its own role."""
    return {
        "RADIANT_DATABASE_URL": url_as("radiant_ingest", database_url),
        "RADIANT_REDIS_URL": redis_url,
        "RADIANT_TOKEN_KEY": KEY,
        "RADIANT_PORT": "0",
        "RADIANT_METRICS_PORT": "0",
        "RADIANT_EXPLICIT_PER_USER_HOUR": "10000",
    }


@contextlib.asynccontextmanager
async def serving(database_url: str, redis_url: str, extra: Mapping[str, str] | None = None) -> AsyncIterator[Serving]:
    """Serves while the block runs."""
    settings = IngestSettings.from_env({**environ_of(database_url, redis_url), **(extra or {})})
    async with wired(settings) as server:
        address = f"127.0.0.1:{await server.start()}"
        try:
            async with grpc.aio.insecure_channel(address) as channel:
                stub = ingest_service_pb2_grpc.IngestServiceStub(channel)
                yield Serving(address, stub, channel, database_url)
        finally:
            await server.stop(timedelta())


def name() -> str:
    """Returns a fresh UUID."""
    return str(uuid.uuid4())


def at(seconds: float) -> Timestamp:
    """Returns a moment by its seconds after the tests' beginning of time."""
    moment = Timestamp()
    moment.FromMicroseconds(round((BEGIN + seconds) * 1_000_000))
    return moment


def vote(output: str, rating: int = 3, user: str = "u", seconds: float = 0.0, **more: Any) -> Any:
    """Builds explicit feedback; ratings are 1, 2 and 3."""
    return feedback_pb2.ExplicitFeedback(
        output_id=output,
        user_id=user,
        rating=feedback_pb2.Rating.ValueType(rating),
        source=feedback_pb2.FEEDBACK_SOURCE_API,
        client_time=at(seconds),
        **more,
    )


def thumb(output: str, rating: int = 3, user: str = "u", seconds: float = 0.0, **more: Any) -> Any:
    """Builds a request to store a vote."""
    request = pb.SubmitExplicitFeedbackRequest(request_id=name(), feedback=vote(output, rating, user, seconds))
    request.feedback.MergeFrom(feedback_pb2.ExplicitFeedback(**more))
    return request


def signal(output: str, kind: int = 3, user: str = "u", seconds: float = 0.0) -> feedback_pb2.ImplicitSignal:
    """Builds a signal with a fresh id."""
    return feedback_pb2.ImplicitSignal(
        output_id=output,
        user_id=user,
        signal_type=feedback_pb2.SignalType.ValueType(kind),
        client_time=at(seconds),
        signal_id=name(),
    )


def batch(signals: Iterable[feedback_pb2.ImplicitSignal]) -> pb.BatchSubmitImplicitSignalsRequest:
    """Builds a request to store signals."""
    return pb.BatchSubmitImplicitSignalsRequest(request_id=name(), signals=signals)


def manifest(output: str, *models: str, seconds: float = 0.0, **more: Any) -> pb.RecordManifestRequest:
    """Builds a request to record a manifest."""
    return pb.RecordManifestRequest(
        request_id=name(),
        manifest=manifest_pb2.ExecutionManifest(
            output_id=output,
            user_id="u",
            request_type=manifest_pb2.REQUEST_TYPE_CHAT,
            task_type="chat",
            models_used=models or ("m",),
            create_time=at(seconds),
            **more,
        ),
    )


def problems_of(error: grpc.aio.AioRpcError) -> list[str]:
    """Returns the field paths that the error names."""
    status = rpc_status.from_call(error)
    found: list[str] = []
    for detail in status.details if status is not None else ():
        bad = error_details_pb2.BadRequest()
        if detail.Unpack(bad):
            found.extend(each.field for each in bad.field_violations)
    return found


def reason_of(error: grpc.aio.AioRpcError) -> str:
    """Returns the machine-readable reason of the error."""
    status = rpc_status.from_call(error)
    for detail in status.details if status is not None else ():
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            return str(info.reason)
    return ""
