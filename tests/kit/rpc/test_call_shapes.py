"""Errors, request IDs, deadlines and validation in all four call shapes."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

import grpc
import pytest

from kit.errors import FieldViolation, Invalid, NotFound
from radiant.ingest.v1 import ingest_service_pb2 as ingest
from tests.kit.fixtures.scripted_servicer import (
    CALLER,
    ITEMS,
    MANY_ANSWERS,
    MANY_REQUESTS,
    SHAPES,
    Script,
    a_signal,
    serving,
)
from tests.support.suite import token

SECRET = "the password is hunter2"


def _identity() -> list[tuple[str, str]]:
    return [(key, str(value)) for key, value in token("acme", *CALLER)]


def _ms(count: int) -> timedelta:
    return timedelta(milliseconds=count)


def _violation(number: int) -> FieldViolation:
    return FieldViolation(f"signals[{number}].output_id", "must match a long pattern " * 4)


@pytest.mark.parametrize("shape", SHAPES)
async def test_valid_call_is_answered_with_its_request_id(shape: str) -> None:
    script = Script()
    async with serving(script) as served:
        outcome = await served.call(shape)
    assert outcome.code is grpc.StatusCode.OK
    assert len(outcome.answers) == (ITEMS if shape in MANY_ANSWERS else 1)
    assert len(script.requests) == (ITEMS if shape in MANY_REQUESTS else 1)
    assert [outcome.trailing["x-request-id"]] == script.request_ids
    assert script.principals[0].tenant_id == "acme"


@pytest.mark.parametrize("shape", SHAPES)
async def test_error_before_the_first_answer_has_a_rich_status(shape: str) -> None:
    async with serving(Script(NotFound("No such output.", reason="OUTPUT_NOT_FOUND"))) as served:
        outcome = await served.call(shape, stays_after=1)
    assert outcome.code is grpc.StatusCode.NOT_FOUND
    assert outcome.answers == []
    assert outcome.info.reason == "OUTPUT_NOT_FOUND"
    assert outcome.status.message == "No such output."


@pytest.mark.parametrize("shape", SHAPES)
async def test_error_within_a_stream_has_a_rich_status(shape: str) -> None:
    async with serving(Script(NotFound(), answers_before=2)) as served:
        outcome = await served.call(shape, stays_after=3)
    assert outcome.code is grpc.StatusCode.NOT_FOUND
    assert outcome.info.domain == "radiant"
    assert len(outcome.answers) == (2 if shape in MANY_ANSWERS else 0)


@pytest.mark.parametrize("shape", SHAPES)
async def test_unknown_error_shows_only_its_id(shape: str, caplog: pytest.LogCaptureFixture) -> None:
    async with serving(Script(RuntimeError(SECRET), answers_before=1)) as served:
        outcome = await served.call(shape, stays_after=2)
    assert outcome.code is grpc.StatusCode.INTERNAL
    assert SECRET not in str(outcome.error)
    assert SECRET not in str(outcome.trailing)
    logged = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.getMessage() for record in logged] == ["call failed"]
    assert logged[0].__dict__["fields"]["error_id"] == outcome.info.metadata["error_id"]
    assert SECRET in caplog.text


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("error", [None, NotFound(), RuntimeError("x")], ids=["ok", "known", "unknown"])
async def test_request_id_of_the_caller_is_returned(shape: str, error: Exception | None) -> None:
    script = Script(error)
    async with serving(script) as served:
        names = ["call-77", "call-78"]
        stays = None if error is None else 1
        calls = [
            served.call(shape, metadata=[*_identity(), ("x-request-id", name)], stays_after=stays) for name in names
        ]
        outcomes = await asyncio.gather(*calls)
    assert [outcome.trailing["x-request-id"] for outcome in outcomes] == names
    assert sorted(script.request_ids) == names


@pytest.mark.parametrize("shape", SHAPES)
async def test_refused_call_has_a_request_id(shape: str) -> None:
    async with serving(Script()) as served:
        outcome = await served.call(shape, metadata=[], stays_after=0)
    assert outcome.code is grpc.StatusCode.UNAUTHENTICATED
    assert len(outcome.trailing["x-request-id"]) == 36


async def test_request_id_above_maximum_length_is_replaced() -> None:
    async with serving(Script()) as served:
        outcome = await served.call("unary_unary", metadata=[*_identity(), ("x-request-id", "x" * 101)])
    assert len(outcome.trailing["x-request-id"]) == 36


async def test_unary_call_without_deadline_gets_the_default() -> None:
    script = Script(hold=asyncio.Event())
    async with serving(script, default_deadline=_ms(50)) as served:
        outcome = await served.call("unary_unary")
    assert outcome.code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert outcome.info.reason == "DEADLINE_EXCEEDED"
    assert script.cancelled.is_set()


async def test_deadline_of_the_caller_overrides_the_default() -> None:
    script = Script(hold=asyncio.Event())
    async with serving(script, default_deadline=_ms(50)) as served:
        call = asyncio.create_task(served.call("unary_unary", timeout=20))
        await asyncio.wait_for(script.entered.wait(), 5)
        await asyncio.sleep(0.15)
        assert script.hold is not None
        script.hold.set()
        assert (await call).code is grpc.StatusCode.OK
    assert script.remaining[0] is not None
    assert 10 < script.remaining[0] < 25


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "unary_unary"])
async def test_stream_outlasts_the_default_deadline(shape: str) -> None:
    script = Script(hold=asyncio.Event())
    async with serving(script, default_deadline=_ms(50)) as served:
        call = asyncio.create_task(served.call(shape))
        await asyncio.wait_for(script.entered.wait(), 5)
        await asyncio.sleep(0.15)
        assert script.hold is not None
        script.hold.set()
        assert (await call).code is grpc.StatusCode.OK


@pytest.mark.parametrize("shape", SHAPES)
async def test_malformed_message_is_invalid(shape: str) -> None:
    script = Script()
    async with serving(script, self_validating=frozenset({"ExportUser"})) as served:
        outcome = await served.call(shape, [b"\xff\xff\xff"], stays_after=1)
    assert outcome.code is grpc.StatusCode.INVALID_ARGUMENT
    assert outcome.info.reason == "MALFORMED"
    assert outcome.fields == ["request"]
    assert script.requests == []


BAD: dict[str, tuple[list[Any], set[str]]] = {
    "unary_unary": (
        [ingest.SubmitImplicitSignalRequest(request_id="no uuid", signal=a_signal(""))],
        {"request_id", "signal.output_id"},
    ),
    "unary_stream": ([ingest.ExportUserRequest(tenant_id="a b", user_id="\x00")], {"tenant_id", "user_id"}),
    "stream_unary": ([ingest.SubmitVoiceFeedbackRequest(chunk=b"ok"), ingest.SubmitVoiceFeedbackRequest()], {"part"}),
    "stream_stream": (
        [
            ingest.StreamSignalsRequest(batch_id="7d1c5f0e-3f57-4c0e-9a39-0d0d8a0f4f11"),
            ingest.StreamSignalsRequest(
                batch_id="7d1c5f0e-3f57-4c0e-9a39-0d0d8a0f4f12", signals=[a_signal(), a_signal("")]
            ),
        ],
        {"signals[1].output_id"},
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_invalid_request_is_refused_with_every_bad_field(shape: str) -> None:
    requests, fields = BAD[shape]
    script = Script()
    async with serving(script) as served:
        outcome = await served.call(shape, requests, stays_after=len(requests))
    assert outcome.code is grpc.StatusCode.INVALID_ARGUMENT
    assert set(outcome.fields) == fields
    assert len(script.requests) == len(requests) - 1, "messages before the invalid one were processed"


async def test_method_with_own_validation_receives_invalid_messages() -> None:
    script = Script()
    async with serving(script, self_validating=frozenset({"StreamSignals"})) as served:
        outcome = await served.call("stream_stream", BAD["stream_stream"][0])
    assert outcome.code is grpc.StatusCode.OK
    assert len(script.requests) == 2


async def test_refusal_with_very_many_fields_reaches_the_caller() -> None:
    async with serving(Script(Invalid([_violation(number) for number in range(1000)]))) as served:
        outcome = await served.call("unary_unary")
    assert outcome.code is grpc.StatusCode.INVALID_ARGUMENT
    assert outcome.fields[0] == "signals[0].output_id"
    assert len(outcome.fields) >= 10


async def test_error_with_very_long_text_reaches_the_caller() -> None:
    async with serving(Script(NotFound("ü" * 100_000))) as served:
        outcome = await served.call("unary_unary")
    assert outcome.code is grpc.StatusCode.NOT_FOUND
    assert outcome.info.reason == "NOT_FOUND"


@pytest.mark.parametrize("shape", SHAPES)
async def test_cancelled_call_cancels_the_method_and_logs_nothing(shape: str, caplog: pytest.LogCaptureFixture) -> None:
    script = Script(hold=asyncio.Event())
    async with serving(script) as served:
        call = served.start(shape)
        await asyncio.wait_for(script.entered.wait(), 5)
        call.cancel()
        await asyncio.wait_for(script.cancelled.wait(), 5)
        assert (await served.call(shape, timeout=0.3)).code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert [record.getMessage() for record in caplog.records if record.levelno > logging.WARNING] == []
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert [record.name for record in warnings if record.name != "kit.rpc.server"] == []
