"""More work than there is time for is refused at once, with a time to try again.

Two signs tell of it. Calls under way are counted. And calls that wait unseen, since gRPC hands them over one by one,
are felt by a call of the server to itself, which waits in the same queue: while it waits too long, a growing share of
calls is refused before anything is done for them, until the queue is short again.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from kit.errors import Exhausted
from kit.metrics import Counter
from kit.rpc.status import abort, to_status

log = logging.getLogger(__name__)

SHED = Counter("radiant_rpc_shed_total", "Unary calls refused because the service had too much to do.")

RETRY_AFTER = timedelta(seconds=1)
LOOK_EVERY_S, LOOK_SECONDS_MAX = 0.1, 2.0
QUEUE_CALLS_MIN = 100
"""Calls that must have come before the server's own: it may have waited for another reason."""
SHARE_UP, SHARE_DOWN, SHARE_MAX = 0.2, 0.05, 0.95

if TYPE_CHECKING:
    Handler = grpc.RpcMethodHandler[Any, Any]
    Context = grpc.aio.ServicerContext[Any, Any]


class Load:
    """What a server has to do. A limit of 0 is none."""

    def __init__(self, calls_max: int, queue_max: timedelta) -> None:
        """Takes the most unary calls under way, and the longest that calls may wait to be begun."""
        self._calls_max, self._queue_s_max = calls_max, queue_max.total_seconds()
        self._running = self._seen = 0
        self._share = self._debt = 0.0
        refusal = Exhausted("The service has more to do than it can in time.", RETRY_AFTER, reason="OVERLOADED")
        self._refusal = to_status(refusal)
        self._folder: Path | None = None
        self._watch: asyncio.Task[None] | None = None

    def bounded(self, handler: Handler) -> Handler:
        """Returns the handler of a unary method, refusing what is too much; streams are left as they are.

        A stream is bounded by what it has in flight.
        """
        serve = handler.unary_unary
        if serve is None:
            return handler

        async def bounded(request: Any, context: Context) -> Any:
            if self._too_much():
                SHED.inc()
                await abort(context, *self._refusal)
            self._running += 1
            try:
                return await serve(request, context)
            finally:
                self._running -= 1

        return grpc.unary_unary_rpc_method_handler(bounded, handler.request_deserializer, handler.response_serializer)

    def _too_much(self) -> bool:
        self._seen += 1
        if self._calls_max and self._running >= self._calls_max:
            return True
        self._debt += self._share
        if self._debt < 1:
            return False
        self._debt -= 1
        return True

    def listen(self, server: grpc.aio.Server) -> None:
        """Opens a way for the server to call itself: a socket in a folder of its own. Before the server starts."""
        if not self._queue_s_max:
            return
        self._folder = Path(tempfile.mkdtemp(prefix="radiant-"))
        try:
            server.add_insecure_port(f"unix:{self._folder / 'self'}")
        except RuntimeError as problem:
            log.warning("waiting calls are not watched: %s", problem)
            self._forget()

    def watch(self) -> None:
        """Begins to watch how long calls wait; once the server has started."""
        if self._folder is not None:
            self._watch = asyncio.create_task(self._look_forever(f"unix:{self._folder / 'self'}"), name="load")

    async def close(self) -> None:
        """Stops watching."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        self._forget()

    def _forget(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    async def _look_forever(self, address: str) -> None:
        async with grpc.aio.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
            check = health_pb2_grpc.HealthStub(channel).Check
            await self.control(lambda: check(health_pb2.HealthCheckRequest(), timeout=LOOK_SECONDS_MAX))

    async def control(self, ask: Callable[[], Awaitable[Any]]) -> None:
        """Asks again and again, and refuses more calls the longer the answer takes. Asks nothing of an idle server."""
        clock = asyncio.get_running_loop().time
        while True:
            before = self._seen
            await asyncio.sleep(LOOK_EVERY_S)
            if self._seen == before and not self._share:
                continue
            begun, before = clock(), self._seen
            try:
                await ask()
                waited = clock() - begun
            except grpc.aio.AioRpcError:  # its time ran out, or the queue was full
                waited = LOOK_SECONDS_MAX
            queued = waited > self._queue_s_max and self._seen - before >= QUEUE_CALLS_MIN
            change = SHARE_UP * min(3.0, waited / self._queue_s_max) if queued else -SHARE_DOWN
            self._share = min(SHARE_MAX, max(0.0, self._share + change))
