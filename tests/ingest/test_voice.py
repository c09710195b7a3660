"""Spoken comments: durable with their audio, once each, seen by their own tenant alone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
import redis.asyncio

from ingest.notify.voice_jobs import STREAM
from ingest.settings import IngestSettings
from radiant.ingest.v1 import ingest_service_pb2 as pb
from radiant_client import Ingest, InvalidRequest, open_channel
from tests.ingest.serving import CALLER, Serving, at, environ_of, manifest, name, reason_of, serving, thumb
from tests.ingest.speaking import CLIP, clip, count, header, kept, speak, until, waits_of
from tests.support.suite import free_port, token

GLOBEX = token("globex")
LIMIT = 5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Gives the place of recordings."""
    return tmp_path / "audio"


@pytest.fixture
async def ingest(database_url: str, redis_url: str, folder: Path) -> AsyncIterator[Serving]:
    """Gives a running service that takes recordings."""
    async with serving(database_url, redis_url, {"RADIANT_AUDIO_URL": str(folder)}) as service:
        yield service


async def test_audio_row_and_answer(ingest: Serving, folder: Path) -> None:
    answer = await speak(ingest, header("o", "u", 3.5))
    (row,) = await ingest.rows("SELECT * FROM ingest.voice_feedback")
    assert (str(row["voice_id"]), row["audio_bytes"]) == (answer.voice_id, answer.audio_bytes)
    assert (row["tenant_id"], row["output_id"], row["user_id"], row["source"]) == ("acme", "o", "u", "api")
    assert (row["status"], row["attempts"], row["audio_format"], row["transcription"]) == ("pending", 0, "wav", None)
    assert row["created_at"] == at(3.5).ToDatetime(row["created_at"].tzinfo)
    assert row["audio_key"] == f"acme/{row['created_at']:%Y/%m/%d}/{answer.voice_id}"
    assert kept(folder) == {row["audio_key"]: CLIP}
    assert await count(ingest, "requests") == 1


@pytest.mark.parametrize("tenant", ["a.b_c-d", "Straße", "a/b", "a~2Fb", "..", "%2e%2e", "a b\t"])
async def test_a_key_is_a_tenant_s_own_whatever_its_name(ingest: Serving, folder: Path, tenant: str) -> None:
    await speak(ingest, caller=token(tenant))
    (key,) = kept(folder)
    assert re.fullmatch(r"[A-Za-z0-9._~-]+/2025/06/15/[0-9a-f-]{36}", key)
    (row,) = await ingest.rows("SELECT tenant_id, audio_key FROM ingest.voice_feedback")
    assert tuple(row) == (tenant, key)


async def test_a_word_goes_to_those_who_listen(ingest: Serving, redis_url: str) -> None:
    answers = [await speak(ingest, header(f"o{index}", seconds=index / 8)) for index in range(3)]
    async with redis.asyncio.Redis.from_url(redis_url, decode_responses=True) as client:
        async with asyncio.timeout(10):
            while await client.xlen(STREAM) < 3:  # noqa: ASYNC110 - words come after the answers
                await asyncio.sleep(0.02)
        entries: Any = await client.xrange(STREAM)
    rows = await ingest.rows("SELECT tenant_id, voice_id, created_at FROM ingest.voice_feedback")
    times = {str(row["voice_id"]): row["created_at"].isoformat() for row in rows}
    told = [(fields["tenant"], fields["voice_id"], fields["created_at"]) for _, fields in entries]
    assert told == [("acme", each.voice_id, times[each.voice_id]) for each in answers]


async def test_a_comment_without_a_time_has_that_of_receipt(ingest: Serving) -> None:
    await speak(ingest, header(seconds=None))
    query = "SELECT count(*) FROM ingest.voice_feedback WHERE created_at BETWEEN now() - interval '1 minute' AND now()"
    assert await ingest.number(query) == 1


HEARD = "UPDATE ingest.voice_feedback SET status = 'completed', sentiment = $1 WHERE output_id = $2"


async def test_what_was_heard_counts_until_it_is_withdrawn(ingest: Serving) -> None:
    await ingest.call("RecordManifest", manifest("o", conversation_id="c"))
    await speak(ingest, header("o", seconds=1))
    await speak(ingest, header("o", seconds=5))
    ask, talk = pb.GetFeedbackStatsRequest(output_id="o"), pb.GetConversationSummaryRequest(conversation_id="c")
    assert (await ingest.call("GetFeedbackStats", ask)).counts.voice == 0
    await ingest.rows(HEARD, -0.5, "o")
    stats, summary = await ingest.call("GetFeedbackStats", ask), await ingest.call("GetConversationSummary", talk)
    assert (stats.counts.voice, stats.counts.users, stats.mean_score) == (1, 1, -0.5)
    assert (summary.counts.voice, summary.outputs[0].counts.voice, summary.mean_score) == (1, 1, -0.5)
    for seconds, withdrawn, left in ((2, 1, 1), (2, 0, 1), (9, 1, 0)):
        back = pb.RetractFeedbackRequest(request_id=name(), output_id="o", user_id="u", client_time=at(seconds))
        assert (await ingest.call("RetractFeedback", back)).voice_retracted == withdrawn
        assert (await ingest.call("GetFeedbackStats", ask)).counts.voice == left
    await speak(ingest, header("o", seconds=10))
    await ingest.rows(HEARD, 1.0, "o")
    assert (await ingest.call("GetFeedbackStats", ask)).mean_score == 1.0


