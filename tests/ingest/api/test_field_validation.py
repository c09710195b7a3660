"""Field validation: every field of every request accepts its allowed values and refuses all others by its path."""

from __future__ import annotations

import uuid
from typing import Any

import grpc
import pytest

from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.fixtures.field_cases import all_cases, legal, names_field, put
from tests.ingest.fixtures.field_values import KINDS
from tests.ingest.fixtures.service import IngestService, new_id, problems_of, reason_of
from tests.support.suite import token

GUARDIAN = token("acme", "admin", "service")
METHODS = pb.DESCRIPTOR.services_by_name["IngestService"].methods_by_name
UNARY = [each for each, method in METHODS.items() if not method.client_streaming]
FOUND = {"GetFeedbackStats": "NOT_FOUND", "GetConversationSummary": "NOT_FOUND", "GetOutput": "NOT_FOUND"}


async def call_status(ingest: IngestService, method: str, request: Any) -> tuple[str, list[str]]:
    """Makes a call and returns its status code and the field paths of its error."""
    call = getattr(ingest.stub, method)(request, metadata=GUARDIAN, timeout=30)
    try:
        if METHODS[method].server_streaming:
            await call.read()
            return (await call.code()).name, []
        await call
    except grpc.aio.AioRpcError as error:
        return error.code().name, problems_of(error)
    return "OK", []


@pytest.mark.parametrize("method", UNARY)
async def test_field_of_unary_request_is_validated(ingest: IngestService, method: str) -> None:
    wrong: list[str] = []
    seen: set[bool] = set()
    for case in all_cases(METHODS[method].input_type, "request_id"):
        code, problems = await call_status(ingest, method, case.request)
        if case.good:
            right = code in {"OK", FOUND.get(method, "OK")}
        else:
            right = code == "INVALID_ARGUMENT" and names_field(problems, case.path)
        seen.add(case.good)
        if not right:
            wrong.append(case.report(f"{code} {problems}"))
    assert wrong == []
    assert seen == {True, False}


async def test_field_of_stream_batch_is_validated(ingest: IngestService) -> None:
    call = ingest.stub.StreamSignals(metadata=GUARDIAN)
    wrong: list[str] = []
    for case in all_cases(pb.StreamSignalsRequest.DESCRIPTOR, "batch_id"):
        request: Any = case.request
        await call.write(request)
        ack: Any = await call.read()
        assert ack.batch_id == request.batch_id
        problems = [each.field for each in ack.refusal.problems]
        if case.good:
            items = len(request.signals) + len(request.feedback)
            right = not ack.HasField("refusal") and len(ack.results) == ack.accepted_count == items
        else:
            refused = ack.refusal.reason == "INVALID_ARGUMENT" and not ack.refusal.retryable
            right = refused and not ack.results and names_field(problems, case.path)
        if not right:
            wrong.append(case.report(f"{ack.refusal.reason} {problems}"))
    await call.done_writing()
    assert await call.read() is grpc.aio.EOF
    assert wrong == []


@pytest.mark.parametrize(("signals", "votes"), [(0, 0), (600, 401)])
async def test_stream_batch_without_or_with_too_many_items_is_refused(
    ingest: IngestService, signals: int, votes: int
) -> None:
    request = legal(pb.StreamSignalsRequest.DESCRIPTOR)
    put(request, request.DESCRIPTOR.fields_by_name["signals"], [request.signals[0]] * signals)
    put(request, request.DESCRIPTOR.fields_by_name["feedback"], [request.feedback[0]] * votes)
    call = ingest.stub.StreamSignals(iter([request]), metadata=GUARDIAN)
    ack: Any = await call.read()
    assert [each.field for each in ack.refusal.problems] == ["signals"]


async def test_name_with_special_characters_is_stored_unchanged(ingest: IngestService) -> None:
    names = [each for each in KINDS["output_id"].good if each != " "]
    for each in names:
        request = legal(pb.SubmitExplicitFeedbackRequest.DESCRIPTOR)
        request.request_id, request.feedback.output_id, request.feedback.comment = new_id(), each, each
        await ingest.call("SubmitExplicitFeedback", request)
    stored = await ingest.rows("SELECT output_id, comment FROM ingest.explicit_feedback")
    assert sorted(tuple(row) for row in stored) == sorted((each, each) for each in names)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("data", [b"\xff\xff\xff", b"\x0a\x02\xff\xfe"], ids=["no message", "no text"])
async def test_request_with_malformed_bytes_is_refused(ingest: IngestService, method: str, data: bytes) -> None:
    path, many, answers = f"/radiant.ingest.v1.IngestService/{method}", METHODS[method].client_streaming, "unary"
    if METHODS[method].server_streaming:
        answers = "stream"
    open_call = getattr(ingest.channel, f"{'stream' if many else 'unary'}_{answers}")(path)
    call = open_call(iter([data]) if many else data, metadata=GUARDIAN, timeout=10)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await (call.read() if answers == "stream" else call)
    if method == "SubmitVoiceFeedback":
        assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED
    else:
        assert (caught.value.code(), reason_of(caught.value)) == (grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED")


@pytest.mark.parametrize("method", UNARY)
async def test_request_for_other_tenant_is_denied(ingest: IngestService, method: str) -> None:
    request = legal(METHODS[method].input_type)
    request.tenant_id = "globex"
    code, problems = await call_status(ingest, method, request)
    assert (code, problems) == ("PERMISSION_DENIED", [])


async def test_stream_batch_for_other_tenant_is_refused_and_stream_continues(ingest: IngestService) -> None:
    foreign, own = legal(pb.StreamSignalsRequest.DESCRIPTOR), legal(pb.StreamSignalsRequest.DESCRIPTOR)
    foreign.batch_id, own.batch_id, foreign.tenant_id = new_id(), new_id(), "globex"
    call = ingest.stub.StreamSignals(iter([foreign, own]), metadata=GUARDIAN)
    acks = {ack.batch_id: ack async for ack in call}
    assert acks[foreign.batch_id].refusal.reason == "TENANT_MISMATCH"
    assert acks[own.batch_id].accepted_count == 2


async def test_voice_without_audio_url_is_unimplemented(ingest: IngestService) -> None:
    parts = [pb.SubmitVoiceFeedbackRequest(chunk=b"audio"), pb.SubmitVoiceFeedbackRequest()]
    for case in all_cases(pb.VoiceHeader.DESCRIPTOR, "request_id"):
        header: Any = case.request
        parts.append(pb.SubmitVoiceFeedbackRequest(header=header))
    for part in parts:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await ingest.stub.SubmitVoiceFeedback(iter([part]), metadata=GUARDIAN, timeout=10)
        assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED


async def test_request_with_two_bad_fields_reports_both(ingest: IngestService) -> None:
    request = legal(pb.BatchSubmitImplicitSignalsRequest.DESCRIPTOR)
    request.signals.add().CopyFrom(request.signals[0])
    request.request_id = str(uuid.uuid4())
    request.signals[0].output_id, request.signals[1].user_id = "", ""
    _, problems = await call_status(ingest, "BatchSubmitImplicitSignals", request)
    assert set(problems) == {"signals[0].output_id", "signals[1].user_id"}
