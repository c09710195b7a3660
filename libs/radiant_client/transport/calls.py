"""Calls with one answer: timeouts, waiting when the service asks for it, and errors of this package."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import grpc

from radiant_client.transport.backoff import spread
from radiant_client.transport.channel import Connection, timeout_of
from radiant_client.transport.errors import Exhausted, RadiantClientError, Unavailable, from_rpc_error

Request = TypeVar("Request")
Response = TypeVar("Response")


class Caller:
    """Calls the methods of one service that have one answer.

    A request is sent as it is in every attempt, with its request_id.
    """

    def __init__(self, connection: Connection, service: str) -> None:
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
        patient: bool = True,
    ) -> Response:
        """Calls a method within the timeout in seconds; without one, that of the service config for the name.

        A service that cannot be reached is tried again by the channel, with pauses of the service config. When the
        service cannot keep up and says when to come back, this waits and sends the request again as long as the
        timeout allows, unless it is not patient. Raises a RadiantClientError otherwise: CircuitOpen at once while the
        service is left alone.
        """

        async def attempt(seconds: float) -> Response:
            return await method(request, timeout=seconds, metadata=self.connection.metadata())

        return await self._in_time(attempt, timeout_of(self._service, name) if timeout is None else timeout, patient)

    async def upload(
        self,
        method: grpc.aio.StreamUnaryMultiCallable[Request, Response],
        parts: Callable[[], AsyncGenerator[Request, None]],
        *,
        name: str,
        timeout: float | None = None,
        repeatable: bool = True,
    ) -> Response:
        """Sends parts and gives the answer, as `call` does; those that are not repeatable are sent once.

        Whatever the parts raise ends the call and comes through.
        """

        async def attempt(seconds: float) -> Response:
            return await _send(method(timeout=seconds, metadata=self.connection.metadata()), parts())

        seconds = timeout_of(self._service, name) if timeout is None else timeout
        return await self._in_time(attempt, seconds, repeatable)

    async def _in_time(
        self, attempt: Callable[[float], Awaitable[Response]], timeout: float, patient: bool = True
    ) -> Response:
        """Makes attempts with the seconds that are left, as long as the service names a time to come back in them."""
        deadline = time.monotonic() + timeout
        with self.connection.breaker.watching():
            while True:
                try:
                    return await attempt(max(0.001, deadline - time.monotonic()))
                except grpc.aio.AioRpcError as failure:
                    error = from_rpc_error(failure)
                    pause = _pause(error)
                    if pause is None or not patient or time.monotonic() + pause >= deadline:
                        raise error from failure
                await asyncio.sleep(pause)


async def _send(call: grpc.aio.StreamUnaryCall[Request, Response], parts: AsyncGenerator[Request, None]) -> Response:
    try:
        async with contextlib.aclosing(parts):
            async for part in parts:
                try:
                    await call.write(part)
                except (grpc.aio.AioRpcError, asyncio.InvalidStateError):  # the answer is there already
                    return await call
        with contextlib.suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
            await call.done_writing()
        return await call
    finally:
        call.cancel()


def _pause(error: RadiantClientError) -> float | None:
    """Tells how long to wait before the next attempt, in seconds; None when there is none."""
    if not isinstance(error, Exhausted | Unavailable) or error.retry_after is None:
        return None
    return spread(max(error.retry_after, timedelta(milliseconds=1)).total_seconds())
