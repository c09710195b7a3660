"""Unmatched page: output ids with feedback and without a manifest, and a form that matches one to an output."""

from __future__ import annotations

from gateway.console.access import roles_of
from gateway.console.page import Page
from gateway.console.page_request import PageRequest
from gateway.console.view import Redirect, View
from gateway.http.problems import Problem
from radiant.ingest.v1 import alias_service_pb2 as pb

PAGE_SIZE = 50
MATCH_ROLES = roles_of("AliasService.MatchFeedback")


async def unmatched(request: PageRequest) -> View:
    """Shows the unmatched feedback of the tenant, oldest first."""
    return await _view(request, None)


async def _view(request: PageRequest, problem: Problem | None) -> View:
    message = pb.ListUnmatchedFeedbackRequest(
        tenant_id=request.tenant, page_size=PAGE_SIZE, page_token=request.query_value("page")
    )
    response = await request.services.call(request.services.aliases.ListUnmatchedFeedback, message)
    context = {
        "outputs": response.outputs,
        "total": response.total_outputs,
        "next_page_token": response.next_page_token,
        "can_match": request.session.has_any_role(MATCH_ROLES),
        "problem": problem,
        "request_id": request.retry_request_id(problem),
        "feedback_output_id": request.form_value("feedback_output_id") or request.query_value("id"),
        "output_id": request.form_value("output_id"),
    }
    return View(
        template="feedback/unmatched.html",
        title="Unmatched feedback",
        context=context,
        status=problem.status if problem else 200,
    )


async def match(request: PageRequest) -> Redirect | View:
    """Matches the feedback under an output id to a recorded output."""
    name, output = request.form_value("feedback_output_id"), request.form_value("output_id")
    message = pb.MatchFeedbackRequest(
        tenant_id=request.tenant, request_id=request.request_id, feedback_output_id=name, output_id=output
    )
    try:
        await request.services.call(request.services.aliases.MatchFeedback, message)
    except Problem as problem:
        if problem.status in (401, 403):
            raise
        return await _view(request, problem)
    notice = f"The feedback under {name} belongs to {output}. It is moved within about a second."
    return Redirect(path=request.address("unmatched"), notice=notice)


PAGE = Page(
    path="unmatched",
    label="Unmatched",
    handler=unmatched,
    roles=roles_of("AliasService.ListUnmatchedFeedback"),
    actions={"unmatched": (MATCH_ROLES, match)},
)
