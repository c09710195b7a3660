"""The face of the voice service: recordings go in chunks, lists over all pages."""

from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest

from radiant.voice.v1 import voice_pb2, voice_service_pb2, voice_service_pb2_grpc
from radiant_client import InvalidRequest, Radiant, Voice, open_channel
from tests.client.fixtures.fake_services import Refusal, answer


class FakeVoice(voice_service_pb2_grpc.VoiceServiceServicer):
    """Hears what the test sets."""

    def __init__(self) -> None:
        self.steps: list[Any] = []
        self.asked: list[Any] = []

    async def Transcribe(self, request_iterator: Any, context: Any) -> Any:  # noqa: N802
        """Tells the size and language as the text."""
        parts = [part async for part in request_iterator]
        self.asked.append(parts)
        assert all(part.chunk for part in parts[1:])
        size = sum(len(part.chunk) for part in parts)
        heard = voice_pb2.Transcript(text=f"{size}", language=parts[0].header.language)
        return await answer(self.steps, context, voice_service_pb2.TranscribeResponse(transcript=heard))

    async def TranslateText(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Gives the text back."""
        return voice_service_pb2.TranslateTextResponse(
            text=request.text.upper(), source_language="de", target_language=request.target_language
        )

    async def GetVoiceFeedback(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Gives feedback of the name."""
        found = voice_pb2.VoiceFeedback(voice_id=request.voice_id, output_id="o")
        return voice_service_pb2.GetVoiceFeedbackResponse(feedback=found)

    async def ListVoiceFeedback(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Gives two pages."""
        self.asked.append(request)
        number = int(request.page_token or "0")
        return voice_service_pb2.ListVoiceFeedbackResponse(
            feedback=[voice_pb2.VoiceFeedback(voice_id=f"v{number}")], next_page_token="" if number else "1"
        )


@pytest.fixture
async def fake_voice() -> AsyncIterator[tuple[FakeVoice, str]]:
    """Serves the fake."""
    server, fake = grpc.aio.server(), FakeVoice()  # type: ignore[abstract]  # the rest is unimplemented
    voice_service_pb2_grpc.add_VoiceServiceServicer_to_server(fake, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield fake, f"127.0.0.1:{port}"
    await server.stop(grace=None)


@pytest.fixture
async def voice(fake_voice: tuple[FakeVoice, str]) -> AsyncIterator[Voice]:
    """Gives the face."""
    connection = open_channel(fake_voice[1], "t")
    yield Voice(connection)
    await connection.close()


async def test_a_recording_is_heard_in_chunks(fake_voice: tuple[FakeVoice, str], voice: Voice) -> None:
    fake = fake_voice[0]
    fake.steps = [Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after_ms=20)]
    heard = await voice.transcribe([b"a" * 100_000, b"", b"b"], language="de", translate=False)
    assert (heard.text, heard.language) == ("100001", "de")
    assert len(fake.asked) == 2
    assert fake.asked[1][0].header.skip_translation
    fake.steps = [Refusal(grpc.StatusCode.INVALID_ARGUMENT, "no sound")]
    with pytest.raises(InvalidRequest, match="no sound"):
        await voice.transcribe(b"a")


async def test_texts_and_feedback(fake_voice: tuple[FakeVoice, str], voice: Voice) -> None:
    translated = await voice.translate("hallo")
    assert (translated.text, translated.target_language) == ("HALLO", "en")
    assert (await voice.get("v7")).voice_id == "v7"
    listed = [one.voice_id async for one in voice.list_feedback(status="failed", output_id="o")]
    assert listed == ["v0", "v1"]
    assert fake_voice[0].asked[0].status == voice_pb2.VOICE_STATUS_FAILED


async def test_it_is_part_of_the_client(fake_voice: tuple[FakeVoice, str]) -> None:
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
