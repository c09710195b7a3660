"""Client of the ingest service for the OpenTelemetry intake. Calls contain the Authorization header of the caller."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import grpc
from google.protobuf.message import Message

from kit.errors import Exhausted, FieldViolation, Forbidden, Invalid, Unauthenticated, Unavailable
from kit.telemetry import logs
from radiant.ingest.v1 import ingest_service_pb2 as pb
from radiant.ingest.v1 import ingest_service_pb2_grpc
from radiant.ingest.v1.feedback_pb2 import ItemResult
from radiant_client.transport import errors as client
from radiant_client.transport.channel import Tls, open_channel

_DEFAULT_RETRY_AFTER = timedelta(seconds=1)


class IngestClient:
    """Calls of ingest over one channel. Each raises a RadiantError, or RadiantClientError for an internal failure."""

    def __init__(self, address: str, timeout: timedelta, services_tls: Tls | None = None) -> None:
        """Creates the channel, which connects at the first call. Requires a running event loop.

        `services_tls` contains the certificates for the connection; None disables TLS.
        """
        self._connection = open_channel(address, tls=services_tls or False)
        self._stub = ingest_service_pb2_grpc.IngestServiceStub(self._connection.channel)
        self._timeout_s = timeout.total_seconds()

    async def record_manifests(
        self, request: pb.BatchRecordManifestsRequest, authorization: str
    ) -> Sequence[ItemResult]:
        """Records manifests; returns one result for each manifest."""
        answer: pb.BatchRecordManifestsResponse = await self._call(
            self._stub.BatchRecordManifests, request, authorization
        )
        return answer.results

    async def record_trace(self, request: pb.RecordTraceRequest, authorization: str) -> int:
        """Records spans of traces; returns the number of their manifests."""
        answer: pb.RecordTraceResponse = await self._call(self._stub.RecordTrace, request, authorization)
        return answer.manifests

    async def record_scores(
        self, request: pb.RecordEvaluationScoresRequest, authorization: str
    ) -> pb.RecordEvaluationScoresResponse:
        """Stores scores of evaluations that are no votes."""
        answer: pb.RecordEvaluationScoresResponse = await self._call(
            self._stub.RecordEvaluationScores, request, authorization
        )
        return answer

    async def submit_feedback(self, request: pb.SubmitExplicitFeedbackRequest, authorization: str) -> int:
        """Stores explicit feedback; returns its ItemOutcome."""
        answer: pb.SubmitExplicitFeedbackResponse = await self._call(
            self._stub.SubmitExplicitFeedback, request, authorization
        )
        return answer.outcome

    async def check_caller(self, authorization: str) -> None:
        """Raises Unauthenticated or Forbidden if ingest does not accept the caller. Writes nothing."""
        try:
            await self._call(self._stub.GetWidgetConfig, pb.GetWidgetConfigRequest(), authorization)
        except Invalid:
            return

    async def _call(self, stub: Any, request: Message, authorization: str) -> Any:
        metadata = (("authorization", authorization), ("x-request-id", logs.request_id.get()))
        try:
            return await stub(request, metadata=metadata, timeout=self._timeout_s)
        except grpc.aio.AioRpcError as failure:
            if failure.code() is grpc.StatusCode.UNIMPLEMENTED:
                message = "The ingest service has an earlier version than the gateway. Retry after its upgrade."
                raise Unavailable(message, _DEFAULT_RETRY_AFTER) from failure
            raise _service_error(client.from_rpc_error(failure)) from failure

    async def close(self) -> None:
        """Closes the channel and cancels pending calls."""
        await self._connection.close()


def _service_error(error: client.RadiantClientError) -> Exception:
    """Returns the RadiantError for an error of the client. Failures that a retry may solve become Unavailable."""
    retry_after = error.retry_after or _DEFAULT_RETRY_AFTER
    match error:
        case client.Unauthenticated():
            return Unauthenticated(error.message, reason=error.reason)
        case client.PermissionDenied():
            return Forbidden(error.message, reason=error.reason)
        case client.InvalidRequest():
            return Invalid([FieldViolation(each.field, each.description) for each in error.violations])
        case client.Exhausted():
            return Exhausted(error.message, retry_after, reason=error.reason)
        case client.Unavailable() | client.DeadlineExceeded() | client.Conflict():
            message = error.message if error.reason else "The ingest service does not respond. Retry later."
            return Unavailable(message, retry_after, reason=error.reason)
    return error
