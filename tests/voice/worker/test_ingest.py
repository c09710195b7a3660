"""A voice comment from its submission to ingest until its transcript is stored and queued for learning."""

from __future__ import annotations

from pathlib import Path

from radiant.ingest.v1 import feedback_pb2
from radiant.voice.v1 import voice_pb2
from radiant.voice.v1 import voice_service_pb2 as pb
from tests.ingest.fixtures import service as ingest_service
from tests.ingest.fixtures.voice import clip, header, submit_voice
from tests.voice.fixtures.service import EXPERT, open_service
from voice.domain.transcript import Transcript


class SizeTranscriber:
    """Returns the size of the recording as its text."""

    async def transcribe(self, data: bytes, *, language: str = "", translate: bool = True) -> Transcript:
        """Returns a transcript with a negative sentiment."""
        return Transcript(
            has_speech=True, text=str(len(data)), language="en", sentiment=-0.5, rating=-1, duration_s=1.0
        )


async def test_voice_comment_submitted_to_ingest_is_transcribed_within_two_seconds(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    folder, audio = tmp_path / "audio", clip(20)
    extra = {"RADIANT_AUDIO_URL": str(folder)}
    async with (
        ingest_service.open_service(database_url, redis_url, extra) as ingest,
        open_service(database_url, redis_url, folder, SizeTranscriber(), RADIANT_VOICE_LOST_SECONDS="60") as voice,
    ):
        submitted = await submit_voice(ingest, header("o", "u"), audio)
        assert await voice.wait_for_status("completed", 1, 5) < 2
        feedback = await voice.feedback(submitted.voice_id)
        assert (feedback.output_id, feedback.user_id, feedback.audio_format) == ("o", "u", "wav")
        assert feedback.source == feedback_pb2.FEEDBACK_SOURCE_API
        assert feedback.status == voice_pb2.VOICE_STATUS_COMPLETED
        assert (feedback.transcript.text, feedback.audio_bytes) == (str(len(audio)), len(audio))
        assert feedback.transcript.inferred_rating == feedback_pb2.RATING_NEGATIVE
        parts = await voice.call("GetVoiceAudio", pb.GetVoiceAudioRequest(voice_id=submitted.voice_id), EXPERT)
        assert b"".join(part.chunk for part in parts) == audio
        await voice.rows("SELECT set_config('app.current_tenant_id', 'acme', false)")
        published = await voice.rows("SELECT sentiment FROM ingest_api_v1.voice_feedback WHERE output_id = 'o'")
        assert [row["sentiment"] for row in published] == [-0.5]
        assert await voice.learn_queue_length() >= 1
