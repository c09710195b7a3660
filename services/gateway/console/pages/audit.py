"""Audit log page: changes with actor, time and reason, and verification of the hash chain."""

from __future__ import annotations

from gateway.console.access import roles_of
from gateway.console.charts.figure import Figure
from gateway.console.page import Page
from gateway.console.page_request import PageRequest
from gateway.console.view import View
from radiant.ingest.v1 import audit_service_pb2 as pb

PAGE_SIZE = 100
PERIOD_DAYS = 30
COLUMNS = ("Number", "Time (UTC)", "Service", "Actor", "Action", "Target", "Reason", "Details", "Hash")


async def audit_log(request: PageRequest) -> View:
    """Shows one page of entries. With the parameter `verify` it also verifies the whole log."""
    services, tenant = request.services, request.tenant
    start, end = request.period_filter(PERIOD_DAYS)
    message = pb.ListAuditEntriesRequest(
        tenant_id=tenant,
        actor=request.query_value("actor"),
        action=request.query_value("action"),
        target=request.query_value("target"),
        start_time=start,
        end_time=end,
        page_size=PAGE_SIZE,
        page_token=request.query_value("page"),
    )
    response = await services.call(services.audit.ListAuditEntries, message)
    verification = None
    if request.query_value("verify"):
        verification = await services.call(services.audit.VerifyAuditLog, pb.VerifyAuditLogRequest(tenant_id=tenant))
    context = {
        "entries": response.entries,
        "next_page_token": response.next_page_token,
        "verification": verification,
        "has_filter": any(request.query_value(name) for name in ("from", "to", "actor", "action", "target")),
    }
    return View(template="audit.html", title="Audit log", context=context, figures=(_table(response),))


def _table(response: pb.ListAuditEntriesResponse) -> Figure:
    rows = [
        (
            entry.sequence,
            entry.create_time.ToJsonString(),
            entry.service,
            entry.actor,
            entry.action,
            entry.target,
            entry.reason,
            entry.detail_json,
            entry.hash,
        )
        for entry in response.entries
    ]
    return Figure(name="audit", title="Audit log", columns=COLUMNS, rows=rows)


PAGE = Page(
    path="audit",
    label="Audit log",
    handler=audit_log,
    roles=roles_of("AuditService.ListAuditEntries", "AuditService.VerifyAuditLog"),
)
