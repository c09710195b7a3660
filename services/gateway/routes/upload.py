"""Converts an uploaded recording to a stream of gRPC messages while it arrives, with bounded memory."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable

from google.protobuf import message_factory
from google.protobuf.message import Message
from starlette.requests import Request

from gateway.http.body import content_length, stream_body
from gateway.http.multipart import FormParser, PartChunk, boundary_of
from gateway.http.problems import Problem
from gateway.http.settings import HttpLimits
from gateway.routes.json.convert import UNKNOWN_FIELD
from gateway.routes.model import Route
from kit.errors import FieldViolation

AUDIO_PART = "audio"
"""Name of the form part with the recording."""
FORM_MEDIA_TYPE = "multipart/form-data"
CHUNK_BYTES_MAX = 256 * 1024
CHUNK_BYTES = 64 * 1024
"""Number of buffered bytes at which a chunk is sent."""
FORM_OVERHEAD_BYTES = 64 * 1024
"""Allowance for the boundaries and the headers of parts."""


async def upload_messages(
    route: Route, request: Request, limits: HttpLimits, build_header: Callable[[bytes], Awaitable[Message]]
) -> AsyncGenerator[Message, None]:
    """Yields the header message, then the chunk messages.

    `build_header` returns the header for the content of the part that precedes the recording. Raises Problem with
    the name of the invalid part.
    """
    upload = _Upload(route, limits)
    message_class = message_factory.GetMessageClass(route.rpc_descriptor.input_type)
    async with contextlib.aclosing(_part_chunks(route, request, limits)) as chunks:
        async for chunk in chunks:
            if upload.add(chunk):
                yield message_class(header=await build_header(bytes(upload.description)))
            while len(upload.audio) >= CHUNK_BYTES:
                yield message_class(chunk=upload.take_chunk())
    upload.close()
    if upload.audio:
        yield message_class(chunk=upload.take_chunk())


class _Upload:
    """The received content of an upload that was not forwarded yet."""

    def __init__(self, route: Route, limits: HttpLimits) -> None:
        self._description_part, self._limits = route.body, limits
        self._part_names: set[str] = set()
        self._audio_bytes = 0
        self.description, self.audio = bytearray(), bytearray()

    def add(self, chunk: PartChunk) -> bool:
        """Adds a chunk; returns whether it is the first one of the recording."""
        if chunk.is_first:
            self._check_part(chunk.name)
        if chunk.name == self._description_part:
            self.description += chunk.data
            if len(self.description) > self._limits.body_bytes_max:
                raise _too_large(chunk.name, "BODY_TOO_LARGE", self._limits.body_bytes_max)
            return False
        self._audio_bytes += len(chunk.data)
        if self._audio_bytes > self._limits.audio_bytes_max:
            raise _too_large(AUDIO_PART, "AUDIO_TOO_LARGE", self._limits.audio_bytes_max)
        self.audio += chunk.data
        return chunk.is_first

    def take_chunk(self) -> bytes:
        """Removes and returns at most CHUNK_BYTES_MAX bytes of the recording."""
        chunk = bytes(self.audio[:CHUNK_BYTES_MAX])
        del self.audio[:CHUNK_BYTES_MAX]
        return chunk

    def close(self) -> None:
        """Raises Problem if a part is missing or the recording is empty."""
        if self._description_part and self._description_part not in self._part_names:
            raise Problem.field(self._description_part, "is required")
        if not self._audio_bytes:
            raise Problem.field(AUDIO_PART, "must not be empty", reason="AUDIO_MISSING")

    def _check_part(self, name: str) -> None:
        if not name or name not in (self._description_part, AUDIO_PART):
            raise Problem.field(name[:100] or "body", UNKNOWN_FIELD)
        if name in self._part_names:
            raise Problem.field(name, "must occur only once")
        if name == AUDIO_PART and self._description_part and self._description_part not in self._part_names:
            raise Problem.field(self._description_part, f"must precede the part {AUDIO_PART}")
        self._part_names.add(name)


async def _part_chunks(route: Route, request: Request, limits: HttpLimits) -> AsyncGenerator[PartChunk, None]:
    """Yields the chunks of the parts; a body of type audio/* is a single part."""
    bytes_max = limits.audio_bytes_max + limits.body_bytes_max + FORM_OVERHEAD_BYTES
    too_large = _too_large(AUDIO_PART, "AUDIO_TOO_LARGE", limits.audio_bytes_max)
    if content_length(request) > bytes_max:
        raise too_large
    content_type = request.headers.get("content-type", "")
    is_plain_audio = not route.body and content_type.lower().startswith("audio/")
    if not is_plain_audio and content_type.partition(";")[0].strip().lower() != FORM_MEDIA_TYPE:
        allowed = FORM_MEDIA_TYPE if route.body else f"{FORM_MEDIA_TYPE} or audio/*"
        raise Problem(415, "UNSUPPORTED_MEDIA_TYPE", f"The Content-Type must be {allowed}.")
    parser, received = None if is_plain_audio else FormParser(boundary_of(content_type)), 0
    async with contextlib.aclosing(stream_body(request, limits.read_timeout, limits.stream_timeout)) as body:
        async for data in body:
            for chunk in [PartChunk(AUDIO_PART, data, not received)] if parser is None else parser.feed(data):
                yield chunk
            received += len(data)
            if received > bytes_max:
                raise too_large
    if parser is not None:
        parser.close()


def _too_large(part: str, reason: str, bytes_max: int) -> Problem:
    why = f"must have at most {bytes_max} bytes"
    return Problem(413, reason, f"{part}: {why}", errors=[FieldViolation(part, why)])
