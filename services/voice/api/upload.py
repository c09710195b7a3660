"""A recording that is sent in chunks, collected within bounds."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

from kit.errors import DeadlineExceeded, Exhausted, Invalid
from radiant.voice.v1 import voice_service_pb2 as pb
from voice.engine.rejection import AudioRejected, Rejection
from voice.settings import HearingSettings

RECEIVE_MAX = timedelta(seconds=60)
"""How long a caller may take to send a recording."""


class Intake:
    """Collects recordings, of so many callers at a time."""

    def __init__(self, settings: HearingSettings) -> None:
        self._bytes_max, self._calls_max = settings.audio_bytes_max, settings.transcriptions_max
        self._calls = 0

    @contextlib.contextmanager
    def admitted(self) -> Iterator[None]:
        """Counts a call while the block runs; raises Exhausted when there are too many."""
        if self._calls >= self._calls_max:
            raise Exhausted("Too many recordings are being transcribed.", reason="TRANSCRIPTIONS_FULL")
        self._calls += 1
        try:
            yield
        finally:
            self._calls -= 1

    async def header(self, requests: AsyncIterator[pb.TranscribeRequest]) -> pb.TranscribeHeader:
        """Returns the header; raises Invalid when something else comes first."""
        with _in_time():
            async with asyncio.timeout(RECEIVE_MAX.total_seconds()):
                first = await anext(requests, None)
        if first is None or first.WhichOneof("part") != "header":
            raise Invalid.field("header", "must come first")
        return first.header

    async def file(self, requests: AsyncIterator[pb.TranscribeRequest]) -> bytes:
        """Returns the chunks as one; raises AudioRejected as soon as they are too many."""
        data = bytearray()
        with _in_time():
            async with asyncio.timeout(RECEIVE_MAX.total_seconds()):
                async for request in requests:
                    if request.WhichOneof("part") != "chunk":
                        raise Invalid.field("header", "must come once")
                    data += request.chunk
                    if len(data) > self._bytes_max:
                        megabytes = self._bytes_max / 2**20
                        sentence = f"The recording is larger than {megabytes:.3g} MB."
                        raise AudioRejected(Rejection.TOO_LARGE, sentence)
        return bytes(data)


@contextlib.contextmanager
def _in_time() -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise DeadlineExceeded("The recording took too long to arrive.", reason="RECORDING_TOO_SLOW") from None
