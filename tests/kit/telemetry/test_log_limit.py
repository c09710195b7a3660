"""Tests of the log with a limit of lines per key."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

import pytest

from kit.telemetry.log_limit import LimitedLog, LineLimit


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Returns the time in seconds."""
        return self.now


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[str, dict[str, Any]]]:
    """Returns the messages and fields of the log."""
    return [(each.getMessage(), getattr(each, "fields", {})) for each in caplog.records]


def test_lines_above_the_limit_are_counted_and_reported_with_the_next_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = Clock()
    limited = LimitedLog(logging.getLogger("limited"), 2, timedelta(seconds=10), clock)
    for number in range(5):
        limited.info("failed", "a", {"number": number})
    limited.info("failed", "b", {"number": 9})
    assert [fields["number"] for _, fields in lines(caplog)] == [0, 1, 9]
    caplog.clear()
    clock.now = 10.0
    limited.info("failed", "a", {"number": 5})
    suppressed = {"key": "a", "suppressed": 3, "seconds": 10.0}
    assert lines(caplog) == [("log lines suppressed", suppressed), ("failed", {"number": 5})]


async def test_suppressed_lines_are_reported_at_the_end_of_the_interval(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    limited = LimitedLog(logging.getLogger("limited"), 1, timedelta(seconds=0.05))
    for _ in range(3):
        limited.info("failed", "a", {})
    async with asyncio.timeout(5):
        while len(caplog.records) < 2:  # noqa: ASYNC110 - the log has no event
            await asyncio.sleep(0.01)
    assert lines(caplog)[1] == ("log lines suppressed", {"key": "a", "suppressed": 2, "seconds": 0.05})


def test_number_of_keys_is_limited(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    limited = LimitedLog(logging.getLogger("limited"), 1, timedelta(seconds=10), Clock())
    for number in range(5000):
        limited.info("failed", str(number), {})
    assert len(limited._intervals) <= 1000


def test_filter_limits_the_lines_of_a_logger_by_their_text(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    logger = logging.getLogger("tests.limited")
    logger.addFilter(LineLimit(logger))
    for number in range(50):
        logger.warning("refused %s", number)
    logger.info("another")
    assert [text for text, _ in lines(caplog)] == [*(f"refused {number}" for number in range(20)), "another"]
