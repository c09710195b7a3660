"""Calls with one response: token, errors with details, and retries after overload."""

import time
from datetime import timedelta

import grpc
import pytest

from radiant.ingest.v1 import feedback_pb2
from radiant_client import (
    AlreadyExists,
    Conflict,
    DeadlineExceeded,
    Exhausted,
    Ingest,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    PreconditionFailed,
    RadiantClientError,
    ServiceFault,
    Unauthenticated,
    Unavailable,
    Unsupported,
    open_channel,
)
from radiant_client.transport.errors import from_rpc_error
from tests.client.fixtures.fake_services import FakeSuite, StatusError


async def test_feedback_call_converts_short_names_and_sends_the_token(fake: FakeSuite, ingest: Ingest) -> None:
    await ingest.submit_feedback("o1", "u1", "positive", categories=["accuracy", "tone"], comment="good")
    sent = fake.ingest.requests[0]
    assert sent.feedback.rating == feedback_pb2.RATING_POSITIVE
    assert list(sent.feedback.categories) == [
        feedback_pb2.FEEDBACK_CATEGORY_ACCURACY,
        feedback_pb2.FEEDBACK_CATEGORY_TONE,
    ]
    assert sent.feedback.source == feedback_pb2.FEEDBACK_SOURCE_API
    assert len(sent.request_id) == 36
    assert fake.ingest.metadata[0]["authorization"] == "Bearer secret"


async def test_failed_call_raises_error_with_all_details(fake: FakeSuite, ingest: Ingest) -> None:
    fake.ingest.responses = [
        StatusError(
            grpc.StatusCode.INVALID_ARGUMENT,
            "bad request",
            reason="INVALID",
            violations={"feedback.output_id": "too short"},
        )
    ]
    with pytest.raises(InvalidRequest) as caught:
        await ingest.submit_feedback("o1", "u1", "negative")
    assert caught.value.reason == "INVALID"
    assert caught.value.metadata == {"k": "v"}
    assert [(one.field, one.description) for one in caught.value.violations] == [("feedback.output_id", "too short")]
    assert str(caught.value) == "bad request (feedback.output_id: too short)"
    assert isinstance(caught.value.__cause__, grpc.aio.AioRpcError)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (grpc.StatusCode.NOT_FOUND, NotFound),
        (grpc.StatusCode.ALREADY_EXISTS, AlreadyExists),
        (grpc.StatusCode.ABORTED, Conflict),
        (grpc.StatusCode.FAILED_PRECONDITION, PreconditionFailed),
        (grpc.StatusCode.PERMISSION_DENIED, PermissionDenied),
        (grpc.StatusCode.UNAUTHENTICATED, Unauthenticated),
        (grpc.StatusCode.UNIMPLEMENTED, Unsupported),
        (grpc.StatusCode.INTERNAL, ServiceFault),
        (grpc.StatusCode.UNKNOWN, RadiantClientError),
    ],
)
async def test_status_code_of_failed_call_determines_the_error_class(
    fake: FakeSuite, ingest: Ingest, code: grpc.StatusCode, kind: type[RadiantClientError]
) -> None:
    fake.ingest.responses = [StatusError(code, "sorry", reason="WHY")]
    with pytest.raises(RadiantClientError) as caught:
        await ingest.retract("o1", "u1", kinds=["explicit"])
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.reason, str(caught.value)) == (code, "WHY", "sorry")


async def test_call_to_overloaded_service_waits_and_repeats_the_same_request(fake: FakeSuite, ingest: Ingest) -> None:
    overloaded = StatusError(grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after_ms=50)
    fake.ingest.responses = [overloaded, overloaded]
    began = time.monotonic()
    await ingest.submit_feedback("o1", "u1", "positive")
    assert time.monotonic() - began >= 0.1
    assert len(fake.ingest.requests) == 3
    assert len({one.request_id for one in fake.ingest.requests}) == 1


async def test_call_to_overloaded_service_without_delay_within_timeout_raises_exhausted(
    fake: FakeSuite, ingest: Ingest
) -> None:
    fake.ingest.responses = [StatusError(grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after_ms=900)]
    began = time.monotonic()
    with pytest.raises(Exhausted) as caught:
        await ingest.submit_signal("o1", "u1", "regenerate", timeout=0.5)
    assert time.monotonic() - began < 0.4
    assert caught.value.retry_after == timedelta(milliseconds=900)
    fake.ingest.responses = [StatusError(grpc.StatusCode.RESOURCE_EXHAUSTED)]
    with pytest.raises(Exhausted):
        await ingest.submit_signal("o1", "u1", "regenerate")
    assert len(fake.ingest.requests) == 2


async def test_call_to_unreachable_service_raises_unavailable() -> None:
    connection = open_channel("127.0.0.1:1", "")
    try:
        with pytest.raises((Unavailable, DeadlineExceeded)):
            await Ingest(connection).submit_signal("o1", "u1", "regenerate", timeout=0.5)
    finally:
        await connection.close()


def test_call_cancelled_by_the_service_is_unavailable() -> None:
    """A service with too many queued calls returns CANCELLED. A caller that cancels gets CancelledError instead."""
    error = grpc.aio.AioRpcError(grpc.StatusCode.CANCELLED, grpc.aio.Metadata(), grpc.aio.Metadata())
    assert type(from_rpc_error(error)) is Unavailable
