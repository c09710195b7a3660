"""Unary calls: requests, tokens, errors with their details, and waiting when the service asks for it."""

import time
from datetime import UTC, datetime, timedelta

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
    Recommend,
    ServiceFault,
    Unauthenticated,
    Unavailable,
    Unsupported,
    explicit_feedback,
    implicit_signal,
    open_channel,
)
from radiant_client.transport.errors import from_rpc_error
from tests.client.fixtures.fake_services import Refusal, Suite


async def test_feedback_goes_by_short_names_and_carries_the_token(fake: Suite, ingest: Ingest) -> None:
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


def test_unknown_short_names_and_times_without_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="SIGNAL_TYPE_WAVED"):
        implicit_signal("o", "u", "waved")
    with pytest.raises(ValueError, match="time zone"):
        explicit_feedback("o", "u", "neutral", client_time=datetime(2026, 1, 1))


def test_a_signal_keeps_its_value_and_time() -> None:
    when = datetime(2026, 1, 1, tzinfo=UTC)
    signal = implicit_signal("o", "u", "scroll_to_end", value={"depth": 0.9}, client_time=when)
    assert dict(signal.signal_value) == {"depth": 0.9}
    assert signal.client_time.ToDatetime(UTC) == when
    assert len(signal.signal_id) == 36


async def test_errors_carry_their_details(fake: Suite, ingest: Ingest) -> None:
    fake.ingest.steps = [
        Refusal(
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
async def test_each_code_has_its_class(
    fake: Suite, ingest: Ingest, code: grpc.StatusCode, kind: type[RadiantClientError]
) -> None:
    fake.ingest.steps = [Refusal(code, "sorry", reason="WHY")]
    with pytest.raises(RadiantClientError) as caught:
        await ingest.retract("o1", "u1", kinds=["explicit"])
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.reason, str(caught.value)) == (code, "WHY", "sorry")


async def test_it_waits_for_an_exhausted_service_and_sends_the_same_request(fake: Suite, ingest: Ingest) -> None:
    full = Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after_ms=50)
    fake.ingest.steps = [full, full]
    began = time.monotonic()
    await ingest.submit_feedback("o1", "u1", "positive")
    assert time.monotonic() - began >= 0.1
    assert len(fake.ingest.requests) == 3
    assert len({one.request_id for one in fake.ingest.requests}) == 1


async def test_it_does_not_wait_beyond_the_timeout_or_unasked(fake: Suite, ingest: Ingest) -> None:
    fake.ingest.steps = [Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after_ms=900)]
    began = time.monotonic()
    with pytest.raises(Exhausted) as caught:
        await ingest.submit_signal("o1", "u1", "regenerate", timeout=0.5)
    assert time.monotonic() - began < 0.4
    assert caught.value.retry_after == timedelta(milliseconds=900)
    fake.ingest.steps = [Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED)]
    with pytest.raises(Exhausted):
        await ingest.submit_signal("o1", "u1", "regenerate")
    assert len(fake.ingest.requests) == 2


async def test_a_service_that_is_away_is_unavailable() -> None:
    connection = open_channel("127.0.0.1:1", "")
    try:
        with pytest.raises((Unavailable, DeadlineExceeded)):
            await Ingest(connection).submit_signal("o1", "u1", "regenerate", timeout=0.5)
    finally:
        await connection.close()


async def test_a_list_goes_over_all_pages(fake: Suite, recommend: Recommend) -> None:
    models = [score.model async for score in recommend.list_scores("tenant", task_type="chat")]
    assert models == ["a", "b", "c"]
    assert [one.page_token for one in fake.recommend.asked] == ["", "1"]


def test_a_call_that_the_service_gave_up_may_be_tried_again() -> None:
    """The caller's own cancelling is CancelledError; the status comes from a service with too many calls waiting."""
    error = grpc.aio.AioRpcError(grpc.StatusCode.CANCELLED, grpc.aio.Metadata(), grpc.aio.Metadata())
    assert type(from_rpc_error(error)) is Unavailable
