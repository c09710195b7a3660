"""From the microphone to the learner's queue: intake takes it in, the voice service hears it, people see it."""

from __future__ import annotations

from pathlib import Path

from radiant.ingest.v1 import feedback_pb2
from radiant.voice.v1 import voice_pb2
from radiant.voice.v1 import voice_service_pb2 as pb
from tests.ingest.fixtures import service as intake
from tests.ingest.fixtures.voice import clip, header, submit_voice
from tests.voice.service.serving import EXPERT, serving
from voice.domain.ports import Understood


class Echo:
    """Says how many bytes it heard."""

    async def understand(self, data: bytes, *, language: str = "", translate: bool = True) -> Understood:
        """Hears."""
        return Understood(no_speech=False, text=str(len(data)), language="en", sentiment=-0.5, rating=-1, seconds=1.0)


async def test_what_is_submitted_is_heard_within_a_moment(database_url: str, redis_url: str, tmp_path: Path) -> None:
    folder, sound = tmp_path / "audio", clip(20)
    here = {"RADIANT_AUDIO_URL": str(folder)}
    async with (
        intake.open_service(database_url, redis_url, here) as ingest,
        serving(database_url, redis_url, folder, Echo(), RADIANT_VOICE_LOST_SECONDS="60") as voice,
    ):
        submitted = await submit_voice(ingest, header("o", "u"), sound)
        assert await voice.until("completed", 1, 5) < 2
        shown = await voice.shown(submitted.voice_id)
        assert (shown.output_id, shown.user_id, shown.audio_format) == ("o", "u", "wav")
        assert shown.source == feedback_pb2.FEEDBACK_SOURCE_API
        assert shown.status == voice_pb2.VOICE_STATUS_COMPLETED
        assert (shown.transcript.text, shown.audio_bytes) == (str(len(sound)), len(sound))
        assert shown.transcript.inferred_rating == feedback_pb2.RATING_NEGATIVE
        parts = await voice.call("GetVoiceAudio", pb.GetVoiceAudioRequest(voice_id=submitted.voice_id), EXPERT)
        assert b"".join(part.chunk for part in parts) == sound
        await voice.rows("SELECT set_config('app.current_tenant_id', 'acme', false)")
        seen = await voice.rows("SELECT sentiment FROM ingest_api_v1.voice_feedback WHERE output_id = 'o'")
        assert [row["sentiment"] for row in seen] == [-0.5]
        assert await voice.learned() >= 1
