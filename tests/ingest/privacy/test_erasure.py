"""Erasure and export of a user."""

from __future__ import annotations

import asyncio
import hashlib
import time
from pathlib import Path
from typing import Any

import asyncpg
import grpc
import pytest

from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.fixtures.conditions import wait_until
from tests.ingest.fixtures.service import (
    IngestService,
    batch,
    manifest,
    new_id,
    open_service,
    reason_of,
    signal,
    thumb,
    vote,
)
from tests.ingest.fixtures.voice import header, parts
from tests.support.servers import url_as
from tests.support.suite import token

ADMIN = token("acme", "admin")
OTHER = token("globex")
GONE = "gone-with-the-wind"
TABLES = ("outputs", "execution_manifests", "explicit_feedback", "implicit_signals", "voice_feedback", "retractions")


async def forget(
    ingest: IngestService, user: str = GONE, caller: Any = ADMIN, request_id: str = ""
) -> pb.ForgetUserResponse:
    """Erases a user."""
    request = pb.ForgetUserRequest(request_id=request_id or new_id(), user_id=user)
    answer: pb.ForgetUserResponse = await ingest.stub.ForgetUser(request, metadata=caller, timeout=30)
    return answer


async def erasures(ingest: IngestService, size: int = 50) -> list[pb.Erasure]:
    """Returns all erasures, page by page."""
    found: list[pb.Erasure] = []
    page = ""
    while True:
        request = pb.ListErasuresRequest(page_size=size, page_token=page)
        answer = await ingest.stub.ListErasures(request, metadata=ADMIN, timeout=10)
        found += answer.erasures
        page = answer.next_page_token
        if not page:
            return found


async def held(ingest: IngestService, tenant: str = "acme") -> dict[str, int]:
    """Returns the number of rows of a tenant by table."""
    count = "SELECT count(*) FROM ingest.{} WHERE tenant_id = $1"
    return {table: await ingest.number(count.format(table), tenant) for table in TABLES}


def own(output: str, user: str = GONE) -> pb.RecordManifestRequest:
    """Returns a manifest of an output that was made for a user."""
    request = manifest(output)
    request.manifest.user_id = user
    return request


async def fill(ingest: IngestService, caller: Any) -> None:
    """Submits feedback of two users on outputs of both."""
    for output, user in (("mine", GONE), ("theirs", "bob")):
        await ingest.call("RecordManifest", own(output, user), caller)
        for rater in (GONE, "bob"):
            await ingest.call("SubmitExplicitFeedback", thumb(output, user=rater, comment="fine"), caller)
            await ingest.call("BatchSubmitImplicitSignals", batch([signal(output, user=rater)] * 2), caller)
            await ingest.stub.SubmitVoiceFeedback(parts(header(output, user=rater)), metadata=caller, timeout=10)
    await ingest.call(
        "RetractFeedback", pb.RetractFeedbackRequest(request_id=new_id(), output_id="mine", user_id="bob"), caller
    )


@pytest.fixture
async def voice_service(database_url: str, redis_url: str, tmp_path: Path) -> Any:
    """Yields the running service with voice feedback, and the folder of its recordings."""
    async with open_service(database_url, redis_url, {"RADIANT_AUDIO_URL": str(tmp_path)}) as service:
        yield service, tmp_path


