"""Unary calls: timeouts, waiting when the service asks for it, and errors of this package."""

import asyncio
import random
import time
from datetime import timedelta
from typing import TypeVar

import grpc

from radiant_client.channel import Connection, timeout_of
from radiant_client.errors import Exhausted, RadiantClientError, Unavailable, from_rpc_error

Request = TypeVar("Request")
Response = TypeVar("Response")
_lots = random.SystemRandom()


def spread(seconds: float) -> float:
    """Adds up to a fifth by chance, so that many clients do not come back at once."""
    return seconds * (1.0 + 0.2 * _lots.random())


class Caller:
    """Calls the unary methods of one service. A request is sent as it is in every attempt, with its request_id."""

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
    ) -> Response:
        """Calls a method within the timeout in seconds; without one, that of the service config for the name.

        When the service cannot keep up and says when to come back, this waits and sends the request again as
        long as the timeout allows. Raises a RadiantClientError otherwise.
        """
        deadline = time.monotonic() + (timeout_of(self._service, name) if timeout is None else timeout)
        while True:
            try:
                return await method(
                    request,
                    timeout=max(0.001, deadline - time.monotonic()),
                    metadata=self.connection.metadata(),
                )
            except grpc.aio.AioRpcError as failure:
                error = from_rpc_error(failure)
                pause = _pause(error)
                if pause is None or time.monotonic() + pause >= deadline:
                    raise error from failure
            await asyncio.sleep(pause)


def _pause(error: RadiantClientError) -> float | None:
    """Tells how long to wait before the next attempt, in seconds; None when there is none."""
    if not isinstance(error, Exhausted | Unavailable) or error.retry_after is None:
        return None
    return spread(max(error.retry_after, timedelta(milliseconds=1)).total_seconds())
