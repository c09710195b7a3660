"""The audit log out."""

from __future__ import annotations

from datetime import UTC, datetime

import asyncpg
from google.protobuf.timestamp_pb2 import Timestamp

from ingest.audit.log import AuditCheck, AuditFilter
from kit.errors import Invalid
from radiant.ingest.v1 import audit_service_pb2 as pb

BEGINNING, END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def filter_of(request: pb.ListAuditEntriesRequest, tenant: str) -> AuditFilter:
    """Returns which entries are asked for; raises Invalid for a time beyond the calendar."""
    return AuditFilter(
        tenant_id=tenant,
        actor=request.actor,
        action=request.action,
        target=request.target,
        start=_time(request.start_time, "start_time") if request.HasField("start_time") else BEGINNING,
        end=_time(request.end_time, "end_time") if request.HasField("end_time") else END,
    )


def words(wanted: AuditFilter) -> tuple[str, ...]:
    """Returns what a page token of the listing belongs to."""
    texts = wanted.tenant_id, wanted.actor, wanted.action, wanted.target
    return ("audit", *texts, wanted.start.isoformat(), wanted.end.isoformat())


def entry(row: asyncpg.Record) -> pb.AuditEntry:
    """Returns an entry as it is listed."""
    message = pb.AuditEntry(
        sequence=row["sequence"],
        service=row["service"],
        actor=row["actor"],
        action=row["action"],
        target=row["target"],
        reason=row["reason"],
        detail_json=row["detail"],
        hash=row["hash"],
    )
    message.create_time.FromDatetime(row["happened_at"])
    return message


def check(found: AuditCheck) -> pb.VerifyAuditLogResponse:
    """Returns what a check found."""
    return pb.VerifyAuditLogResponse(
        intact=found.first_broken == 0,
        entries=found.entries,
        first_broken_sequence=found.first_broken,
        last_hash=found.last_hash,
    )


def _time(stamp: Timestamp, path: str) -> datetime:
    try:
        return stamp.ToDatetime(UTC)
    except (ValueError, OverflowError):
        raise Invalid.field(path, "is not a time between the years 1 and 9999") from None
