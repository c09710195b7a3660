"""Receives a recording that a client sends in chunks, within limits of size, time and concurrency."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from datetime import timedelta

from kit.errors import DeadlineExceeded, Invalid
from kit.tenant_slots import TenantSlots
from radiant.voice.v1 import voice_service_pb2 as pb
from voice.engine.rejection import too_large_error
from voice.settings import RecognitionSettings

RECEIVE_MAX = timedelta(seconds=60)
"""Longest time of an upload."""


class UploadReceiver:
    """Receives recordings of a limited number of calls at the same time."""

    def __init__(self, settings: RecognitionSettings) -> None:
        self._bytes_max = settings.audio_bytes_max
        self._slots = TenantSlots(
            "Transcribe calls in progress",
            settings.transcriptions_max,
            settings.transcriptions_per_tenant_max,
            reason="TRANSCRIPTIONS_FULL",
        )

    def slot(self, tenant: str) -> AbstractContextManager[None]:
        """Counts a call of the tenant during the block.

        Raises Exhausted (TRANSCRIPTIONS_FULL) when the limit of the tenant or of all tenants is reached.
        """
        return self._slots.hold(tenant)

    async def header(self, requests: AsyncIterator[pb.TranscribeRequest]) -> pb.TranscribeHeader:
        """Returns the header. Raises Invalid unless it is the first message."""
        async with _time_limit():
            first = await anext(requests, None)
        if first is None or first.WhichOneof("part") != "header":
            raise Invalid.field("header", "must be the first message")
        return first.header

    async def data(self, requests: AsyncIterator[pb.TranscribeRequest]) -> bytes:
        """Returns the concatenated chunks. Raises AudioRejected as soon as they exceed the size limit."""
        data = bytearray()
        async with _time_limit():
            async for request in requests:
                if request.WhichOneof("part") != "chunk":
                    raise Invalid.field("header", "must be sent once only")
                data += request.chunk
                if len(data) > self._bytes_max:
                    raise too_large_error(self._bytes_max)
        return bytes(data)


@contextlib.asynccontextmanager
async def _time_limit() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(RECEIVE_MAX.total_seconds()):
            yield
    except TimeoutError:
        seconds = RECEIVE_MAX.total_seconds()
        message = f"The upload of the recording took longer than {seconds:.0f} s. Send it again."
        raise DeadlineExceeded(message, reason="RECORDING_TOO_SLOW") from None
