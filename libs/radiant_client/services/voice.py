"""Client of VoiceService: transcription, translation and voice comments."""

from collections.abc import AsyncGenerator, AsyncIterator

from radiant.voice.v1 import voice_pb2, voice_service_pb2, voice_service_pb2_grpc
from radiant_client.messages.audio import Audio, audio_chunks, is_repeatable
from radiant_client.messages.fields import enum_value
from radiant_client.transport.calls import Caller
from radiant_client.transport.channel import Connection
from splits.user_keys import user_key

SERVICE = "radiant.voice.v1.VoiceService"
Part = voice_service_pb2.TranscribeRequest


class Voice:
    """Voice service for the tenant of the token. Timeouts are in seconds. Every call can raise RadiantClientError."""

    def __init__(self, connection: Connection) -> None:
        self._caller = Caller(connection, SERVICE)
        self._stub = voice_service_pb2_grpc.VoiceServiceStub(connection.channel)

    async def transcribe(
        self, audio: Audio, *, language: str = "", translate: bool = True, timeout: float | None = None
    ) -> voice_pb2.Transcript:
        """Returns the transcript of a recording. The service does not store the recording.

        An empty language is detected. With `translate`, the transcript has an English translation, which doubles the
        processing time. If the service is overloaded, repeatable audio is sent again; an iterator is sent once.
        """
        header = voice_service_pb2.TranscribeHeader(language=language, skip_translation=not translate)

        async def parts() -> AsyncGenerator[Part, None]:
            yield Part(header=header)
            async for chunk in audio_chunks(audio):
                yield Part(chunk=chunk)

        response = await self._caller.upload(
            self._stub.Transcribe, parts, name="Transcribe", timeout=timeout, is_repeatable=is_repeatable(audio)
        )
        return response.transcript

    async def translate(
        self, text: str, target: str = "en", *, source: str = "", timeout: float | None = None
    ) -> voice_service_pb2.TranslateTextResponse:
        """Returns the translation of a text. An empty source is detected.

        Raises Unsupported if the service does not translate between the two languages.
        """
        request = voice_service_pb2.TranslateTextRequest(text=text, source_language=source, target_language=target)
        return await self._caller.call(self._stub.TranslateText, request, timeout=timeout)

    async def get(self, voice_id: str, *, timeout: float | None = None) -> voice_pb2.VoiceFeedback:
        """Returns a voice comment with its transcript. Raises NotFound if the voice_id is unknown."""
        request = voice_service_pb2.GetVoiceFeedbackRequest(voice_id=voice_id)
        response = await self._caller.call(self._stub.GetVoiceFeedback, request, timeout=timeout)
        return response.feedback

    async def list_feedback(
        self,
        *,
        status: str = "",
        output_id: str = "",
        user_id: str = "",
        page_size: int = 200,
        timeout: float | None = None,
    ) -> AsyncIterator[voice_pb2.VoiceFeedback]:
        """Yields voice comments from all pages, newest first. The timeout applies to each page."""
        request = voice_service_pb2.ListVoiceFeedbackRequest(
            status=enum_value(voice_pb2.VoiceStatus, status or "unspecified"),
            output_id=output_id,
            user_id=user_key(user_id),
            page_size=page_size,
        )
        while True:
            page = await self._caller.call(self._stub.ListVoiceFeedback, request, timeout=timeout)
            for feedback in page.feedback:
                yield feedback
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token
