"""Tests of enum names, labels and choices."""

from gateway.console.enums import enum_choices, enum_label, enum_name, enum_value
from radiant.ingest.v1.feedback_pb2 import SIGNAL_TYPE_COPY_RESPONSE, Rating, SignalType


def test_enum_value_has_name_and_label_without_prefix() -> None:
    assert enum_name(SIGNAL_TYPE_COPY_RESPONSE, SignalType) == "copy_response"
    assert enum_label(SIGNAL_TYPE_COPY_RESPONSE, SignalType) == "copy response"
    assert enum_label(0, SignalType) == ""


def test_enum_value_of_newer_version_has_its_number_as_label() -> None:
    assert enum_label(9999, SignalType) == "9999"


def test_enum_value_by_name_returns_unspecified_for_unknown_and_empty_names() -> None:
    assert enum_value("copy_response", SignalType) == SIGNAL_TYPE_COPY_RESPONSE
    assert [enum_value(name, SignalType) for name in ("", "unspecified", "no such")] == [0, 0, 0]


def test_enum_choices_start_with_any_and_omit_unspecified() -> None:
    assert enum_choices(Rating) == [
        ("", "Any"),
        ("negative", "Negative"),
        ("neutral", "Neutral"),
        ("positive", "Positive"),
    ]
