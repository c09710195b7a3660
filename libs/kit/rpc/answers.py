"""Stored responses, which are sent exactly as they were stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from google.protobuf.message import Message

M = TypeVar("M", bound=Message)


def stored(answer: bytes, kind: type[M]) -> M:
    """Returns the bytes of a serialised response, typed as that message, so that a servicer can return them."""
    return cast(M, answer)


def serializer_of(serialize: Callable[[Any], bytes] | None) -> Callable[[Any], bytes]:
    """Returns a serialiser of responses that leaves bytes, as returned by `stored`, unchanged."""

    def write(message: Any) -> bytes:
        return message if isinstance(message, bytes) or serialize is None else serialize(message)

    return write
