"""Audit log: numbered entries, filters, access, and detection of tampering."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import asyncpg
import grpc
import pytest

from radiant.ingest.v1 import audit_service_pb2 as pb
from tests.ingest.fixtures.audit import ADMIN, APPEND, append_audit, stub, tamper, verify
from tests.ingest.fixtures.service import IngestService
from tests.support.servers import url_as
from tests.support.suite import token


async def list_entries(ingest: IngestService, caller: Any = ADMIN, **wanted: Any) -> list[pb.AuditEntry]:
    """Returns the entries of all pages."""
    found: list[pb.AuditEntry] = []
    page = ""
    while True:
        request = pb.ListAuditEntriesRequest(page_size=2, page_token=page, **wanted)
        answer = await stub(ingest).ListAuditEntries(request, metadata=caller, timeout=10)
        found += answer.entries
        page = answer.next_page_token
        if not page:
            return found


async def test_audit_sequence_with_concurrent_writers_has_no_gaps(ingest: IngestService) -> None:
    await asyncio.gather(*(append_audit(ingest.database_url, "acme", *[f"a{n}"] * 5) for n in range(6)))
    await append_audit(ingest.database_url, "globex", "b")
    entries = await list_entries(ingest)
    assert [each.sequence for each in entries] == list(range(30, 0, -1))
    assert {each.service for each in entries} == {"experiments"}
    assert len({each.hash for each in entries}) == 30
    found = await verify(ingest)
    assert (found.intact, found.entries, found.last_hash) == (True, 30, entries[0].hash)


async def test_audit_sequence_after_failed_transaction_has_no_gap(ingest: IngestService) -> None:
    await append_audit(ingest.database_url, "acme", "a")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await append_audit(ingest.database_url, "acme", "b", extra="SELECT 1 / 0")
    await append_audit(ingest.database_url, "acme", "c")
    assert [(each.sequence, each.actor) for each in await list_entries(ingest)] == [(2, "c"), (1, "a")]


async def test_list_with_filters_returns_matching_entries(ingest: IngestService) -> None:
    await append_audit(ingest.database_url, "acme", "ann", "bob", "ann", "ann")
    assert [each.sequence for each in await list_entries(ingest, actor="ann")] == [4, 3, 1]
    assert await list_entries(ingest, action="experiment.stop") == []
    assert len(await list_entries(ingest, target="e1")) == 4
    now = pb.ListAuditEntriesRequest()
    now.start_time.FromDatetime(datetime(2999, 1, 1, tzinfo=UTC))
    assert await list_entries(ingest, start_time=now.start_time) == []
    assert len(await list_entries(ingest, end_time=now.start_time)) == 4


async def test_audit_append_for_other_tenant_is_denied(ingest: IngestService) -> None:
    connection = await asyncpg.connect(url_as("radiant_ingest", ingest.database_url))
    try:
        for own, tenant in (("acme", "globex"), ("acme", ""), ("", "")):
            await connection.execute("SELECT set_config('app.current_tenant_id', $1, false)", own)
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(APPEND, tenant, "a", "b", "c", "d")
        for statement in (
            "INSERT INTO ingest.audit_heads VALUES ('acme', 1, '')",
            "UPDATE ingest.audit_log SET actor = ''",
            "DELETE FROM ingest.audit_log",
            "TRUNCATE ingest.audit_log",
            "SELECT ingest_api_v1.import_audit('acme', 'x', 'x', 'x', 'x', 'x', '{}')",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()


async def test_entry_about_all_tenants_is_in_operators_log(ingest: IngestService) -> None:
    learner = "SET LOCAL ROLE radiant_learner"
    await append_audit(ingest.database_url, "", "op", role="radiant_neural", extra=learner)
    assert await list_entries(ingest) == []
    (entry,) = await list_entries(ingest, token("", "operator"))
    assert (entry.service, entry.actor) == ("neural", "op")


async def test_verify_by_expert_is_denied(ingest: IngestService) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await verify(ingest, token("acme", "expert"))
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ingest.audit_log SET actor = 'x'",
        "DELETE FROM ingest.audit_log",
        "TRUNCATE ingest.audit_log",
        "DELETE FROM ingest.audit_heads",
        "UPDATE ingest.audit_heads SET sequence = 1",
    ],
)
async def test_audit_entry_changed_by_superuser_is_denied(ingest: IngestService, statement: str) -> None:
    await append_audit(ingest.database_url, "acme", "a", "b")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ingest.rows(statement)


@pytest.mark.parametrize(
    ("statements", "first"),
    [
        (["UPDATE ingest.audit_log SET actor = 'x' WHERE sequence = 3"], 3),
        (["UPDATE ingest.audit_log SET detail = '{\"a\": 2}' WHERE sequence = 1"], 1),
        (["UPDATE ingest.audit_log SET happened_at = happened_at - interval '1 us' WHERE sequence = 5"], 5),
        (["DELETE FROM ingest.audit_log WHERE sequence = 3"], 4),
        (["DELETE FROM ingest.audit_log WHERE sequence = 1"], 2),
        (["DELETE FROM ingest.audit_log WHERE sequence >= 4"], 4),
        (["DELETE FROM ingest.audit_log"], 1),
        (
            ["DELETE FROM ingest.audit_log WHERE sequence = 3",
             "UPDATE ingest.audit_log SET sequence = sequence - 1 WHERE sequence > 3"],
            3,
        ),
        (["UPDATE ingest.audit_log SET actor = 'x' WHERE sequence = 5",
          "UPDATE ingest.audit_log l SET hash = ingest.audit_hash((SELECT hash FROM ingest.audit_log p"
          " WHERE p.sequence = 4), l) WHERE sequence = 5"], 5),
    ],
)  # fmt: skip
async def test_verify_after_tampering_returns_first_broken_entry(
    ingest: IngestService, statements: list[str], first: int
) -> None:
    await append_audit(ingest.database_url, "acme", *"abcde")
    assert (await verify(ingest)).intact
    await tamper(ingest.database_url, *statements)
    found = await verify(ingest)
    assert (found.intact, found.first_broken_sequence) == (False, first)


async def test_last_hash_after_truncation_with_head_differs(ingest: IngestService) -> None:
    await append_audit(ingest.database_url, "acme", *"abc")
    kept = (await verify(ingest)).last_hash
    await tamper(
        ingest.database_url,
        "DELETE FROM ingest.audit_log WHERE sequence = 3",
        "UPDATE ingest.audit_heads SET sequence = 2, hash = (SELECT hash FROM ingest.audit_log WHERE sequence = 2)",
    )
    assert (await verify(ingest)).last_hash != kept
