"""Every field of every request refuses what it must not hold, by its path, and takes what it may."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.hostile import KINDS, Kind
from tests.ingest.serving import Serving, name, problems_of, reason_of
from tests.support.suite import token

GUARDIAN = token("acme", "admin", "service")
METHODS = pb.DESCRIPTOR.services_by_name["IngestService"].methods_by_name
UNARY = [each for each, method in METHODS.items() if not method.client_streaming]
FOUND = {"GetFeedbackStats": "NOT_FOUND", "GetConversationSummary": "NOT_FOUND", "GetOutput": "NOT_FOUND"}
TOO_MANY = 1001


@dataclass(frozen=True)
class Case:
    """One value at one place of a request, and whether the service may take it."""

    path: str
    value: Any
    good: bool
    request: Message = field(repr=False)

    def says(self, what: str) -> str:
        """Returns one line for the report of a failure."""
        return f"{self.path} = {repr(self.value)[:80]}: {what}"


def kind_of(each: FieldDescriptor) -> Kind:
    """Returns the values of a field; a field that nobody thought of fails its test here."""
    assert each.containing_type is not None
    return KINDS.get(f"{each.containing_type.name}.{each.name}") or KINDS[each.name]


def is_map(each: FieldDescriptor) -> bool:
    return bool(each.message_type is not None and each.message_type.GetOptions().map_entry)


def put(message: Any, each: FieldDescriptor, value: Any) -> None:
    """Makes the value the whole of the field."""
    message.ClearField(each.name)
    held = getattr(message, each.name)
    if is_map(each):
        held.update(value)
    elif each.is_repeated:
        held.extend(value)
    elif isinstance(value, Message):
        held.CopyFrom(value)
    else:
        setattr(message, each.name, value)


def inner_of(each: FieldDescriptor) -> Descriptor | None:
    """Returns the type of the messages that the field holds; None for values, times and Structs included."""
    inner = each.message_type
    if inner is not None and is_map(each):
        inner = inner.fields_by_name["value"].message_type
    return inner if inner is not None and inner.full_name.startswith("radiant.") else None


def legal(kind: Descriptor) -> Any:
    """Returns a message of which every field is set and good, everything below included."""
    message = message_factory.GetMessageClass(kind)()
    for each in kind.fields:
        inner = inner_of(each)
        if inner is None:
            put(message, each, kind_of(each).good[0])
        elif is_map(each):
            getattr(message, each.name)["m"].CopyFrom(legal(inner))
        else:
            put(message, each, [legal(inner)] if each.is_repeated else legal(inner))
    return message


def cases_of(root: Any, at: Any, path: str = "") -> Iterator[Case]:
    """Yields a copy of the root for each value of each field at or below a message of it."""
    for each in at.DESCRIPTOR.fields:
        here, inner, before = f"{path}{each.name}", inner_of(each), type(at)()
        before.CopyFrom(at)
        if inner is None:
            kind = kind_of(each)
            for value, good in (*((v, True) for v in kind.good), *((v, False) for v in kind.bad)):
                put(at, each, value)
                yield Case(here, value, good, copy_of(root))
                at.CopyFrom(before)
        elif is_map(each):
            yield from cases_of(root, getattr(at, each.name)["m"], f"{here}['m'].")
        elif each.is_repeated:
            yield from cases_of(root, getattr(at, each.name)[0], f"{here}[0].")
            put(at, each, [legal(inner)] * TOO_MANY)
            yield Case(here, f"{TOO_MANY} items", False, copy_of(root))
            at.CopyFrom(before)
        else:
            yield from cases_of(root, getattr(at, each.name), f"{here}.")
            at.ClearField(each.name)
            yield Case(here, None, False, copy_of(root))
            at.CopyFrom(before)


def copy_of(root: Any) -> Any:
    request = type(root)()
    request.CopyFrom(root)
    return request


def all_cases(request_type: Descriptor, identity: str) -> Iterator[Case]:
    """Yields every case of a request; all but those about names get fresh ones, so that none repeats another."""
    root = legal(request_type)
    for case in cases_of(root, root):
        request: Any = case.request
        if case.path != identity and hasattr(request, identity):
            setattr(request, identity, name())
        for manifest in (getattr(request, "manifest", None), *getattr(request, "manifests", ())):
            if manifest is not None and not case.path.endswith("output_id"):
                manifest.output_id = name()
        yield case


def names_field(problems: list[str], path: str) -> bool:
    return any(each == path or each.startswith((f"{path}.", f"{path}[")) for each in problems)


async def said(ingest: Serving, method: str, request: Any) -> tuple[str, list[str]]:
    """Makes a call and returns its status and the fields that it names."""
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
async def test_each_field_of_a_call(ingest: Serving, method: str) -> None:
    wrong: list[str] = []
    seen: set[bool] = set()
    for case in all_cases(METHODS[method].input_type, "request_id"):
        code, problems = await said(ingest, method, case.request)
        if case.good:
            right = code in {"OK", FOUND.get(method, "OK")}
        else:
            right = code == "INVALID_ARGUMENT" and names_field(problems, case.path)
        seen.add(case.good)
        if not right:
            wrong.append(case.says(f"{code} {problems}"))
    assert wrong == []
    assert seen == {True, False}


async def test_each_field_of_a_batch_on_a_stream(ingest: Serving) -> None:
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
            wrong.append(case.says(f"{ack.refusal.reason} {problems}"))
    await call.done_writing()
    assert await call.read() is grpc.aio.EOF
    assert wrong == []


@pytest.mark.parametrize(("signals", "votes"), [(0, 0), (600, 401)])
async def test_a_batch_holds_1_to_1000_items_of_both_kinds(ingest: Serving, signals: int, votes: int) -> None:
    request = legal(pb.StreamSignalsRequest.DESCRIPTOR)
    put(request, request.DESCRIPTOR.fields_by_name["signals"], [request.signals[0]] * signals)
    put(request, request.DESCRIPTOR.fields_by_name["feedback"], [request.feedback[0]] * votes)
    call = ingest.stub.StreamSignals(iter([request]), metadata=GUARDIAN)
    ack: Any = await call.read()
    assert [each.field for each in ack.refusal.problems] == ["signals"]


async def test_hostile_names_are_stored_as_they_are(ingest: Serving) -> None:
    names = [each for each in KINDS["output_id"].good if each != " "]
    for each in names:
        request = legal(pb.SubmitExplicitFeedbackRequest.DESCRIPTOR)
        request.request_id, request.feedback.output_id, request.feedback.comment = name(), each, each
        await ingest.call("SubmitExplicitFeedback", request)
    stored = await ingest.rows("SELECT output_id, comment FROM ingest.explicit_feedback")
    assert sorted(tuple(row) for row in stored) == sorted((each, each) for each in names)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("data", [b"\xff\xff\xff", b"\x0a\x02\xff\xfe"], ids=["no message", "no text"])
async def test_bytes_that_are_no_message(ingest: Serving, method: str, data: bytes) -> None:
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
async def test_another_tenant_than_the_token_s_is_refused(ingest: Serving, method: str) -> None:
    request = legal(METHODS[method].input_type)
    request.tenant_id = "globex"
    code, problems = await said(ingest, method, request)
    assert (code, problems) == ("PERMISSION_DENIED", [])


async def test_another_tenant_is_refused_on_a_stream_which_goes_on(ingest: Serving) -> None:
    foreign, own = legal(pb.StreamSignalsRequest.DESCRIPTOR), legal(pb.StreamSignalsRequest.DESCRIPTOR)
    foreign.batch_id, own.batch_id, foreign.tenant_id = name(), name(), "globex"
    call = ingest.stub.StreamSignals(iter([foreign, own]), metadata=GUARDIAN)
    acks = {ack.batch_id: ack async for ack in call}
    assert acks[foreign.batch_id].refusal.reason == "TENANT_MISMATCH"
    assert acks[own.batch_id].accepted_count == 2


async def test_without_a_place_for_recordings_nobody_may_speak(ingest: Serving) -> None:
    parts = [pb.SubmitVoiceFeedbackRequest(chunk=b"audio"), pb.SubmitVoiceFeedbackRequest()]
    for case in all_cases(pb.VoiceHeader.DESCRIPTOR, "request_id"):
        header: Any = case.request
        parts.append(pb.SubmitVoiceFeedbackRequest(header=header))
    for part in parts:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await ingest.stub.SubmitVoiceFeedback(iter([part]), metadata=GUARDIAN, timeout=10)
        assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED


async def test_two_names_in_one_request_are_two_problems(ingest: Serving) -> None:
    request = legal(pb.BatchSubmitImplicitSignalsRequest.DESCRIPTOR)
    request.signals.add().CopyFrom(request.signals[0])
    request.request_id = str(uuid.uuid4())
    request.signals[0].output_id, request.signals[1].user_id = "", ""
    _, problems = await said(ingest, "BatchSubmitImplicitSignals", request)
    assert set(problems) == {"signals[0].output_id", "signals[1].user_id"}
