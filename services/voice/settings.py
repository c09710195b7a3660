"""Settings of the service and its workers, read from the environment once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from kit import ports
from kit.personal_data import CHOICES as REDACTIONS
from kit.postgres.pool import PostgresSettings
from kit.redis.client import redis_address
from kit.rpc.auth_settings import AuthSettings
from kit.rpc.server import RpcServerSettings
from kit.settings import Reader

DEFAULT_PORT = ports.VOICE
SECOND = timedelta(seconds=1)
DEVICES_MAX = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRules:
    """How work is taken, tried again and given up."""

    concurrency: int = 8
    """Recordings that one worker hears at a time; the engine stacks them into batches."""
    lease: timedelta = timedelta(seconds=60)
    """How long a job belongs to a worker that says nothing more; also the visibility time-out of the stream."""
    attempts_max: int = 5
    """After so many a job has failed."""
    retry_wait: timedelta = timedelta(seconds=10)
    """Before the second attempt; doubles with each further one, up to a quarter of an hour."""
    sweep: timedelta = timedelta(seconds=3)
    """How often jobs are looked for that the stream has lost."""
    moment: timedelta = timedelta(seconds=5)
    """How long a job must have been due before it counts as lost."""
    backlog_max: int = 5_000
    """Entries of the stream above which nothing is added to it again."""
    block: timedelta = timedelta(seconds=1)
    """How long a look into the stream waits."""

    def wait_after(self, attempts: int) -> timedelta:
        """Returns how long to wait after so many attempts."""
        doublings = max(0, min(attempts - 1, 20))
        return min(self.retry_wait * float(2**doublings), timedelta(minutes=15))


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingSettings:
    """What hears, and how; voice.pipeline.pipeline makes the engine's settings of them."""

    cache: Path
    """Folder for weights."""
    model: str = ""
    """Folder of a converted model, or a name that faster-whisper knows; empty: the base model from packages."""
    download: bool = False
    """Whether a model known by name may be fetched."""
    device: str = "auto"
    """auto, cpu or cuda."""
    device_indices: tuple[int, ...] = (0,)
    """GPUs to use: the first so many that CUDA_VISIBLE_DEVICES shows."""
    compute_type: str = "auto"
    cpu_threads: int = 2
    batch_rows_max: int = 8
    """Windows of 30 seconds in a batch."""
    audio_bytes_max: int = 25 * 1024 * 1024
    audio_duration_max: timedelta = timedelta(minutes=10)
    translation_folder: str = ""
    """Folder of further translation models; empty for those of packages alone."""
    transcriptions_max: int = 16
    """Transcribe calls at a time; more are refused."""
    clips_max: int = 64
    """Recordings in the engine's queue, of calls and of the worker together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceSettings:
    """Everything that the process is told."""

    rpc: RpcServerSettings
    postgres: PostgresSettings
    queue: QueueRules
    hearing: HearingSettings
    redis_url: str
    """Empty runs without a stream: workers then look for work in the database."""
    recordings_url: str
    """Where intake keeps recordings."""
    workers_inside: bool
    """Whether the server's process also works on the queue."""
    retention: timedelta
    """After it recordings are deleted; zero keeps them for ever."""
    auth: AuthSettings
    redact_pii: str
    """Whether what was heard loses personal data before it is stored: on, off, or presidio where it is installed."""
    metrics_port: int
    """0 serves none."""
    log_level: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> VoiceSettings:
        """Reads RADIANT_*; raises kit.settings.SettingsError naming every bad variable at once."""
        reader = Reader(environ, "RADIANT_")
        data = Path(reader.text("DATA", "./radiant-data"))
        queue = _queue(reader)
        settings = cls(
            rpc=RpcServerSettings.read(reader, DEFAULT_PORT),
            postgres=PostgresSettings.read(reader, "radiant-voice"),
            queue=queue,
            hearing=_hearing(reader, data, queue.concurrency),
            redis_url=redis_address(reader, ""),
            recordings_url=reader.text("AUDIO_URL", str(data / "audio")),
            workers_inside=reader.flag("VOICE_WORKERS_INSIDE", True),
            retention=timedelta(days=reader.integer("AUDIO_RETENTION_DAYS", 90, 0, 36500)),
            auth=AuthSettings.read(reader),
            redact_pii=reader.choice("REDACT_PII", "on", REDACTIONS),
            metrics_port=reader.integer("METRICS_PORT", 0, 0, 65535),
            log_level=reader.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
        )
        reader.done()
        return settings


def _queue(reader: Reader) -> QueueRules:
    return QueueRules(
        concurrency=reader.integer("VOICE_CONCURRENCY", 8, 1, 512),
        lease=reader.seconds("VOICE_LEASE_SECONDS", 60 * SECOND, 0.2 * SECOND, 3600 * SECOND),
        attempts_max=reader.integer("VOICE_ATTEMPTS_MAX", 5, 1, 100),
        retry_wait=reader.seconds("VOICE_RETRY_SECONDS", 10 * SECOND, 0.01 * SECOND, 900 * SECOND),
        sweep=reader.seconds("VOICE_SWEEP_SECONDS", 3 * SECOND, 0.05 * SECOND, 600 * SECOND),
        moment=reader.seconds("VOICE_LOST_SECONDS", 5 * SECOND, 0 * SECOND, 3600 * SECOND),
        backlog_max=reader.integer("VOICE_BACKLOG_MAX", 5_000, 1, 100_000),
    )


def _hearing(reader: Reader, data: Path, concurrency: int) -> HearingSettings:
    megabyte = 1024 * 1024
    calls = reader.integer("VOICE_TRANSCRIPTIONS_MAX", 16, 1, 10_000)
    return HearingSettings(
        cache=Path(reader.text("VOICE_CACHE", str(data / "voice-models"))),
        model=reader.text("VOICE_MODEL", ""),
        download=reader.flag("VOICE_MODEL_DOWNLOAD", False),
        device=reader.choice("VOICE_DEVICE", "auto", ("auto", "cpu", "cuda")),
        device_indices=tuple(range(reader.integer("VOICE_DEVICES", 1, 1, DEVICES_MAX))),
        compute_type=reader.text("VOICE_COMPUTE_TYPE", "auto"),
        cpu_threads=reader.integer("VOICE_CPU_THREADS", 2, 1, 256),
        batch_rows_max=reader.integer("VOICE_BATCH_ROWS_MAX", 8, 1, 256),
        audio_bytes_max=reader.integer("AUDIO_BYTES_MAX", 25 * megabyte, 1024, 1024 * megabyte),
        audio_duration_max=reader.seconds("AUDIO_DURATION_MAX_SECONDS", 600 * SECOND, SECOND, 36000 * SECOND),
        translation_folder=reader.text("VOICE_TRANSLATION_FOLDER", ""),
        transcriptions_max=calls,
        clips_max=calls + concurrency,
    )
