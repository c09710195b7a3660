"""Logs: one line of JSON an event, whatever is in it."""

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
    """Gives what is logged, and puts the root logger back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure("kit-test", "INFO", stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


def events(stream: io.StringIO) -> list[dict[str, Any]]:
    """Parses every line by the letter of the JSON standard."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return [json.loads(line, parse_constant=refuse) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_line(stream: io.StringIO) -> None:
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


def test_a_failure_brings_its_trace_in_the_same_line(stream: io.StringIO) -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        log.exception("it failed")
    (event,) = events(stream)
    assert event["level"] == "error"
    assert event["trace"].startswith("Traceback")
    assert event["trace"].endswith("ValueError: broken")


def test_events_name_the_request_that_they_belong_to(stream: io.StringIO) -> None:
    def within() -> None:
        logs.request_id.set("r-1")
        logs.tenant.set("acme")
        log.info("inside")

    contextvars.Context().run(within)
    contextvars.Context().run(log.info, "outside")
    inside, outside = events(stream)
    assert (inside["request_id"], inside["tenant"]) == ("r-1", "acme")
    assert not {"request_id", "tenant"} & set(outside)


def test_values_that_json_does_not_know_are_shown_as_text(stream: io.StringIO) -> None:
    log.info("odd", extra={"fields": {"when": datetime(2030, 1, 1, tzinfo=UTC), "kinds": {1}}})
    (event,) = events(stream)
    assert event["when"].startswith("2030-01-01")
    assert event["kinds"] == "{1}"


def test_numbers_that_json_does_not_know_keep_the_line_readable(stream: io.StringIO) -> None:
    log.info("odd", extra={"fields": {"ratio": float("nan"), "most": [float("inf")]}})
    log.info("odd", extra={"fields": {"kinds": {("a", "b"): 1}}})
    assert [event["message"] for event in events(stream)] == ["odd", "odd"]


def test_what_is_below_the_level_is_left_out(stream: io.StringIO) -> None:
    log.debug("quiet")
    assert stream.getvalue() == ""


def test_configuring_twice_does_not_log_twice(stream: io.StringIO) -> None:
    logs.configure("kit-test", "WARNING", stream)
    log.info("quiet")
    log.warning("loud")
    assert [event["message"] for event in events(stream)] == ["loud"]
