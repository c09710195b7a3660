"""Client of IngestService: manifests, feedback, signals, retractions and erasure.

Each write has a request_id, which all retries share, so that the service stores the event once. With a spool, the
client stores manifests, feedback, signals and retractions on the local disk if they cannot be sent. The answer is then
Spooled, or Results with spooled set to True.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

import grpc
from google.protobuf.message import Message

from radiant.ingest.v1 import feedback_pb2, ingest_service_pb2, ingest_service_pb2_grpc, manifest_pb2
from radiant_client.messages.audio import Audio, audio_chunks, is_repeatable
from radiant_client.messages.feedback import explicit_feedback, implicit_signal
from radiant_client.messages.fields import enum_value, new_id, timestamp
from radiant_client.services.signal_stream import SignalStream
from radiant_client.spool.spool import Spool
from radiant_client.spool.writes import Results, Spooled, set_user_keys
from radiant_client.transport.calls import Caller
from radiant_client.transport.channel import Connection
from radiant_client.transport.errors import from_rpc_error
from splits.user_keys import user_key

SERVICE = "radiant.ingest.v1.IngestService"
VoicePart = ingest_service_pb2.SubmitVoiceFeedbackRequest
Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response")


class Ingest:
    """Ingest service for the tenant of the token. Timeouts are in seconds. Every call can raise RadiantClientError.

    A response of the service confirms that the event is stored. Spooled means that the event waits on the local disk.
    SpoolFull and SpoolFailed mean that the event is stored nowhere. Voice comments and streams are never spooled.
    """

    def __init__(self, connection: Connection, spool: Spool | None = None) -> None:
        """Takes an open connection and an optional spool, which this class starts and the caller closes."""
        self._caller = Caller(connection, SERVICE)
        self._stub = ingest_service_pb2_grpc.IngestServiceStub(connection.channel)
        self._spool = spool
        if spool is not None:
            spool.start(self._deliver, connection.breaker)

    async def _deliver(self, method: str, request: Any) -> Any:
        """Sends a spooled request."""
        return await self._caller.call(getattr(self._stub, method), request, name=method, waits=False)

    async def _write(
        self,
        call: grpc.aio.UnaryUnaryMultiCallable[Request, Response],
        request: Request,
        method: str,
        timeout: float | None,
    ) -> Response | Spooled:
        """Sends a request or spools it, with the keys of its users."""
        set_user_keys(request)

        async def send() -> Response:
            return await self._caller.call(call, request, name=method, timeout=timeout)

        return await send() if self._spool is None else await self._spool.write(method, request, send)

    async def record_manifest(
        self, manifest: manifest_pb2.ExecutionManifest, *, request_id: str = "", timeout: float | None = None
    ) -> ingest_service_pb2.RecordManifestResponse | Spooled:
        """Records the manifest of one output. An identical manifest is a duplicate.

        With a spool, the client sets a missing create_time to the current time. To repeat a call, set create_time.
        """
        request = ingest_service_pb2.RecordManifestRequest(request_id=request_id or new_id(), manifest=manifest)
        return await self._write(self._stub.RecordManifest, request, "RecordManifest", timeout)

    async def record_manifests(
        self,
        manifests: Sequence[manifest_pb2.ExecutionManifest],
        *,
        request_id: str = "",
        timeout: float | None = None,
    ) -> Results:
        """Records 1 to 1,000 manifests, each independently. Returns one result per manifest, in order."""
        request = ingest_service_pb2.BatchRecordManifestsRequest(request_id=request_id or new_id(), manifests=manifests)
        method = self._stub.BatchRecordManifests
        return _results(await self._write(method, request, "BatchRecordManifests", timeout), len(manifests))

    async def record_outcome(
        self,
        output_id: str,
        status: str,
        *,
        error_type: str = "",
        error_message: str = "",
        request_id: str = "",
        timeout: float | None = None,
        **values: float,
    ) -> ingest_service_pb2.RecordOutcomeResponse | Spooled:
        """Records the outcome of an output (ok, error, cancelled, timeout), before or after its manifest.

        The values complete what the manifest does not state: total_latency_ms, time_to_first_token_ms, input_tokens,
        output_tokens and total_cost. Raises AlreadyExists if the output has a different outcome.
        """
        outcome = manifest_pb2.Outcome(
            status=enum_value(manifest_pb2.OutcomeStatus, status), error_type=error_type, error_message=error_message
        )
        fields: dict[str, Any] = dict(values)
        request = ingest_service_pb2.RecordOutcomeRequest(
            request_id=request_id or new_id(), output_id=output_id, outcome=outcome, **fields
        )
        return await self._write(self._stub.RecordOutcome, request, "RecordOutcome", timeout)

    async def submit_feedback(
        self,
        output_id: str,
        user_id: str,
        rating: str,
        *,
        request_id: str = "",
        timeout: float | None = None,
        **details: Any,
    ) -> ingest_service_pb2.SubmitExplicitFeedbackResponse | Spooled:
        """Stores or replaces the explicit feedback of a user on an output.

        The details are the keyword arguments of explicit_feedback.
        """
        feedback = explicit_feedback(output_id, user_id, rating, **details)
        request = ingest_service_pb2.SubmitExplicitFeedbackRequest(request_id=request_id or new_id(), feedback=feedback)
        return await self._write(self._stub.SubmitExplicitFeedback, request, "SubmitExplicitFeedback", timeout)

    async def submit_signal(
        self,
        output_id: str,
        user_id: str,
        signal_type: str,
        *,
        request_id: str = "",
        timeout: float | None = None,
        **details: Any,
    ) -> ingest_service_pb2.SubmitImplicitSignalResponse | Spooled:
        """Stores one signal, such as copy_response. The details are the keyword arguments of implicit_signal."""
        signal = implicit_signal(output_id, user_id, signal_type, **details)
        request = ingest_service_pb2.SubmitImplicitSignalRequest(request_id=request_id or new_id(), signal=signal)
        return await self._write(self._stub.SubmitImplicitSignal, request, "SubmitImplicitSignal", timeout)

    async def submit_signals(
        self,
        signals: Sequence[feedback_pb2.ImplicitSignal],
        *,
        request_id: str = "",
        timeout: float | None = None,
    ) -> Results:
        """Stores 1 to 1,000 implicit signals, all or none. Returns one result per signal, in order."""
        request = ingest_service_pb2.BatchSubmitImplicitSignalsRequest(
            request_id=request_id or new_id(), signals=signals
        )
        method = self._stub.BatchSubmitImplicitSignals
        return _results(await self._write(method, request, "BatchSubmitImplicitSignals", timeout), len(signals))

    async def submit_voice_feedback(
        self,
        output_id: str,
        user_id: str,
        audio: Audio,
        *,
        source: str = "api",
        client_time: datetime | None = None,
        request_id: str = "",
        timeout: float | None = None,
    ) -> ingest_service_pb2.SubmitVoiceFeedbackResponse:
        """Stores a voice comment of a user on an output as WebM, MP3, WAV, Ogg, M4A, FLAC or AIFF.

        The response has the voice_id for calls of the voice service. client_time defaults to the current time. If the
        service is overloaded, repeatable audio is sent again; an iterator, such as an open file, is sent once. To
        repeat a call, pass the same request_id, client_time and audio.
        """
        header = ingest_service_pb2.VoiceHeader(
            request_id=request_id or new_id(),
            feedback=feedback_pb2.VoiceFeedback(
                output_id=output_id,
                user_id=user_key(user_id),
                source=enum_value(feedback_pb2.FeedbackSource, source),
                client_time=timestamp(client_time),
            ),
        )

        async def parts() -> AsyncGenerator[VoicePart, None]:
            yield VoicePart(header=header)
            async for chunk in audio_chunks(audio):
                yield VoicePart(chunk=chunk)

        return await self._caller.upload(
            self._stub.SubmitVoiceFeedback,
            parts,
            name="SubmitVoiceFeedback",
            timeout=timeout,
            is_repeatable=is_repeatable(audio),
        )

    def stream(self, *, max_in_flight: int = 8) -> SignalStream:
        """Returns a stream for batches of feedback. Use it with `async with`."""
        return SignalStream(self._caller.connection, self._stub, max_in_flight=max_in_flight)

    async def retract(
        self,
        output_id: str,
        user_id: str,
        *,
        kinds: Sequence[str] = (),
        client_time: datetime | None = None,
        request_id: str = "",
        timeout: float | None = None,
    ) -> ingest_service_pb2.RetractFeedbackResponse | Spooled:
        """Retracts feedback of a user on an output. The kinds are explicit, implicit and voice; empty selects all."""
        request = ingest_service_pb2.RetractFeedbackRequest(
            request_id=request_id or new_id(),
            output_id=output_id,
            user_id=user_key(user_id),
            kinds=[enum_value(ingest_service_pb2.FeedbackKind, kind) for kind in kinds],
            client_time=timestamp(client_time),
        )
        return await self._write(self._stub.RetractFeedback, request, "RetractFeedback", timeout)

    async def stats(
        self, output_id: str, *, timeout: float | None = None
    ) -> ingest_service_pb2.GetFeedbackStatsResponse:
        """Returns counts of the feedback on an output. Raises NotFound if it has no manifest and no feedback."""
        request = ingest_service_pb2.GetFeedbackStatsRequest(output_id=output_id)
        return await self._caller.call(self._stub.GetFeedbackStats, request, timeout=timeout)

    async def conversation(
        self, conversation_id: str, *, page_size: int = 0, page_token: str = "", timeout: float | None = None
    ) -> ingest_service_pb2.GetConversationSummaryResponse:
        """Returns a summary of one page of a conversation. Raises NotFound if the conversation has no output."""
        request = ingest_service_pb2.GetConversationSummaryRequest(
            conversation_id=conversation_id, page_size=page_size, page_token=page_token
        )
        return await self._caller.call(self._stub.GetConversationSummary, request, timeout=timeout)

    async def widget_config(
        self, *, user_id: str = "", output_id: str = "", timeout: float | None = None
    ) -> ingest_service_pb2.GetWidgetConfigResponse:
        """Returns the configuration of a feedback widget."""
        request = ingest_service_pb2.GetWidgetConfigRequest(user_id=user_key(user_id), output_id=output_id)
        return await self._caller.call(self._stub.GetWidgetConfig, request, timeout=timeout)

    async def forget_user(
        self, user_id: str, *, request_id: str = "", timeout: float | None = None
    ) -> ingest_service_pb2.ForgetUserResponse:
        """Erases a user, and first the writes of the user in the spool of this process.

        The service also removes the contribution of the user to the learned scores.
        """
        if self._spool is not None:
            await self._spool.forget(user_id)
        request = ingest_service_pb2.ForgetUserRequest(request_id=request_id or new_id(), user_id=user_key(user_id))
        return await self._caller.call(self._stub.ForgetUser, request, timeout=timeout)

    async def export_user(
        self, user_id: str, *, timeout: float | None = None
    ) -> AsyncIterator[ingest_service_pb2.ExportUserResponse]:
        """Yields all records of a user from every service."""
        request = ingest_service_pb2.ExportUserRequest(user_id=user_key(user_id))
        metadata = self._caller.connection.metadata()
        try:
            async for record in self._stub.ExportUser(request, timeout=timeout, metadata=metadata):
                yield record
        except grpc.aio.AioRpcError as failure:
            raise from_rpc_error(failure) from failure


def _results(answer: Any, count: int) -> Results:
    """Returns one result per item. The results of a spooled batch have no outcome."""
    if not isinstance(answer, Spooled):
        return Results(answer.results)
    results = Results(feedback_pb2.ItemResult(index=index) for index in range(count))
    results.spooled = True
    return results
