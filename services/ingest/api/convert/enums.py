"""Names of the enum values of the API, as the database stores them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from radiant.ingest.v1 import feedback_pb2, manifest_pb2


class _Enum(Protocol):
    def items(self) -> list[tuple[str, Any]]: ...


def _names(enum: _Enum, prefix: str) -> Mapping[int, str]:
    """Returns the name of each value but UNSPECIFIED, in lower case and without its prefix."""
    return {number: name.removeprefix(prefix).lower() for name, number in enum.items() if number}


SIGNALS = _names(feedback_pb2.SignalType, "SIGNAL_TYPE_")
CATEGORIES = _names(feedback_pb2.FeedbackCategory, "FEEDBACK_CATEGORY_")
SOURCES = _names(feedback_pb2.FeedbackSource, "FEEDBACK_SOURCE_")
REQUEST_TYPES = _names(manifest_pb2.RequestType, "REQUEST_TYPE_")
OUTCOMES = _names(manifest_pb2.OutcomeStatus, "OUTCOME_STATUS_")
THERMAL_STATES = {number: name.upper() for number, name in _names(manifest_pb2.ThermalState, "THERMAL_STATE_").items()}
RATINGS: Mapping[int, int] = {
    feedback_pb2.RATING_NEGATIVE: -1,
    feedback_pb2.RATING_NEUTRAL: 0,
    feedback_pb2.RATING_POSITIVE: 1,
}

SIGNAL_NUMBERS = {name: number for number, name in SIGNALS.items()}
CATEGORY_NUMBERS = {name: number for number, name in CATEGORIES.items()}
SOURCE_NUMBERS = {name: number for number, name in SOURCES.items()}
REQUEST_TYPE_NUMBERS = {name: number for number, name in REQUEST_TYPES.items()}
OUTCOME_NUMBERS = {name: number for number, name in OUTCOMES.items()}
THERMAL_STATE_NUMBERS = {name: number for number, name in THERMAL_STATES.items()}
RATING_NUMBERS = {
    None: feedback_pb2.RATING_UNSPECIFIED,
    -1: feedback_pb2.RATING_NEGATIVE,
    0: feedback_pb2.RATING_NEUTRAL,
    1: feedback_pb2.RATING_POSITIVE,
}
