"""Limits of concurrent calls. A call beyond a limit is rejected immediately with a retry delay."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import grpc

from kit.errors import Exhausted
from kit.rpc.status import abort, to_status
from kit.telemetry.metrics import Counter

REJECTED = Counter("radiant_rpc_shed_total", "Calls rejected because of the limit of concurrent calls.")

RETRY_AFTER = timedelta(seconds=1)

if TYPE_CHECKING:
    Handler = grpc.RpcMethodHandler[Any, Any]


class ConcurrencyLimits:
    """Counts concurrent unary calls and streams separately, so that idle streams do not block unary calls."""

    def __init__(self, calls_max: int, streams_max: int) -> None:
        """Takes the maximum of concurrent unary calls and of streams; 0 sets no limit."""
        self._calls, self._streams = _CallLimit(calls_max), _CallLimit(streams_max)

    def bounded(self, handler: Handler) -> Handler:
        """Returns a handler that rejects calls beyond the limit before any other work."""
        read, write = handler.request_deserializer, handler.response_serializer
        if handler.unary_unary is not None:
            return grpc.unary_unary_rpc_method_handler(self._calls.one(handler.unary_unary), read, write)
        if handler.stream_unary is not None:
            return grpc.stream_unary_rpc_method_handler(self._streams.one(handler.stream_unary), read, write)
        if handler.unary_stream is not None:
            return grpc.unary_stream_rpc_method_handler(self._streams.many(handler.unary_stream), read, write)
        return grpc.stream_stream_rpc_method_handler(self._streams.many(handler.stream_stream), read, write)


class _CallLimit:
    """Limit of concurrent calls of one kind; 0 sets no limit."""

    def __init__(self, limit: int) -> None:
        self._limit, self._running = limit, 0
        rejection = Exhausted(
            "The server is overloaded. Retry after the given delay.", RETRY_AFTER, reason="OVERLOADED"
        )
        self._rejection = to_status(rejection)

    async def _enter(self, context: Any) -> None:
        if self._limit and self._running >= self._limit:
            REJECTED.inc()
            await abort(context, *self._rejection)
        self._running += 1

    def one(self, serve: Any) -> Any:
        """Wraps a method with one response."""

        async def bounded(request: Any, context: Any) -> Any:
            await self._enter(context)
            try:
                return await serve(request, context)
            finally:
                self._running -= 1

        return bounded

    def many(self, serve: Any) -> Any:
        """Wraps a method with a stream of responses."""

        async def bounded(request: Any, context: Any) -> AsyncIterator[Any]:
            await self._enter(context)
            try:
                async with contextlib.aclosing(serve(request, context)) as answers:
                    async for answer in answers:
                        yield answer
            finally:
                self._running -= 1

        return bounded
