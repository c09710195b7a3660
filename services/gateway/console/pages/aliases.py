"""Aliases page: the other names of models, and a form that sets one."""

from __future__ import annotations

from gateway.console.access import roles_of
from gateway.console.page import Page
from gateway.console.page_request import PageRequest
from gateway.console.view import Redirect, View
from gateway.http.problems import Problem
from radiant.ingest.v1 import alias_service_pb2 as pb

PAGE_SIZE = 100
CHANGE_ROLES = roles_of("AliasService.SetModelAlias", "AliasService.DeleteModelAlias")


async def aliases(request: PageRequest) -> View:
    """Shows the model aliases of the tenant."""
    return await _view(request, None)


async def _view(request: PageRequest, problem: Problem | None) -> View:
    message = pb.ListModelAliasesRequest(
        tenant_id=request.tenant, page_size=PAGE_SIZE, page_token=request.query_value("page")
    )
    response = await request.services.call(request.services.aliases.ListModelAliases, message)
    context = {
        "aliases": response.aliases,
        "next_page_token": response.next_page_token,
        "manual": pb.ALIAS_SOURCE_MANUAL,
        "can_change": request.session.has_any_role(CHANGE_ROLES),
        "problem": problem,
        "request_id": request.retry_request_id(problem),
        "alias": request.form_value("alias") or request.query_value("alias"),
        "model": request.form_value("model"),
        "version": request.form_value("version"),
    }
    return View(
        template="aliases.html", title="Model aliases", context=context, status=problem.status if problem else 200
    )


async def change_alias(request: PageRequest) -> Redirect | View:
    """Sets or deletes an alias."""
    services, tenant, alias = request.services, request.tenant, request.form_value("alias")
    action, request_id = request.form_value("action"), request.request_id
    try:
        if action == "set":
            model, version = request.form_value("model"), request.form_value("version")
            message = pb.SetModelAliasRequest(
                tenant_id=tenant, request_id=request_id, alias=alias, model=model, version=version
            )
            await services.call(services.aliases.SetModelAlias, message)
            notice = f"{alias} stands for {model} in manifests that are recorded from now on."
        elif action == "delete":
            deletion = pb.DeleteModelAliasRequest(tenant_id=tenant, request_id=request_id, alias=alias)
            await services.call(services.aliases.DeleteModelAlias, deletion)
            notice = f"The alias {alias} is deleted."
        else:
            raise Problem.field("action", "must be set or delete")
    except Problem as problem:
        if problem.status in (401, 403):
            raise
        return await _view(request, problem)
    return Redirect(path=request.address("aliases"), notice=notice)


PAGE = Page(
    path="aliases",
    label="Aliases",
    handler=aliases,
    roles=roles_of("AliasService.ListModelAliases"),
    actions={"aliases": (CHANGE_ROLES, change_alias)},
)
