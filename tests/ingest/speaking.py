"""Spoken comments as tests send them, and a look at what is kept of them."""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from ingest.voice import upload
from radiant.ingest.v1 import feedback_pb2
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.serving import CALLER, Serving, at, name

CHUNK_BYTES = 10_000


def clip(seconds: float = 0.1, value: int = 1) -> bytes:
    """Returns a recording as WAV; another value makes another recording."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(16_000)
        writer.writeframes(value.to_bytes(2, "little") * int(16_000 * seconds))
    return file.getvalue()


CLIP = clip()


def header(output: str = "o", user: str = "u", seconds: float | None = 0.0, **more: Any) -> pb.VoiceHeader:
    """Builds a header; without seconds it states no time."""
    feedback = feedback_pb2.VoiceFeedback(output_id=output, user_id=user, source=feedback_pb2.FEEDBACK_SOURCE_API)
    if seconds is not None:
        feedback.client_time.CopyFrom(at(seconds))
    return pb.VoiceHeader(**{"request_id": name(), "feedback": feedback, **more})


def head(of: pb.VoiceHeader | None = None) -> pb.SubmitVoiceFeedbackRequest:
    """Returns the first part of an upload."""
    return pb.SubmitVoiceFeedbackRequest(header=of or header())


def chunk(data: bytes) -> pb.SubmitVoiceFeedbackRequest:
    """Returns a later part of an upload."""
    return pb.SubmitVoiceFeedbackRequest(chunk=data)


def parts(of: pb.VoiceHeader | None = None, audio: bytes = CLIP) -> Iterator[pb.SubmitVoiceFeedbackRequest]:
    """Yields an upload."""
    yield head(of)
    for start in range(0, len(audio), CHUNK_BYTES):
        yield chunk(audio[start : start + CHUNK_BYTES])


async def speak(
    service: Serving,
    of: pb.VoiceHeader | None = None,
    audio: bytes = CLIP,
    caller: grpc.aio.Metadata = CALLER,
) -> pb.SubmitVoiceFeedbackResponse:
    """Submits a recording."""
    return await service.stub.SubmitVoiceFeedback(parts(of, audio), metadata=caller, timeout=30)


def kept(folder: Path) -> dict[str, bytes]:
    """Returns all files below a folder by key, unfinished ones included."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


async def count(service: Serving, table: str = "voice_feedback") -> int:
    """Returns the rows of a table of intake."""
    return await service.number(f"SELECT count(*) FROM ingest.{table}")


async def until(condition: Callable[[], Any], seconds: float = 10.0) -> None:
    """Waits for a condition that nobody announces."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - files and counters tell nobody that they changed
            await asyncio.sleep(0.02)


def running() -> float:
    """Returns how many recordings this process receives now."""
    (metric,) = upload.RUNNING.collect()
    return float(metric.samples[0].value)


def waits_of(error: grpc.aio.AioRpcError) -> list[float]:
    """Returns after how many seconds the service says that the call may come again."""
    status = rpc_status.from_call(error)
    told = error_details_pb2.RetryInfo()
    details = status.details if status is not None else ()
    return [told.retry_delay.ToTimedelta().total_seconds() for each in details if each.Unpack(told)]
