"""Recordings: taken as they arrive and sent on in chunks, no more than a chunk or two held at a time."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable

from google.protobuf import message_factory
from google.protobuf.message import Message
from starlette.requests import Request

from gateway.http.body import arriving, told_bytes
from gateway.http.decode import UNKNOWN
from gateway.http.multipart import Form, Piece, boundary_of
from gateway.http.problems import Problem
from gateway.routes import Route
from gateway.settings import HttpLimits
from kit.errors import FieldViolation

AUDIO = "audio"
"""Name of the part that holds the recording."""
FORM = "multipart/form-data"
CHUNK_BYTES_MAX = 256 * 1024
CHUNK_BYTES = 64 * 1024
FORM_BYTES = 64 * 1024
"""Room for boundaries and headers of parts."""


async def parts_of(
    route: Route, request: Request, limits: HttpLimits, header_of: Callable[[bytes], Message]
) -> AsyncGenerator[Message, None]:
    """Yields the header, then the chunks, of an upload; `header_of` makes the one of the part that describes it.

    Raises Problem naming the part that is wrong.
    """
    upload = _Upload(route, limits)
    make = message_factory.GetMessageClass(route.call.input_type)
    async with contextlib.aclosing(_pieces(route, request, limits)) as pieces:
        async for piece in pieces:
            if upload.take(piece):
                yield make(header=header_of(bytes(upload.described)))
            while len(upload.audio) >= CHUNK_BYTES:
                yield make(chunk=upload.cut())
    upload.close()
    if upload.audio:
        yield make(chunk=upload.cut())


class _Upload:
    """What has come of an upload and was not sent on."""

    def __init__(self, route: Route, limits: HttpLimits) -> None:
        self._body, self._limits = route.body, limits
        self._seen: set[str] = set()
        self._size = 0
        self.described, self.audio = bytearray(), bytearray()

    def take(self, piece: Piece) -> bool:
        """Adds a piece; returns whether the recording begins with it."""
        if piece.first:
            self._meet(piece.name)
        if piece.name == self._body:
            self.described += piece.data
            if len(self.described) > self._limits.body_bytes_max:
                raise _large(piece.name, "BODY_TOO_LARGE", self._limits.body_bytes_max)
            return False
        self._size += len(piece.data)
        if self._size > self._limits.audio_bytes_max:
            raise _large(AUDIO, "AUDIO_TOO_LARGE", self._limits.audio_bytes_max)
        self.audio += piece.data
        return piece.first

    def cut(self) -> bytes:
        """Takes a chunk away."""
        chunk = bytes(self.audio[:CHUNK_BYTES_MAX])
        del self.audio[:CHUNK_BYTES_MAX]
        return chunk

    def close(self) -> None:
        """Raises Problem naming the part that did not come."""
        if self._body and self._body not in self._seen:
            raise Problem.field(self._body, "is missing")
        if not self._size:
            raise Problem.field(AUDIO, "must hold audio", reason="AUDIO_MISSING")

    def _meet(self, name: str) -> None:
        if not name or name not in (self._body, AUDIO):
            raise Problem.field(name[:100] or "body", UNKNOWN)
        if name in self._seen:
            raise Problem.field(name, "must be given once")
        if name == AUDIO and self._body and self._body not in self._seen:
            raise Problem.field(self._body, f"must come before the part {AUDIO}")
        self._seen.add(name)


async def _pieces(route: Route, request: Request, limits: HttpLimits) -> AsyncGenerator[Piece, None]:
    most = limits.audio_bytes_max + limits.body_bytes_max + FORM_BYTES
    if told_bytes(request) > most:
        raise _large(AUDIO, "AUDIO_TOO_LARGE", limits.audio_bytes_max)
    kind = request.headers.get("content-type", "")
    plain = not route.body and kind.lower().startswith("audio/")
    if not plain and kind.partition(";")[0].strip().lower() != FORM:
        raise Problem(415, "UNSUPPORTED_MEDIA_TYPE", f"The body must be {FORM}{'' if route.body else ' or audio'}.")
    form, taken = None if plain else Form(boundary_of(kind)), 0
    async with contextlib.aclosing(arriving(request, limits.read_timeout, limits.stream_timeout)) as body:
        async for data in body:
            for piece in [Piece(AUDIO, data, not taken)] if form is None else form.feed(data):
                yield piece
            taken += len(data)
            if taken > most:
                raise _large(AUDIO, "AUDIO_TOO_LARGE", limits.audio_bytes_max)
    if form is not None:
        form.close()


def _large(part: str, reason: str, most: int) -> Problem:
    why = f"must have at most {most} bytes"
    return Problem(413, reason, f"{part}: {why}", errors=[FieldViolation(part, why)])
