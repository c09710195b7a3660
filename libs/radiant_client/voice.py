"""The voice service: what recordings say, translations, and what was heard of spoken feedback."""

from collections.abc import AsyncGenerator, AsyncIterator

from radiant.voice.v1 import voice_pb2, voice_service_pb2, voice_service_pb2_grpc
from radiant_client.ingest.messages import enum_value
from radiant_client.ingest.speech import Audio, is_repeatable, pieces_of
from radiant_client.transport.calls import Caller
from radiant_client.transport.channel import Connection

SERVICE = "radiant.voice.v1.VoiceService"
Part = voice_service_pb2.TranscribeRequest


class Voice:
    """The voice service of the token's tenant. Timeouts are in seconds; every call raises RadiantClientError."""

    def __init__(self, connection: Connection) -> None:
        self._caller = Caller(connection, SERVICE)
        self._stub = voice_service_pb2_grpc.VoiceServiceStub(connection.channel)

    async def transcribe(
        self, audio: Audio, *, language: str = "", translate: bool = True, timeout: float | None = None
    ) -> voice_pb2.Transcript:
        """Hears a recording at once and keeps nothing of it; the language is recognised unless it is stated.

        Without translate there is no English translation, which saves half the time. When the service is too busy,
        audio that can be read again is sent again.
        """
        header = voice_service_pb2.TranscribeHeader(language=language, skip_translation=not translate)

        async def parts() -> AsyncGenerator[Part, None]:
            yield Part(header=header)
            async for piece in pieces_of(audio):
                yield Part(chunk=piece)

        response = await self._caller.upload(
            self._stub.Transcribe, parts, name="Transcribe", timeout=timeout, repeatable=is_repeatable(audio)
        )
        return response.transcript

    async def translate(
        self, text: str, target: str = "en", *, source: str = "", timeout: float | None = None
    ) -> voice_service_pb2.TranslateTextResponse:
        """Translates a text; its language is recognised unless it is stated. Raises Unsupported for unknown pairs."""
        request = voice_service_pb2.TranslateTextRequest(text=text, source_language=source, target_language=target)
        return await self._caller.call(self._stub.TranslateText, request, timeout=timeout)

    async def get(self, voice_id: str, *, timeout: float | None = None) -> voice_pb2.VoiceFeedback:
        """Shows spoken feedback and what was heard. Raises NotFound when it is not known."""
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
        """Yields spoken feedback, newest first, over all pages. The timeout is a page's."""
        request = voice_service_pb2.ListVoiceFeedbackRequest(
            status=enum_value(voice_pb2.VoiceStatus, status or "unspecified"),
            output_id=output_id,
            user_id=user_id,
            page_size=page_size,
        )
        while True:
            page = await self._caller.call(self._stub.ListVoiceFeedback, request, timeout=timeout)
            for feedback in page.feedback:
                yield feedback
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token
