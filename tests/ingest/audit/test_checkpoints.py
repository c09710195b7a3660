"""Checkpoints of the audit log: the owner of the database cannot replace entries without a finding."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from ingest.audit.checkpoints import ROOT, Checkpoint, CheckpointError, CheckpointKeys
from radiant.ingest.v1 import audit_service_pb2 as pb
from tests.ingest.fixtures.audit import RECHAIN, SECRET, append_audit, stored, tamper, verify
from tests.ingest.fixtures.service import IngestService, open_service
from tests.support.suite import token

OPERATOR = token("", "operator")

Open = Callable[..., AbstractAsyncContextManager[IngestService]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Returns the folder of the object store."""
    return tmp_path / "objects"


@pytest.fixture
def opened(database_url: str, redis_url: str, folder: Path) -> Open:
    """Returns a function that opens the service with checkpoints."""

    def open_(**settings: str) -> AbstractAsyncContextManager[IngestService]:
        extra = {
            "RADIANT_AUDIT_KEY": SECRET,
            "RADIANT_AUDIT_URL": str(folder),
            "RADIANT_AUDIT_CHECKPOINT_SECONDS": "0.1",
        }
        return open_service(database_url, redis_url, extra | settings)

    return open_


@pytest.fixture
async def anchored(opened: Open) -> AsyncIterator[IngestService]:
    """Yields the service with checkpoints."""
    async with opened() as service:
        yield service


def replace_by_file(folder: Path) -> None:
    """Makes the object store unavailable."""
    folder.rename(folder.with_name("moved"))
    folder.write_text("not a folder")


def put_back(folder: Path) -> None:
    """Makes the object store available again."""
    folder.unlink()
    folder.with_name("moved").rename(folder)


def failures() -> float:
    """Returns the number of failed rounds of this process."""
    labels = {"task": "audit-checkpoints"}
    return REGISTRY.get_sample_value("radiant_poll_failures_total", labels) or 0.0


def kinds(found: pb.VerifyAuditLogResponse) -> list[str]:
    """Returns the kinds of the findings without their prefix."""
    return [pb.AuditFindingKind.Name(each.kind).removeprefix("AUDIT_FINDING_KIND_") for each in found.findings]


async def verified_when(
    service: IngestService, holds: Callable[[pb.VerifyAuditLogResponse], bool], caller: object = None
) -> pb.VerifyAuditLogResponse:
    """Verifies until a condition holds, at most 10 s."""
    async with asyncio.timeout(10):
        while True:
            found = await (verify(service) if caller is None else verify(service, caller))
            if holds(found):
                return found
            await asyncio.sleep(0.02)


async def append_and_anchor(service: IngestService, *actors: str) -> pb.VerifyAuditLogResponse:
    """Appends entries and waits for their checkpoint."""
    before = (await verify(service)).entries
    await append_audit(service.database_url, "acme", *actors)
    return await verified_when(service, lambda found: found.anchored_sequence == before + len(actors))


@pytest.mark.parametrize(
    ("statements", "first"),
    [
        (["DELETE FROM ingest.audit_log WHERE sequence >= 4", RECHAIN], 3),
        (["DELETE FROM ingest.audit_log WHERE sequence <= 2", RECHAIN], 1),
        (["UPDATE ingest.audit_log SET actor = 'x' WHERE sequence = 2", RECHAIN], 1),
        (["UPDATE ingest.audit_log SET actor = 'x' WHERE sequence = 4", RECHAIN], 3),
        (["DELETE FROM ingest.audit_log", "DELETE FROM ingest.audit_heads"], 1),
        (["DELETE FROM ingest.audit_log WHERE sequence >= 4", RECHAIN,
          "SELECT ingest_api_v1.import_audit('acme', 's', 'x', 'b', 'c', 'd', '{}') FROM generate_series(1, 4)"], 3),
    ],
    ids=["tail cut", "head cut", "early entry changed", "late entry changed", "all deleted", "tail replaced"],
)  # fmt: skip
async def test_verify_after_consistent_manipulation_returns_first_entry_that_may_be_changed(
    anchored: IngestService, statements: list[str], first: int
) -> None:
    await append_and_anchor(anchored, "a", "b")
    intact = await append_and_anchor(anchored, "c", "d", "e")
    assert (intact.intact, kinds(intact), intact.checkpoint) == (True, [], 2)
    await tamper(anchored.database_url, *statements)
    found = await verify(anchored)
    assert (found.intact, kinds(found), found.first_broken_sequence) == (False, ["CHECKPOINT_MISMATCH"], first)
    assert found.anchored_sequence == first - 1


async def test_verify_with_replaced_hash_function_finds_changed_entry(anchored: IngestService) -> None:
    await append_and_anchor(anchored, "a", "b", "c")
    await tamper(
        anchored.database_url,
        "UPDATE ingest.audit_log SET actor = 'x' WHERE sequence = 2",
        "CREATE OR REPLACE FUNCTION ingest.audit_hash(previous bytea, entry ingest.audit_log) RETURNS bytea "
        "LANGUAGE sql STABLE RETURN entry.hash",
    )
    try:
        found = await verify(anchored)
    finally:  # the database is shared
        await tamper(anchored.database_url, await _hash_function())
    assert (found.intact, kinds(found), found.first_broken_sequence) == (False, ["ENTRY_INVALID"], 2)


async def _hash_function() -> str:
    migration = Path(__file__).parents[3] / "services/ingest/sql/migrations/0007_pre_audit.sql"
    text = await asyncio.to_thread(migration.read_text)
    start = text.index("CREATE FUNCTION ingest.audit_hash")
    return text[start : text.index(";", start)].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


