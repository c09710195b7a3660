"""The wrapper of every method, for all four kinds of calls.

It handles the request id, caller, role, deadline, validation, errors, metrics and logs. One wrapper per method is
built at registration, since nested interceptors cost more time than a call. Responses are iterated inside of the try
block, so that an error within a stream ends with a status.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn

import grpc
from google.protobuf.descriptor import MethodDescriptor

from kit.auth.access import AccessRule
from kit.auth.tokens import Authenticator, UnknownKey, act_as
from kit.errors import Forbidden, Invalid
from kit.ids import new_id
from kit.rpc.answers import serializer_of
from kit.rpc.quota import Quota, Quotas, QuotaSettings, Streams
from kit.rpc.status import abort, internal, known, to_status
from kit.rpc.tls import Certificates
from kit.rpc.validation import VALUES_MAX, reader, validate
from kit.telemetry import logs
from kit.telemetry.metrics import CALLS, DURATIONS

log = logging.getLogger(__name__)

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


class _MethodMetrics:
    """Metrics of one method: calls and durations."""

    def __init__(self, method: str) -> None:
        self._method = method
        self._ok = CALLS.labels(method, "OK")
        self._seconds = DURATIONS.labels(method)

    def record_success(self, begun: float) -> None:
        """Records a successful call."""
        self._ok.inc()
        self._seconds.observe(time.perf_counter() - begun)

    def record_failure(self, begun: float, code: str, reason: str) -> None:
        """Records a failed call."""
        seconds = time.perf_counter() - begun
        CALLS.labels(self._method, code).inc()
        self._seconds.observe(seconds)
        fields = {"method": self._method, "code": code, "reason": reason, "seconds": round(seconds, 6)}
        log.info("call ended with an error", extra={"fields": fields})


class Interceptor:
    """Wraps the methods of services."""

    def __init__(
        self,
        authenticator: Authenticator,
        default_deadline: timedelta,
        self_validating: frozenset[str] = frozenset(),
        certificates: Certificates | None = None,
        quotas: Quotas | None = None,
        values_max: int = VALUES_MAX,
    ) -> None:
        """Takes the names of methods that validate their messages themselves, and the largest number of values.

        With `certificates`, a call without a token is authenticated by the client certificate.
        """
        self._authenticator = authenticator
        self._certificates, self._quotas = certificates, quotas or Quotas(QuotaSettings())
        self._deadline_s = default_deadline.total_seconds()
        self._self_validating, self._values_max = self_validating, values_max

    def wrap(self, method: MethodDescriptor, rule: AccessRule, handler: Handler) -> Handler:
        """Returns the wrapped handler of a method, which enforces its access rule."""
        check = _readable if method.name in self._self_validating else _valid
        read = _tolerant(reader(method.input_type, self._values_max))
        write = serializer_of(handler.response_serializer)
        quota = self._quotas.of(is_write=rule.is_write)
        call = _Call(
            self,
            rule.roles,
            check,
            _MethodMetrics(f"/{method.containing_service.full_name}/{method.name}"),
            quota,
            self._quotas.streams,
        )
        if handler.request_streaming and handler.response_streaming:
            serve = call.answers(call.incoming(handler.stream_stream))
            return grpc.stream_stream_rpc_method_handler(serve, read, write)
        if handler.request_streaming:
            return grpc.stream_unary_rpc_method_handler(
                call.answer(call.counted(call.incoming(handler.stream_unary)), None), read, write
            )
        if handler.response_streaming:
            serve = call.answers(call.checked(handler.unary_stream))
            return grpc.unary_stream_rpc_method_handler(serve, read, write)
        unary = call.answer(call.checked(handler.unary_unary), self._deadline_s)
        return grpc.unary_unary_rpc_method_handler(unary, read, write)

    def admit(self, context: Context, roles: frozenset[str], quota: Quota) -> None:
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

    async def admit_after_key_fetch(self, context: Context, roles: frozenset[str], quota: Quota) -> None:
        """Authenticates a token with an unknown key, after a fetch of the keys; raises as `admit` does."""
        if not await self._authenticator.renew():
            raise UnknownKey
        self.admit(context, roles, quota)


def _readable(message: Any) -> None:
    """Raises Invalid for a message that could not be parsed."""
    if isinstance(message, Malformed):
        raise Invalid.field("request", "is not a message of the expected type", reason="MALFORMED")


def _valid(message: Any) -> None:
    """Raises Invalid for a message that could not be parsed or that violates a rule."""
    _readable(message)
    validate(message, is_counted=True)


class _Call:
    """The wrapper of one method."""

    def __init__(
        self,
        interceptor: Interceptor,
        roles: frozenset[str],
        check: Callable[[Any], None],
        metrics: _MethodMetrics,
        quota: Quota,
        streams: Streams,
    ) -> None:
        self._interceptor, self._roles, self._check, self._metrics = interceptor, roles, check, metrics
        self._quota, self._streams = quota, streams

    def checked(self, serve: Any) -> Callable[[Any, Context], Any]:
        """Checks a unary request before the method."""
        check = self._check

        def begin(request: Any, context: Context) -> Any:
            check(request)
            return serve(request, context)

        return begin

    def incoming(self, serve: Any) -> Callable[[Any, Context], Any]:
        """Checks each message of a stream before the method. A stream beyond the quota is delayed."""
        check, wait_s = self._check, self._quota.wait_s

        async def each(requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
            tenant = logs.tenant.get()
            async for request in requests:
                while wait := wait_s(tenant):  # noqa: ASYNC110 - the quota is refilled over time
                    await asyncio.sleep(wait)
                check(request)
                yield request

        return lambda requests, context: serve(each(requests), context)

    def counted(self, serve: Callable[[Any, Context], Awaitable[Any]]) -> Callable[[Any, Context], Awaitable[Any]]:
        """Counts the call among the tenant's open streams."""
        streams = self._streams

        async def wrapped(requests: Any, context: Context) -> Any:
            tenant = logs.tenant.get()
            streams.enter(tenant)
            try:
                return await serve(requests, context)
            finally:
                streams.leave(tenant)

        return wrapped

    def answer(
        self, serve: Callable[[Any, Context], Awaitable[Any]], deadline_s: float | None
    ) -> Callable[[Any, Context], Awaitable[Any]]:
        """Wraps a method with one response. A call without a deadline gets the default deadline."""
        admit, roles, record_success, quota = (
            self._interceptor.admit,
            self._roles,
            self._metrics.record_success,
            self._quota,
        )

        async def wrapped(request: Any, context: Context) -> Any:
            begun = time.perf_counter()
            try:
                try:
                    admit(context, roles, quota)
                except UnknownKey:
                    await self._interceptor.admit_after_key_fetch(context, roles, quota)
                if deadline_s is not None and context.time_remaining() is None:
                    async with asyncio.timeout(deadline_s):
                        answer = await serve(request, context)
                else:
                    answer = await serve(request, context)
            except Exception as error:
                await self._fail(context, error, begun)
            except asyncio.CancelledError:
                self._metrics.record_failure(begun, "CANCELLED", "CANCELLED")
                raise
            record_success(begun)
            return answer

        return wrapped

    def answers(
        self, serve: Callable[[Any, Context], AsyncIterator[Any]]
    ) -> Callable[[Any, Context], AsyncIterator[Any]]:
        """Wraps a method with a stream of responses. It has no default deadline."""

        async def wrapped(request: Any, context: Context) -> AsyncIterator[Any]:
            begun = time.perf_counter()
            try:
                try:
                    self._interceptor.admit(context, self._roles, self._quota)
                except UnknownKey:
                    await self._interceptor.admit_after_key_fetch(context, self._roles, self._quota)
                self._streams.enter(tenant := logs.tenant.get())
                try:
                    async with contextlib.aclosing(serve(request, context)) as answers:  # type: ignore[type-var]
                        async for answer in answers:
                            yield answer
                finally:
                    self._streams.leave(tenant)
            except Exception as error:
                await self._fail(context, error, begun)
            except asyncio.CancelledError:
                self._metrics.record_failure(begun, "CANCELLED", "CANCELLED")
                raise
            self._metrics.record_success(begun)

        return wrapped

    async def _fail(self, context: Context, error: Exception, begun: float) -> NoReturn:
        if isinstance(error, grpc.aio.AbortError):
            raise error
        ours = known(error)
        code, status = to_status(ours) if ours is not None else internal(error)
        self._metrics.record_failure(begun, code.name, ours.reason if ours is not None else "INTERNAL")
        await abort(context, code, status)
        raise AssertionError("abort returned") from error
