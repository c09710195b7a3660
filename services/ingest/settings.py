"""Settings of the service, read once from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from ingest.domain.survey_policy import PromptLimits
from kit import ports
from kit.personal_data import CHOICES as REDACTIONS
from kit.postgres.pool import PostgresSettings
from kit.redis.client import redis_address
from kit.rpc.auth_settings import AuthSettings
from kit.rpc.server import RpcServerSettings
from kit.settings import Reader

DEFAULT_PORT = ports.INGEST
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteLimits:
    """Limits of writes."""

    queue_items_max: int = 20_000
    """Items in the write queue. Further calls are refused."""
    group_items_max: int = 4_000
    """Items of one transaction. A larger request is stored in a transaction of its own."""
    committers: int = 3
    """Concurrent transactions."""
    stream_batches_max: int = 8
    """Batches of one stream that are read and not yet acknowledged."""
    stream_idle_max: timedelta = timedelta(minutes=5)
    """Time after which a stream without batches is closed."""
    explicit_per_user_hour_max: int = 50
    """Votes and voice comments of one user in any hour; 0 for no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """Limits of voice uploads."""

    bytes_max: int = 25 * 1024 * 1024
    """Size of a recording."""
    concurrent_max: int = 32
    """Uploads in progress. Further calls are refused."""
    upload_timeout: timedelta = timedelta(seconds=120)
    """Duration of one upload."""
    chunk_timeout: timedelta = timedelta(seconds=15)
    """Time between two messages of an upload."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSettings:
    """Retention periods; zero keeps rows without limit."""

    feedback: timedelta = timedelta(days=365)
    """Period for manifests, votes and retractions."""
    signals: timedelta = timedelta(days=90)
    """Period for signals and for transcripts of voice comments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestSettings:
    """All settings of the service."""

    rpc: RpcServerSettings
    postgres: PostgresSettings
    limits: WriteLimits
    uploads: UploadLimits
    prompts: PromptLimits
    retention: RetentionSettings
    audio_url: str
    """Folder or bucket of recordings, see `kit.objects`; empty disables voice feedback."""
    redact_pii: str
    """Whether personal data is removed from comments before they are stored: on, off, or presidio if installed."""
    redis_url: str
    """Address of Redis; empty runs without notifications, and the learner only polls."""
    auth: AuthSettings
    metrics_port: int
    """Port of the metrics endpoint; 0 for none."""
    log_level: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> IngestSettings:
        """Reads the variables RADIANT_*; raises kit.settings.SettingsError with all invalid variables."""
        reader = Reader(environ, "RADIANT_")
        settings = cls(
            rpc=RpcServerSettings.read(reader, DEFAULT_PORT),
            postgres=PostgresSettings.read(reader, "radiant-ingest"),
            limits=_write_limits(reader, WriteLimits()),
            uploads=_upload_limits(reader, UploadLimits()),
            prompts=_prompt_limits(reader, PromptLimits()),
            redis_url=redis_address(reader, ""),
            auth=AuthSettings.read(reader),
            retention=_retention(reader, RetentionSettings()),
            audio_url=reader.text("AUDIO_URL", ""),
            redact_pii=reader.choice("REDACT_PII", "on", REDACTIONS),
            metrics_port=reader.integer("METRICS_PORT", 0, 0, 65535),
            log_level=reader.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
        )
        reader.done()
        return settings


def _write_limits(reader: Reader, default: WriteLimits) -> WriteLimits:
    return WriteLimits(
        queue_items_max=reader.integer("INGEST_QUEUE_ITEMS_MAX", default.queue_items_max, 1, 1_000_000),
        group_items_max=reader.integer("INGEST_GROUP_ITEMS_MAX", default.group_items_max, 1, 100_000),
        committers=reader.integer("INGEST_COMMITTERS", default.committers, 1, 64),
        stream_batches_max=reader.integer("INGEST_STREAM_BATCHES_MAX", default.stream_batches_max, 1, 1_000),
        stream_idle_max=reader.seconds(
            "INGEST_STREAM_IDLE_SECONDS", default.stream_idle_max, _SECOND / 10, 86400 * _SECOND
        ),
        explicit_per_user_hour_max=reader.integer(
            "EXPLICIT_PER_USER_HOUR", default.explicit_per_user_hour_max, 0, 100_000
        ),
    )


def _upload_limits(reader: Reader, default: UploadLimits) -> UploadLimits:
    return UploadLimits(
        bytes_max=reader.integer("AUDIO_BYTES_MAX", default.bytes_max, 1024, 1024**3),
        concurrent_max=reader.integer("AUDIO_UPLOADS_MAX", default.concurrent_max, 1, 10_000),
        upload_timeout=reader.seconds("AUDIO_UPLOAD_SECONDS", default.upload_timeout, _SECOND, 3600 * _SECOND),
        chunk_timeout=reader.seconds("AUDIO_CHUNK_SECONDS", default.chunk_timeout, _SECOND / 10, 3600 * _SECOND),
    )


def _prompt_limits(reader: Reader, default: PromptLimits) -> PromptLimits:
    return PromptLimits(
        daily_max=reader.integer("ASKS_PER_DAY", default.daily_max, 0, 1_000),
        daily_hard_max=reader.integer("ASKS_CAP_PER_DAY", default.daily_hard_max, 0, 1_000),
        interval_min=reader.seconds("ASK_GAP_SECONDS", default.interval_min, 0 * _SECOND, 86_400 * _SECOND),
        ignored_max=reader.integer("ASKS_IGNORED_MAX", default.ignored_max, 1, 100),
        ignored_daily_max=reader.integer("ASKS_PER_DAY_IGNORED", default.ignored_daily_max, 0, 1_000),
        first_outputs_max=reader.integer("ASK_FIRST_OUTPUTS", default.first_outputs_max, 0, 100),
        confidence_min=reader.number("ASK_CONFIDENCE_BELOW", default.confidence_min, 0, 1),
        sampling_probability=reader.number("ASK_PROBABILITY", default.sampling_probability, 0, 1),
    )


def _retention(reader: Reader, default: RetentionSettings) -> RetentionSettings:
    return RetentionSettings(
        feedback=timedelta(days=reader.integer("RETENTION_DAYS", default.feedback.days, 0, 36500)),
        signals=timedelta(days=reader.integer("SIGNAL_RETENTION_DAYS", default.signals.days, 0, 36500)),
    )
