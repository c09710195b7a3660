"""Uploads of recordings: validation, limits and cleanup."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from kit.objects import open_store
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.fixtures.conditions import wait_until
from tests.ingest.fixtures.field_cases import all_cases, names_field
from tests.ingest.fixtures.service import CALLER, IngestService, new_id, open_service, problems_of, reason_of
from tests.ingest.fixtures.voice import (
    CLIP,
    chunk_part,
    clip,
    count,
    header,
    header_part,
    parts,
    retry_delays_s,
    stored_objects,
    submit_voice,
    uploads_in_progress,
)
from tests.support.buckets import emptied, keys, running_buckets
from tests.support.suite import token

BYTES_MAX = 400_000
SILENCE_S, UPLOAD_S = 0.5, 2.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Returns the folder of recordings."""
    return tmp_path / "audio"


@pytest.fixture
async def ingest(database_url: str, redis_url: str, folder: Path) -> AsyncIterator[IngestService]:
    """Yields the running service with small limits."""
    limits = {
        "RADIANT_AUDIO_URL": str(folder),
        "RADIANT_AUDIO_BYTES_MAX": str(BYTES_MAX),
        "RADIANT_AUDIO_UPLOADS_MAX": "2",
        "RADIANT_AUDIO_CHUNK_SECONDS": str(SILENCE_S),
        "RADIANT_AUDIO_UPLOAD_SECONDS": str(UPLOAD_S),
    }
    async with open_service(database_url, redis_url, limits) as service:
        yield service


