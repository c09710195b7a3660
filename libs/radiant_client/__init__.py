"""Client of the feedback-learning suite for Brains and chat backends.

Radiant, for asyncio programs, chooses models and submits manifests and feedback. SyncRadiant is its blocking version.
"""

from radiant_client.brain.blend import Mixed, mix
from radiant_client.brain.decision import Decision
from radiant_client.brain.decision_upload import DecisionUpload, UploadHealth
from radiant_client.brain.health import TableHealth
from radiant_client.brain.table import LocalTable
from radiant_client.client import Radiant
from radiant_client.experiments.local_experiments import Assigned, LocalExperiments
from radiant_client.health import Health
from radiant_client.messages.feedback import explicit_feedback, implicit_signal
from radiant_client.services.ingest import Ingest
from radiant_client.services.learning import Learning
from radiant_client.services.recommend import Recommend, context
from radiant_client.services.signal_stream import SignalStream
from radiant_client.services.voice import Voice
from radiant_client.spool.folder import SpoolSettings
from radiant_client.spool.health import SpoolHealth
from radiant_client.spool.spool import Spool
from radiant_client.spool.store import Letter
from radiant_client.spool.writes import Results, Spooled, is_spooled
from radiant_client.sync import SyncRadiant
from radiant_client.transport.breaker import Breaker
from radiant_client.transport.channel import Connection, Tls, open_channel
from radiant_client.transport.errors import (
    AlreadyExists,
    BatchRefused,
    CircuitOpen,
    Conflict,
    DeadlineExceeded,
    Exhausted,
    FieldViolation,
    InvalidRequest,
    NoEligibleModel,
    NotFound,
    PermissionDenied,
    PreconditionFailed,
    RadiantClientError,
    ServiceFault,
    SpoolError,
    SpoolFailed,
    SpoolFull,
    StreamClosed,
    Unauthenticated,
    Unavailable,
    Unsupported,
)
from radiant_client.transport.health import ServiceHealth

__all__ = [
    "AlreadyExists",
    "Assigned",
    "BatchRefused",
    "Breaker",
    "CircuitOpen",
    "Conflict",
    "Connection",
    "DeadlineExceeded",
    "Decision",
    "DecisionUpload",
    "Exhausted",
    "FieldViolation",
    "Health",
    "Ingest",
    "InvalidRequest",
    "Learning",
    "Letter",
    "LocalExperiments",
    "LocalTable",
    "Mixed",
    "NoEligibleModel",
    "NotFound",
    "PermissionDenied",
    "PreconditionFailed",
    "Radiant",
    "RadiantClientError",
    "Recommend",
    "Results",
    "ServiceFault",
    "ServiceHealth",
    "SignalStream",
    "Spool",
    "SpoolError",
    "SpoolFailed",
    "SpoolFull",
    "SpoolHealth",
    "SpoolSettings",
    "Spooled",
    "StreamClosed",
    "SyncRadiant",
    "TableHealth",
    "Tls",
    "Unauthenticated",
    "Unavailable",
    "Unsupported",
    "UploadHealth",
    "Voice",
    "context",
    "explicit_feedback",
    "implicit_signal",
    "is_spooled",
    "mix",
    "open_channel",
]
