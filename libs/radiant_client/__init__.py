"""Client of the feedback-learning suite, for Brains and chat backends.

Radiant chooses models and reports what came of them; SyncRadiant does the same without an event loop.
"""

from radiant_client.brain import Radiant
from radiant_client.channel import Connection, open_channel
from radiant_client.decision import Decision
from radiant_client.errors import (
    AlreadyExists,
    BatchRefused,
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
    StreamClosed,
    Unauthenticated,
    Unavailable,
    Unsupported,
)
from radiant_client.experiments import Assigned, LocalExperiments
from radiant_client.ingest import Ingest
from radiant_client.learning import Learning
from radiant_client.messages import explicit_feedback, implicit_signal
from radiant_client.mixing import Mixed, mix
from radiant_client.recommend import Recommend, context
from radiant_client.stream import SignalStream
from radiant_client.sync import SyncRadiant
from radiant_client.table import LocalTable

__all__ = [
    "AlreadyExists",
    "Assigned",
    "BatchRefused",
    "Conflict",
    "Connection",
    "DeadlineExceeded",
    "Decision",
    "Exhausted",
    "FieldViolation",
    "Ingest",
    "InvalidRequest",
    "Learning",
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
    "ServiceFault",
    "SignalStream",
    "StreamClosed",
    "SyncRadiant",
    "Unauthenticated",
    "Unavailable",
    "Unsupported",
    "context",
    "explicit_feedback",
    "implicit_signal",
    "mix",
    "open_channel",
]
