"""Audit: who changed what, when and why, and whether the log is whole."""

from __future__ import annotations

from gateway.console.page import ADMINS, Asked, Figure, Page, Shown
from radiant.ingest.v1 import audit_service_pb2 as pb

PAGE_SIZE = 100


async def audit(asked: Asked) -> Shown:
    """Lists a page of the log; checks all of it when asked to."""
    desk, tenant = asked.desk, asked.tenant
    request = pb.ListAuditEntriesRequest(
        tenant_id=tenant,
        actor=asked.text("actor"),
        action=asked.text("action"),
        target=asked.text("target"),
        page_size=PAGE_SIZE,
        page_token=asked.text("page"),
    )
    if asked.text("from") or asked.text("to"):
        start, end = asked.between(30)
        request.end_time.CopyFrom(end)
        if asked.text("from"):
            request.start_time.CopyFrom(start)
    answer = await desk.ask(desk.audit.ListAuditEntries, request)
    verdict = None
    if asked.text("verify"):
        verdict = await desk.ask(desk.audit.VerifyAuditLog, pb.VerifyAuditLogRequest(tenant_id=tenant))
    rows = [
        (
            each.sequence,
            each.create_time.ToJsonString(),
            each.service,
            each.actor,
            each.action,
            each.target,
            each.reason,
            each.detail_json,
            each.hash,
        )
        for each in answer.entries
    ]
    columns = ("Number", "Time (UTC)", "Service", "Actor", "Action", "Target", "Reason", "Detail", "Hash")
    figure = Figure(name="audit", title="Audit log", columns=columns, rows=rows)
    return Shown(
        template="audit.html", title="Audit", context={"answer": answer, "verdict": verdict}, figures=(figure,)
    )


PAGE = Page(path="audit", name="Audit", handler=audit, roles=ADMINS)
