"""gRPC channels to the services, and the calls of the routes."""

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

from gateway.http.problems import Problem, problem_from_error
from gateway.routes import ROUTES, Route
from gateway.routes.json.convert import rest_field_path
from gateway.routes.settings import Addresses
from kit.errors import FieldViolation
from kit.telemetry import logs
from radiant_client.transport.calls import LOST_STATUS
from radiant_client.transport.channel import Connection, Tls, open_channel
from radiant_client.transport.errors import from_rpc_error

RESPONSE_BYTES_MAX = 32 * 1024 * 1024
STREAM_TIMEOUT = timedelta(seconds=120)
REJECTIONS_OF_CALLER = (
    grpc.StatusCode.UNAUTHENTICATED,
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
)
"""Codes with which a service ends a call before it reads a message."""
_PRINTABLE_ASCII = re.compile(r"[\x20-\x7e]*")
_NO_ADDRESS = "unix:/dev/null/off"
"""Address of a service that is not configured; a connection to it always fails."""


class ServiceCalls:
    """Makes gRPC calls with the caller's Authorization header, which the services verify."""

    def __init__(
        self,
        addresses: Addresses,
        timeout: timedelta,
        *,
        stream_timeout: timedelta = STREAM_TIMEOUT,
        services_tls: Tls | None = None,
    ) -> None:
        """Creates a channel to each service. A channel connects at its first call. Requires a running event loop.

        `services_tls` contains the certificates for the connections; None disables TLS.
        """
        options = [("grpc.max_receive_message_length", RESPONSE_BYTES_MAX)]
        self._addresses = addresses
        self._connections: Mapping[str, Connection] = {
            name: open_channel(addresses.of(name) or _NO_ADDRESS, tls=services_tls or False, options=options)
            for name in {route.service for route in ROUTES}
        }
        self._timeout_s, self._stream_timeout_s = timeout.total_seconds(), stream_timeout.total_seconds()
        self._stubs = {(route.method, route.path): self._stub(route) for route in ROUTES}

    def channel(self, service: str) -> grpc.aio.Channel:
        """Returns the channel to a service. Calls over it fail if the service is not configured."""
        return self._connections[service].channel

    def _stub(self, route: Route) -> Any:
        channel = self.channel(route.service)
        response_class = message_factory.GetMessageClass(route.rpc_descriptor.output_type)
        create: Any = channel.unary_unary
        if route.is_upload:
            create = channel.stream_unary
        elif route.is_stream:
            create = channel.unary_stream
        name = f"/{route.grpc_service.full_name}/{route.rpc}"
        return create(name, request_serializer=_serialize, response_deserializer=response_class.FromString)

    async def call(self, route: Route, message: Message, authorization: str) -> Message:
        """Makes a unary call and returns the response; raises Problem with the field paths of the REST request."""
        stub, metadata = self._prepare(route, authorization)
        try:
            response: Message = await stub(message, metadata=metadata, timeout=self._timeout_s)
        except grpc.aio.AioRpcError as failure:
            raise _problem(route, failure) from failure
        return response

    async def upload(self, route: Route, messages: AsyncGenerator[Message, None], authorization: str) -> Message:
        """Sends a stream of messages and returns the response.

        Raises Problem if the call fails. An exception of `messages` cancels the call and is raised unchanged.
        """
        stub, metadata = self._prepare(route, authorization)
        call = stub(metadata=metadata, timeout=self._stream_timeout_s)
        try:
            async with contextlib.aclosing(messages):
                async for message in messages:
                    try:
                        await call.write(message)
                    except (grpc.aio.AioRpcError, asyncio.InvalidStateError):  # the service has already responded
                        break
                else:
                    with contextlib.suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
                        await call.done_writing()
            response: Message = await call
        except grpc.aio.AioRpcError as failure:
            if failure.details() == LOST_STATUS:
                await self._raise_rejection_of_caller(route, stub, metadata)
            raise _problem(route, failure) from failure
        finally:
            call.cancel()
        return response

    async def _raise_rejection_of_caller(self, route: Route, stub: Any, metadata: list[tuple[str, str]]) -> None:
        """Repeats a call without messages, which stores nothing; raises Problem if the service rejects the caller.

        Other results say nothing about the upload, since they can be caused by the missing messages.
        """
        call = stub(metadata=metadata, timeout=self._stream_timeout_s)
        try:
            await call.done_writing()
            await call
        except grpc.aio.AioRpcError as failure:
            if failure.code() in REJECTIONS_OF_CALLER:
                raise _problem(route, failure) from failure
        finally:
            call.cancel()

    async def stream(self, route: Route, message: Message, authorization: str) -> AsyncGenerator[Message, None]:
        """Yields the messages of a response stream; raises Problem, also after messages were yielded."""
        stub, metadata = self._prepare(route, authorization)
        call = stub(message, metadata=metadata, timeout=self._stream_timeout_s)
        try:
            async for record in call:
                yield record
        except grpc.aio.AioRpcError as failure:
            raise _problem(route, failure) from failure
        finally:
            call.cancel()

    def _prepare(self, route: Route, authorization: str) -> tuple[Any, list[tuple[str, str]]]:
        if not _PRINTABLE_ASCII.fullmatch(authorization):
            raise Problem(401, "TOKEN_INVALID", "The Authorization header contains characters other than ASCII.")
        if not self._addresses.of(route.service):
            reason, variable = f"{route.service.upper()}_OFF", f"RADIANT_GATEWAY_{route.service.upper()}_ADDRESS"
            detail = f"The {route.service} service is not configured. Set {variable} on the gateway."
            raise Problem(501, reason, detail)
        metadata = [("x-request-id", logs.request_id.get())]
        if authorization:
            metadata.append(("authorization", authorization))
        return self._stubs[route.method, route.path], metadata

    async def close(self) -> None:
        """Closes the channels and cancels pending calls."""
        for connection in self._connections.values():
            await connection.close()


def _problem(route: Route, failure: grpc.aio.AioRpcError) -> Problem:
    if failure.details() == LOST_STATUS:
        detail = "The service ended the upload early and its answer was lost. Retry after 1 s."
        return Problem(503, "UNAVAILABLE", detail, retry_after=timedelta(seconds=1))
    problem = problem_from_error(from_rpc_error(failure))
    problem.errors = tuple(FieldViolation(rest_field_path(route, each.field), each.why) for each in problem.errors)
    if problem.errors:
        problem.detail = "; ".join(f"{each.field}: {each.why}" for each in problem.errors)
    return problem


def _serialize(message: Message) -> bytes:
    return message.SerializeToString()
