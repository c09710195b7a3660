"""The calls of ingest that the intake needs, made in the caller's name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Protocol

import grpc
from google.protobuf.message import Message

from kit import logs
from kit.errors import Exhausted, FieldViolation, Forbidden, Invalid, Unauthenticated, Unavailable
from radiant.ingest.v1 import ingest_service_pb2 as pb
from radiant.ingest.v1 import ingest_service_pb2_grpc
from radiant.ingest.v1.feedback_pb2 import ItemResult
from radiant_client.transport import errors as client
from radiant_client.transport.channel import open_channel

_LATER = timedelta(seconds=1)


class Ingest(Protocol):
    """The calls of ingest that are needed here. Each raises a RadiantError, or RadiantClientError for a fault."""

    async def record(self, request: pb.BatchRecordManifestsRequest, authorization: str) -> Sequence[ItemResult]:
        """Records manifests; returns one result for each."""
        ...

    async def submit(self, request: pb.SubmitExplicitFeedbackRequest, authorization: str) -> int:
        """Stores a vote; returns its outcome."""
        ...

    async def check(self, authorization: str) -> None:
        """Asks whether the caller is known, without writing anything."""
        ...


class IngestCalls:
    """Makes the calls over one channel, which connects with the first of them. Needs a running event loop."""

    def __init__(self, address: str, timeout: timedelta, authorities: bytes | None = None) -> None:
        """Takes where ingest is, how long a call may take, and who vouches for it; nobody: without TLS."""
        self._connection = open_channel(address, tls=authorities is not None, root_certificates=authorities)
        self._stub = ingest_service_pb2_grpc.IngestServiceStub(self._connection.channel)
        self._timeout_s = timeout.total_seconds()

    async def record(self, request: pb.BatchRecordManifestsRequest, authorization: str) -> Sequence[ItemResult]:
        """See `Ingest.record`."""
        answer: pb.BatchRecordManifestsResponse = await self._made(
            self._stub.BatchRecordManifests, request, authorization
        )
        return answer.results

    async def submit(self, request: pb.SubmitExplicitFeedbackRequest, authorization: str) -> int:
        """See `Ingest.submit`."""
        answer: pb.SubmitExplicitFeedbackResponse = await self._made(
            self._stub.SubmitExplicitFeedback, request, authorization
        )
        return answer.outcome

    async def check(self, authorization: str) -> None:
        """See `Ingest.check`."""
        try:
            await self._made(self._stub.GetWidgetConfig, pb.GetWidgetConfigRequest(), authorization)
        except Invalid:
            return

    async def _made(self, stub: Any, request: Message, authorization: str) -> Any:
        metadata = (("authorization", authorization), ("x-request-id", logs.request_id.get()))
        try:
            return await stub(request, metadata=metadata, timeout=self._timeout_s)
        except grpc.aio.AioRpcError as failure:
            raise _told(client.from_rpc_error(failure)) from failure

    async def close(self) -> None:
        """Closes the channel; calls under way are cancelled."""
        await self._connection.close()


def _told(error: client.RadiantClientError) -> Exception:
    """Returns the failure as this process's own; what may succeed later says so."""
    wait = error.retry_after or _LATER
    match error:
        case client.Unauthenticated():
            return Unauthenticated(error.message, reason=error.reason)
        case client.PermissionDenied():
            return Forbidden(error.message, reason=error.reason)
        case client.InvalidRequest():
            return Invalid([FieldViolation(each.field, each.description) for each in error.violations])
        case client.Exhausted():
            return Exhausted(error.message, wait, reason=error.reason)
        case client.Unavailable() | client.DeadlineExceeded() | client.Conflict():
            said = error.message if error.reason else "A service that is needed does not answer."
            return Unavailable(said, wait, reason=error.reason)
    return error
