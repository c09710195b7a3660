"""Spoken comments: any kind of audio goes in chunks, and again when the service asks for it."""

import asyncio
import io
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import grpc
import pytest

from radiant.ingest.v1 import feedback_pb2
from radiant_client import DeadlineExceeded, Exhausted, Ingest, InvalidRequest, Unavailable, open_channel
from radiant_client.messages.audio import CHUNK_BYTES_MAX, Audio
from tests.client.fixtures.fake_services import Refusal, Suite

SOUND = bytes(range(256)) * 1000
FULL = Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after_ms=50)


async def pieces(size: int = 1000) -> AsyncIterator[bytes]:
    """Yields the sound in pieces."""
    for start in range(0, len(SOUND), size):
        yield SOUND[start : start + size]


SOURCES: dict[str, Callable[[], Audio]] = {
    "bytes": lambda: SOUND,
    "view": lambda: memoryview(SOUND),
    "list": lambda: [SOUND[:9], b"", SOUND[9:]],
    "file": lambda: io.BytesIO(SOUND),
    "async": pieces,
    "async at once": lambda: pieces(10**6),
}


@pytest.mark.parametrize("source", SOURCES)
async def test_any_audio_arrives_behind_its_header(fake: Suite, ingest: Ingest, source: str) -> None:
    when = datetime(2026, 1, 1, tzinfo=UTC)
    answer = await ingest.submit_voice_feedback("o", "u", SOURCES[source](), source="thinktank", client_time=when)
    assert (answer.voice_id, answer.audio_bytes) == ("v", len(SOUND))
    (sent,) = fake.ingest.requests
    header = sent[0].header
    assert (header.feedback.output_id, header.feedback.user_id, len(header.request_id)) == ("o", "u", 36)
    assert header.feedback.source == feedback_pb2.FEEDBACK_SOURCE_THINKTANK
    assert header.feedback.client_time.ToDatetime(UTC) == when
    assert b"".join(part.chunk for part in sent[1:]) == SOUND
    assert max(len(part.chunk) for part in sent) <= CHUNK_BYTES_MAX


async def test_a_busy_service_gets_the_same_again(fake: Suite, ingest: Ingest) -> None:
    fake.ingest.steps = [FULL, FULL]
    began = time.monotonic()
    await ingest.submit_voice_feedback("o", "u", SOUND)
    assert time.monotonic() - began >= 0.1
    assert len(fake.ingest.requests) == 3
    assert fake.ingest.requests[0] == fake.ingest.requests[1] == fake.ingest.requests[2]


@pytest.mark.parametrize("source", ["file", "async"])
async def test_what_cannot_be_read_again_is_sent_once(fake: Suite, ingest: Ingest, source: str) -> None:
    fake.ingest.steps = [FULL]
    with pytest.raises(Exhausted):
        await ingest.submit_voice_feedback("o", "u", SOURCES[source]())
    assert len(fake.ingest.requests) == 1


async def test_a_refusal_in_the_middle_comes_through(fake: Suite, ingest: Ingest) -> None:
    fake.ingest.listens_to = 2
    fake.ingest.steps = [Refusal(grpc.StatusCode.INVALID_ARGUMENT, "no audio", violations={"chunk": "is a text"})]
    with pytest.raises(InvalidRequest) as caught:
        await ingest.submit_voice_feedback("o", "u", SOUND * 100)
    assert [one.field for one in caught.value.violations] == ["chunk"]


@pytest.mark.parametrize("error", [ZeroDivisionError, asyncio.InvalidStateError])
async def test_audio_that_fails_ends_the_call(ingest: Ingest, error: type[Exception]) -> None:
    async def failing() -> AsyncIterator[bytes]:
        yield SOUND
        raise error

    began = time.monotonic()
    with pytest.raises(error):
        await ingest.submit_voice_feedback("o", "u", failing())
    assert time.monotonic() - began < 5


async def test_a_caller_who_leaves_ends_the_call(fake: Suite, ingest: Ingest) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield SOUND
        await asyncio.Event().wait()

    task = asyncio.create_task(ingest.submit_voice_feedback("o", "u", endless()))
    async with asyncio.timeout(5):
        while not fake.ingest.requests:  # noqa: ASYNC110 - the fake tells nobody
            await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_it_ends_with_its_timeout(ingest: Ingest) -> None:
    async def slow() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x"
            await asyncio.sleep(0.05)

    with pytest.raises(DeadlineExceeded):
        await ingest.submit_voice_feedback("o", "u", slow(), timeout=0.3)
    connection = open_channel("127.0.0.1:1", "")
    try:
        with pytest.raises((DeadlineExceeded, Unavailable)):
            await Ingest(connection).submit_voice_feedback("o", "u", SOUND, timeout=0.5)
    finally:
        await connection.close()
