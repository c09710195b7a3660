"""All methods of the API, and requests to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.protobuf import message_factory
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message

from radiant.experiments.v1 import experiment_service_pb2
from radiant.ingest.v1 import audit_service_pb2, ingest_service_pb2
from radiant.neural.v1 import learning_service_pb2, recommend_service_pb2
from radiant.voice.v1 import voice_service_pb2

METHODS: tuple[MethodDescriptor, ...] = tuple(
    method
    for module in (
        ingest_service_pb2,
        audit_service_pb2,
        recommend_service_pb2,
        learning_service_pb2,
        experiment_service_pb2,
        voice_service_pb2,
    )
    for service in module.DESCRIPTOR.services_by_name.values()
    for method in service.methods
)
TEXTS_MAX_DEPTH = 3


def path_of(method: MethodDescriptor) -> str:
    """Returns the path of a method."""
    return f"/{method.containing_service.full_name}/{method.name}"


def empty_request(method: MethodDescriptor) -> Any:
    """Returns an empty request."""
    return message_factory.GetMessageClass(method.input_type)()


def text_fields(message: Message, depth: int = TEXTS_MAX_DEPTH) -> Iterator[tuple[Message, Any]]:
    """Yields all text fields of a message, with the message that has each. Adds an element to lists of messages."""
    for field in message.DESCRIPTOR.fields:
        if field.type == FieldDescriptor.TYPE_STRING:
            yield message, field
        elif field.message_type is not None and depth and field.message_type.full_name.startswith("radiant."):
            if field.message_type.GetOptions().map_entry:
                continue
            value = getattr(message, field.name)
            yield from text_fields(value.add() if field.is_repeated else value, depth - 1)
