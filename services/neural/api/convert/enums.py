"""Conversion of enums and times."""

from __future__ import annotations

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from neural.domain.model import LearningMode, Scope, Strategy
from radiant.neural.v1 import scoring_pb2

SCOPES = {
    None: scoring_pb2.SCOPE_UNSPECIFIED,
    Scope.USER: scoring_pb2.SCOPE_USER,
    Scope.TENANT: scoring_pb2.SCOPE_TENANT,
    Scope.GLOBAL: scoring_pb2.SCOPE_GLOBAL,
}
SCOPE_OF = {number: scope for scope, number in SCOPES.items() if scope is not None}
STRATEGIES = {
    Strategy.GREEDY: scoring_pb2.STRATEGY_GREEDY,
    Strategy.THOMPSON: scoring_pb2.STRATEGY_THOMPSON,
    Strategy.EPSILON_GREEDY: scoring_pb2.STRATEGY_EPSILON_GREEDY,
    Strategy.SCOPE_FALLBACK: scoring_pb2.STRATEGY_SCOPE_FALLBACK,
}
STRATEGY_OF = {number: strategy for strategy, number in STRATEGIES.items()}
MODES = {
    LearningMode.RUNNING_MEAN: scoring_pb2.LEARNING_MODE_RUNNING_MEAN,
    LearningMode.EVIDENCE_WEIGHTED: scoring_pb2.LEARNING_MODE_EVIDENCE_WEIGHTED,
}
DEFAULT_DOMAIN = "general"
"""Domain of a context without a domain."""


def timestamp(moment: datetime) -> Timestamp:
    """Returns a Timestamp for an aware datetime."""
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def from_seconds(seconds: float) -> Timestamp:
    """Returns a Timestamp for a Unix time in seconds."""
    whole = int(seconds)
    return Timestamp(seconds=whole, nanos=int((seconds - whole) * 1e9))
