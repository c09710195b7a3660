"""Privacy: forget a user, export a user, take part in global learning or not."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from gateway.console.page import ADMINS, Asked, Moved, Page, Shown
from gateway.http.problems import Problem
from radiant.ingest.v1 import ingest_service_pb2 as pb
from radiant.neural.v1 import learning_service_pb2 as learning

EXPORT_TIMEOUT_S = 300.0
PAGE_SIZE = 50
_UNSAFE_IN_NAME = re.compile(r"[^A-Za-z0-9_.-]+")


def _back(asked: Asked) -> str:
    return "privacy" if asked.session.tenant else f"privacy?tenant={quote(asked.tenant)}"


async def privacy(asked: Asked) -> Shown:
    """Shows the tenant's choice and its erasures."""
    desk, tenant = asked.desk, asked.tenant
    settings = await desk.ask(desk.learning.GetTenantSettings, learning.GetTenantSettingsRequest(tenant_id=tenant))
    request = pb.ListErasuresRequest(tenant_id=tenant, page_size=PAGE_SIZE, page_token=asked.text("page"))
    erasures = await desk.ask(desk.ingest.ListErasures, request)
    context = {"settings": settings.settings, "erasures": erasures, "tenant": tenant}
    return Shown(template="privacy.html", title="Privacy", context=context)


async def forget(asked: Asked) -> Moved:
    """Erases a user whose name was typed twice."""
    user = asked.sent("user")
    if not user or user != asked.sent("again"):
        raise Problem.field("again", "must repeat the user's name exactly")
    request = pb.ForgetUserRequest(tenant_id=asked.tenant, request_id=asked.request_id, user_id=user)
    answer = await asked.desk.ask(asked.desk.ingest.ForgetUser, request)
    return Moved(to=_back(asked), notice=f"{answer.rows_erased} rows are erased; the rest follows within minutes.")


async def choose(asked: Asked) -> Moved:
    """Changes whether the tenant takes part in global learning, and leaves its budget as it is."""
    desk, tenant = asked.desk, asked.tenant
    before = await desk.ask(desk.learning.GetTenantSettings, learning.GetTenantSettingsRequest(tenant_id=tenant))
    wanted = learning.TenantSettings(
        global_learning=asked.sent("global_learning") == "yes", daily_budget_usd=before.settings.daily_budget_usd
    )
    request = learning.UpdateTenantSettingsRequest(tenant_id=tenant, request_id=asked.request_id, settings=wanted)
    await desk.ask(desk.learning.UpdateTenantSettings, request)
    notice = (
        "The tenant takes part in global learning." if wanted.global_learning else "The tenant learns for itself alone."
    )
    return Moved(to=_back(asked), notice=notice)


async def export(asked: Asked) -> Response:
    """Gives everything that is stored of a user, one JSON object a line."""
    user = asked.text("user")
    if not user:
        raise Problem.field("user", "must name the user")
    request = pb.ExportUserRequest(tenant_id=asked.tenant, user_id=user)
    stream = asked.desk.stream(asked.desk.ingest.ExportUser, request, EXPORT_TIMEOUT_S)
    first = await anext(stream, None)
    if first is None:
        raise Problem(404, "USER_UNKNOWN", "Nothing is stored of that user.")

    async def lines() -> AsyncIterator[str]:
        yield _line(first)
        async for each in stream:
            yield _line(each)

    name = _UNSAFE_IN_NAME.sub("_", user)[:60]
    headers = {"content-disposition": f'attachment; filename="user-{name}.jsonl"'}
    return StreamingResponse(lines(), headers=headers, media_type="application/jsonl")


def _line(record: pb.ExportUserResponse) -> str:
    return f'{{"kind": "{record.kind}", "record": {record.record_json}}}\n'


PAGE = Page(
    path="privacy",
    name="Privacy",
    handler=privacy,
    roles=ADMINS,
    actions={"privacy/forget": (ADMINS, forget), "privacy/choose": (ADMINS, choose)},
    downloads={"privacy/export": (ADMINS, export)},
)
