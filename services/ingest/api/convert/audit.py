"""Converts requests and responses of the audit log."""

from __future__ import annotations

from datetime import UTC, datetime

import asyncpg
from google.protobuf.timestamp_pb2 import Timestamp

from ingest.audit.log import AuditFilter
from ingest.audit.verification import Verification
from kit.errors import Invalid
from radiant.ingest.v1 import audit_service_pb2 as pb

EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def audit_filter(request: pb.ListAuditEntriesRequest, tenant: str) -> AuditFilter:
    """Returns the conditions of a request; raises Invalid for a time outside of the years 1 to 9999."""
    return AuditFilter(
        tenant_id=tenant,
        actor=request.actor,
        action=request.action,
        target=request.target,
        start=_datetime(request.start_time, "start_time") if request.HasField("start_time") else EARLIEST,
        end=_datetime(request.end_time, "end_time") if request.HasField("end_time") else LATEST,
    )


def page_scope(conditions: AuditFilter) -> tuple[str, ...]:
    """Returns the values that a page token is valid for."""
    texts = conditions.tenant_id, conditions.actor, conditions.action, conditions.target
    return ("audit", *texts, conditions.start.isoformat(), conditions.end.isoformat())


def entry_message(row: asyncpg.Record) -> pb.AuditEntry:
    """Returns an audit entry as a message."""
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


def verification_response(verification: Verification) -> pb.VerifyAuditLogResponse:
    """Returns the response with the result of a verification."""
    response = pb.VerifyAuditLogResponse(
        intact=verification.is_intact,
        entries=verification.entries,
        first_broken_sequence=verification.first_broken,
        last_hash=verification.last_hash,
    )
    for each in verification.findings:
        kind = pb.AuditFindingKind.Value(f"AUDIT_FINDING_KIND_{each.kind.name}")
        response.findings.add(kind=kind, sequence=each.sequence, message=each.message)
    if (anchor := verification.anchor) is not None:
        response.anchored_sequence, response.checkpoint = anchor.sequence, anchor.number
        response.anchored_time.FromDatetime(datetime.fromisoformat(anchor.time))
    return response


def _datetime(stamp: Timestamp, path: str) -> datetime:
    try:
        return stamp.ToDatetime(UTC)
    except (ValueError, OverflowError):
        raise Invalid.field(path, "must be between the years 1 and 9999") from None
