"""Voice feedback: stored with its audio, counted once, visible to its own tenant only."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
import redis.asyncio

from cli.embedded.process import free_port
from ingest.settings import IngestSettings
from kit.channels import VOICE_JOBS
from radiant.ingest.v1 import ingest_service_pb2 as pb
from radiant_client import Ingest, InvalidRequest, open_channel
from tests.ingest.fixtures.conditions import wait_until
from tests.ingest.fixtures.service import (
    CALLER,
    IngestService,
    environ_of,
    manifest,
    new_id,
    open_service,
    reason_of,
    thumb,
    time_at,
)
from tests.ingest.fixtures.voice import (
    CLIP,
    clip,
    count,
    header,
    retry_delays_s,
    stored_objects,
    submit_voice,
)
from tests.support.suite import token

GLOBEX = token("globex")
LIMIT = 5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Returns the folder of recordings."""
    return tmp_path / "audio"


@pytest.fixture
async def ingest(database_url: str, redis_url: str, folder: Path) -> AsyncIterator[IngestService]:
    """Yields the running service with voice feedback."""
    async with open_service(database_url, redis_url, {"RADIANT_AUDIO_URL": str(folder)}) as service:
        yield service


async def test_voice_comment_is_stored_with_audio(ingest: IngestService, folder: Path) -> None:
    answer = await submit_voice(ingest, header("o", "u", 3.5))
    (row,) = await ingest.rows("SELECT * FROM ingest.voice_feedback")
    assert (str(row["voice_id"]), row["audio_bytes"]) == (answer.voice_id, answer.audio_bytes)
    assert (row["tenant_id"], row["output_id"], row["user_id"], row["source"]) == ("acme", "o", "u", "api")
    assert (row["status"], row["attempts"], row["audio_format"], row["transcription"]) == ("pending", 0, "wav", None)
    assert row["created_at"] == time_at(3.5).ToDatetime(row["created_at"].tzinfo)
    assert row["audio_key"] == f"acme/{row['created_at']:%Y/%m/%d}/{answer.voice_id}"
    assert stored_objects(folder) == {row["audio_key"]: CLIP}
    assert await count(ingest, "requests") == 1


@pytest.mark.parametrize("tenant", ["a.b_c-d", "Straße", "a/b", "a~2Fb", "..", "%2e%2e", "a b\t"])
async def test_audio_key_with_special_tenant_name_is_valid(ingest: IngestService, folder: Path, tenant: str) -> None:
    await submit_voice(ingest, caller=token(tenant))
    (key,) = stored_objects(folder)
    assert re.fullmatch(r"[A-Za-z0-9._~-]+/2025/06/15/[0-9a-f-]{36}", key)
    (row,) = await ingest.rows("SELECT tenant_id, audio_key FROM ingest.voice_feedback")
    assert tuple(row) == (tenant, key)


async def test_voice_comments_are_published_on_stream(ingest: IngestService, redis_url: str) -> None:
    answers = [await submit_voice(ingest, header(f"o{index}", seconds=index / 8)) for index in range(3)]
    async with redis.asyncio.Redis.from_url(redis_url, decode_responses=True) as client:

        async def has_all_entries() -> bool:
            return bool(await client.xlen(VOICE_JOBS) == 3)

        await wait_until(has_all_entries)
        entries: Any = await client.xrange(VOICE_JOBS)
    rows = await ingest.rows("SELECT tenant_id, voice_id, created_at FROM ingest.voice_feedback")
    times = {str(row["voice_id"]): row["created_at"].isoformat() for row in rows}
    told = [(fields["tenant"], fields["voice_id"], fields["created_at"]) for _, fields in entries]
    assert told == [("acme", each.voice_id, times[each.voice_id]) for each in answers]


async def test_voice_comment_without_time_has_time_of_receipt(ingest: IngestService) -> None:
    await submit_voice(ingest, header(seconds=None))
    query = "SELECT count(*) FROM ingest.voice_feedback WHERE created_at BETWEEN now() - interval '1 minute' AND now()"
    assert await ingest.number(query) == 1


HEARD = "UPDATE ingest.voice_feedback SET status = 'completed', sentiment = $1 WHERE output_id = $2"


async def test_transcribed_comment_counts_until_retraction(ingest: IngestService) -> None:
    await ingest.call("RecordManifest", manifest("o", conversation_id="c"))
    await submit_voice(ingest, header("o", seconds=1))
    await submit_voice(ingest, header("o", seconds=5))
    ask, talk = pb.GetFeedbackStatsRequest(output_id="o"), pb.GetConversationSummaryRequest(conversation_id="c")
    assert (await ingest.call("GetFeedbackStats", ask)).counts.voice == 0
    await ingest.rows(HEARD, -0.5, "o")
    stats, summary = await ingest.call("GetFeedbackStats", ask), await ingest.call("GetConversationSummary", talk)
    assert (stats.counts.voice, stats.counts.users, stats.mean_score) == (1, 1, -0.5)
    assert (summary.counts.voice, summary.outputs[0].counts.voice, summary.mean_score) == (1, 1, -0.5)
    for seconds, withdrawn, left in ((2, 1, 1), (2, 0, 1), (9, 1, 0)):
        back = pb.RetractFeedbackRequest(request_id=new_id(), output_id="o", user_id="u", client_time=time_at(seconds))
        assert (await ingest.call("RetractFeedback", back)).voice_retracted == withdrawn
        assert (await ingest.call("GetFeedbackStats", ask)).counts.voice == left
    await submit_voice(ingest, header("o", seconds=10))
    await ingest.rows(HEARD, 1.0, "o")
    assert (await ingest.call("GetFeedbackStats", ask)).mean_score == 1.0


