"""VoiceService: translates in, calls, translates out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from kit.errors import NotFound, Precondition
from kit.rpc.answers import stored
from kit.rpc.auth import current_principal, tenant_of
from kit.rpc.pages import decode_page, encode_page, page_size
from radiant.voice.v1 import voice_service_pb2 as pb
from radiant.voice.v1 import voice_service_pb2_grpc
from voice.api.convert import messages
from voice.api.upload import Intake
from voice.domain.ports import Ears, Recordings
from voice.jobs.queries import LAST_ID, LATEST_US, Depths, Feedback, Filter
from voice.jobs.retry import Retried, Retrying
from voice.pipeline.translation import Translation

Context = Any


CHUNK_BYTES = 256 * 1024


class VoiceOff(Precondition):
    """Voice is off."""

    reason = "VOICE_OFF"


class VoiceServicer(voice_service_pb2_grpc.VoiceServiceServicer):
    """Hears, translates, and shows what was heard."""

    def __init__(
        self,
        ears: Ears | str,
        translation: Translation,
        intake: Intake,
        feedback: Feedback,
        depths: Depths,
        retrying: Retrying,
        recordings: Recordings,
    ) -> None:
        """Takes ears, or a sentence that says why there are none."""
        self._ears, self._translation, self._intake = ears, translation, intake
        self._feedback, self._depths, self._retrying, self._recordings = feedback, depths, retrying, recordings

    async def Transcribe(
        self, request_iterator: AsyncIterator[pb.TranscribeRequest], context: Context
    ) -> pb.TranscribeResponse:
        """Hears a recording at once."""
        if isinstance(self._ears, str):
            raise VoiceOff(self._ears)
        with self._intake.admitted():
            header = await self._intake.header(request_iterator)
            tenant_of(header.tenant_id)
            data = await self._intake.file(request_iterator)
            heard = await self._ears.understand(data, language=header.language, translate=not header.skip_translation)
        return pb.TranscribeResponse(transcript=messages.transcript_of(heard))

    async def TranslateText(self, request: pb.TranslateTextRequest, context: Context) -> pb.TranslateTextResponse:
        """Translates a text."""
        tenant_of(request.tenant_id)
        if isinstance(self._ears, str):
            raise VoiceOff(self._ears)
        done = await self._translation.translate(request.text, request.source_language, request.target_language)
        return pb.TranslateTextResponse(text=done.text, source_language=done.source, target_language=done.target)

    async def GetVoiceFeedback(
        self, request: pb.GetVoiceFeedbackRequest, context: Context
    ) -> pb.GetVoiceFeedbackResponse:
        """Shows spoken feedback."""
        row = await self._feedback.get(tenant_of(request.tenant_id), request.voice_id)
        return pb.GetVoiceFeedbackResponse(feedback=messages.feedback_of(row))

    async def ListVoiceFeedback(
        self, request: pb.ListVoiceFeedbackRequest, context: Context
    ) -> pb.ListVoiceFeedbackResponse:
        """Lists spoken feedback, newest first."""
        wanted = Filter(
            tenant_id=tenant_of(request.tenant_id),
            status=messages.STATUSES.get(request.status, ""),
            output_id=request.output_id,
            user_id=request.user_id,
        )
        key = decode_page(request.page_token, wanted.words(), (int, str)) or (LATEST_US, LAST_ID)
        rows, more = await self._feedback.page(wanted, messages.place_of(key), page_size(request.page_size))
        token = ""
        if more:
            last = messages.timestamp(rows[-1]["created_at"]).ToMicroseconds()
            token = encode_page(wanted.words(), (last, str(rows[-1]["voice_id"])))
        return pb.ListVoiceFeedbackResponse(feedback=map(messages.feedback_of, rows), next_page_token=token)

    async def RetryVoiceFeedback(
        self, request: pb.RetryVoiceFeedbackRequest, context: Context
    ) -> pb.RetryVoiceFeedbackResponse:
        """Lets failed feedback be heard again."""
        asked = messages.asked_of(request, "RetryVoiceFeedback", tenant_of(request.tenant_id))

        def answer(done: Retried) -> bytes:
            told = pb.RetryVoiceFeedbackResponse(retried_voice_ids=done.retried, unchanged_voice_ids=done.unchanged)
            return told.SerializeToString()

        actor = current_principal().subject
        given = await self._retrying.retry(asked, actor, request.reason, request.voice_ids, answer)
        return stored(given, pb.RetryVoiceFeedbackResponse)

    async def GetVoiceAudio(
        self, request: pb.GetVoiceAudioRequest, context: Context
    ) -> AsyncIterator[pb.GetVoiceAudioResponse]:
        """Streams a recording."""
        row = await self._feedback.get(tenant_of(request.tenant_id), request.voice_id)
        if not row["audio_key"]:
            raise NotFound("The recording is deleted.", reason="RECORDING_DELETED")
        first = {"audio_format": row["audio_format"], "audio_bytes": row["audio_bytes"]}
        async for part in self._recordings.stream(row["audio_key"]):
            for at in range(0, len(part), CHUNK_BYTES):
                yield pb.GetVoiceAudioResponse(chunk=part[at : at + CHUNK_BYTES], **first)
                first = {}

    async def GetVoiceQueue(self, request: pb.GetVoiceQueueRequest, context: Context) -> pb.GetVoiceQueueResponse:
        """Tells how much waits; an operator who names no tenant hears of all."""
        if not request.tenant_id and not current_principal().tenant_id:
            return messages.queue_of(await self._depths.of_all())
        return messages.queue_of(await self._depths.of(tenant_of(request.tenant_id)))
