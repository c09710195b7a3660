"""Settings of the voice service and its workers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from kit import ports
from kit.auth.settings import AuthSettings
from kit.postgres.pool import PostgresSettings
from kit.redis.client import RedisSettings
from kit.rpc.server import RpcServerSettings
from kit.settings.declaration import Defaults, Setting
from kit.settings.service import ServiceSettings

RETRY_WAIT_MAX = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """Processing of jobs: concurrency, leases and retries."""

    concurrency: Annotated[int, Setting("VOICE_CONCURRENCY", 1, 512, "recordings")] = 8
    """Recordings that one worker processes at the same time; the engine combines them into batches."""
    lease: Annotated[timedelta, Setting("VOICE_LEASE_SECONDS", 0.2, 3600)] = timedelta(seconds=60)
    """Duration of a lease. Another worker may claim a job whose lease was not renewed within this time."""
    attempts_max: Annotated[int, Setting("VOICE_ATTEMPTS_MAX", 1, 100, "attempts")] = 5
    """Attempts after which a job fails."""
    retry_wait: Annotated[timedelta, Setting("VOICE_RETRY_SECONDS", 0.01, 900)] = timedelta(seconds=10)
    """Wait before the second attempt; doubles with each further attempt, up to 15 minutes."""
    sweep_interval: Annotated[timedelta, Setting("VOICE_SWEEP_SECONDS", 0.05, 600)] = timedelta(seconds=3)
    """Interval at which jobs that are missing from the stream are requeued."""
    overdue: Annotated[timedelta, Setting("VOICE_LOST_SECONDS", 0, 3600)] = timedelta(seconds=5)
    """Time after its due time at which a job counts as missing from the stream."""
    backlog_max: Annotated[int, Setting("VOICE_BACKLOG_MAX", 1, 100_000, "entries")] = 5_000
    """Length of the stream at which the sweeper stops to requeue jobs."""
    stream_block: timedelta = timedelta(seconds=1)
    """Longest wait of one read of the stream."""

    def wait_after(self, attempts: int) -> timedelta:
        """Returns the wait after that many attempts."""
        doublings = max(0, min(attempts - 1, 20))
        return min(self.retry_wait * float(2**doublings), RETRY_WAIT_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionSettings:
    """Speech recognition and its limits."""

    cache: Annotated[str, Setting("VOICE_CACHE", default_text="voice-models in RADIANT_DATA")] = ""
    """Folder of the weights of the speech model."""
    model: Annotated[str, Setting("VOICE_MODEL")] = ""
    """Folder of a converted model, or a model name of faster-whisper; empty uses the base model of the packages."""
    download: Annotated[bool, Setting("VOICE_MODEL_DOWNLOAD")] = False
    """Whether a model given by name may be downloaded."""
    device: Annotated[Literal["auto", "cpu", "cuda"], Setting("VOICE_DEVICE")] = "auto"
    """Device of the speech model; auto uses a GPU if CUDA finds one."""
    devices: Annotated[int, Setting("VOICE_DEVICES", 1, 16, "GPUs")] = 1
    """GPUs to use: the first ones of CUDA_VISIBLE_DEVICES."""
    compute_type: Annotated[str, Setting("VOICE_COMPUTE_TYPE")] = "auto"
    """Number format of CTranslate2; auto is float16 on a GPU and int8 on a CPU."""
    cpu_threads: Annotated[int, Setting("VOICE_CPU_THREADS", 1, 256, "threads")] = 2
    """Threads of speech recognition on a CPU."""
    batch_rows_max: Annotated[int, Setting("VOICE_BATCH_ROWS_MAX", 1, 256, "windows")] = 8
    """Windows of 30 s per batch."""
    audio_bytes_max: Annotated[int, Setting("AUDIO_BYTES_MAX", 1024, 1024**3, "bytes")] = 25 * 1024 * 1024
    """Largest recording."""
    audio_duration_max: Annotated[timedelta, Setting("AUDIO_DURATION_MAX_SECONDS", 1, 36_000)] = timedelta(minutes=10)
    """Longest recording."""
    translation_folder: Annotated[str, Setting("VOICE_TRANSLATION_FOLDER")] = ""
    """Folder of further translation models; empty uses those of installed packages alone."""
    transcriptions_max: Annotated[int, Setting("VOICE_TRANSCRIPTIONS_MAX", 1, 10_000, "calls")] = 16
    """Transcribe calls at the same time; further calls are refused."""
    transcriptions_per_tenant_max: Annotated[
        int, Setting("VOICE_TRANSCRIPTIONS_PER_TENANT_MAX", 1, 10_000, "calls")
    ] = 8
    """Transcribe calls of one tenant at the same time; further calls are refused."""


class VoiceSettings(ServiceSettings):
    """Settings of the process."""

    rpc: Annotated[RpcServerSettings, Defaults(port=ports.VOICE)]
    postgres: Annotated[PostgresSettings, Defaults(application_name="radiant-voice")]
    redis: RedisSettings
    auth: AuthSettings
    queue: QueueSettings
    recognition: RecognitionSettings
    data: Annotated[Path, Setting("DATA")] = Path("radiant-data")
    """Folder of the suite, for recordings and weights whose folders are not set."""
    audio_url: Annotated[str, Setting("AUDIO_URL", default_text="audio in RADIANT_DATA")] = ""
    """Folder or bucket of recordings (see kit.objects)."""
    workers_inside: Annotated[bool, Setting("VOICE_WORKERS_INSIDE")] = True
    """Whether the process of the server also runs a worker."""
    retention_days: Annotated[int, Setting("AUDIO_RETENTION_DAYS", 0, 36_500, "days")] = 90
    """Days after which recordings are deleted; 0 keeps them. Transcripts stay."""
    redact_pii: Annotated[Literal["on", "off", "presidio"], Setting("REDACT_PII")] = "on"
    """Whether personal data is removed from transcripts before they are stored; presidio uses that package."""

    @property
    def retention(self) -> timedelta:
        """Time after which recordings are deleted; zero keeps them."""
        return timedelta(days=self.retention_days)

    @property
    def recordings_url(self) -> str:
        """Folder or bucket of recordings."""
        return self.audio_url or str(self.data / "audio")

    @property
    def weights_folder(self) -> Path:
        """Folder of the weights of the speech model."""
        return Path(self.recognition.cache) if self.recognition.cache else self.data / "voice-models"

    @property
    def clips_max(self) -> int:
        """Recordings in the queue of the engine, of calls and of the worker together."""
        return self.recognition.transcriptions_max + self.queue.concurrency
