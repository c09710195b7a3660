"""The wrappers of methods, for all four kinds of calls.

Every method is served as one with a stream of requests: the caller is authenticated before the message arrives, and the
wait for the message is limited. Responses are iterated inside of the try block, so that an error within a stream ends
with a status.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import grpc

from kit.auth.tokens import UnknownKey, current_principal
from kit.errors import Unauthenticated
from kit.rpc.concurrency import CallLimit
from kit.rpc.connections.expiry import LAST_ANSWERS, Expiry
from kit.rpc.connections.first_message import FirstMessages
from kit.rpc.quota import OpenCalls, Quota
from kit.rpc.status import abort, internal, known, to_status
from kit.telemetry import logs
from kit.telemetry.log_limit import LimitedLog
from kit.telemetry.metrics import CALLS, DURATIONS

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[Any, Any]
    Unary = Callable[[Any, Context], Awaitable[Any]]
    Streaming = Callable[[Any, Context], AsyncIterator[Any]]


class MethodMetrics:
    """Metrics of one method: calls and durations."""

    def __init__(self, method: str) -> None:
        self._method = method
        self._ok = CALLS.labels(method, "OK")
        self._seconds = DURATIONS.labels(method)
        self._limited_log = LimitedLog(log)

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
        if logs.tenant.get():
            log.info("call ended with an error", extra={"fields": fields})
        else:  # the caller may not be authenticated
            self._limited_log.info("call ended with an error", reason, fields)


@dataclass(frozen=True, slots=True)
class CallLimits:
    """Limits that apply to the calls of one method."""

    running: CallLimit
    quota: Quota
    """Rate of the tenant's calls."""
    streams: OpenCalls
    pending: OpenCalls
    """Calls of the tenant whose message has not arrived."""
    messages: FirstMessages


