"""Client of VoiceService: transcription in chunks, translation and lists over all pages."""

from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest

from radiant.voice.v1 import voice_pb2, voice_service_pb2, voice_service_pb2_grpc
from radiant_client import InvalidRequest, Radiant, Voice, open_channel
from tests.client.fixtures.fake_services import StatusError, respond


class FakeVoice(voice_service_pb2_grpc.VoiceServiceServicer):
    """Fake of VoiceService."""

    def __init__(self) -> None:
        self.responses: list[Any] = []
        self.requests: list[Any] = []

    async def Transcribe(self, request_iterator: Any, context: Any) -> Any:  # noqa: N802
        """Returns the size as the text, or the next scripted response."""
        parts = [part async for part in request_iterator]
        self.requests.append(parts)
        assert all(part.chunk for part in parts[1:])
        size = sum(len(part.chunk) for part in parts)
        transcript = voice_pb2.Transcript(text=f"{size}", language=parts[0].header.language)
        return await respond(self.responses, context, voice_service_pb2.TranscribeResponse(transcript=transcript))

    async def TranslateText(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Returns the text in upper case."""
        return voice_service_pb2.TranslateTextResponse(
            text=request.text.upper(), source_language="de", target_language=request.target_language
        )

    async def GetVoiceFeedback(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Returns a voice comment with the identifier."""
        found = voice_pb2.VoiceFeedback(voice_id=request.voice_id, output_id="o")
        return voice_service_pb2.GetVoiceFeedbackResponse(feedback=found)

    async def ListVoiceFeedback(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Returns one of two pages."""
        self.requests.append(request)
        number = int(request.page_token or "0")
        return voice_service_pb2.ListVoiceFeedbackResponse(
            feedback=[voice_pb2.VoiceFeedback(voice_id=f"v{number}")], next_page_token="" if number else "1"
        )


@pytest.fixture
async def fake_voice() -> AsyncIterator[tuple[FakeVoice, str]]:
    """Yields the fake and its address."""
    server, fake = grpc.aio.server(), FakeVoice()  # type: ignore[abstract]  # other methods return UNIMPLEMENTED
    voice_service_pb2_grpc.add_VoiceServiceServicer_to_server(fake, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield fake, f"127.0.0.1:{port}"
    await server.stop(grace=None)


@pytest.fixture
async def voice(fake_voice: tuple[FakeVoice, str]) -> AsyncIterator[Voice]:
    """Yields the client of the fake."""
    connection = open_channel(fake_voice[1], "t")
    yield Voice(connection)
    await connection.close()


async def test_transcription_of_pieces_sends_chunks_and_repeats_after_overload(
    fake_voice: tuple[FakeVoice, str], voice: Voice
) -> None:
    fake = fake_voice[0]
    fake.responses = [StatusError(grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after_ms=20)]
    transcript = await voice.transcribe([b"a" * 100_000, b"", b"b"], language="de", translate=False)
    assert (transcript.text, transcript.language) == ("100001", "de")
    assert len(fake.requests) == 2
    assert fake.requests[1][0].header.skip_translation
    fake.responses = [StatusError(grpc.StatusCode.INVALID_ARGUMENT, "no sound")]
    with pytest.raises(InvalidRequest, match="no sound"):
        await voice.transcribe(b"a")


async def test_translation_comment_and_list_return_the_responses(
    fake_voice: tuple[FakeVoice, str], voice: Voice
) -> None:
    translated = await voice.translate("hallo")
    assert (translated.text, translated.target_language) == ("HALLO", "en")
    assert (await voice.get("v7")).voice_id == "v7"
    listed = [one.voice_id async for one in voice.list_feedback(status="failed", output_id="o")]
    assert listed == ["v0", "v1"]
    assert fake_voice[0].requests[0].status == voice_pb2.VOICE_STATUS_FAILED


async def test_voice_with_address_is_part_of_the_client(fake_voice: tuple[FakeVoice, str]) -> None:
    address = fake_voice[1]
    async with await Radiant.connect(
        ingest=address, neural=address, voice=address, token="t", default_model="m", ready_timeout=0.01
    ) as radiant:
        assert radiant.voice is not None
        assert (await radiant.voice.translate("ja")).text == "JA"
        assert radiant.health().services["voice"].address == address
    async with await Radiant.connect(
        ingest=address, neural=address, token="t", default_model="m", ready_timeout=0.01
    ) as radiant:
        assert radiant.voice is None
