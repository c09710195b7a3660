"""Every user id of every request is replaced by its key before the method of a service gets the request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from kit.errors import Invalid
from kit.ids import new_id
from kit.rpc.user_keys import USER_FIELDS, USER_MAPS, set_user_keys
from kit.rpc.validation import validate
from radiant.experiments.v1 import experiment_service_pb2
from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.kit.fixtures.scripted_servicer import SHAPES, Script, good_requests, serving
from tests.support.access import methods

SPELLING, KEY = "\ufeffa\u200blice ", "alice"
OTHER_FIELDS = {"was_user_override", "user_agent", "users_min", "users_per_day"}
"""Fields of requests whose names contain `user` and that contain no user id."""


def fields(kind: Descriptor, path: str = "", parents: tuple[str, ...] = ()) -> Iterator[tuple[str, FieldDescriptor]]:
    """Returns every field of a message type at any depth, with its path."""
    for field in kind.fields:
        yield path + field.name, field
        inner = field.message_type
        if inner is not None and inner.full_name not in (*parents, kind.full_name):
            yield from fields(inner, f"{path}{field.name}.", (*parents, kind.full_name))


def request_fields() -> Iterator[tuple[Descriptor, str, FieldDescriptor]]:
    """Returns the fields of all request messages."""
    for kind in {method.input_type.full_name: method.input_type for method in methods()}.values():
        for path, field in fields(kind):
            yield kind, path, field


def with_text(kind: Descriptor, path: str, text: str) -> tuple[Message, Message]:
    """Returns a message with a text in one field, and its part that has the field."""
    message, target, last = with_parents(kind, path)
    setattr(target, last, text)
    return message, target


def with_parents(kind: Descriptor, path: str) -> tuple[Message, Any, str]:
    """Returns a message, its part that has the field of a path, and the name of the field."""
    message = target = GetMessageClass(kind)()
    *parents, last = path.split(".")
    for name in parents:
        field = target.DESCRIPTOR.fields_by_name[name]
        target = getattr(target, name).add() if field.is_repeated else getattr(target, name)
    return message, target, last


def with_spelling(kind: Descriptor, path: str) -> Message:
    """Returns a message with a spelling of the user in one field."""
    message, target, last = with_parents(kind, path)
    field = target.DESCRIPTOR.fields_by_name[last]
    if field.name in USER_MAPS:
        getattr(target, last)[SPELLING] = "treatment"
    elif field.is_repeated:
        getattr(target, last).append(SPELLING)
    else:
        setattr(target, last, SPELLING)
    return message


def test_every_field_of_a_request_named_after_users_is_covered_or_listed() -> None:
    named = {field.name for _, _, field in request_fields() if "user" in field.name or "rater" in field.name}
    assert named - USER_FIELDS - OTHER_FIELDS == set()
    maps = {
        field.name
        for _, _, field in request_fields()
        if field.message_type is not None and field.message_type.GetOptions().map_entry
    }
    assert maps & USER_MAPS == USER_MAPS
    for kind, path, field in request_fields():
        if field.name in maps - USER_MAPS:
            below = {name for name, _ in fields(field.message_type)} if field.message_type else set()
            assert below.isdisjoint(USER_FIELDS), f"{kind.full_name}.{path}"


def test_every_user_id_of_every_request_is_replaced_by_its_key() -> None:
    covered = 0
    for kind, path, field in request_fields():
        if field.name not in USER_FIELDS | USER_MAPS:
            continue
        message = with_spelling(kind, path)
        set_user_keys(message)
        text = message.SerializeToString()
        assert (KEY.encode() in text, SPELLING.encode() in text) == (True, False), f"{kind.full_name}.{path}"
        covered += 1
    assert covered > 20


def test_two_spellings_in_a_map_of_users_are_refused_with_the_path() -> None:
    request = experiment_service_pb2.CreateExperimentRequest()
    for user in (KEY, SPELLING):
        request.experiment.forced_variants[user] = "treatment"
    with pytest.raises(Invalid) as refusal:
        validate(request)
    assert [each.field for each in refusal.value.violations] == ["experiment.forced_variants"]


@pytest.mark.parametrize("user", ["\u200b", " \u00a0", "\u3164\ufeff", "\u200b" * 201, "\ufdfa" * 12])
def test_id_without_visible_characters_or_too_long_is_refused_with_its_field(user: str) -> None:
    request = pb.SubmitImplicitSignalRequest(signal=feedback_pb2.ImplicitSignal(user_id=user))
    with pytest.raises(Invalid) as refusal:
        validate(request)
    assert "signal.user_id" in [each.field for each in refusal.value.violations]


def users_of(message: Message) -> Iterator[Any]:
    """Returns the parts of a message that have a user id."""
    for field, value in message.ListFields():
        if field.name == "user_id":
            yield message
        elif field.message_type is not None:
            for each in value if field.is_repeated else [value]:
                yield from users_of(each)


@pytest.mark.parametrize("shape", SHAPES)
async def test_method_of_every_shape_gets_the_key(shape: str) -> None:
    if shape == "stream_unary":
        spoken = feedback_pb2.VoiceFeedback(output_id="o", user_id=KEY, source=feedback_pb2.FEEDBACK_SOURCE_API)
        header = pb.VoiceHeader(request_id=new_id(), feedback=spoken)
        requests: list[Message] = [pb.SubmitVoiceFeedbackRequest(header=header)]
    else:
        requests = good_requests(shape)
    for request in requests:
        for part in users_of(request):
            part.user_id = SPELLING
    script = Script()
    async with serving(script) as served:
        outcome = await served.call(shape, requests)
    assert outcome.code is grpc.StatusCode.OK
    found = [part.user_id for request in script.requests for part in users_of(request)]
    assert found == [KEY] * len(requests)
