"""What is no recording is refused by the part that is wrong, and leaves nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from kit.objects import open_store
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.serving import CALLER, Serving, name, problems_of, reason_of, serving
from tests.ingest.speaking import CLIP, chunk, clip, count, head, header, kept, parts, running, speak, until, waits_of
from tests.ingest.test_bad_input import all_cases, names_field
from tests.support.buckets import emptied, keys, running_buckets
from tests.support.suite import token

BYTES_MAX = 400_000
SILENCE_S, UPLOAD_S = 0.5, 2.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Gives the place of recordings."""
    return tmp_path / "audio"


@pytest.fixture
async def ingest(database_url: str, redis_url: str, folder: Path) -> AsyncIterator[Serving]:
    """Gives a running service with small limits."""
    limits = {
        "RADIANT_AUDIO_URL": str(folder),
        "RADIANT_AUDIO_BYTES_MAX": str(BYTES_MAX),
        "RADIANT_AUDIO_UPLOADS_MAX": "2",
        "RADIANT_AUDIO_CHUNK_SECONDS": str(SILENCE_S),
        "RADIANT_AUDIO_UPLOAD_SECONDS": str(UPLOAD_S),
    }
    async with serving(database_url, redis_url, limits) as service:
        yield service


async def refusal(call: Any) -> grpc.aio.AioRpcError:
    """Returns the error of a call that must have one."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value


async def nothing_is_left(service: Serving, folder: Path) -> None:
    """Checks that there is neither row nor answer nor object nor upload."""
    await until(lambda: running() == 0)
    assert (await count(service), await count(service, "requests"), kept(folder)) == (0, 0, {})


TEXT = b"Dear service, this is no sound at all. " * 200
WRONG: dict[str, tuple[list[pb.SubmitVoiceFeedbackRequest], str, str]] = {
    "nothing": ([], "header", "INVALID_ARGUMENT"),
    "no header": ([chunk(CLIP)], "header", "INVALID_ARGUMENT"),
    "header late": ([chunk(CLIP), head()], "header", "INVALID_ARGUMENT"),
    "header twice": ([head(), chunk(CLIP), head()], "header", "INVALID_ARGUMENT"),
    "header twice at once": ([head(), head()], "header", "INVALID_ARGUMENT"),
    "no audio": ([head()], "chunk", "AUDIO_MISSING"),
    "empty audio": ([head(), chunk(b""), chunk(b"")], "chunk", "AUDIO_MISSING"),
    "a text": ([head(), chunk(TEXT)], "chunk", "AUDIO_FORMAT_UNKNOWN"),
    "a short text": ([head(), chunk(b"hello")], "chunk", "AUDIO_FORMAT_UNKNOWN"),
    "a text byte by byte": ([head(), *(chunk(bytes([each])) for each in b"hello")], "chunk", "AUDIO_FORMAT_UNKNOWN"),
    "sound after a text": ([head(), chunk(TEXT), chunk(CLIP)], "chunk", "AUDIO_FORMAT_UNKNOWN"),
    "too much": (list(parts(audio=clip(13))), "chunk", "AUDIO_TOO_LARGE"),
    "a chunk too large": ([head(), chunk(clip(9))], "chunk", "INVALID_ARGUMENT"),
    "neither": ([head(), pb.SubmitVoiceFeedbackRequest()], "part", "INVALID_ARGUMENT"),
}


@pytest.mark.parametrize("what", WRONG)
async def test_a_wrong_upload_names_its_part(ingest: Serving, folder: Path, what: str) -> None:
    sent, field, reason = WRONG[what]
    error = await refusal(ingest.stub.SubmitVoiceFeedback(iter(sent), metadata=CALLER, timeout=10))
    assert (error.code(), problems_of(error), reason_of(error)) == (grpc.StatusCode.INVALID_ARGUMENT, [field], reason)
    await nothing_is_left(ingest, folder)


async def test_each_field_of_a_header(ingest: Serving) -> None:
    wrong: list[str] = []
    seen: set[bool] = set()
    for case in all_cases(pb.VoiceHeader.DESCRIPTOR, "request_id"):
        sent: Any = case.request
        try:
            await speak(ingest, sent, caller=token("acme", "admin"))
            right = case.good
        except grpc.aio.AioRpcError as error:
            named = names_field(problems_of(error), f"header.{case.path}")
            right = not case.good and error.code() is grpc.StatusCode.INVALID_ARGUMENT and named
        seen.add(case.good)
        if not right:
            wrong.append(case.says("is good" if case.good else "is bad"))
    assert wrong == []
    assert seen == {True, False}


@pytest.mark.parametrize("before", [[], [head()], [head(), chunk(CLIP)]], ids=["at once", "header", "audio"])
async def test_bytes_that_are_no_part(ingest: Serving, folder: Path, before: list[Any]) -> None:
    open_call: Any = ingest.channel.stream_unary("/radiant.ingest.v1.IngestService/SubmitVoiceFeedback")
    sent = [*(each.SerializeToString() for each in before), b"\xff\xff\xff"]
    error = await refusal(open_call(iter(sent), metadata=CALLER, timeout=10))
    assert (error.code(), reason_of(error)) == (grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED")
    await nothing_is_left(ingest, folder)


async def test_as_much_as_is_allowed_in_any_pieces(ingest: Serving, folder: Path) -> None:
    whole = clip(12)[:BYTES_MAX].ljust(BYTES_MAX, b"\1")
    sent = [head(), *(chunk(bytes([each])) for each in whole[:50]), chunk(b""), *map(chunk, (whole[50:9000],))]
    sent += [chunk(whole[start : start + 200_000]) for start in range(9000, BYTES_MAX, 200_000)]
    answer = await ingest.stub.SubmitVoiceFeedback(iter(sent), metadata=CALLER, timeout=10)
    assert answer.audio_bytes == BYTES_MAX
    assert list(kept(folder).values()) == [whole]


async def test_long_recordings_are_kept_whole(database_url: str, redis_url: str, folder: Path) -> None:
    async with serving(database_url, redis_url, {"RADIANT_AUDIO_URL": folder.as_uri()}) as service:
        whole = clip(400, 0x1234)
        assert len(whole) > 12 * 1024 * 1024
        assert (await speak(service, audio=whole)).audio_bytes == len(whole)
        assert list(kept(folder).values()) == [whole]


async def test_recordings_go_to_a_bucket(database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_buckets() as server:
        for variable, value in emptied(server, "recordings").items():
            monkeypatch.setenv(variable, value)
        async with serving(database_url, redis_url, {"RADIANT_AUDIO_URL": "s3://recordings/eu"}) as service:
            short, long = clip(), clip(200)
            await speak(service, header("short"), short)
            await speak(service, header("long"), long)
            found = await service.rows("SELECT audio_key, output_id FROM ingest.voice_feedback")
            assert sorted(keys(server, "recordings")) == sorted(f"eu/{row['audio_key']}" for row in found)
            store = open_store("s3://recordings/eu")
            kept_as = {row["output_id"]: await store.get(row["audio_key"]) for row in found}
            assert kept_as == {"short": short, "long": long}


@pytest.mark.parametrize("sent", [[], [head()], [head(), chunk(CLIP)]], ids=["nothing", "header", "audio"])
async def test_a_silent_sender_is_cut_off(ingest: Serving, folder: Path, sent: list[Any]) -> None:
    call = ingest.stub.SubmitVoiceFeedback(metadata=CALLER, timeout=10)
    for each in sent:
        await call.write(each)
    error = await refusal(call)
    assert (error.code(), reason_of(error)) == (grpc.StatusCode.DEADLINE_EXCEEDED, "UPLOAD_TOO_SLOW")
    await nothing_is_left(ingest, folder)


async def test_a_sender_that_never_ends_is_cut_off(ingest: Serving, folder: Path) -> None:
    async def dripping() -> AsyncIterator[pb.SubmitVoiceFeedbackRequest]:
        yield head()
        for _ in range(100):
            yield chunk(CLIP)
            await asyncio.sleep(SILENCE_S / 4)

    error = await refusal(ingest.stub.SubmitVoiceFeedback(dripping(), metadata=CALLER, timeout=10))
    assert (error.code(), reason_of(error)) == (grpc.StatusCode.DEADLINE_EXCEEDED, "UPLOAD_TOO_SLOW")
    await nothing_is_left(ingest, folder)


async def test_a_cancelled_upload_leaves_nothing(ingest: Serving, folder: Path) -> None:
    call = ingest.stub.SubmitVoiceFeedback(metadata=CALLER, timeout=10)
    for each in parts(audio=clip(5)):
        await call.write(each)
    await until(lambda: running() == 1)
    call.cancel()
    await nothing_is_left(ingest, folder)


async def test_too_many_at_once_are_told_when_to_come_back(ingest: Serving) -> None:
    calls = [ingest.stub.SubmitVoiceFeedback(metadata=CALLER, timeout=10) for _ in range(2)]
    for call in calls:
        await call.write(head(header(request_id=name())))
        await call.write(chunk(CLIP))
    await until(lambda: running() == 2)
    error = await refusal(speak(ingest))
    assert (error.code(), reason_of(error)) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "UPLOADS_FULL")
    assert waits_of(error) == [1.0]
    for call in calls:
        await call.done_writing()
        assert (await call).audio_bytes == len(CLIP)
    await speak(ingest)
    assert await count(ingest) == 3
