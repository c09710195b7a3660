"""The calls underneath: channels to the services, and one way to make any unary call of the table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

import grpc
from google.protobuf import message_factory
from google.protobuf.message import Message

from gateway.problems import Problem, of_call
from gateway.reading import spoken
from gateway.routes import ROUTES, Route
from gateway.settings import Addresses
from kit import logs
from kit.errors import FieldViolation
from radiant_client.channel import Connection, open_channel
from radiant_client.errors import from_rpc_error

SERVICES = ("ingest", "neural", "experiments", "voice")
ANSWER_BYTES_MAX = 32 * 1024 * 1024
_PLAIN_TEXT = re.compile(r"[\x20-\x7e]*")


class Calls:
    """Makes the calls of the table; identity travels along and is judged by the services."""

    def __init__(self, addresses: Addresses, timeout: timedelta) -> None:
        """Opens a channel to each service; each connects with its first call. Needs a running event loop."""
        options = [("grpc.max_receive_message_length", ANSWER_BYTES_MAX)]
        self._connections: Mapping[str, Connection] = {
            name: open_channel(addresses.of(name), options=options) for name in SERVICES
        }
        self._timeout_s = timeout.total_seconds()
        self._stubs = {(route.method, route.path): self._stub(route) for route in ROUTES}

    def _stub(self, route: Route) -> grpc.aio.UnaryUnaryMultiCallable[Message, Message]:
        answer = message_factory.GetMessageClass(route.call.output_type)
        return self._connections[route.service].channel.unary_unary(
            f"/{route.area.full_name}/{route.rpc}",
            request_serializer=_bytes_of,
            response_deserializer=answer.FromString,
        )

    async def make(self, route: Route, message: Message, authorization: str) -> Message:
        """Returns the answer; raises Problem, its fields named as the caller knows them."""
        if not _PLAIN_TEXT.fullmatch(authorization):
            raise Problem(401, "TOKEN_INVALID", "The Authorization header is not valid.")
        metadata = [("x-request-id", logs.request_id.get())]
        if authorization:
            metadata.append(("authorization", authorization))
        try:
            stub = self._stubs[route.method, route.path]
            return await stub(message, metadata=metadata, timeout=self._timeout_s)
        except grpc.aio.AioRpcError as failure:
            problem = of_call(from_rpc_error(failure))
            problem.errors = tuple(FieldViolation(spoken(route, each.field), each.why) for each in problem.errors)
            raise problem from failure

    def channel(self, service: str) -> grpc.aio.Channel:
        """Returns the channel to a service by its name."""
        return self._connections[service].channel

    async def close(self) -> None:
        """Closes the channels; calls under way are cancelled."""
        for connection in self._connections.values():
            await connection.close()


def _bytes_of(message: Message) -> bytes:
    return message.SerializeToString()
