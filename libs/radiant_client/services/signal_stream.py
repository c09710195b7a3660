"""A stream of feedback batches that reconnects automatically.

All attempts to send a batch have the same batch_id, so that the service stores the batch once.
"""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Self

import grpc

from radiant.ingest.v1 import feedback_pb2, ingest_service_pb2, ingest_service_pb2_grpc
from radiant_client.messages.fields import new_id
from radiant_client.transport.backoff import Backoff, with_jitter
from radiant_client.transport.channel import Connection
from radiant_client.transport.errors import (
    BatchRefused,
    FieldViolation,
    InvalidRequest,
    PermissionDenied,
    PreconditionFailed,
    RadiantClientError,
    StreamClosed,
    Unauthenticated,
    Unsupported,
    from_rpc_error,
)
from radiant_client.transport.stream_token import StreamToken

Batch = ingest_service_pb2.StreamSignalsRequest
Ack = ingest_service_pb2.StreamSignalsResponse
Call = grpc.aio.StreamStreamCall[Batch, Ack]
_NOT_OPEN = "The stream is not open. Use it with `async with`."
_PERMANENT = (InvalidRequest, PermissionDenied, PreconditionFailed, Unauthenticated, Unsupported)


@dataclass(slots=True, eq=False)
class _Pending:
    """A batch without an acknowledgement."""

    batch: Batch
    ack: asyncio.Future[Ack]
    sent_at: float | None = None
    """Monotonic time at which it was sent on the current connection; None if it was not."""