async def test_other_tenants_see_nothing_and_withdraw_nothing(ingest: Serving, folder: Path) -> None:
    shared = header()
    mine, theirs = await speak(ingest, shared), await speak(ingest, shared, clip(value=2), GLOBEX)
    assert mine.voice_id != theirs.voice_id
    assert sorted(key.partition("/")[0] for key in kept(folder)) == ["acme", "globex"]
    await ingest.rows(HEARD, 0.5, "o")
    back = pb.RetractFeedbackRequest(request_id=name(), output_id="o", user_id="u")
    assert (await ingest.call("RetractFeedback", back, token("initech"))).voice_retracted == 0
    assert (await ingest.call("RetractFeedback", back, GLOBEX)).voice_retracted == 1
    ask = pb.GetFeedbackStatsRequest(output_id="o")
    assert (await ingest.call("GetFeedbackStats", ask)).counts.voice == 1
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await ingest.call("GetFeedbackStats", ask, token("initech"))
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND


async def test_a_widget_offers_to_speak(ingest: Serving) -> None:
    assert (await ingest.call("GetWidgetConfig", pb.GetWidgetConfigRequest())).voice_enabled


async def outcome(service: Serving, user: str, output: str, spoken: bool) -> str:
    """Says something as a user; returns "ok" or the reason of the refusal."""
    try:
        if spoken:
            await speak(service, header(output, user, seconds=None))
        else:
            await service.call("SubmitExplicitFeedback", thumb(output, user=user))
    except grpc.aio.AioRpcError as refusal:
        in_time = [0 < wait <= 3600 for wait in waits_of(refusal)] == [True]
        told = in_time and refusal.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        return reason_of(refusal) if told else str(refusal)
    return "ok"


@pytest.mark.parametrize("away", [False, True], ids=["counted by Redis", "counted by rows"])
async def test_votes_and_comments_share_an_hour(database_url: str, redis_url: str, folder: Path, away: bool) -> None:
    extra = {"RADIANT_AUDIO_URL": str(folder), "RADIANT_EXPLICIT_PER_USER_HOUR": str(LIMIT)}
    address = f"redis://127.0.0.1:{free_port()}/0" if away else redis_url
    async with serving(database_url, address, extra) as service:
        at_once = [outcome(service, "u", f"o{number}", spoken=number % 2 == 0) for number in range(LIMIT + 3)]
        assert sorted(await asyncio.gather(*at_once)) == ["USER_PACE"] * 3 + ["ok"] * LIMIT
        assert [await outcome(service, "u", "more", spoken) for spoken in (True, False)] == ["USER_PACE"] * 2
        assert await outcome(service, "other", "o", spoken=True) == "ok"
        assert len(kept(folder)) == await count(service)
        said = await count(service, "explicit_feedback") + await count(service)
        assert said == LIMIT + 1


async def test_a_repeat_gets_its_answer_however_much_was_said(database_url: str, redis_url: str, folder: Path) -> None:
    extra = {"RADIANT_AUDIO_URL": str(folder), "RADIANT_EXPLICIT_PER_USER_HOUR": "1"}
    async with serving(database_url, redis_url, extra) as service:
        first = header()
        answer = await speak(service, first)
        assert await outcome(service, "u", "o", spoken=True) == "USER_PACE"
        assert await speak(service, first) == answer
        await until(lambda: len(kept(folder)) == 1)


def test_settings_are_the_documented_ones() -> None:
    settings = IngestSettings.from_env(environ_of("postgresql://u@h/d", ""))
    assert (settings.audio_url, settings.uploads.bytes_max, settings.uploads.at_once) == ("", 25 * 1024 * 1024, 32)
    times = settings.uploads.upload_timeout, settings.uploads.chunk_timeout
    assert [each.total_seconds() for each in times] == [120, 15]


async def test_the_client_speaks_to_the_service(ingest: Serving, folder: Path) -> None:
    connection = open_channel(ingest.address, str(dict(CALLER)["authorization"]).removeprefix("Bearer "))
    try:
        whole = clip(30)
        answer = await Ingest(connection).submit_voice_feedback("o", "u", whole)
        assert (answer.audio_bytes, list(kept(folder).values())) == (len(whole), [whole])
        with pytest.raises(InvalidRequest, match="known format"):
            await Ingest(connection).submit_voice_feedback("o", "u", b"no sound" * 500_000)
    finally:
        await connection.close()


async def test_experts_may_speak(ingest: Serving) -> None:
    await speak(ingest, caller=token("acme", "expert"))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await speak(ingest, header(tenant_id="globex"), caller=CALLER)
    assert (caught.value.code(), reason_of(caught.value)) == (grpc.StatusCode.PERMISSION_DENIED, "TENANT_MISMATCH")
    assert await count(ingest) == 1
