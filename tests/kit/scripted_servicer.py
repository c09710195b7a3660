"""An intake service that follows a script, on a real server, and calls of all four shapes to it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import grpc
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from kit import logs
from kit.ids import new_id
from kit.rpc.auth import Principal, SharedKeyTokens, current_principal
from kit.rpc.server import RpcServerSettings, build_server
from radiant.ingest.v1 import feedback_pb2 as feedback
from radiant.ingest.v1 import ingest_service_pb2 as ingest
from radiant.ingest.v1 import ingest_service_pb2_grpc as ingest_grpc
from tests.support.suite import KEY, token

SHAPES = ("unary_unary", "unary_stream", "stream_unary", "stream_stream")
MANY_ANSWERS = ("unary_stream", "stream_stream")
MANY_REQUESTS = ("stream_unary", "stream_stream")
ITEMS = 3
"""Messages in each direction of a stream."""

METHODS = ingest.DESCRIPTOR.services_by_name["IngestService"]
CALLER = ("service", "admin")
"""Roles of a caller who may call every method of the service."""


@dataclass
class Script:
    """What the service is to do, and what it saw."""

    error: Exception | None = None
    """Raised after `answers_before` messages of a stream; None succeeds."""
    answers_before: int = 0
    hold: asyncio.Event | None = None
    """When given, methods wait for it before they answer."""
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    requests: list[Any] = field(default_factory=list)
    request_ids: list[str] = field(default_factory=list)
    principals: list[Principal] = field(default_factory=list)
    remaining: list[float | None] = field(default_factory=list)

    async def begin(self, context: Any) -> None:
        """Notes what surrounds the call, then waits if it must."""
        self.request_ids.append(logs.request_id.get())
        self.principals.append(current_principal())
        self.remaining.append(context.time_remaining())
        self.entered.set()
        try:
            if self.hold is not None:
                await self.hold.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise

    def step(self, number: int) -> None:
        """Raises the error when its turn has come."""
        if self.error is not None and number == self.answers_before:
            raise self.error


class ScriptedIngest(ingest_grpc.IngestServiceServicer):
    """One method of each shape; the others are not implemented."""

    def __init__(self, script: Script) -> None:
        """Takes the script."""
        self.script = script

    async def SubmitImplicitSignal(self, request: Any, context: Any) -> Any:
        """One request, one answer."""
        await self.script.begin(context)
        self.script.requests.append(request)
        self.script.step(self.script.answers_before)
        return ingest.SubmitImplicitSignalResponse()

    async def ExportUser(self, request: Any, context: Any) -> AsyncIterator[Any]:
        """One request, many answers."""
        await self.script.begin(context)
        self.script.requests.append(request)
        for number in range(ITEMS):
            self.script.step(number)
            yield ingest.ExportUserResponse(kind=str(number))

    async def SubmitVoiceFeedback(self, request_iterator: Any, context: Any) -> Any:
        """Many requests, one answer."""
        await self.script.begin(context)
        number = 0
        async for request in request_iterator:
            self.script.requests.append(request)
            self.script.step(number)
            number += 1
        return ingest.SubmitVoiceFeedbackResponse(audio_bytes=number)

    async def StreamSignals(self, request_iterator: Any, context: Any) -> AsyncIterator[Any]:
        """Many requests, many answers."""
        await self.script.begin(context)
        number = 0
        async for request in request_iterator:
            self.script.requests.append(request)
            self.script.step(number)
            number += 1
            yield ingest.StreamSignalsResponse(batch_id=request.batch_id)


@dataclass
class Outcome:
    """How a call ended for its caller."""

    answers: list[Any]
    error: grpc.aio.AioRpcError | None
    trailing: dict[str, Any]

    @property
    def code(self) -> grpc.StatusCode:
        """The status code."""
        return grpc.StatusCode.OK if self.error is None else self.error.code()

    @property
    def status(self) -> status_pb2.Status:
        """The rich status of a failed call, as clients read it."""
        status = rpc_status.from_call(self.error)
        assert status is not None, f"{self.error} has no details"
        return status

    @property
    def info(self) -> error_details_pb2.ErrorInfo:
        """Its ErrorInfo."""
        return detail(self.status, error_details_pb2.ErrorInfo())

    @property
    def fields(self) -> list[str]:
        """Paths of the bad fields."""
        bad = detail(self.status, error_details_pb2.BadRequest())
        return [each.field for each in bad.field_violations]


def detail(status: status_pb2.Status, into: Any) -> Any:
    """Returns the status's one detail of the type of `into`."""
    found = [each for each in status.details if each.Is(into.DESCRIPTOR)]
    assert len(found) == 1, f"{len(found)} {into.DESCRIPTOR.name} in {status}"
    found[0].Unpack(into)
    return into