class SignalStream:
    """Sends batches and waits for their acknowledgements. Use it with `async with`, which waits for all of them."""

    def __init__(
        self,
        connection: Connection,
        stub: ingest_service_pb2_grpc.IngestServiceStub,
        *,
        max_in_flight: int = 8,
        ack_timeout: float = 30.0,
    ) -> None:
        """Takes the largest number of unacknowledged batches.

        The stream reconnects if a batch is not acknowledged within `ack_timeout` seconds.
        """
        if max_in_flight < 1:
            raise ValueError(f"max_in_flight must be 1 or greater, not {max_in_flight}.")
        self._token = StreamToken(connection)
        self._stub = stub
        self._ack_timeout = ack_timeout
        self._slots = asyncio.Semaphore(max_in_flight)
        self._pending: dict[str, _Pending] = {}
        self._outbox: asyncio.Queue[str] = asyncio.Queue()
        self._resends: set[asyncio.Task[None]] = set()
        self._backoff = Backoff()
        self._active = 0
        self._drained = asyncio.Event()
        self._closed: RadiantClientError | None = None
        self._runner: asyncio.Task[None] | None = None
        self._call: Call | None = None

    async def __aenter__(self) -> Self:
        """Opens the stream."""
        self._runner = asyncio.create_task(self._run(), name="radiant-signal-stream")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the stream. Waits for all acknowledgements unless the block raised an exception."""
        await self.close(wait=kind is None)

    async def send(
        self,
        *,
        signals: Sequence[feedback_pb2.ImplicitSignal] = (),
        feedback: Sequence[feedback_pb2.ExplicitFeedback] = (),
        batch_id: str = "",
    ) -> Ack:
        """Sends 1 to 1,000 items as one batch. Returns the acknowledgement, which the service sends after the commit.

        Waits while max_in_flight batches are unacknowledged, and while the service is unreachable; use asyncio.timeout
        to limit the time. Raises BatchRefused with the invalid fields if the service rejects the batch permanently,
        and the error of the stream if the stream has failed permanently.
        """
        self._check_open()
        self._active += 1
        try:
            async with self._slots:
                return await self._acknowledged(
                    Batch(batch_id=batch_id or new_id(), signals=signals, feedback=feedback)
                )
        finally:
            self._active -= 1
            if not self._active:
                self._drained.set()

    def _check_open(self) -> None:
        """Raises the error of the stream if the stream is not open."""
        if self._closed or self._runner is None:
            raise self._closed or StreamClosed(_NOT_OPEN)

    async def _acknowledged(self, batch: Batch) -> Ack:
        """Queues a batch and waits for its acknowledgement."""
        if self._runner is None:
            raise self._closed or StreamClosed(_NOT_OPEN)
        if batch.batch_id in self._pending:
            raise ValueError(f"Batch {batch.batch_id} is already being sent. Use another batch_id.")
        pending = _Pending(batch, asyncio.get_running_loop().create_future())
        self._pending[batch.batch_id] = pending
        self._outbox.put_nowait(batch.batch_id)
        try:
            return await pending.ack
        finally:
            del self._pending[batch.batch_id]

    async def close(self, *, wait: bool = True) -> None:
        """Closes the stream. With `wait`, it first waits for all acknowledgements."""
        if self._closed is None:
            self._closed = StreamClosed("The stream is closed.")
        while wait and self._active and self._runner is not None:
            self._drained.clear()
            await self._drained.wait()
        runner, self._runner = self._runner, None
        if runner is not None and wait and self._call is not None:
            with contextlib.suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
                await self._call.done_writing()
            await asyncio.wait([runner], timeout=1.0)
        tasks = [*self._resends, *([runner] if runner else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._fail(self._closed)

    def _fail(self, error: RadiantClientError) -> None:
        """Sets an exception on all unacknowledged batches."""
        for pending in self._pending.values():
            if not pending.ack.done():
                pending.ack.set_exception(error)

    async def _run(self) -> None:
        """Reconnects until the stream is closed or the service rejects the caller permanently.

        A stream whose token expired continues with the next token, if the token is a function.
        """
        while True:
            try:
                await self._connect()
            except grpc.aio.AioRpcError as failure:
                error = from_rpc_error(failure)
                if isinstance(error, _PERMANENT) and not self._token.is_renewed(error):
                    return self._end(error)
            except Exception as failure:
                return self._end(StreamClosed(f"The stream failed: {failure!r}."))
            if self._closed and not self._active:
                return None
            await self._backoff.pause()

    def _end(self, error: RadiantClientError) -> None:
        """Closes the stream after a permanent error."""
        self._closed, self._runner = error, None
        self._fail(error)

    async def _connect(self) -> None:
        """Opens one connection, sends all unacknowledged batches and reads acknowledgements until the call ends."""
        call = self._call = self._stub.StreamSignals(metadata=self._token.metadata())
        self._outbox = asyncio.Queue()
        for batch_id, pending in self._pending.items():
            pending.sent_at = None
            self._outbox.put_nowait(batch_id)
        tasks = [asyncio.create_task(self._write(call)), asyncio.create_task(self._watch(call))]
        try:
            while isinstance(ack := await call.read(), Ack):
                self._backoff.reset()
                self._handle(ack)
        except asyncio.CancelledError:
            # The writer or the watch cancels the call, not this task. Only a cancelled task must end.
            if (task := asyncio.current_task()) is None or task.cancelling():
                raise
        finally:
            self._call = None
            call.cancel()
            for one in tasks:
                one.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _write(self, call: Call) -> None:
        """Writes queued batches. After a failure it cancels the call, which ends the reader."""
        while True:
            pending = self._pending.get(await self._outbox.get())
            if pending is None or pending.ack.done() or pending.sent_at is not None:
                continue
            pending.sent_at = time.monotonic()
            try:
                await call.write(pending.batch)
            except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
                call.cancel()
                return

    async def _watch(self, call: Call) -> None:
        """Cancels the call if a batch is not acknowledged within the timeout."""
        while True:
            await asyncio.sleep(self._ack_timeout / 4)
            sent = [one.sent_at for one in self._pending.values() if one.sent_at is not None]
            if sent and time.monotonic() - min(sent) > self._ack_timeout:
                call.cancel()
                return

    def _handle(self, ack: Ack) -> None:
        """Passes an acknowledgement to the sender of the batch. Sends a batch with a retryable rejection again."""
        pending = self._pending.get(ack.batch_id)
        if pending is None or pending.ack.done():
            return
        if not ack.HasField("refusal"):
            pending.ack.set_result(ack)
        elif not ack.refusal.retryable:
            pending.ack.set_exception(_rejection(ack.refusal))
        else:
            task = asyncio.create_task(self._resend(pending, ack.refusal.retry_after_ms / 1000))
            self._resends.add(task)
            task.add_done_callback(self._resends.discard)

    async def _resend(self, pending: _Pending, seconds: float) -> None:
        """Sends a batch again after the retry delay of the service."""
        pending.sent_at = time.monotonic() + seconds
        await asyncio.sleep(with_jitter(max(0.001, seconds)))
        pending.sent_at = None
        self._outbox.put_nowait(pending.batch.batch_id)


def _rejection(refusal: ingest_service_pb2.BatchRefusal) -> BatchRefused:
    """Returns a permanent rejection as an error with the invalid fields."""
    return BatchRefused(
        refusal.message,
        code=grpc.StatusCode.INVALID_ARGUMENT,
        reason=refusal.reason,
        violations=tuple(FieldViolation(one.field, one.description) for one in refusal.problems),
        retry_after=timedelta(milliseconds=refusal.retry_after_ms) if refusal.retry_after_ms else None,
    )
