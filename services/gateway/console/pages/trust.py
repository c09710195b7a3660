"""Trust page: trust scores of raters with their factors, and manual pins."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.console.access import roles_of
from gateway.console.charts.trust import rater_table, trust_distribution
from gateway.console.page import Page
from gateway.console.page_request import PageRequest
from gateway.console.view import Redirect, View
from gateway.http.problems import Problem
from radiant.neural.v1 import learning_service_pb2 as pb
from splits.user_keys import user_key

PAGE_SIZE = 25
RATERS_MAX = 5000
"""Raters that are read for the summary and the distribution."""
RATERS_PER_CALL = 1000


async def _all_scores(request: PageRequest) -> tuple[Sequence[pb.TrustScore], bool]:
    """Returns up to RATERS_MAX trust scores of the tenant in ascending order, and whether there are more."""
    scores: list[pb.TrustScore] = []
    token = ""
    while True:
        message = pb.ListTrustScoresRequest(tenant_id=request.tenant, page_size=RATERS_PER_CALL, page_token=token)
        response = await request.services.call(request.services.learning.ListTrustScores, message)
        scores += response.scores
        token = response.next_page_token
        if not token or len(scores) >= RATERS_MAX:
            return scores, bool(token)


async def trust(request: PageRequest) -> View:
    """Shows the raters of the tenant."""
    return await _view(request, None)


async def _view(request: PageRequest, problem: Problem | None) -> View:
    outliers_only = request.query_value("outliers") == "1"
    message = pb.ListTrustScoresRequest(
        tenant_id=request.tenant,
        outliers_only=outliers_only,
        page_size=PAGE_SIZE,
        page_token=request.query_value("page"),
    )
    response = await request.services.call(request.services.learning.ListTrustScores, message)
    all_scores, is_truncated = await _all_scores(request)
    context = {
        "scores": response.scores,
        "next_page_token": response.next_page_token,
        "outliers_only": outliers_only,
        "rater_count": len(all_scores),
        "is_truncated": is_truncated,
        "outlier_count": sum(score.outlier for score in all_scores),
        "pinned_count": sum(score.pinned for score in all_scores),
        "mean": sum(score.trust for score in all_scores) / len(all_scores) if all_scores else None,
        "problem": problem,
        "request_id": request.retry_request_id(problem),
        "rater": request.form_value("user_id") or request.query_value("rater"),
        "trust": request.form_value("trust", "0.1"),
        "reason": request.form_value("reason"),
    }
    figures = (trust_distribution(all_scores, is_truncated), rater_table(all_scores))
    status = problem.status if problem else 200
    return View(template="trust.html", title="Trust", context=context, figures=figures, status=status)


async def change_pin(request: PageRequest) -> Redirect | View:
    """Pins the trust score of a rater, or removes the pin."""
    user, action = user_key(request.form_value("user_id")), request.form_value("action")
    try:
        if action == "pin":
            notice = await _pin(request, user)
        elif action == "clear":
            message = pb.ClearTrustScoreRequest(tenant_id=request.tenant, request_id=request.request_id, user_id=user)
            score = (await request.services.call(request.services.learning.ClearTrustScore, message)).score
            notice = (
                f"The pin of {user} is removed. The trust score stays at {score.trust:.2f} until the next batch run."
            )
        else:
            raise Problem.field("action", "must be pin or clear")
    except Problem as problem:
        if problem.status in (401, 403):
            raise
        return await _view(request, problem)
    return Redirect(path=request.address("trust", outliers=request.query_value("outliers")), notice=notice)


async def _pin(request: PageRequest, user: str) -> str:
    message = pb.PinTrustScoreRequest(
        tenant_id=request.tenant,
        request_id=request.request_id,
        user_id=user,
        trust=request.form_number("trust") or 0.0,
        reason=request.form_value("reason"),
    )
    score = (await request.services.call(request.services.learning.PinTrustScore, message)).score
    return f"The trust score of {user} is pinned at {score.trust:.2f}. It applies to all feedback of the rater."


PAGE = Page(
    path="trust",
    label="Trust",
    handler=trust,
    roles=roles_of("LearningService.ListTrustScores"),
    actions={"trust": (roles_of("LearningService.PinTrustScore", "LearningService.ClearTrustScore"), change_pin)},
)
