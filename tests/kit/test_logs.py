"""Logs: each event is one line of JSON."""

import contextvars
import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from kit.telemetry import logs

log = logging.getLogger("tests.kit.logs")


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Provides the log output. Restores the root logger afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure("kit-test", "INFO", stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


def events(stream: io.StringIO) -> list[dict[str, Any]]:
    """Parses every line as strict JSON."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return [json.loads(line, parse_constant=refuse) for line in stream.getvalue().splitlines()]


def test_log_event_is_one_line_of_json(stream: io.StringIO) -> None:
    log.info("two\nlines of %s", "münchen", extra={"fields": {"count": 2}})
    (event,) = events(stream)
    assert datetime.fromisoformat(event.pop("time")).tzinfo == UTC
    assert event == {
        "level": "info",
        "service": "kit-test",
        "logger": "tests.kit.logs",
        "message": "two\nlines of münchen",
        "count": 2,
    }


def test_log_event_with_exception_has_its_trace_in_the_same_line(stream: io.StringIO) -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        log.exception("it failed")
    (event,) = events(stream)
    assert event["level"] == "error"
    assert event["trace"].startswith("Traceback")
    assert event["trace"].endswith("ValueError: broken")


def test_log_event_within_a_request_has_its_request_id(stream: io.StringIO) -> None:
    def within() -> None:
        logs.request_id.set("r-1")
        logs.tenant.set("acme")
        log.info("inside")

    contextvars.Context().run(within)
    contextvars.Context().run(log.info, "outside")
    inside, outside = events(stream)
    assert (inside["request_id"], inside["tenant"]) == ("r-1", "acme")
    assert not {"request_id", "tenant"} & set(outside)


def test_log_value_unknown_to_json_is_written_as_text(stream: io.StringIO) -> None:
    log.info("odd", extra={"fields": {"when": datetime(2030, 1, 1, tzinfo=UTC), "kinds": {1}}})
    (event,) = events(stream)
    assert event["when"].startswith("2030-01-01")
    assert event["kinds"] == "{1}"


def test_log_value_that_is_not_finite_gives_valid_json(stream: io.StringIO) -> None:
    log.info("odd", extra={"fields": {"ratio": float("nan"), "most": [float("inf")]}})
    log.info("odd", extra={"fields": {"kinds": {("a", "b"): 1}}})
    assert [event["message"] for event in events(stream)] == ["odd", "odd"]


def test_log_event_below_the_level_is_not_written(stream: io.StringIO) -> None:
    log.debug("quiet")
    assert stream.getvalue() == ""


def test_logging_configured_twice_writes_each_event_once(stream: io.StringIO) -> None:
    logs.configure("kit-test", "WARNING", stream)
    log.info("quiet")
    log.warning("loud")
    assert [event["message"] for event in events(stream)] == ["loud"]