async def refusal(call: Any) -> grpc.aio.AioRpcError:
    """Returns the error of a call, which must fail."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value


async def assert_nothing_remains(service: IngestService, folder: Path) -> None:
    """Checks that no row, response, object or upload remains."""
    await wait_until(lambda: uploads_in_progress() == 0)
    assert (await count(service), await count(service, "requests"), stored_objects(folder)) == (0, 0, {})


TEXT = b"Dear service, this is no sound at all. " * 200
WRONG: dict[str, tuple[list[pb.SubmitVoiceFeedbackRequest], str, str]] = {
    "nothing": ([], "header", "INVALID_ARGUMENT"),
    "no header": ([chunk_part(CLIP)], "header", "INVALID_ARGUMENT"),
    "header late": ([chunk_part(CLIP), header_part()], "header", "INVALID_ARGUMENT"),
    "header twice": ([header_part(), chunk_part(CLIP), header_part()], "header", "INVALID_ARGUMENT"),
    "header twice at once": ([header_part(), header_part()], "header", "INVALID_ARGUMENT"),
    "no audio": ([header_part()], "chunk", "AUDIO_MISSING"),
    "empty audio": ([header_part(), chunk_part(b""), chunk_part(b"")], "chunk", "AUDIO_MISSING"),
    "a text": ([header_part(), chunk_part(TEXT)], "chunk", "AUDIO_FORMAT_UNKNOWN"),
    "a short text": ([header_part(), chunk_part(b"hello")], "chunk", "AUDIO_FORMAT_UNKNOWN"),
    "a text byte by byte": (
        [header_part(), *(chunk_part(bytes([each])) for each in b"hello")],
        "chunk",
        "AUDIO_FORMAT_UNKNOWN",
    ),
    "sound after a text": ([header_part(), chunk_part(TEXT), chunk_part(CLIP)], "chunk", "AUDIO_FORMAT_UNKNOWN"),
    "too much": (list(parts(audio=clip(13))), "chunk", "AUDIO_TOO_LARGE"),
    "a chunk too large": ([header_part(), chunk_part(clip(9))], "chunk", "INVALID_ARGUMENT"),
    "neither": ([header_part(), pb.SubmitVoiceFeedbackRequest()], "part", "INVALID_ARGUMENT"),
}


@pytest.mark.parametrize("what", WRONG)
async def test_invalid_upload_is_refused_by_part(ingest: IngestService, folder: Path, what: str) -> None:
    sent, field, reason = WRONG[what]
    error = await refusal(ingest.stub.SubmitVoiceFeedback(iter(sent), metadata=CALLER, timeout=10))
    assert (error.code(), problems_of(error), reason_of(error)) == (grpc.StatusCode.INVALID_ARGUMENT, [field], reason)
    await assert_nothing_remains(ingest, folder)


async def test_field_of_upload_header_is_validated(ingest: IngestService) -> None:
    wrong: list[str] = []
    seen: set[bool] = set()
    for case in all_cases(pb.VoiceHeader.DESCRIPTOR, "request_id"):
        sent: Any = case.request
        try:
            await submit_voice(ingest, sent, caller=token("acme", "admin"))
            right = case.good
        except grpc.aio.AioRpcError as error:
            named = names_field(problems_of(error), f"header.{case.path}")
            right = not case.good and error.code() is grpc.StatusCode.INVALID_ARGUMENT and named
        seen.add(case.good)
        if not right:
            wrong.append(case.report("is good" if case.good else "is bad"))
    assert wrong == []
    assert seen == {True, False}


@pytest.mark.parametrize(
    "before", [[], [header_part()], [header_part(), chunk_part(CLIP)]], ids=["at once", "header", "audio"]
)
async def test_upload_with_malformed_bytes_is_refused(ingest: IngestService, folder: Path, before: list[Any]) -> None:
    open_call: Any = ingest.channel.stream_unary("/radiant.ingest.v1.IngestService/SubmitVoiceFeedback")
    sent = [*(each.SerializeToString() for each in before), b"\xff\xff\xff"]
    error = await refusal(open_call(iter(sent), metadata=CALLER, timeout=10))
    assert (error.code(), reason_of(error)) == (grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED")
    await assert_nothing_remains(ingest, folder)


async def test_upload_of_maximum_size_in_uneven_chunks_is_stored(ingest: IngestService, folder: Path) -> None:
    whole = clip(12)[:BYTES_MAX].ljust(BYTES_MAX, b"\1")
    sent = [
        header_part(),
        *(chunk_part(bytes([each])) for each in whole[:50]),
        chunk_part(b""),
        chunk_part(whole[50:9000]),
    ]
    sent += [chunk_part(whole[start : start + 200_000]) for start in range(9000, BYTES_MAX, 200_000)]
    answer = await ingest.stub.SubmitVoiceFeedback(iter(sent), metadata=CALLER, timeout=10)
    assert answer.audio_bytes == BYTES_MAX
    assert list(stored_objects(folder).values()) == [whole]


async def test_upload_of_12_mib_is_stored(database_url: str, redis_url: str, folder: Path) -> None:
    async with open_service(database_url, redis_url, {"RADIANT_AUDIO_URL": folder.as_uri()}) as service:
        whole = clip(400, 0x1234)
        assert len(whole) > 12 * 1024 * 1024
        assert (await submit_voice(service, audio=whole)).audio_bytes == len(whole)
        assert list(stored_objects(folder).values()) == [whole]


async def test_uploads_to_bucket_are_stored(database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_buckets() as server:
        for variable, value in emptied(server, "recordings").items():
            monkeypatch.setenv(variable, value)
        async with open_service(database_url, redis_url, {"RADIANT_AUDIO_URL": "s3://recordings/eu"}) as service:
            short, long = clip(), clip(200)
            await submit_voice(service, header("short"), short)
            await submit_voice(service, header("long"), long)
            found = await service.rows("SELECT audio_key, output_id FROM ingest.voice_feedback")
            assert sorted(keys(server, "recordings")) == sorted(f"eu/{row['audio_key']}" for row in found)
            store = open_store("s3://recordings/eu")
            kept_as = {row["output_id"]: await store.get(row["audio_key"]) for row in found}
            assert kept_as == {"short": short, "long": long}


@pytest.mark.parametrize(
    "sent", [[], [header_part()], [header_part(), chunk_part(CLIP)]], ids=["nothing", "header", "audio"]
)
async def test_upload_without_messages_times_out(ingest: IngestService, folder: Path, sent: list[Any]) -> None:
    call = ingest.stub.SubmitVoiceFeedback(metadata=CALLER, timeout=10)
    for each in sent:
        await call.write(each)
    error = await refusal(call)
    assert (error.code(), reason_of(error)) == (grpc.StatusCode.DEADLINE_EXCEEDED, "UPLOAD_TOO_SLOW")
    await assert_nothing_remains(ingest, folder)


async def test_upload_without_end_times_out(ingest: IngestService, folder: Path) -> None:
    async def dripping() -> AsyncIterator[pb.SubmitVoiceFeedbackRequest]:
        yield header_part()
        for _ in range(100):
            yield chunk_part(CLIP)
            await asyncio.sleep(SILENCE_S / 4)

    error = await refusal(ingest.stub.SubmitVoiceFeedback(dripping(), metadata=CALLER, timeout=10))
    assert (error.code(), reason_of(error)) == (grpc.StatusCode.DEADLINE_EXCEEDED, "UPLOAD_TOO_SLOW")
    await assert_nothing_remains(ingest, folder)


async def test_cancelled_upload_is_discarded(ingest: IngestService, folder: Path) -> None:
    call = ingest.stub.SubmitVoiceFeedback(metadata=CALLER, timeout=10)
    for each in parts(audio=clip(5)):
        await call.write(each)
    await wait_until(lambda: uploads_in_progress() == 1)
    call.cancel()
    await assert_nothing_remains(ingest, folder)


async def test_uploads_above_limit_are_refused_with_retry_info(ingest: IngestService) -> None:
    calls = [ingest.stub.SubmitVoiceFeedback(metadata=CALLER, timeout=10) for _ in range(2)]
    for call in calls:
        await call.write(header_part(header(request_id=new_id())))
        await call.write(chunk_part(CLIP))
    await wait_until(lambda: uploads_in_progress() == 2)
    error = await refusal(submit_voice(ingest))
    assert (error.code(), reason_of(error)) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "UPLOADS_FULL")
    assert retry_delays_s(error) == [1.0]
    for call in calls:
        await call.done_writing()
        assert (await call).audio_bytes == len(CLIP)
    await submit_voice(ingest)
    assert await count(ingest) == 3


async def test_uploads_of_one_tenant_leave_slots_for_other_tenants(
    database_url: str, redis_url: str, folder: Path
) -> None:
    limits = {
        "RADIANT_AUDIO_URL": str(folder),
        "RADIANT_AUDIO_UPLOADS_MAX": "2",
        "RADIANT_AUDIO_UPLOADS_PER_TENANT_MAX": "1",
    }
    async with open_service(database_url, redis_url, limits) as service:
        held = service.stub.SubmitVoiceFeedback(metadata=CALLER, timeout=10)
        await held.write(header_part(header()))
        await wait_until(lambda: uploads_in_progress() == 1)
        error = await refusal(submit_voice(service, header(request_id=new_id())))
        assert (error.code(), reason_of(error)) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "UPLOADS_FULL")
        assert (await submit_voice(service, header(request_id=new_id()), caller=token("globex"))).audio_bytes
        held.cancel()
