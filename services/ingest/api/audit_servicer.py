"""AuditService: converts requests, reads or verifies the audit log and converts the results."""

from __future__ import annotations

from typing import Any

from ingest.api.convert.audit import audit_filter, entry_message, page_scope, verification_response
from ingest.audit.log import list_audit_entries, verify_audit_log
from kit.errors import Invalid
from kit.postgres.pool import Database
from kit.rpc.auth import current_principal, tenant_of
from kit.rpc.pages import decode_page, encode_page, page_size
from radiant.ingest.v1 import audit_service_pb2 as pb
from radiant.ingest.v1 import audit_service_pb2_grpc

Context = Any
PAGE_SIZE_MAX = 500
FIRST_PAGE = 2**63 - 1
"""Sequence number before which the first page ends."""

_ADMINS = frozenset({"admin", "operator"})

ACCESS = {"ListAuditEntries": _ADMINS, "VerifyAuditLog": _ADMINS}
"""Roles that may call each method."""


class AuditServicer(audit_service_pb2_grpc.AuditServiceServicer):
    """All methods of AuditService."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ListAuditEntries(
        self, request: pb.ListAuditEntriesRequest, context: Context
    ) -> pb.ListAuditEntriesResponse:
        """Returns a page of audit entries, newest first."""
        conditions = audit_filter(request, _log_tenant(request.tenant_id))
        scope = page_scope(conditions)
        (before,) = decode_page(request.page_token, scope, (int,)) or (FIRST_PAGE,)
        if not isinstance(before, int):
            raise Invalid.field("page_token", "is not a page token of this list and these conditions")
        size = page_size(request.page_size, PAGE_SIZE_MAX)
        rows, has_more = await list_audit_entries(self._database, conditions, before, size)
        token = encode_page(scope, (rows[-1]["sequence"],)) if has_more else ""
        return pb.ListAuditEntriesResponse(entries=map(entry_message, rows), next_page_token=token)

    async def VerifyAuditLog(self, request: pb.VerifyAuditLogRequest, context: Context) -> pb.VerifyAuditLogResponse:
        """Verifies the audit log of a tenant."""
        verification = await verify_audit_log(self._database, _log_tenant(request.tenant_id))
        return verification_response(verification)


def _log_tenant(request_tenant: str) -> str:
    """Returns the tenant of the log; empty for an operator of all tenants who names no tenant."""
    if not request_tenant and not current_principal().tenant_id:
        return ""
    return tenant_of(request_tenant)
