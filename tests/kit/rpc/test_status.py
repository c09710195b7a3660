"""Errors as gRPC statuses: the table of codes, error details, and hidden internal errors."""

import logging
from collections.abc import Iterator
from datetime import timedelta

import grpc
import pytest
from google.rpc import error_details_pb2

from kit import errors
from kit.rpc.status import CODES, MESSAGE_BYTES_MAX, internal, known, to_status
from tests.kit.fixtures.scripted_servicer import detail

PAIR = [errors.FieldViolation("a", "is missing"), errors.FieldViolation("b[2].c", "is too long")]


def classes(root: type[errors.RadiantError]) -> Iterator[type[errors.RadiantError]]:
    """Yields the public classes of the tree below a root."""
    for kind in root.__subclasses__():
        if kind.__module__ == errors.__name__:
            if not kind.__name__.startswith("_"):
                yield kind
            yield from classes(kind)


KINDS = list(classes(errors.RadiantError))


def one_of(kind: type[errors.RadiantError]) -> errors.RadiantError:
    """Returns an error of the class."""
    return errors.Invalid(PAIR) if kind is errors.Invalid else kind("Words.", reason="WHY")


def test_error_table_has_one_code_per_class() -> None:
    assert set(CODES) == set(KINDS)
    assert len(KINDS) >= 11
    assert len(set(CODES.values())) == len(CODES)
    assert grpc.StatusCode.INTERNAL not in CODES.values()


@pytest.mark.parametrize("kind", KINDS)
def test_status_of_error_has_one_error_info(kind: type[errors.RadiantError]) -> None:
    code, status = to_status(one_of(kind))
    assert code is CODES[kind]
    assert status.code == code.value[0]
    info = detail(status, error_details_pb2.ErrorInfo())
    assert info.domain == "radiant"
    assert info.reason == ("INVALID_ARGUMENT" if kind is errors.Invalid else "WHY")


@pytest.mark.parametrize("kind", KINDS)
def test_error_reason_is_upper_snake_case_and_message_defaults_to_docstring(kind: type[errors.RadiantError]) -> None:
    assert kind.reason.isupper()
    assert kind.reason.replace("_", "").isalpha()
    if kind is not errors.Invalid:
        assert to_status(kind())[1].message == kind.__doc__


def test_error_class_of_a_service_has_the_code_of_its_parent() -> None:
    class OutputNotFound(errors.NotFound):
        """No such output."""

        reason = "OUTPUT_NOT_FOUND"

    code, status = to_status(OutputNotFound(output_id="o-1"))
    assert code is grpc.StatusCode.NOT_FOUND
    info = detail(status, error_details_pb2.ErrorInfo())
    assert (info.reason, dict(info.metadata)) == ("OUTPUT_NOT_FOUND", {"output_id": "o-1"})


def test_invalid_error_names_every_field() -> None:
    bad = detail(to_status(errors.Invalid(PAIR))[1], error_details_pb2.BadRequest())
    assert [(each.field, each.description) for each in bad.field_violations] == [
        ("a", "is missing"),
        ("b[2].c", "is too long"),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_retryable_error_has_retry_info(kind: type[errors.RadiantError]) -> None:
    _, status = to_status(one_of(kind))
    delays = [each for each in status.details if each.Is(error_details_pb2.RetryInfo.DESCRIPTOR)]
    assert len(delays) == (1 if kind in (errors.Exhausted, errors.Unavailable) else 0)


def test_retry_info_has_the_requested_delay() -> None:
    _, status = to_status(errors.Exhausted("Slowly.", timedelta(milliseconds=1250)))
    delay = detail(status, error_details_pb2.RetryInfo()).retry_delay
    assert (delay.seconds, delay.nanos) == (1, 250_000_000)


def test_timeout_becomes_deadline_exceeded() -> None:
    assert isinstance(known(TimeoutError()), errors.DeadlineExceeded)


class WithoutCode(errors.RadiantError):
    """An error derived from the root class, which has no code."""


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), errors.RadiantError("x"), WithoutCode("x")])
def test_error_outside_of_the_table_is_not_public(error: Exception) -> None:
    assert known(error) is None


def test_unknown_failure_shows_only_its_id_and_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    code, status = internal(ValueError("hunter2"))
    assert code is grpc.StatusCode.INTERNAL
    assert b"hunter2" not in status.SerializeToString()
    assert b"ValueError" not in status.SerializeToString()
    assert len(status.details) == 1
    info = detail(status, error_details_pb2.ErrorInfo())
    assert (info.reason, info.domain, list(info.metadata)) == ("INTERNAL", "radiant", ["error_id"])
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.__dict__["fields"] == {"error_id": info.metadata["error_id"]}
    assert record.exc_info is not None


def test_ids_of_failures_differ() -> None:
    ids = {detail(internal(ValueError())[1], error_details_pb2.ErrorInfo()).metadata["error_id"] for _ in range(2)}
    assert len(ids) == 2


@pytest.mark.parametrize("text", ["x" * 10_000, "ü" * 10_000, "語" * 10_000, "\ud800" * 10_000])
def test_long_error_text_is_cut(text: str) -> None:
    _, status = to_status(errors.NotFound(text, output_id=text.replace("\ud800", "x")))
    assert 0 < len(status.message.encode()) <= MESSAGE_BYTES_MAX
    assert status.ByteSize() < 4096


def test_long_field_paths_are_cut_and_the_first_is_kept() -> None:
    violations = [errors.FieldViolation("語" * 5000, "語" * 5000) for _ in range(50)]
    _, status = to_status(errors.Invalid(violations))
    assert detail(status, error_details_pb2.BadRequest()).field_violations[0].field.startswith("語")
    assert status.ByteSize() < 4300