def objects(folder: Path) -> list[Path]:
    """Returns the files below a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


async def wait_for_lock_waiters(ingest: IngestService, count: int) -> None:
    """Waits until a number of connections waits for advisory locks."""
    query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"

    async def has_waiters() -> bool:
        return await ingest.number(query) == count

    await wait_until(has_waiters)


async def test_erase_deletes_rows_and_recordings_of_user_only(voice_service: tuple[IngestService, Path]) -> None:
    ingest, folder = voice_service
    for caller in (token("acme"), OTHER):
        await fill(ingest, caller)
    other = await held(ingest, "globex")
    await ingest.rows("DELETE FROM ingest.learn_queue")
    answer = await forget(ingest)
    assert await held(ingest) == dict.fromkeys(TABLES, 0) | {
        "outputs": 1, "execution_manifests": 1, "explicit_feedback": 1, "implicit_signals": 1, "voice_feedback": 1
    }  # fmt: skip
    assert await held(ingest, "globex") == other
    assert answer.rows_erased == 2 + 3 + 3 + 3 + 1
    queued = await ingest.rows("SELECT output_id, user_id FROM ingest.learn_queue ORDER BY 1, 2")
    assert [tuple(row) for row in queued] == [("mine", "bob"), ("mine", GONE), ("theirs", GONE)]
    await wait_until(lambda: len(objects(folder)) == 5)
    assert [path for path in objects(folder) if "globex" in str(path)] == objects(folder)[1:]


async def test_erase_repeated_returns_first_response(ingest: IngestService) -> None:
    await ingest.call("SubmitExplicitFeedback", thumb("o", user=GONE))
    again = new_id()
    first = await forget(ingest, request_id=again)
    await ingest.call("SubmitExplicitFeedback", thumb("p", user=GONE))
    assert await forget(ingest, request_id=again) == first
    assert await ingest.number("SELECT count(*) FROM ingest.explicit_feedback") == 1
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await forget(ingest, "somebody-else", request_id=again)
    assert reason_of(refused.value) == "REQUEST_ID_REUSED"
    (entry,) = await ingest.rows("SELECT service, actor, action, target, detail::text FROM ingest.audit_log")
    digest = hashlib.sha256(f"acme/{GONE}".encode()).hexdigest()
    assert tuple(entry) == ("ingest", "test", "user.forget", digest, "{}")


async def test_write_repeated_after_erasure_is_not_stored_again(ingest: IngestService) -> None:
    request = thumb("o", user=GONE)
    first = await ingest.call("SubmitExplicitFeedback", request)
    await forget(ingest)
    assert await ingest.call("SubmitExplicitFeedback", request) == first
    assert await ingest.number("SELECT count(*) FROM ingest.explicit_feedback") == 0


async def test_list_erasures_shows_pending_and_completed_parts(ingest: IngestService) -> None:
    ids = [(await forget(ingest, f"user-{number}")).erasure_id for number in range(5)]
    listed = await erasures(ingest, size=2)
    assert [each.erasure_id for each in listed] == ids[::-1]
    assert {each.user_id for each in listed} == {f"user-{number}" for number in range(5)}
    assert set(listed[0].parts_pending) >= {"learning", "decisions", "experiments"}
    for role, parts_ in (("radiant_neural", ("learning", "decisions")), ("radiant_experiments", ("experiments",))):
        connection = await asyncpg.connect(url_as(role, ingest.database_url))
        await connection.execute(f"SET ROLE radiant_{'learner' if 'neural' in role else 'experimenter'}")
        for part in parts_ * 2:
            await connection.execute("SELECT ingest_api_v1.erasure_done('acme', $1, $2)", ids[0], part)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("SELECT ingest_api_v1.erasure_done('acme', $1, 'recordings')", ids[0])
        await connection.close()

    async def is_complete() -> bool:
        return any(each.HasField("complete_time") for each in await erasures(ingest) if each.erasure_id == ids[0])

    await wait_until(is_complete)
    (ended,) = [each for each in await erasures(ingest) if each.erasure_id == ids[0]]
    assert (ended.user_id, list(ended.parts_pending)) == ("", [])
    assert ended.user_digest == hashlib.sha256(b"acme/user-0").hexdigest()
    assert await ingest.number("SELECT count(*) FROM ingest.erasures t WHERE t::text LIKE '%user-0%'") == 0


@pytest.mark.parametrize("role", ["service", "expert"])
async def test_erase_by_other_roles_is_denied(ingest: IngestService, role: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await forget(ingest, caller=token("acme", role))
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_erase_waits_for_running_write_of_user(ingest: IngestService) -> None:
    writer = await asyncpg.connect(url_as("radiant_ingest", ingest.database_url))
    running = writer.transaction()
    await running.start()
    await writer.execute(
        "SELECT set_config('app.current_tenant_id', 'acme', true), ingest.hold_users('acme', $1)", [GONE]
    )
    retract = "INSERT INTO ingest.retractions (tenant_id, output_id, user_id) VALUES ('acme', $1, $2)"
    await writer.execute(retract, "a", GONE)
    erasing = asyncio.create_task(forget(ingest))
    await wait_for_lock_waiters(ingest, 1)
    await ingest.call("SubmitExplicitFeedback", thumb("o", user="bob"))  # other users are not blocked
    assert not erasing.done()
    after = asyncio.create_task(
        ingest.call("SubmitExplicitFeedback", thumb("o", user=GONE))
    )  # stored after the erasure
    await wait_for_lock_waiters(ingest, 2)
    await writer.execute(retract, "b", GONE)
    await running.commit()
    await writer.close()
    assert (await erasing).rows_erased == 2
    await after
    rows = await ingest.rows("SELECT user_id FROM ingest.explicit_feedback ORDER BY 1")
    assert [row["user_id"] for row in rows] == ["bob", GONE]


async def test_write_of_many_users_waits_for_erasure(ingest: IngestService) -> None:
    holder = await asyncpg.connect(ingest.database_url)
    running = holder.transaction()
    await running.start()
    await holder.execute("SELECT pg_advisory_xact_lock(72008, hashtext('acme/'))")  # as an erasure does
    many = batch(signal("o", user=f"user-{number}") for number in range(70))
    writing = asyncio.create_task(ingest.call("BatchSubmitImplicitSignals", many))
    await wait_for_lock_waiters(ingest, 1)
    assert not writing.done()
    await ingest.call("BatchSubmitImplicitSignals", batch(signal("o", user=f"user-{number}") for number in range(60)))
    await running.commit()
    await holder.close()
    await writing


async def test_erase_during_batches_leaves_no_partial_batch(ingest: IngestService) -> None:
    async def said(number: int) -> None:
        async def batches() -> Any:
            for part in range(15):
                output = f"{number}-{part}"
                yield pb.StreamSignalsRequest(
                    batch_id=new_id(), feedback=[vote(output, user=GONE)], signals=[signal(output, user=GONE)]
                )

        async for _ in ingest.stub.StreamSignals(batches(), metadata=token("acme"), timeout=30):
            pass

    speaking = [asyncio.create_task(said(number)) for number in range(8)]
    erased = 0
    while not all(task.done() for task in speaking):
        erased += (await forget(ingest)).rows_erased
    await asyncio.gather(*speaking)
    halves = await ingest.number(
        "SELECT count(*) FROM ingest.explicit_feedback FULL JOIN ingest.implicit_signals"
        " USING (tenant_id, output_id, user_id) WHERE rating IS NULL OR signal_type IS NULL"
    )
    assert halves == 0
    rows = await ingest.number("SELECT count(*) FROM ingest.explicit_feedback")
    assert erased % 2 == 0
    assert erased // 2 + rows == 8 * 15
    assert erased > 0


async def test_erase_of_50000_rows_takes_less_than_10_s(ingest: IngestService) -> None:
    await ingest.rows(
        "INSERT INTO ingest.implicit_signals"
        " (tenant_id, output_id, user_id, signal_id, occurred_at, signal_type, sentiment)"
        " SELECT 'acme', 'o' || n % 25000, CASE WHEN n % 2 = 0 THEN $1 ELSE 'u' || n % 100 END, gen_random_uuid(),"
        " now(), 'copy_response', 0.7 FROM generate_series(1, 100000) AS n",
        GONE,
    )
    begun = time.monotonic()
    assert (await forget(ingest)).rows_erased == 50_000
    assert time.monotonic() - begun < 10
    assert await ingest.number("SELECT count(*) FROM ingest.implicit_signals") == 50_000


async def test_export_during_erasure_is_one_snapshot(ingest: IngestService) -> None:
    await ingest.rows(
        "INSERT INTO ingest.implicit_signals"
        " (tenant_id, output_id, user_id, signal_id, occurred_at, signal_type, sentiment)"
        " SELECT 'acme', 'o' || n, $1, gen_random_uuid(), now(), 'copy_response', 0.7"
        " FROM generate_series(1, 8000) AS n",
        GONE,
    )
    request = pb.ExportUserRequest(user_id=GONE)
    exports = [ingest.stub.ExportUser(request, metadata=ADMIN, timeout=60) for _ in range(2)]
    for export in exports:
        assert (await anext(aiter(export))).kind == "implicit_signals"
    with pytest.raises(grpc.aio.AioRpcError) as full:
        await anext(aiter(ingest.stub.ExportUser(request, metadata=ADMIN, timeout=10)))
    assert reason_of(full.value) == "EXPORTS_FULL"
    assert (await forget(ingest)).rows_erased == 8_000
    for export in exports:
        assert len([each async for each in export]) == 7_999
    assert [each async for each in ingest.stub.ExportUser(request, metadata=ADMIN, timeout=10)] == []
    rows = await ingest.rows("SELECT action, target FROM ingest.audit_log ORDER BY sequence")
    assert [row["action"] for row in rows] == ["user.export", "user.export", "user.forget", "user.export"]
    assert len({row["target"] for row in rows}) == 1