async def test_entries_with_special_characters_have_the_hashes_of_the_database(ingest: IngestService) -> None:
    texts = ['"quoted" \\ back', "tab\t line\n feed\f \b \x01 \x1f \x7f", "ünïcode 漢字 🎈 \u2028", ""]
    await append_audit(ingest.database_url, "acme", *texts)
    details = ['{"b": [1, 2.50, 1e3, null, true], "a": "\\u00fc\\"\\u0001"}', "[]", '"text"']
    for detail in details:
        statement = "SELECT ingest_api_v1.import_audit('acme', 's', 'a', 'b', 'c', 'd', $1::text::jsonb)"
        await ingest.rows(statement, detail)
    found = await verify(ingest)
    assert (found.intact, found.entries) == (True, len(texts) + len(details))


async def test_manipulation_after_last_checkpoint_is_not_found(opened: Open) -> None:
    async with opened(RADIANT_AUDIT_CHECKPOINT_SECONDS="3600") as service:
        await verified_when(service, lambda found: kinds(found) == [])
        await append_audit(service.database_url, "acme", "a", "b")
        await tamper(service.database_url, "UPDATE ingest.audit_log SET actor = 'x' WHERE sequence = 2", RECHAIN)
        found = await verify(service)
    assert (found.intact, kinds(found), found.anchored_sequence) == (True, ["NOT_ANCHORED"], 0)


async def test_several_processes_write_each_checkpoint_once(opened: Open, folder: Path) -> None:
    async with opened() as first, opened() as second:
        for actor in "abcdef":
            await append_and_anchor(first, actor)
            assert (await verified_when(second, lambda found: not found.findings)).intact
    made = [json.loads(path.read_text()) for path in stored(folder)]
    assert [each["number"] for each in made] == list(range(1, len(made) + 1))
    assert len({each["sequence"] for each in made}) == len(made) == 6


async def test_checkpoints_after_restart_continue(opened: Open) -> None:
    async with opened() as service:
        await append_and_anchor(service, "a")
    async with opened() as service:
        assert (await verify(service)).checkpoint == 1
        found = await append_and_anchor(service, "b")
    assert (found.checkpoint, found.anchored_sequence, kinds(found)) == (2, 2, [])


async def test_operators_log_has_checkpoints_of_its_own(anchored: IngestService, folder: Path) -> None:
    learner = "SET LOCAL ROLE radiant_learner"
    await append_audit(anchored.database_url, "", "op", role="radiant_neural", extra=learner)
    found = await verified_when(anchored, lambda found: found.anchored_sequence == 1, OPERATOR)
    assert found.intact
    assert (folder / ROOT / "~operators" / f"{1:012d}.json").is_file()


async def test_unavailable_store_is_logged_once_and_limits_the_result(
    anchored: IngestService, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await append_and_anchor(anchored, "a")
    with caplog.at_level(logging.WARNING, "kit.poll"):
        replace_by_file(folder)
        await append_audit(anchored.database_url, "acme", "b")
        found = await verified_when(anchored, lambda found: "CHECKPOINTS_UNAVAILABLE" in kinds(found))
        assert (found.intact, found.anchored_sequence) == (True, 1)
        assert found.anchored_time.ToJsonString()[:19] in found.findings[0].message
        before = failures()
        await _until(lambda: failures() >= before + 2)
        put_back(folder)
        await verified_when(anchored, lambda found: found.anchored_sequence == 2)
    messages = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert messages == ["periodic task fails, will be retried"]


async def test_removed_and_forged_checkpoints_are_found(anchored: IngestService, folder: Path) -> None:
    for actor in "abc":
        await append_and_anchor(anchored, actor)
    paths = stored(folder)
    paths[0].unlink()
    found = await verify(anchored)
    assert (found.intact, kinds(found)) == (False, ["CHECKPOINT_MISSING"])
    forged = json.loads(paths[2].read_text()) | {"sequence": 2}
    paths[2].write_text(json.dumps(forged))
    found = await verify(anchored)
    assert (found.intact, kinds(found)) == (False, ["CHECKPOINT_INVALID", "CHECKPOINT_MISSING"])


async def test_object_with_large_number_is_found_at_once(anchored: IngestService, folder: Path) -> None:
    await append_and_anchor(anchored, "a")
    for name in ("999999999999.json", f"{'9' * 200}.json", "\u0661.json"):
        stored(folder)[0].with_name(name).write_text("{}")
    async with asyncio.timeout(10):
        found = await verify(anchored)
    assert (found.intact, kinds(found)) == (False, ["CHECKPOINT_INVALID", "CHECKPOINT_MISSING"])
    assert "999999999992 more" in found.findings[1].message


async def test_checkpoints_of_an_earlier_key_need_its_public_key(opened: Open) -> None:
    async with opened() as service:
        await append_and_anchor(service, "a")
    new = {"RADIANT_AUDIT_KEY": SECRET[::-1]}
    async with opened(**new) as service:
        assert kinds(await verify(service)) == ["CHECKPOINT_INVALID", "NOT_ANCHORED"]
    earlier = CheckpointKeys(SECRET, ()).public_key
    async with opened(**new, RADIANT_AUDIT_PUBLIC_KEYS=earlier) as service:
        found = await append_and_anchor(service, "b")
        assert (found.checkpoint, kinds(found)) == (2, [])


def test_checkpoint_of_another_tenant_is_invalid() -> None:
    keys = CheckpointKeys(SECRET, ())
    made = keys.sign(Checkpoint(tenant="acme", number=1, sequence=1, hash="ab", time="", previous=""))
    assert keys.decode(made.encode(), "acme") == made
    for content, tenant in ((made.encode(), "globex"), (b"{", "acme"), (b"[]", "acme"), (b"{}", "acme")):
        with pytest.raises(CheckpointError):
            keys.decode(content, tenant)


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - the condition has no event
            await asyncio.sleep(0.02)
