"""Receives uploads of recordings: checks size, format and time limits, and buffers the audio until it is complete.

A recording that is incomplete, too large or of an unknown format is discarded.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import IO
from uuid import UUID

from ingest.settings import UploadLimits
from kit.audio import HEAD_BYTES, AudioFormat, sniff
from kit.errors import DeadlineExceeded, Exhausted, Invalid, Unavailable
from kit.telemetry.metrics import Counter, Gauge
from kit.tenant_slots import TenantSlots

RUNNING = Gauge("radiant_ingest_voice_uploads", "Uploads of recordings in progress.")
REFUSED = Counter(
    "radiant_ingest_voice_uploads_refused_total", "Uploads refused because too many uploads were in progress."
)

MEMORY_BYTES_MAX = 1024 * 1024
"""Largest recording that is buffered in memory. A larger one is buffered in a temporary file."""
CHUNK_BYTES = 256 * 1024
_FORMATS = ", ".join(AudioFormat)


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadHeader:
    """First part of an upload."""

    tenant_id: str
    request_id: UUID
    stated_id: str
    """`request_id` as the client wrote it."""
    fingerprint: bytes
    """Digest of the header as the client sent it."""
    output_id: str
    user_id: str
    source: str
    created_us: int
    """Time of the comment, in microseconds since 1970."""


UploadPart = UploadHeader | bytes
"""The header or a chunk of audio."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A complete recording."""

    header: UploadHeader
    format: AudioFormat
    size_bytes: int
    digest: bytes
    """SHA-256 of the audio."""
    file: IO[bytes]

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yields the audio from its beginning."""
        self.file.seek(0)
        while chunk := self.file.read(CHUNK_BYTES):
            yield chunk


class UploadReceiver:
    """Receives a limited number of uploads at the same time."""

    def __init__(self, limits: UploadLimits) -> None:
        self._limits = limits
        self._slots = TenantSlots(
            "uploads in progress", limits.concurrent_max, limits.concurrent_per_tenant_max, reason="UPLOADS_FULL"
        )

    @contextlib.asynccontextmanager
    async def receive(self, tenant: str, parts: AsyncIterator[UploadPart]) -> AsyncIterator[Upload]:
        """Yields the upload once it is complete; its audio is discarded after the block.

        `tenant` is the tenant of the caller's token. Raises Invalid with the path of the invalid field, Exhausted
        (UPLOADS_FULL) if too many uploads of the tenant or of all tenants are in progress, DeadlineExceeded
        (UPLOAD_TOO_SLOW) after a time limit, and Unavailable (UPLOAD_SPACE) if the disk is full.
        """
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(self._slots.hold(tenant))
            except Exhausted:
                REFUSED.inc()
                raise
            RUNNING.inc()
            stack.callback(RUNNING.dec)
            file = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES_MAX))
            yield await self._receive(parts, file)

    async def _receive(self, parts: AsyncIterator[UploadPart], file: IO[bytes]) -> Upload:
        try:
            async with asyncio.timeout(self._limits.upload_timeout.total_seconds()):
                header = await self._next(parts)
                if not isinstance(header, UploadHeader):
                    raise Invalid.field("header", "must be the first message of the stream")
                return await self._receive_audio(header, parts, file)
        except TimeoutError:
            message = (
                f"The upload was too slow: at most {self._limits.chunk_timeout.total_seconds():g} s per chunk and"
                f" {self._limits.upload_timeout.total_seconds():g} s in total. Upload the recording again."
            )
            raise DeadlineExceeded(message, reason="UPLOAD_TOO_SLOW") from None

    async def _receive_audio(self, header: UploadHeader, parts: AsyncIterator[UploadPart], file: IO[bytes]) -> Upload:
        digest, head, size_bytes, format_ = hashlib.sha256(), b"", 0, None
        while isinstance(chunk := await self._next(parts), bytes):
            size_bytes += len(chunk)
            if size_bytes > self._limits.bytes_max:
                problem = f"must contain at most {self._limits.bytes_max} bytes of audio in total"
                raise Invalid.field("chunk", problem, reason="AUDIO_TOO_LARGE")
            digest.update(chunk)
            _write(file, chunk)
            if len(head) < HEAD_BYTES:
                head = (head + chunk)[:HEAD_BYTES]
                if len(head) == HEAD_BYTES:
                    format_ = _format(head)
        if chunk is not None:
            raise Invalid.field("header", "must be sent only once")
        if not size_bytes:
            raise Invalid.field("chunk", "must contain audio", reason="AUDIO_MISSING")
        format_ = format_ or _format(head)
        return Upload(header=header, format=format_, size_bytes=size_bytes, digest=digest.digest(), file=file)

    async def _next(self, parts: AsyncIterator[UploadPart]) -> UploadPart | None:
        async with asyncio.timeout(self._limits.chunk_timeout.total_seconds()):
            return await anext(parts, None)


def _format(head: bytes) -> AudioFormat:
    found = sniff(head)
    if found is None:
        raise Invalid.field("chunk", f"is not audio in a known format: {_FORMATS}", reason="AUDIO_FORMAT_UNKNOWN")
    return found


def _write(file: IO[bytes], chunk: bytes) -> None:
    try:
        file.write(chunk)
    except OSError as error:
        message = "The server cannot store the recording: its upload disk is full. Try again later."
        raise Unavailable(message, reason="UPLOAD_SPACE") from error
