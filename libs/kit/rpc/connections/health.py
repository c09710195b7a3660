"""Health checks and reflection, which need no token: bounded per address, and apart from the limits of other calls."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf.message import DecodeError
from grpc_health.v1 import health, health_pb2
from grpc_reflection.v1alpha import reflection, reflection_pb2
from grpc_reflection.v1alpha._async import ReflectionServicer

from kit.errors import DeadlineExceeded, Invalid, RadiantError
from kit.rpc.connections.first_message import FirstMessages
from kit.rpc.connections.peers import PeerCalls
from kit.rpc.status import abort, to_status
from kit.telemetry.log_limit import LimitedLog

log = logging.getLogger(__name__)
_limited_log = LimitedLog(log)

REFLECTION_IDLE_MAX = timedelta(seconds=60)
"""Time between two requests of a reflection stream."""

if TYPE_CHECKING:
    Handler = grpc.RpcMethodHandler[Any, Any]
    Context = grpc.aio.ServicerContext[Any, Any]


class _Malformed:
    """Placeholder for a message that could not be parsed."""


class HealthHandlers:
    """Handlers of the health service. Watch is limited per address, Check by the time to its message."""

    def __init__(self, peers: PeerCalls, messages: FirstMessages) -> None:
        self._peers, self._messages = peers, messages
        self._health = health.aio.HealthServicer()

    async def set(self, name: str, status: health_pb2.HealthCheckResponse.ServingStatus.ValueType) -> None:
        """Sets the status of a service."""
        await self._health.set(name, status)

    def handlers(self) -> grpc.GenericRpcHandler:
        """Returns the handlers for a server."""
        read, write = (
            _tolerant(health_pb2.HealthCheckRequest.FromString),
            health_pb2.HealthCheckResponse.SerializeToString,
        )
        methods: dict[str, Handler] = {
            "Check": grpc.stream_unary_rpc_method_handler(_answered(self._check), read, write),
            "Watch": grpc.stream_stream_rpc_method_handler(_answered(self._watch), read, write),
        }
        return grpc.method_handlers_generic_handler(health.SERVICE_NAME, methods)

    async def _check(self, _: Any, context: Context) -> Any:
        return await self._health.Check(_readable(await self._messages.read(context)), context)

    async def _watch(self, _: Any, context: Context) -> None:
        with self._peers.counted(context.peer()):
            await self._health.Watch(_readable(await self._messages.read(context)), context)


def reflection_handlers(names: tuple[str, ...], peers: PeerCalls) -> grpc.GenericRpcHandler:
    """Returns the handlers of the reflection service for these services."""
    servicer = ReflectionServicer((*names, health.SERVICE_NAME, reflection.SERVICE_NAME))

    async def info(requests: AsyncIterator[Any], context: Context) -> None:
        with peers.counted(context.peer()):
            async for answer in servicer.ServerReflectionInfo(_until_idle(requests), context):
                await context.write(answer)

    handler = grpc.stream_stream_rpc_method_handler(
        _answered(info),
        _tolerant(reflection_pb2.ServerReflectionRequest.FromString),
        reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    return grpc.method_handlers_generic_handler(reflection.SERVICE_NAME, {"ServerReflectionInfo": handler})


async def _until_idle(requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
    while True:
        try:
            async with asyncio.timeout(REFLECTION_IDLE_MAX.total_seconds()):
                request = await anext(requests, None)
        except TimeoutError:
            raise DeadlineExceeded("No request arrived on the stream in time.", reason="STREAM_IDLE") from None
        if request is None:
            return
        yield _readable(request)


def _tolerant(read: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """Returns a parser that returns a placeholder where the given one raises: gRPC logs a traceback for an error."""

    def deserialize(data: bytes) -> Any:
        try:
            return read(data)
        except DecodeError:
            return _Malformed()

    return deserialize


def _readable(message: Any) -> Any:
    """Returns a message; raises Invalid for one that could not be parsed."""
    if isinstance(message, _Malformed):
        raise Invalid.field("request", "is not a message of the expected type", reason="MALFORMED")
    return message


def _answered(serve: Callable[[Any, Any], Awaitable[Any]]) -> Callable[[Any, Any], Awaitable[Any]]:
    """Returns a method that ends a call with the status of a RadiantError."""

    async def answered(requests: Any, context: Any) -> Any:
        try:
            return await serve(requests, context)
        except RadiantError as error:
            code, status = to_status(error)
            fields = {"code": code.name, "reason": error.reason}
            _limited_log.info("call without a token ended with an error", error.reason, fields)
            await abort(context, code, status)

    return answered
