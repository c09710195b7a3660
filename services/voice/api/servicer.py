"""VoiceService: converts messages and calls the features."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from kit.auth.tokens import current_principal, tenant_of
from kit.errors import NotFound, Precondition
from kit.postgres.idempotency import IdempotencyKey
from kit.rpc.answers import stored
from kit.rpc.keyset import LAST_UUID, LATEST_US, MICROSECONDS, UUID_TEXT, Keyset, microseconds_of
from radiant.voice.v1 import voice_service_pb2 as pb
from radiant.voice.v1 import voice_service_pb2_grpc
from voice.api.convert import messages
from voice.api.upload import UploadReceiver
from voice.domain.ports import Recordings, Transcriber
from voice.jobs.queries import FeedbackFilter, FeedbackQueries, QueueDepths
from voice.jobs.retry import FeedbackRetry, RetryRequest
from voice.pipeline.translation import Translation

Context = Any

CHUNK_BYTES = 256 * 1024
FEEDBACK_PAGES = Keyset((MICROSECONDS, UUID_TEXT), (LATEST_US, LAST_UUID))
"""Pages of voice feedback by time of submission and voice_id, newest first."""


class VoiceOff(Precondition):
    """Voice is off: the voice extra is not installed."""

    reason = "VOICE_OFF"


class VoiceServicer(voice_service_pb2_grpc.VoiceServiceServicer):
    """Servicer of VoiceService."""

    def __init__(
        self,
        transcriber: Transcriber | str,
        translation: Translation,
        uploads: UploadReceiver,
        feedback: FeedbackQueries,
        depths: QueueDepths,
        retry: FeedbackRetry,
        recordings: Recordings,
    ) -> None:
        """Takes the transcriber, or a sentence that says why there is none."""
        self._transcriber, self._translation, self._uploads = transcriber, translation, uploads
        self._feedback, self._depths, self._retry, self._recordings = feedback, depths, retry, recordings

    async def Transcribe(
        self, request_iterator: AsyncIterator[pb.TranscribeRequest], context: Context
    ) -> pb.TranscribeResponse:
        """Transcribes a recording that is not stored."""
        transcriber = self._available()
        with self._uploads.slot(current_principal().tenant_id):
            header = await self._uploads.header(request_iterator)
            tenant_of(header.tenant_id)
            data = await self._uploads.data(request_iterator)
            translate = not header.skip_translation
            transcript = await transcriber.transcribe(data, language=header.language, translate=translate)
        return pb.TranscribeResponse(transcript=messages.transcript_message(transcript))

    async def TranslateText(self, request: pb.TranslateTextRequest, context: Context) -> pb.TranslateTextResponse:
        """Translates a text."""
        tenant = tenant_of(request.tenant_id)
        self._available()
        translated = await self._translation.translate(
            request.text, request.source_language, request.target_language, caller_tenant=tenant
        )
        return pb.TranslateTextResponse(
            text=translated.text, source_language=translated.source, target_language=translated.target
        )

    async def GetVoiceFeedback(
        self, request: pb.GetVoiceFeedbackRequest, context: Context
    ) -> pb.GetVoiceFeedbackResponse:
        """Returns one voice comment."""
        row = await self._feedback.get(tenant_of(request.tenant_id), request.voice_id)
        return pb.GetVoiceFeedbackResponse(feedback=messages.feedback_message(row))

    async def ListVoiceFeedback(
        self, request: pb.ListVoiceFeedbackRequest, context: Context
    ) -> pb.ListVoiceFeedbackResponse:
        """Lists voice comments, newest first."""
        wanted = FeedbackFilter(
            tenant_id=tenant_of(request.tenant_id),
            status=messages.STATUSES.get(request.status, ""),
            output_id=request.output_id,
            user_id=request.user_id,
        )
        requested = FEEDBACK_PAGES.request(request, *wanted.listing())
        rows = await self._feedback.page(wanted, requested.after, requested.limit)
        page = requested.page(rows, lambda row: (microseconds_of(row["created_at"]), str(row["voice_id"])))
        return pb.ListVoiceFeedbackResponse(
            feedback=map(messages.feedback_message, page.rows), next_page_token=page.next_token
        )

    async def RetryVoiceFeedback(
        self, request: pb.RetryVoiceFeedbackRequest, context: Context
    ) -> pb.RetryVoiceFeedbackResponse:
        """Makes failed voice comments due again."""
        retry = RetryRequest(
            key=IdempotencyKey.of(request, "RetryVoiceFeedback", tenant_of(request.tenant_id)),
            actor=current_principal().subject,
            reason=request.reason,
            voice_ids=request.voice_ids,
        )
        answer = await self._retry.retry(retry, messages.retry_answer)
        return stored(answer, pb.RetryVoiceFeedbackResponse)

    async def GetVoiceAudio(
        self, request: pb.GetVoiceAudioRequest, context: Context
    ) -> AsyncIterator[pb.GetVoiceAudioResponse]:
        """Streams a recording."""
        row = await self._feedback.get(tenant_of(request.tenant_id), request.voice_id)
        if not row["audio_key"]:
            message = "The recording was deleted at the end of its retention. The transcript is still available."
            raise NotFound(message, reason="RECORDING_DELETED")
        first = {"audio_format": row["audio_format"], "audio_bytes": row["audio_bytes"]}
        async for part in self._recordings.stream(row["audio_key"]):
            for at in range(0, len(part), CHUNK_BYTES):
                yield pb.GetVoiceAudioResponse(chunk=part[at : at + CHUNK_BYTES], **first)
                first = {}

    async def GetVoiceQueue(self, request: pb.GetVoiceQueueRequest, context: Context) -> pb.GetVoiceQueueResponse:
        """Returns the depth of the queue: that of all tenants for an operator who names no tenant."""
        if not request.tenant_id and not current_principal().tenant_id:
            return messages.queue_message(await self._depths.of_all_tenants())
        return messages.queue_message(await self._depths.of_tenant(tenant_of(request.tenant_id)))

    def _available(self) -> Transcriber:
        if isinstance(self._transcriber, str):
            raise VoiceOff(self._transcriber)
        return self._transcriber
