"""Settings of the service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal

from ingest.audit.settings import AuditSettings
from ingest.domain.survey_policy import PromptLimits
from kit import ports
from kit.auth.settings import AuthSettings
from kit.postgres.pool import PostgresSettings
from kit.redis.client import RedisSettings
from kit.rpc.server import RpcServerSettings
from kit.settings.declaration import Defaults, Setting
from kit.settings.service import ServiceSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteLimits:
    """Limits of writes."""

    queue_items_max: Annotated[int, Setting("INGEST_QUEUE_ITEMS_MAX", 1, 1_000_000, "items")] = 20_000
    """Items in the write queue. Further calls are refused."""
    group_items_max: Annotated[int, Setting("INGEST_GROUP_ITEMS_MAX", 1, 100_000, "items")] = 4_000
    """Items of one transaction. A larger request is stored in a transaction of its own."""
    committers: Annotated[int, Setting("INGEST_COMMITTERS", 1, 64, "transactions")] = 3
    """Concurrent transactions."""
    stream_batches_max: Annotated[int, Setting("INGEST_STREAM_BATCHES_MAX", 1, 1_000, "batches")] = 8
    """Batches of one stream that are read and not yet acknowledged."""
    stream_idle_max: Annotated[timedelta, Setting("INGEST_STREAM_IDLE_SECONDS", 0.1, 86_400)] = timedelta(minutes=5)
    """Time after which a stream without batches is closed."""
    explicit_per_user_hour_max: Annotated[int, Setting("EXPLICIT_PER_USER_HOUR", 0, 100_000, "submissions")] = 50
    """Votes and voice comments of one user in any hour; 0 for no limit. Users whose ids differ in case share it."""
    unmatched_outputs_max: Annotated[int, Setting("UNMATCHED_OUTPUTS_MAX", 0, 100_000_000, "outputs")] = 1_000_000
    """Outputs of a tenant with feedback and without a manifest; 0 for no limit. Votes on further ones are refused."""
    evaluation_scores_max: Annotated[int, Setting("EVALUATION_SCORES_MAX", 0, 100_000_000, "scores")] = 1_000_000
    """Scores of evaluations without a vote of one tenant; 0 for no limit. Further ones are counted and not stored."""
    evaluator_hour_max: Annotated[int, Setting("EXPLICIT_PER_EVALUATOR_HOUR", 0, 1_000_000, "submissions")] = 10_000
    """Votes of one registered evaluator in any hour; 0 for no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """Limits of voice uploads."""

    bytes_max: Annotated[int, Setting("AUDIO_BYTES_MAX", 1024, 1024**3, "bytes")] = 25 * 1024 * 1024
    """Size of a recording."""
    concurrent_max: Annotated[int, Setting("AUDIO_UPLOADS_MAX", 1, 10_000, "uploads")] = 32
    """Uploads in progress. Further calls are refused."""
    concurrent_per_tenant_max: Annotated[int, Setting("AUDIO_UPLOADS_PER_TENANT_MAX", 1, 10_000, "uploads")] = 16
    """Uploads of one tenant in progress. Further calls are refused."""
    upload_timeout: Annotated[timedelta, Setting("AUDIO_UPLOAD_SECONDS", 1, 3600)] = timedelta(seconds=120)
    """Duration of one upload."""
    chunk_timeout: Annotated[timedelta, Setting("AUDIO_CHUNK_SECONDS", 0.1, 3600)] = timedelta(seconds=15)
    """Time between two messages of an upload."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceSettings:
    """Limits of outputs that wait for values of spans which arrive later."""

    wait: Annotated[timedelta, Setting("TRACE_WAIT_SECONDS", 0, 600)] = timedelta(seconds=10)
    """Time for which an output without a user waits for the root of its trace; 0 records it at once."""
    waiting_max: Annotated[int, Setting("TRACE_WAITING_MAX", 0, 10_000_000, "outputs")] = 50_000
    """Waiting outputs of one tenant. Further ones are recorded without waiting."""
    interval: Annotated[timedelta, Setting("TRACE_INTERVAL_SECONDS", 0.05, 60)] = timedelta(seconds=1)
    """Time between two searches for outputs whose waiting time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSettings:
    """Retention periods; zero keeps rows without limit."""

    feedback: Annotated[timedelta, Setting("RETENTION_DAYS", 0, 36_500, "days")] = timedelta(days=365)
    """Retention period of manifests, votes and retractions; 0 for no limit."""
    signals: Annotated[timedelta, Setting("SIGNAL_RETENTION_DAYS", 0, 36_500, "days")] = timedelta(days=90)
    """Retention period of signals and of transcripts of voice comments; 0 for no limit."""
    unmatched: Annotated[timedelta, Setting("UNMATCHED_RETENTION_DAYS", 0, 36_500, "days")] = timedelta(days=90)
    """Retention period of feedback whose output has no manifest; 0 for that of other feedback."""


class IngestSettings(ServiceSettings):
    """All settings of the service."""

    rpc: Annotated[RpcServerSettings, Defaults(port=ports.INGEST)]
    postgres: Annotated[PostgresSettings, Defaults(application_name="radiant-ingest")]
    redis: RedisSettings
    auth: AuthSettings
    limits: WriteLimits
    uploads: UploadLimits
    traces: TraceSettings
    prompts: PromptLimits
    retention: RetentionSettings
    audit: AuditSettings
    audio_url: Annotated[str, Setting("AUDIO_URL")] = ""
    """Folder or bucket of recordings; empty disables voice feedback."""
    redact_pii: Annotated[Literal["on", "off", "presidio"], Setting("REDACT_PII")] = "on"
    """Whether personal data is removed from comments before they are stored. presidio needs the package presidio."""

    @property
    def checkpoints_url(self) -> str:
        """Folder or bucket of the audit log's checkpoints; empty without a key or without an object store."""
        return (self.audit.url or self.audio_url) if self.audit.key else ""