async def test_voice_comment_of_other_tenant_is_invisible(ingest: IngestService, folder: Path) -> None:
    shared = header()
    mine, theirs = await submit_voice(ingest, shared), await submit_voice(ingest, shared, clip(value=2), GLOBEX)
    assert mine.voice_id != theirs.voice_id
    assert sorted(key.partition("/")[0] for key in stored_objects(folder)) == ["acme", "globex"]
    await ingest.rows(HEARD, 0.5, "o")
    back = pb.RetractFeedbackRequest(request_id=new_id(), output_id="o", user_id="u")
    assert (await ingest.call("RetractFeedback", back, token("initech"))).voice_retracted == 0
    assert (await ingest.call("RetractFeedback", back, GLOBEX)).voice_retracted == 1
    ask = pb.GetFeedbackStatsRequest(output_id="o")
    assert (await ingest.call("GetFeedbackStats", ask)).counts.voice == 1
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await ingest.call("GetFeedbackStats", ask, token("initech"))
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND


async def test_widget_with_audio_url_enables_voice(ingest: IngestService) -> None:
    assert (await ingest.call("GetWidgetConfig", pb.GetWidgetConfigRequest())).voice_enabled


async def outcome(service: IngestService, user: str, output: str, spoken: bool) -> str:
    """Submits a vote or a voice comment of a user; returns "ok" or the reason of the refusal."""
    try:
        if spoken:
            await submit_voice(service, header(output, user, seconds=None))
        else:
            await service.call("SubmitExplicitFeedback", thumb(output, user=user))
    except grpc.aio.AioRpcError as refusal:
        in_time = [0 < wait <= 3600 for wait in retry_delays_s(refusal)] == [True]
        told = in_time and refusal.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        return reason_of(refusal) if told else str(refusal)
    return "ok"


@pytest.mark.parametrize("away", [False, True], ids=["counted by Redis", "counted by rows"])
async def test_votes_and_voice_comments_share_rate_limit(
    database_url: str, redis_url: str, folder: Path, away: bool
) -> None:
    extra = {"RADIANT_AUDIO_URL": str(folder), "RADIANT_EXPLICIT_PER_USER_HOUR": str(LIMIT)}
    address = f"redis://127.0.0.1:{free_port()}/0" if away else redis_url
    async with open_service(database_url, address, extra) as service:
        at_once = [outcome(service, "u", f"o{number}", spoken=number % 2 == 0) for number in range(LIMIT + 3)]
        assert sorted(await asyncio.gather(*at_once)) == ["USER_PACE"] * 3 + ["ok"] * LIMIT
        assert [await outcome(service, "u", "more", spoken) for spoken in (True, False)] == ["USER_PACE"] * 2
        assert await outcome(service, "other", "o", spoken=True) == "ok"
        assert len(stored_objects(folder)) == await count(service)
        said = await count(service, "explicit_feedback") + await count(service)
        assert said == LIMIT + 1


async def test_voice_repeat_above_rate_limit_gets_response(database_url: str, redis_url: str, folder: Path) -> None:
    extra = {"RADIANT_AUDIO_URL": str(folder), "RADIANT_EXPLICIT_PER_USER_HOUR": "1"}
    async with open_service(database_url, redis_url, extra) as service:
        first = header()
        answer = await submit_voice(service, first)
        assert await outcome(service, "u", "o", spoken=True) == "USER_PACE"
        assert await submit_voice(service, first) == answer
        await wait_until(lambda: len(stored_objects(folder)) == 1)


def test_upload_settings_have_documented_defaults() -> None:
    settings = IngestSettings.from_env(environ_of("postgresql://u@h/d", ""))
    assert (settings.audio_url, settings.uploads.bytes_max, settings.uploads.concurrent_max) == (
        "",
        25 * 1024 * 1024,
        32,
    )
    times = settings.uploads.upload_timeout, settings.uploads.chunk_timeout
    assert [each.total_seconds() for each in times] == [120, 15]


async def test_client_library_submits_voice_feedback(ingest: IngestService, folder: Path) -> None:
    connection = open_channel(ingest.address, str(dict(CALLER)["authorization"]).removeprefix("Bearer "))
    try:
        whole = clip(30)
        answer = await Ingest(connection).submit_voice_feedback("o", "u", whole)
        assert (answer.audio_bytes, list(stored_objects(folder).values())) == (len(whole), [whole])
        with pytest.raises(InvalidRequest, match="known format"):
            await Ingest(connection).submit_voice_feedback("o", "u", b"no sound" * 500_000)
    finally:
        await connection.close()


async def test_voice_by_expert_is_accepted_for_own_tenant(ingest: IngestService) -> None:
    await submit_voice(ingest, caller=token("acme", "expert"))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await submit_voice(ingest, header(tenant_id="globex"), caller=CALLER)
    assert (caught.value.code(), reason_of(caught.value)) == (grpc.StatusCode.PERMISSION_DENIED, "TENANT_MISMATCH")
    assert await count(ingest) == 1
