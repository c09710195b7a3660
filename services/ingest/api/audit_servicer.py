"""AuditService: translates in, calls, translates out."""

from __future__ import annotations

from typing import Any

from ingest.api.convert import audit as messages
from ingest.audit.log import Audit
from kit.errors import Invalid
from kit.rpc.auth import current_principal, tenant_of
from kit.rpc.pages import decode_page, encode_page, page_size
from radiant.ingest.v1 import audit_service_pb2 as pb
from radiant.ingest.v1 import audit_service_pb2_grpc

Context = Any
PAGE_MAX = 500
LAST = 2**63 - 1
"""A number above every entry's."""


class AuditServicer(audit_service_pb2_grpc.AuditServiceServicer):
    """Shows who changed what."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit

    async def ListAuditEntries(
        self, request: pb.ListAuditEntriesRequest, context: Context
    ) -> pb.ListAuditEntriesResponse:
        """Lists entries, newest first."""
        wanted = messages.filter_of(request, _log_of(request.tenant_id))
        listing = messages.words(wanted)
        (below,) = decode_page(request.page_token, listing, (int,)) or (LAST,)
        if not isinstance(below, int):
            raise Invalid.field("page_token", "is not a token of this listing")
        rows, more = await self._audit.page(wanted, below, page_size(request.page_size, PAGE_MAX))
        token = encode_page(listing, (rows[-1]["sequence"],)) if more else ""
        return pb.ListAuditEntriesResponse(entries=map(messages.entry, rows), next_page_token=token)

    async def VerifyAuditLog(self, request: pb.VerifyAuditLogRequest, context: Context) -> pb.VerifyAuditLogResponse:
        """Checks a tenant's log."""
        return messages.check(await self._audit.check(_log_of(request.tenant_id)))


def _log_of(request_tenant: str) -> str:
    """Returns whose log is asked for; an operator of all tenants who names none asks for the operators' own."""
    if not request_tenant and not current_principal().tenant_id:
        return ""
    return tenant_of(request_tenant)