def a_signal(output_id: str = "o-1") -> feedback.ImplicitSignal:
    """Returns a valid signal."""
    return feedback.ImplicitSignal(
        output_id=output_id, user_id="u-1", signal_type=feedback.SignalType.SIGNAL_TYPE_COPY_RESPONSE
    )


def good_requests(shape: str) -> list[Any]:
    """Returns valid requests of the shape's method."""
    if shape == "unary_unary":
        return [ingest.SubmitImplicitSignalRequest(request_id=new_id(), signal=a_signal())]
    if shape == "unary_stream":
        return [ingest.ExportUserRequest(user_id="u-1")]
    if shape == "stream_unary":
        return [ingest.SubmitVoiceFeedbackRequest(chunk=b"sound") for _ in range(ITEMS)]
    return [ingest.StreamSignalsRequest(batch_id=new_id(), signals=[a_signal()]) for _ in range(ITEMS)]


METHOD_OF = {
    "unary_unary": "SubmitImplicitSignal",
    "unary_stream": "ExportUser",
    "stream_unary": "SubmitVoiceFeedback",
    "stream_stream": "StreamSignals",
}


@dataclass
class Serving:
    """A served script."""

    channel: grpc.aio.Channel
    server: Any
    port: int = 0

    def start(
        self,
        shape: str,
        requests: Sequence[Any] | None = None,
        *,
        timeout: float | None = None,
        metadata: Sequence[tuple[str, str]] | None = None,
        stays_after: int | None = None,
    ) -> Any:
        """Starts a call of the shape; identified, unless metadata are given.

        A stream of requests is left open after `stays_after` of them until the call ends.
        """
        chosen = good_requests(shape) if requests is None else requests
        path = f"/{METHODS.full_name}/{METHOD_OF[shape]}"
        reply = GetMessageClass(METHODS.methods_by_name[METHOD_OF[shape]].output_type)
        make = getattr(self.channel, shape)(path, _as_bytes, reply.FromString)
        sent: Any = grpc.aio.Metadata(*(token("acme", *CALLER) if metadata is None else metadata))
        if shape not in MANY_REQUESTS:
            return make(chosen[0], timeout=timeout, metadata=sent)
        ended = asyncio.Event()

        async def each() -> AsyncIterator[Any]:
            for request in chosen[:stays_after]:
                yield request
            if stays_after is not None:
                await ended.wait()

        call = make(each(), timeout=timeout, metadata=sent)
        call.add_done_callback(lambda _: ended.set())
        return call

    async def call(self, shape: str, requests: Sequence[Any] | None = None, **options: Any) -> Outcome:
        """Calls the shape's method and reads everything that comes back."""
        call = self.start(shape, requests, **options)
        answers: list[Any] = []
        error: grpc.aio.AioRpcError | None = None
        try:
            if shape in MANY_ANSWERS:
                async for answer in call:
                    answers.append(answer)
            else:
                answers.append(await call)
        except grpc.aio.AioRpcError as caught:
            error = caught
        return Outcome(answers, error, dict(await call.trailing_metadata()))


def _as_bytes(request: Any) -> bytes:
    return request if isinstance(request, bytes) else bytes(request.SerializeToString())


@contextlib.asynccontextmanager
async def serving(
    script: Script, *, self_validating: frozenset[str] = frozenset(), grace_s: float = 0, **settings: Any
) -> AsyncIterator[Serving]:
    """Serves the script on a free port."""
    server = build_server(RpcServerSettings(**settings), SharedKeyTokens(KEY), self_validating=self_validating)
    server.add(ingest_grpc.add_IngestServiceServicer_to_server, ScriptedIngest(script), METHODS)  # type: ignore[abstract]
    port = await server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield Serving(channel, server, port)
    finally:
        await server.stop(timedelta(seconds=grace_s))