class Call:
    """The wrapper of one method."""

    def __init__(
        self,
        admit: Callable[[Context, Quota], None],
        admit_after_key_fetch: Callable[[Context, Quota], Awaitable[None]],
        check: Callable[[Any], None],
        metrics: MethodMetrics,
        limits: CallLimits,
    ) -> None:
        """Takes the authentication of callers and the validation of messages."""
        self._admit, self._admit_after_key_fetch = admit, admit_after_key_fetch
        self._check, self._metrics, self._limits = check, metrics, limits

    def unary_unary(self, serve: Unary, deadline_s: float) -> Unary:
        """Wraps a method with one request and one response. A call without a deadline gets the default deadline."""
        admit, check, running, quota = self._admit, self._check, self._limits.running, self._limits.quota
        pending, read, record_success = self._limits.pending, self._limits.messages.read, self._metrics.record_success

        async def wrapped(_: Any, context: Context) -> Any:
            if running.is_full:
                await running.reject(context)
            begun = time.perf_counter()
            try:
                try:
                    admit(context, quota)
                except UnknownKey:
                    await self._admit_after_key_fetch(context, quota)
                tenant = logs.tenant.get()
                pending.enter(tenant)
                try:
                    request = await read(context)
                finally:
                    pending.leave(tenant)
                running.enter()
                try:
                    check(request)
                    if context.time_remaining() is not None:
                        answer = await serve(request, context)
                    else:
                        async with asyncio.timeout(deadline_s):
                            answer = await serve(request, context)
                finally:
                    running.leave()
            except Exception as error:
                await self._fail(context, error, begun)
            except asyncio.CancelledError:
                self._metrics.record_failure(begun, "CANCELLED", "CANCELLED")
                raise
            record_success(begun)
            return answer

        return wrapped

    def stream_unary(self, serve: Unary) -> Unary:
        """Wraps a method with a stream of requests and one response."""

        async def call(requests: Any, context: Context) -> AsyncIterator[Any]:
            with self._open_stream() as expiry:
                yield await serve(self._incoming(requests, expiry, ends=False), context)

        answers = self._answers(call)

        async def wrapped(requests: Any, context: Context) -> Any:
            given = [answer async for answer in answers(requests, context)]
            return given[0]

        return wrapped

    def unary_stream(self, serve: Streaming) -> Streaming:
        """Wraps a method with one request and a stream of responses. It has no default deadline."""

        async def call(_: Any, context: Context) -> AsyncIterator[Any]:
            request = await self._request(context)
            with self._open_stream() as expiry:
                self._check(request)
                async with contextlib.aclosing(serve(request, context)) as answers:  # type: ignore[type-var]
                    while (answer := await expiry.next(answers)) is not None:
                        yield answer

        return self._answers(call)

    def stream_stream(self, serve: Streaming) -> Streaming:
        """Wraps a method with streams of requests and responses.

        When the token expires, the stream of requests ends, the answers to earlier requests are sent, and the call ends
        with TOKEN_EXPIRED.
        """

        async def call(requests: Any, context: Context) -> AsyncIterator[Any]:
            last = Expiry(current_principal().expires_at_s)
            with self._open_stream() as expiry, last.watched(extra=LAST_ANSWERS):
                incoming = self._incoming(requests, expiry, ends=True)
                async with contextlib.aclosing(serve(incoming, context)) as answers:  # type: ignore[type-var]
                    while (answer := await last.next(answers)) is not None:
                        yield answer
                expiry.check()

        return self._answers(call)

    async def _request(self, context: Context) -> Any:
        """Returns the request of a call with one request; raises as `FirstMessages.read` and `OpenCalls.enter`."""
        tenant, limits = logs.tenant.get(), self._limits
        limits.pending.enter(tenant)
        try:
            return await limits.messages.read(context)
        finally:
            limits.pending.leave(tenant)

    @contextlib.contextmanager
    def _open_stream(self) -> Iterator[Expiry]:
        """Counts an open stream; raises Exhausted. Returns the expiry of its caller."""
        tenant, limits = logs.tenant.get(), self._limits
        limits.running.enter()
        try:
            limits.streams.enter(tenant)
            try:
                expiry = Expiry(current_principal().expires_at_s)
                with expiry.watched():
                    yield expiry
            finally:
                limits.streams.leave(tenant)
        finally:
            limits.running.leave()

    async def _incoming(self, requests: AsyncIterator[Any], expiry: Expiry, *, ends: bool) -> AsyncIterator[Any]:
        """Yields the checked messages of a stream. A stream beyond the quota is delayed.

        After the expiry of the token, the iterator ends if `ends` is set, and raises Unauthenticated otherwise.
        """
        tenant, wait_s = logs.tenant.get(), self._limits.quota.wait_s
        while True:
            try:
                request = await expiry.next(requests)
            except Unauthenticated:
                if ends:
                    return
                raise
            if request is None:
                return
            while wait := wait_s(tenant):  # noqa: ASYNC110 - the quota is refilled over time
                await asyncio.sleep(wait)
            self._check(request)
            yield request

    def _answers(self, serve: Streaming) -> Streaming:
        """Wraps a method with a stream of responses."""

        async def wrapped(requests: Any, context: Context) -> AsyncIterator[Any]:
            if self._limits.running.is_full:
                await self._limits.running.reject(context)
            begun = time.perf_counter()
            try:
                try:
                    self._admit(context, self._limits.quota)
                except UnknownKey:
                    await self._admit_after_key_fetch(context, self._limits.quota)
                async with contextlib.aclosing(serve(requests, context)) as answers:  # type: ignore[type-var]
                    async for answer in answers:
                        yield answer
            except Exception as error:
                await self._fail(context, error, begun)
            except asyncio.CancelledError:
                self._metrics.record_failure(begun, "CANCELLED", "CANCELLED")
                raise
            self._metrics.record_success(begun)

        return wrapped

    async def _fail(self, context: Context, error: Exception, begun: float) -> NoReturn:
        if isinstance(error, grpc.aio.BaseError) and not isinstance(error, grpc.aio.UsageError):
            raise error  # the call was aborted, or the server has stopped
        ours = known(error)
        code, status = to_status(ours) if ours is not None else internal(error)
        self._metrics.record_failure(begun, code.name, ours.reason if ours is not None else "INTERNAL")
        await abort(context, code, status)
        raise AssertionError("abort returned") from error
