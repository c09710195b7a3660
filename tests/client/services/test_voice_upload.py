"""Upload of voice comments: kinds of audio, chunks, retries and failures."""

import asyncio
import io
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import grpc
import pytest

from radiant.ingest.v1 import feedback_pb2
from radiant_client import (
    DeadlineExceeded,
    Exhausted,
    Ingest,
    InvalidRequest,
    RadiantClientError,
    Unavailable,
    open_channel,
)
from radiant_client.messages.audio import CHUNK_BYTES_MAX, Audio
from radiant_client.transport import calls
from tests.client.fixtures.fake_services import FakeSuite, StatusError, eventually

AUDIO = bytes(range(256)) * 1000
OVERLOADED = StatusError(grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after_ms=50)


async def pieces(size: int = 1000) -> AsyncIterator[bytes]:
    """Yields the audio in pieces."""
    for start in range(0, len(AUDIO), size):
        yield AUDIO[start : start + size]


SOURCES: dict[str, Callable[[], Audio]] = {
    "bytes": lambda: AUDIO,
    "view": lambda: memoryview(AUDIO),
    "list": lambda: [AUDIO[:9], b"", AUDIO[9:]],
    "file": lambda: io.BytesIO(AUDIO),
    "async": pieces,
    "async at once": lambda: pieces(10**6),
}


@pytest.mark.parametrize("source", SOURCES)
async def test_upload_of_any_kind_of_audio_sends_the_header_and_all_chunks(
    fake: FakeSuite, ingest: Ingest, source: str
) -> None:
    when = datetime(2026, 1, 1, tzinfo=UTC)
    answer = await ingest.submit_voice_feedback("o", "u", SOURCES[source](), source="thinktank", client_time=when)
    assert (answer.voice_id, answer.audio_bytes) == ("v", len(AUDIO))
    (sent,) = fake.ingest.requests
    header = sent[0].header
    assert (header.feedback.output_id, header.feedback.user_id, len(header.request_id)) == ("o", "u", 36)
    assert header.feedback.source == feedback_pb2.FEEDBACK_SOURCE_THINKTANK
    assert header.feedback.client_time.ToDatetime(UTC) == when
    assert b"".join(part.chunk for part in sent[1:]) == AUDIO
    assert max(len(part.chunk) for part in sent) <= CHUNK_BYTES_MAX


async def test_upload_to_overloaded_service_is_repeated_unchanged(fake: FakeSuite, ingest: Ingest) -> None:
    fake.ingest.responses = [OVERLOADED, OVERLOADED]
    began = time.monotonic()
    await ingest.submit_voice_feedback("o", "u", AUDIO)
    assert time.monotonic() - began >= 0.1
    assert len(fake.ingest.requests) == 3
    assert fake.ingest.requests[0] == fake.ingest.requests[1] == fake.ingest.requests[2]


@pytest.mark.parametrize("source", ["file", "async"])
async def test_upload_of_unrepeatable_audio_to_overloaded_service_raises_exhausted(
    fake: FakeSuite, ingest: Ingest, source: str
) -> None:
    fake.ingest.responses = [OVERLOADED]
    with pytest.raises(Exhausted):
        await ingest.submit_voice_feedback("o", "u", SOURCES[source]())
    assert len(fake.ingest.requests) == 1


async def test_upload_rejected_before_its_end_raises_the_error_of_the_service(fake: FakeSuite, ingest: Ingest) -> None:
    fake.ingest.parts_max = 2
    rejection = StatusError(grpc.StatusCode.INVALID_ARGUMENT, "no audio", violations={"chunk": "is a text"})
    fake.ingest.responses = [rejection] * (1 + calls.LOST_STATUS_REPEATS_MAX)
    with pytest.raises(InvalidRequest) as caught:
        await ingest.submit_voice_feedback("o", "u", AUDIO * 100)
    assert [one.field for one in caught.value.violations] == ["chunk"]


@pytest.mark.parametrize(("losses", "is_stored"), [(1, True), (calls.LOST_STATUS_REPEATS_MAX + 1, False)])
async def test_upload_with_lost_status_is_repeated_with_the_same_request_id(
    fake: FakeSuite, ingest: Ingest, monkeypatch: pytest.MonkeyPatch, losses: int, is_stored: bool
) -> None:
    send, lost = (
        calls._send,
        grpc.aio.AioRpcError(
            grpc.StatusCode.INTERNAL, grpc.aio.Metadata(), grpc.aio.Metadata(), details=calls.LOST_STATUS
        ),
    )
    attempts = list[object]()

    async def send_and_lose(call: Any, parts: Any) -> Any:
        response = await send(call, parts)
        attempts.append(call)
        if len(attempts) <= losses:
            raise lost
        return response

    monkeypatch.setattr(calls, "_send", send_and_lose)
    if is_stored:
        assert (await ingest.submit_voice_feedback("o", "u", AUDIO)).voice_id == "v"
    else:
        with pytest.raises(RadiantClientError):
            await ingest.submit_voice_feedback("o", "u", AUDIO)
    assert len({sent[0].header.request_id for sent in fake.ingest.requests}) == 1
    assert len(fake.ingest.requests) == min(losses, calls.LOST_STATUS_REPEATS_MAX) + 1


@pytest.mark.parametrize("error", [ZeroDivisionError, asyncio.InvalidStateError])
async def test_upload_of_failing_audio_raises_its_exception(ingest: Ingest, error: type[Exception]) -> None:
    async def failing() -> AsyncIterator[bytes]:
        yield AUDIO
        raise error

    began = time.monotonic()
    with pytest.raises(error):
        await ingest.submit_voice_feedback("o", "u", failing())
    assert time.monotonic() - began < 5


async def test_upload_cancelled_by_the_caller_ends(fake: FakeSuite, ingest: Ingest) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield AUDIO
        await asyncio.Event().wait()

    task = asyncio.create_task(ingest.submit_voice_feedback("o", "u", endless()))
    await eventually(lambda: fake.ingest.requests, 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_upload_longer_than_its_timeout_raises_deadline_exceeded(ingest: Ingest) -> None:
    async def slow() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x"
            await asyncio.sleep(0.05)

    with pytest.raises(DeadlineExceeded):
        await ingest.submit_voice_feedback("o", "u", slow(), timeout=0.3)
    connection = open_channel("127.0.0.1:1", "")
    try:
        with pytest.raises((DeadlineExceeded, Unavailable)):
            await Ingest(connection).submit_voice_feedback("o", "u", AUDIO, timeout=0.5)
    finally:
        await connection.close()
