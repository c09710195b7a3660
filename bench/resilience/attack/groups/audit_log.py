"""The audit log against the owner of the database, who can disable triggers and compute hashes anew."""

from __future__ import annotations

import asyncio
import uuid

import asyncpg

from bench.resilience.attack.attack import Group, Outcome
from bench.resilience.attack.target import Target
from radiant.ingest.v1 import audit_service_pb2 as audit
from radiant.neural.v1 import learning_service_pb2

GROUP = Group("audit log")
ENTRIES = 5
WAIT_S = 3.0
VERIFY = "/radiant.ingest.v1.AuditService/VerifyAuditLog"
SETTINGS = "/radiant.neural.v1.LearningService/UpdateTenantSettings"
RECHAIN = """
DO $$
DECLARE
  entry ingest.audit_log;
  previous bytea := '';
  number bigint := 0;
BEGIN
  FOR entry IN SELECT * FROM ingest.audit_log WHERE tenant_id = '{tenant}' ORDER BY sequence LOOP
    number := number + 1;
    DELETE FROM ingest.audit_log WHERE tenant_id = '{tenant}' AND sequence = entry.sequence;
    entry.sequence := number;
    entry.hash := ingest.audit_hash(previous, entry);
    INSERT INTO ingest.audit_log SELECT entry.*;
    previous := entry.hash;
  END LOOP;
  DELETE FROM ingest.audit_heads WHERE tenant_id = '{tenant}';
  IF number > 0 THEN
    INSERT INTO ingest.audit_heads VALUES ('{tenant}', number, previous);
  END IF;
END $$
"""
MANIPULATIONS = {
    "entry changed": ("UPDATE ingest.audit_log SET actor = 'x' WHERE tenant_id = '{tenant}' AND sequence = 2",),
    "tail cut": ("DELETE FROM ingest.audit_log WHERE tenant_id = '{tenant}' AND sequence >= 4", RECHAIN),
    "head cut": ("DELETE FROM ingest.audit_log WHERE tenant_id = '{tenant}' AND sequence <= 2", RECHAIN),
    "entry changed and chain computed again": (
        "UPDATE ingest.audit_log SET actor = 'x' WHERE tenant_id = '{tenant}' AND sequence = 2",
        RECHAIN,
    ),
    "everything deleted": ("DELETE FROM ingest.audit_log WHERE tenant_id = '{tenant}'", RECHAIN),
}


@GROUP.attack("manipulations by the owner of the database", "VerifyAuditLog finds each")
async def manipulations(target: Target) -> Outcome:
    """Manipulates a log of its own for each manipulation, and verifies it."""
    missed = []
    for number, (name, statements) in enumerate(MANIPULATIONS.items()):
        tenant = f"audited-{number}"
        await _write_entries(target, tenant)
        if not await _is_intact(target, tenant):
            missed.append(f"{name}: not intact before")
        await asyncio.sleep(WAIT_S)  # a checkpoint is written within this time
        await _manipulate(target, [each.format(tenant=tenant) for each in statements])
        if await _is_intact(target, tenant):
            missed.append(name)
    return Outcome(len(MANIPULATIONS), not missed, f"not found: {', '.join(missed) or 'none'}")


async def _write_entries(target: Target, tenant: str) -> None:
    for number in range(ENTRIES):
        settings = learning_service_pb2.TenantSettings(daily_budget_usd=number + 1)
        request = learning_service_pb2.UpdateTenantSettingsRequest(request_id=str(uuid.uuid4()), settings=settings)
        answer = await target.call(SETTINGS, request, target.bearer(tenant, "admin"))
        if answer.code != "OK":
            raise RuntimeError(f"the change was refused: {answer.code} {answer.details}")


async def _is_intact(target: Target, tenant: str) -> bool:
    answer = await target.call(VERIFY, audit.VerifyAuditLogRequest(), target.bearer(tenant, "admin"), 30)
    if answer.code != "OK":
        raise RuntimeError(f"the verification failed: {answer.code} {answer.details}")
    return audit.VerifyAuditLogResponse.FromString(answer.body).intact


async def _manipulate(target: Target, statements: list[str]) -> None:
    connection = await asyncpg.connect(target.owner_url)
    try:
        async with connection.transaction():
            for table in ("audit_log", "audit_heads"):
                await connection.execute(f"ALTER TABLE ingest.{table} DISABLE TRIGGER USER")
            for statement in statements:
                await connection.execute(statement)
            for table in ("audit_log", "audit_heads"):
                await connection.execute(f"ALTER TABLE ingest.{table} ENABLE TRIGGER USER")
    finally:
        await connection.close()
