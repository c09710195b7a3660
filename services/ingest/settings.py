"""Settings of the service, read from the environment once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from ingest.domain.survey_policy import AskLimits
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
class IntakeLimits:
    """What the service bears."""

    queue_items_max: int = 20_000
    """Items that wait to be committed; beyond it calls are refused."""
    group_items_max: int = 4_000
    """Items of one transaction; a single larger request still goes through."""
    committers: int = 3
    """Transactions at once."""
    stream_batches_max: int = 8
    """Batches of one stream that are read and not yet acknowledged."""
    stream_idle: timedelta = timedelta(minutes=5)
    """The longest that a stream may say nothing; then it is closed, and its sender opens another."""
    explicit_per_user_hour: int = 50
    """Votes and voice comments that one user may submit in any hour; 0 sets no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """What senders of audio are given."""

    bytes_max: int = 25 * 1024 * 1024
    """The longest recording."""
    at_once: int = 32
    """Recordings that are received at the same time; beyond it calls are refused."""
    upload_timeout: timedelta = timedelta(seconds=120)
    """The longest that all of a recording may take to arrive."""
    chunk_timeout: timedelta = timedelta(seconds=15)
    """The longest that a sender may be silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSettings:
    """How long facts are kept, and count; zero for ever."""

    feedback: timedelta = timedelta(days=365)
    """Manifests, votes and withdrawals."""
    signals: timedelta = timedelta(days=90)
    """Signals, and what was heard in spoken comments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestSettings:
    """Everything that the process is told."""

    rpc: RpcServerSettings
    postgres: PostgresSettings
    limits: IntakeLimits
    uploads: UploadLimits
    asking: AskLimits
    retention: RetentionSettings
    audio_url: str
    """Folder or bucket of recordings, see kit.objects; empty takes no spoken feedback."""
    redact_pii: str
    """Whether comments lose personal data before they are stored: on, off, or presidio where it is installed."""
    redis_url: str
    """Empty runs without wake-ups: the learner then finds work by looking."""
    auth: AuthSettings
    metrics_port: int
    """0 serves none."""
    log_level: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> IngestSettings:
        """Reads RADIANT_*; raises kit.settings.SettingsError naming every bad variable at once."""
        reader = Reader(environ, "RADIANT_")
        settings = cls(
            rpc=RpcServerSettings.read(reader, DEFAULT_PORT),
            postgres=PostgresSettings.read(reader, "radiant-ingest"),
            limits=IntakeLimits(
                queue_items_max=reader.integer("INGEST_QUEUE_ITEMS_MAX", 20_000, 1, 1_000_000),
                group_items_max=reader.integer("INGEST_GROUP_ITEMS_MAX", 4_000, 1, 100_000),
                committers=reader.integer("INGEST_COMMITTERS", 3, 1, 64),
                stream_batches_max=reader.integer("INGEST_STREAM_BATCHES_MAX", 8, 1, 1_000),
                stream_idle=reader.seconds("INGEST_STREAM_IDLE_SECONDS", 300 * _SECOND, _SECOND / 10, 86400 * _SECOND),
                explicit_per_user_hour=reader.integer("EXPLICIT_PER_USER_HOUR", 50, 0, 100_000),
            ),
            uploads=UploadLimits(
                bytes_max=reader.integer("AUDIO_BYTES_MAX", 25 * 1024 * 1024, 1024, 1024**3),
                at_once=reader.integer("AUDIO_UPLOADS_MAX", 32, 1, 10_000),
                upload_timeout=reader.seconds("AUDIO_UPLOAD_SECONDS", 120 * _SECOND, _SECOND, 3600 * _SECOND),
                chunk_timeout=reader.seconds("AUDIO_CHUNK_SECONDS", 15 * _SECOND, _SECOND / 10, 3600 * _SECOND),
            ),
            asking=_asking(reader),
            redis_url=redis_address(reader, ""),
            auth=AuthSettings.read(reader),
            retention=RetentionSettings(
                feedback=timedelta(days=reader.integer("RETENTION_DAYS", 365, 0, 36500)),
                signals=timedelta(days=reader.integer("SIGNAL_RETENTION_DAYS", 90, 0, 36500)),
            ),
            audio_url=reader.text("AUDIO_URL", ""),
            redact_pii=reader.choice("REDACT_PII", "on", REDACTIONS),
            metrics_port=reader.integer("METRICS_PORT", 0, 0, 65535),
            log_level=reader.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
        )
        reader.done()
        return settings


def _asking(reader: Reader) -> AskLimits:
    return AskLimits(
        per_day=reader.integer("ASKS_PER_DAY", 5, 0, 1_000),
        cap_per_day=reader.integer("ASKS_CAP_PER_DAY", 20, 0, 1_000),
        gap=reader.seconds("ASK_GAP_SECONDS", 120 * _SECOND, 0 * _SECOND, 86_400 * _SECOND),
        ignored_max=reader.integer("ASKS_IGNORED_MAX", 3, 1, 100),
        per_day_ignored=reader.integer("ASKS_PER_DAY_IGNORED", 1, 0, 1_000),
        first_outputs=reader.integer("ASK_FIRST_OUTPUTS", 5, 0, 100),
        confidence_below=reader.number("ASK_CONFIDENCE_BELOW", 0.5, 0, 1),
        probability=reader.number("ASK_PROBABILITY", 0.1, 0, 1),
    )
