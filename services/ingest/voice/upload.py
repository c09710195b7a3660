"""Recordings as they arrive: a header and chunks, checked on the way and set aside until all is there.

Nothing is stored of a recording that is not whole, known as audio and within its limits: a sender that goes away or
fails leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import IO

from ingest.settings import UploadLimits
from kit.audio import HEAD_BYTES, AudioFormat, sniff
from kit.errors import DeadlineExceeded, Exhausted, Invalid, Unavailable
from kit.metrics import Counter, Gauge
from radiant.ingest.v1 import ingest_service_pb2

Part = ingest_service_pb2.SubmitVoiceFeedbackRequest
Header = ingest_service_pb2.VoiceHeader

RUNNING = Gauge("radiant_ingest_voice_uploads", "Recordings that are received now.")
REFUSED = Counter("radiant_ingest_voice_uploads_refused_total", "Recordings refused because too many were received.")

MEMORY_BYTES = 1024 * 1024
"""What is longer waits in a temporary file."""
CHUNK_BYTES = 256 * 1024
RETRY_AFTER = timedelta(seconds=1)
_NAMES = ", ".join(AudioFormat)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A whole recording."""

    header: Header
    format: AudioFormat
    size: int
    """Bytes of audio."""
    digest: bytes
    """Tells the audio from any other."""
    file: IO[bytes]

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yields the audio from its beginning."""
        self.file.seek(0)
        while chunk := self.file.read(CHUNK_BYTES):
            yield chunk


class Uploads:
    """Receives so many recordings at once."""

    def __init__(self, limits: UploadLimits) -> None:
        self._limits = limits
        self._running = 0

    @contextlib.asynccontextmanager
    async def received(self, parts: AsyncIterator[Part], check: Callable[[Header], None]) -> AsyncIterator[Upload]:
        """Gives a recording once all of it is there; it is gone after the block.

        `check` sees the header before any audio is taken and raises what is wrong with it. Raises Invalid naming
        the part that is wrong, Exhausted (UPLOADS_FULL), and DeadlineExceeded (UPLOAD_TOO_SLOW).
        """
        if self._running >= self._limits.at_once:
            REFUSED.inc()
            raise Exhausted("Too many recordings are received at once.", RETRY_AFTER, reason="UPLOADS_FULL")
        self._running += 1
        RUNNING.inc()
        try:
            with tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES) as file:
                yield await self._receive(parts, check, file)
        finally:
            self._running -= 1
            RUNNING.dec()

    async def _receive(self, parts: AsyncIterator[Part], check: Callable[[Header], None], file: IO[bytes]) -> Upload:
        try:
            async with asyncio.timeout(self._limits.upload_timeout.total_seconds()):
                first = await self._next(parts)
                if first is None or not first.HasField("header"):
                    raise Invalid.field("header", "must come first")
                check(first.header)
                return await self._audio(parts, first.header, file)
        except TimeoutError:
            raise DeadlineExceeded("The recording came too slowly.", reason="UPLOAD_TOO_SLOW") from None

    async def _audio(self, parts: AsyncIterator[Part], header: Header, file: IO[bytes]) -> Upload:
        digest, head, size, format_ = hashlib.sha256(), b"", 0, None
        while (part := await self._next(parts)) is not None:
            if part.HasField("header"):
                raise Invalid.field("header", "must come once")
            size += len(part.chunk)
            if size > self._limits.bytes_max:
                why = f"must be at most {self._limits.bytes_max} bytes of audio together"
                raise Invalid.field("chunk", why, reason="AUDIO_TOO_LARGE")
            digest.update(part.chunk)
            _write(file, part.chunk)
            if len(head) < HEAD_BYTES:
                head = (head + part.chunk)[:HEAD_BYTES]
                if len(head) == HEAD_BYTES:
                    format_ = _format(head)
        if not size:
            raise Invalid.field("chunk", "must hold audio", reason="AUDIO_MISSING")
        return Upload(header=header, format=format_ or _format(head), size=size, digest=digest.digest(), file=file)

    async def _next(self, parts: AsyncIterator[Part]) -> Part | None:
        async with asyncio.timeout(self._limits.chunk_timeout.total_seconds()):
            return await anext(parts, None)


def _format(head: bytes) -> AudioFormat:
    found = sniff(head)
    if found is None:
        raise Invalid.field("chunk", f"is no audio in a known format: {_NAMES}", reason="AUDIO_FORMAT_UNKNOWN")
    return found


def _write(file: IO[bytes], chunk: bytes) -> None:
    try:
        file.write(chunk)
    except OSError as error:
        raise Unavailable("There is no room for the recording.", reason="UPLOAD_SPACE") from error
