"""Authentication, validation and limits of calls: one wrapper of every method is built at registration.

Nested interceptors of gRPC cost more time than a call.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf.descriptor import MethodDescriptor

from kit.auth.access import AccessRule
from kit.auth.tokens import Authenticator, UnknownKey, act_as
from kit.errors import Forbidden, Invalid
from kit.ids import new_id
from kit.rpc.answers import serializer_of
from kit.rpc.calls import Call, CallLimits, MethodMetrics
from kit.rpc.concurrency import ConcurrencyLimits
from kit.rpc.connections.first_message import FirstMessages
from kit.rpc.quota import Quota, Quotas
from kit.rpc.tls import Certificates
from kit.rpc.validation import VALUES_MAX, reader, validate
from kit.telemetry import logs

REQUEST_ID_CHARACTERS_MAX = 100

if TYPE_CHECKING:
    Handler = grpc.RpcMethodHandler[Any, Any]
    Context = grpc.aio.ServicerContext[Any, Any]


class Malformed:
    """Placeholder for a message that could not be parsed."""


def _tolerant(read: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    def deserialize(data: bytes) -> Any:
        try:
            return read(data)
        except Exception:
            return Malformed()

    return deserialize


class Interceptor:
    """Wraps the methods of services."""

    def __init__(
        self,
        authenticator: Authenticator,
        default_deadline: timedelta,
        quotas: Quotas,
        concurrency: ConcurrencyLimits,
        messages: FirstMessages,
        *,
        self_validating: frozenset[str] = frozenset(),
        certificates: Certificates | None = None,
        values_max: int = VALUES_MAX,
    ) -> None:
        """Takes the limits, the names of methods that validate their messages themselves, and the values of a message.

        With `certificates`, a call without a token is authenticated by the client certificate.
        """
        self._authenticator, self._certificates = authenticator, certificates
        self._quotas, self._concurrency, self._messages = quotas, concurrency, messages
        self._deadline_s = default_deadline.total_seconds()
        self._self_validating, self._values_max = self_validating, values_max

    def wrap(self, method: MethodDescriptor, rule: AccessRule, handler: Handler) -> Handler:
        """Returns the wrapped handler of a method, which enforces its access rule."""
        check = _readable if method.name in self._self_validating else _valid
        read = _tolerant(reader(method.input_type, self._values_max))
        write = serializer_of(handler.response_serializer)
        metrics = MethodMetrics(f"/{method.containing_service.full_name}/{method.name}")
        is_unary = not handler.request_streaming and not handler.response_streaming
        limits = CallLimits(
            running=self._concurrency.calls if is_unary else self._concurrency.streams,
            quota=self._quotas.of(is_write=rule.is_write),
            streams=self._quotas.streams,
            pending=self._quotas.pending_calls,
            messages=self._messages,
        )
        admit, admit_again = partial(self.admit, rule.roles), partial(self.admit_after_key_fetch, rule.roles)
        call = Call(admit, admit_again, check, metrics, limits)
        serve: Any = handler.unary_unary or handler.unary_stream or handler.stream_unary or handler.stream_stream
        if handler.response_streaming:
            many = call.stream_stream(serve) if handler.request_streaming else call.unary_stream(serve)
            return grpc.stream_stream_rpc_method_handler(many, read, write)
        one = call.stream_unary(serve) if handler.request_streaming else call.unary_unary(serve, self._deadline_s)
        return grpc.stream_unary_rpc_method_handler(one, read, write)

    def admit(self, roles: frozenset[str], context: Context, quota: Quota) -> None:
        """Authenticates the caller and sets the request id; raises Unauthenticated, Forbidden or Exhausted."""
        authorization = request_id = ""
        for key, value in context.invocation_metadata() or ():
            if key == "authorization":
                authorization = str(value)
            elif key == "x-request-id":
                request_id = str(value)
        if not request_id or len(request_id) > REQUEST_ID_CHARACTERS_MAX:
            request_id = new_id()
        logs.request_id.set(request_id)
        context.set_trailing_metadata((("x-request-id", request_id),))
        if self._certificates is not None and not authorization:
            principal = self._certificates.principal(context.auth_context())
        else:
            principal = self._authenticator.authenticate(authorization)
        act_as(principal)
        logs.tenant.set(principal.tenant_id)
        if not principal.roles & roles:
            raise Forbidden("The caller does not have a role that may call this method.", reason="ROLE_MISSING")
        quota.take(principal.tenant_id)

    async def admit_after_key_fetch(self, roles: frozenset[str], context: Context, quota: Quota) -> None:
        """Authenticates a token with an unknown key, after a fetch of the keys; raises as `admit` does."""
        if not await self._authenticator.renew():
            raise UnknownKey
        self.admit(roles, context, quota)


def _readable(message: Any) -> None:
    """Raises Invalid for a message that could not be parsed."""
    if isinstance(message, Malformed):
        raise Invalid.field("request", "is not a message of the expected type", reason="MALFORMED")


def _valid(message: Any) -> None:
    """Raises Invalid for a message that could not be parsed or that violates a rule."""
    _readable(message)
    validate(message, is_counted=True)
