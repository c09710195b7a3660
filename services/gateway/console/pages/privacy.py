"""Privacy page: global learning, export of a user's data, erasure of users."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse

from gateway.console.access import roles_of
from gateway.console.page import Page
from gateway.console.page_request import PageRequest
from gateway.console.view import Redirect, View
from gateway.http.problems import Problem
from radiant.ingest.v1 import ingest_service_pb2 as pb
from radiant.neural.v1 import learning_service_pb2 as learning
from splits.user_keys import user_key

EXPORT_TIMEOUT_S = 300.0
PAGE_SIZE = 50
FILE_NAME_CHARACTERS_MAX = 60
_UNSAFE_FILE_NAME_CHARACTERS = re.compile(r"[^A-Za-z0-9_.-]+")


async def privacy(request: PageRequest) -> View:
    """Shows the tenant's setting for global learning and its erasures."""
    services, tenant = request.services, request.tenant
    settings = await services.call(
        services.learning.GetTenantSettings, learning.GetTenantSettingsRequest(tenant_id=tenant)
    )
    message = pb.ListErasuresRequest(tenant_id=tenant, page_size=PAGE_SIZE, page_token=request.query_value("page"))
    erasures = await services.call(services.ingest.ListErasures, message)
    context = {"settings": settings.settings, "erasures": erasures}
    return View(template="privacy.html", title="Privacy", context=context)


async def erase_user(request: PageRequest) -> Redirect:
    """Erases a user. The user ID must be entered twice."""
    user = user_key(request.form_value("user"))
    if not user:
        raise Problem.field("user", "must not be empty")
    if user != user_key(request.form_value("confirm_user")):
        raise Problem.field("confirm_user", "must equal the user ID")
    message = pb.ForgetUserRequest(tenant_id=request.tenant, request_id=request.request_id, user_id=user)
    response = await request.services.call(request.services.ingest.ForgetUser, message)
    return Redirect(
        path=request.address("privacy"),
        notice=f"Erasure started: {response.rows_erased} rows are erased. The other services follow within minutes.",
    )


async def set_global_learning(request: PageRequest) -> Redirect:
    """Sets whether the tenant contributes to global scores. The daily budget is kept."""
    services, tenant = request.services, request.tenant
    current = await services.call(
        services.learning.GetTenantSettings, learning.GetTenantSettingsRequest(tenant_id=tenant)
    )
    is_enabled = request.form_value("global_learning") == "yes"
    settings = learning.TenantSettings(global_learning=is_enabled, daily_budget_usd=current.settings.daily_budget_usd)
    message = learning.UpdateTenantSettingsRequest(tenant_id=tenant, request_id=request.request_id, settings=settings)
    await services.call(services.learning.UpdateTenantSettings, message)
    notice = f"Global learning is {'enabled' if is_enabled else 'disabled'}."
    return Redirect(path=request.address("privacy"), notice=notice)


async def export_user(request: PageRequest) -> Response:
    """Returns all stored data of a user as JSON Lines; raises Problem (USER_UNKNOWN) when there is none."""
    user = user_key(request.query_value("user"))
    if not user:
        raise Problem.field("user", "must not be empty")
    message = pb.ExportUserRequest(tenant_id=request.tenant, user_id=user)
    stream = request.services.stream(request.services.ingest.ExportUser, message, EXPORT_TIMEOUT_S)
    first = await anext(stream, None)
    if first is None:
        raise Problem(404, "USER_UNKNOWN", "No data is stored for this user.")

    async def lines() -> AsyncIterator[str]:
        yield _json_line(first)
        async for record in stream:
            yield _json_line(record)

    name = _UNSAFE_FILE_NAME_CHARACTERS.sub("_", user)[:FILE_NAME_CHARACTERS_MAX]
    headers = {"content-disposition": f'attachment; filename="user-{name}.jsonl"'}
    return StreamingResponse(lines(), headers=headers, media_type="application/jsonl")


def _json_line(record: pb.ExportUserResponse) -> str:
    return f'{{"kind": "{record.kind}", "record": {record.record_json}}}\n'


PAGE = Page(
    path="privacy",
    label="Privacy",
    handler=privacy,
    roles=roles_of("IngestService.ListErasures", "LearningService.GetTenantSettings"),
    actions={
        "privacy/forget": (roles_of("IngestService.ForgetUser"), erase_user),
        "privacy/global-learning": (roles_of("LearningService.UpdateTenantSettings"), set_global_learning),
    },
    downloads={"privacy/export": (roles_of("IngestService.ExportUser"), export_user)},
)
