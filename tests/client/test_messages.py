"""Builders of feedback messages."""

from datetime import UTC, datetime

import pytest

from radiant_client import explicit_feedback, implicit_signal


def test_message_with_unknown_enum_name_or_time_without_zone_raises_value_error() -> None:
    with pytest.raises(ValueError, match="SIGNAL_TYPE_WAVED"):
        implicit_signal("o", "u", "waved")
    with pytest.raises(ValueError, match="time zone"):
        explicit_feedback("o", "u", "neutral", client_time=datetime(2026, 1, 1))


def test_signal_with_value_and_time_keeps_them_and_gets_an_identifier() -> None:
    when = datetime(2026, 1, 1, tzinfo=UTC)
    signal = implicit_signal("o", "u", "scroll_to_end", value={"depth": 0.9}, client_time=when)
    assert dict(signal.signal_value) == {"depth": 0.9}
    assert signal.client_time.ToDatetime(UTC) == when
    assert len(signal.signal_id) == 36
