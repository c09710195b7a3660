"""AuditService: converts requests, reads or verifies the audit log and converts the results."""

from __future__ import annotations

from typing import Any

from ingest.api.convert.audit import audit_filter, entry_message, page_scope, verification_response
from ingest.audit.log import list_audit_entries
from ingest.audit.verification import AuditVerifier
from kit.auth.tokens import current_principal, tenant_of
from kit.postgres.pool import Database
from kit.rpc.keyset import Keyset, integers
from radiant.ingest.v1 import audit_service_pb2 as pb
from radiant.ingest.v1 import audit_service_pb2_grpc

Context = Any
ENTRIES = Keyset((integers(),), (2**63 - 1,), size_max=500)
"""Sequence numbers, in descending order."""


class AuditServicer(audit_service_pb2_grpc.AuditServiceServicer):
    """All methods of AuditService."""

    def __init__(self, database: Database, verifier: AuditVerifier) -> None:
        self._database, self._verifier = database, verifier

    async def ListAuditEntries(
        self, request: pb.ListAuditEntriesRequest, context: Context
    ) -> pb.ListAuditEntriesResponse:
        """Returns a page of audit entries, newest first."""
        conditions = audit_filter(request, _log_tenant(request.tenant_id))
        page_request = ENTRIES.request(request, *page_scope(conditions))
        rows = await list_audit_entries(self._database, conditions, *page_request.after, page_request.limit)
        page = page_request.page(rows, lambda row: (row["sequence"],))
        return pb.ListAuditEntriesResponse(entries=map(entry_message, page.rows), next_page_token=page.next_token)

    async def VerifyAuditLog(self, request: pb.VerifyAuditLogRequest, context: Context) -> pb.VerifyAuditLogResponse:
        """Verifies the audit log of a tenant."""
        return verification_response(await self._verifier.verify(_log_tenant(request.tenant_id)))


def _log_tenant(request_tenant: str) -> str:
    """Returns the tenant of the log; empty if an operator of all tenants sends a request without a tenant."""
    if not request_tenant and not current_principal().tenant_id:
        return ""
    return tenant_of(request_tenant)
