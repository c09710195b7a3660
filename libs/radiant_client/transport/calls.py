"""Calls with one response: timeouts, retries that the service requests, and typed errors."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import grpc

from radiant_client.transport.backoff import with_jitter
from radiant_client.transport.channel import Connection, timeout_of
from radiant_client.transport.errors import Exhausted, RadiantClientError, Unavailable, from_rpc_error

Request = TypeVar("Request")
Response = TypeVar("Response")

LOST_STATUS = "Internal error from Core"
"""Details of a status that grpc.aio sets when a message cannot be written before the status of the service is read."""
LOST_STATUS_REPEATS_MAX = 2
"""Repeats of an upload whose status was lost. The repeat has the same request id, so that it counts once."""


class Caller:
    """Calls the methods of one service that return one response.

    Each attempt sends the same request with the same request_id.
    """

    def __init__(self, connection: Connection, service: str) -> None:
        """Takes the full name of the service, such as radiant.ingest.v1.IngestService."""
        self.connection = connection
        """Connection to the service."""
        self._service = service

    async def call(
        self,
        method: grpc.aio.UnaryUnaryMultiCallable[Request, Response],
        request: Request,
        *,
        name: str = "",
        timeout: float | None = None,
        waits: bool = True,
    ) -> Response:
        """Returns the response to a request.

        The timeout is in seconds and covers all attempts; it defaults to that of the method `name` in the service
        config. The channel retries calls to an unreachable service with the pauses of the service config. If an
        overloaded service returns a retry delay within the timeout, the call waits and sends the request again,
        unless `waits` is False. Raises a RadiantClientError otherwise, and CircuitOpen if the breaker is open.
        """

        async def attempt(seconds: float) -> Response:
            return await method(request, timeout=seconds, metadata=self.connection.metadata())

        return await self._attempts(attempt, timeout_of(self._service, name) if timeout is None else timeout, waits)

    async def upload(
        self,
        method: grpc.aio.StreamUnaryMultiCallable[Request, Response],
        parts: Callable[[], AsyncGenerator[Request, None]],
        *,
        name: str,
        timeout: float | None = None,
        is_repeatable: bool = True,
    ) -> Response:
        """Sends a stream of parts and returns the response. Timeout, retries and errors are those of `call`.

        Parts that are not repeatable are sent once. An exception raised by the parts cancels the call and propagates.
        """

        async def attempt(seconds: float) -> Response:
            return await _send(method(timeout=seconds, metadata=self.connection.metadata()), parts())

        seconds = timeout_of(self._service, name) if timeout is None else timeout
        return await self._attempts(attempt, seconds, is_repeatable)

    async def _attempts(
        self, attempt: Callable[[float], Awaitable[Response]], timeout: float, is_repeatable: bool
    ) -> Response:
        """Repeats an attempt, which takes the remaining seconds, while the retry delay of the service fits."""
        deadline = time.monotonic() + timeout
        repeats_left = LOST_STATUS_REPEATS_MAX if is_repeatable else 0
        with self.connection.breaker.watching():
            while True:
                try:
                    return await attempt(max(0.001, deadline - time.monotonic()))
                except grpc.aio.AioRpcError as failure:
                    if repeats_left and failure.details() == LOST_STATUS:
                        repeats_left -= 1
                        continue
                    error = from_rpc_error(failure)
                    delay = _retry_delay(error)
                    if delay is None or not is_repeatable or time.monotonic() + delay >= deadline:
                        raise error from failure
                await asyncio.sleep(delay)


async def _send(call: grpc.aio.StreamUnaryCall[Request, Response], parts: AsyncGenerator[Request, None]) -> Response:
    """Writes the parts and returns the response, which the service may send before it has read all parts."""
    try:
        async with contextlib.aclosing(parts):
            async for part in parts:
                try:
                    await call.write(part)
                except (grpc.aio.AioRpcError, asyncio.InvalidStateError):  # the call has ended
                    return await call
        with contextlib.suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
            await call.done_writing()
        return await call
    finally:
        call.cancel()


def _retry_delay(error: RadiantClientError) -> float | None:
    """Returns the seconds until the next attempt; None if the service requests no retry."""
    if not isinstance(error, Exhausted | Unavailable) or error.retry_after is None:
        return None
    return with_jitter(max(error.retry_after, timedelta(milliseconds=1)).total_seconds())
