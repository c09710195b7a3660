"""The calls underneath: channels to the services, and one way to make any call of the table."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator, Mapping
from datetime import timedelta
from typing import Any

import grpc
from google.protobuf import message_factory
from google.protobuf.message import Message

from gateway.http.decode import spoken
from gateway.http.problems import Problem, of_call
from gateway.routes import ROUTES, Route
from gateway.settings import Addresses
from kit import logs
from kit.errors import FieldViolation
from radiant_client.transport.channel import Connection, open_channel
from radiant_client.transport.errors import from_rpc_error

ANSWER_BYTES_MAX = 32 * 1024 * 1024
STREAM_TIMEOUT = timedelta(seconds=120)
_PLAIN_TEXT = re.compile(r"[\x20-\x7e]*")
_NOWHERE = "unix:/dev/null/off"
"""Where nobody ever listens."""


class Calls:
    """Makes the calls of the table; identity travels along and is judged by the services."""

    def __init__(
        self,
        addresses: Addresses,
        timeout: timedelta,
        *,
        stream_timeout: timedelta = STREAM_TIMEOUT,
        services_ca: bytes | None = None,
    ) -> None:
        """Opens a channel to each service; each connects with its first call. Needs a running event loop.

        `services_ca` holds the authorities (PEM) that vouch for the services; None calls without TLS.
        """
        options = [("grpc.max_receive_message_length", ANSWER_BYTES_MAX)]
        tls = services_ca is not None
        self._addresses = addresses
        self._connections: Mapping[str, Connection] = {
            name: open_channel(addresses.of(name) or _NOWHERE, tls=tls, root_certificates=services_ca, options=options)
            for name in {route.service for route in ROUTES}
        }
        self._timeout_s, self._stream_timeout_s = timeout.total_seconds(), stream_timeout.total_seconds()
        self._stubs = {(route.method, route.path): self._stub(route) for route in ROUTES}

    def channel(self, service: str) -> grpc.aio.Channel:
        """Returns the channel to the service by its name; one that is not there cannot be reached through it."""
        return self._connections[service].channel

    def _stub(self, route: Route) -> Any:
        channel, answer = self.channel(route.service), message_factory.GetMessageClass(route.call.output_type)
        opened: Any = channel.unary_unary
        if route.upload:
            opened = channel.stream_unary
        elif route.listing:
            opened = channel.unary_stream
        name = f"/{route.area.full_name}/{route.rpc}"
        return opened(name, request_serializer=_bytes_of, response_deserializer=answer.FromString)

    async def make(self, route: Route, message: Message, authorization: str) -> Message:
        """Returns the answer; raises Problem, its fields named as the caller knows them."""
        stub, metadata = self._ready(route, authorization)
        try:
            answer: Message = await stub(message, metadata=metadata, timeout=self._timeout_s)
        except grpc.aio.AioRpcError as failure:
            raise _problem(route, failure) from failure
        return answer

    async def send(self, route: Route, parts: AsyncGenerator[Message, None], authorization: str) -> Message:
        """Sends the parts as they come and returns the answer; whatever the parts raise ends the call."""
        stub, metadata = self._ready(route, authorization)
        call = stub(metadata=metadata, timeout=self._stream_timeout_s)
        try:
            async with contextlib.aclosing(parts):
                async for part in parts:
                    try:
                        await call.write(part)
                    except (grpc.aio.AioRpcError, asyncio.InvalidStateError):  # the answer is there already
                        break
                else:
                    with contextlib.suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
                        await call.done_writing()
            answer: Message = await call
        except grpc.aio.AioRpcError as failure:
            raise _problem(route, failure) from failure
        finally:
            call.cancel()
        return answer

    async def take(self, route: Route, message: Message, authorization: str) -> AsyncGenerator[Message, None]:
        """Yields the records of a stream; raises Problem, before the first or later."""
        stub, metadata = self._ready(route, authorization)
        call = stub(message, metadata=metadata, timeout=self._stream_timeout_s)
        try:
            async for record in call:
                yield record
        except grpc.aio.AioRpcError as failure:
            raise _problem(route, failure) from failure
        finally:
            call.cancel()

    def _ready(self, route: Route, authorization: str) -> tuple[Any, list[tuple[str, str]]]:
        if not _PLAIN_TEXT.fullmatch(authorization):
            raise Problem(401, "TOKEN_INVALID", "The Authorization header is not valid.")
        if not self._addresses.of(route.service):
            reason = f"{route.service.upper()}_OFF"
            raise Problem(501, reason, f"This deployment runs without the service {route.service}.")
        metadata = [("x-request-id", logs.request_id.get())]
        if authorization:
            metadata.append(("authorization", authorization))
        return self._stubs[route.method, route.path], metadata

    async def close(self) -> None:
        """Closes the channels; calls under way are cancelled."""
        for connection in self._connections.values():
            await connection.close()


def _problem(route: Route, failure: grpc.aio.AioRpcError) -> Problem:
    problem = of_call(from_rpc_error(failure))
    problem.errors = tuple(FieldViolation(spoken(route, each.field), each.why) for each in problem.errors)
    if problem.errors:
        problem.detail = "; ".join(f"{each.field}: {each.why}" for each in problem.errors)
    return problem


def _bytes_of(message: Message) -> bytes:
    return message.SerializeToString()
