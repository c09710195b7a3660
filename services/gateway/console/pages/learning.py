"""Learning page: status, batch runs with their reports, and off-policy evaluation of strategies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gateway.console.access import roles_of
from gateway.console.charts.figure import Figure
from gateway.console.charts.learning import ESTIMATOR_LABELS, estimates_figure, report_figures
from gateway.console.page import Page
from gateway.console.page_request import PageRequest
from gateway.console.pages.strategies import STRATEGIES, STRATEGY_CHOICES
from gateway.console.view import Redirect, View
from gateway.http.problems import Problem
from radiant.neural.v1 import learning_service_pb2 as pb
from radiant.neural.v1 import scoring_pb2

PAGE_SIZE = 20
EVALUATION_DAYS = 30
RUN_TIMEOUT_S = 1.5
"""Time to wait for the result of a batch run. The run continues in the service afterwards."""
STEPS = ("trust", "rebuild", "priors", "drift", "expiry")
_LIST_UNAVAILABLE = (500, 501, 504)
"""HTTP statuses after which the page is shown without the list of runs."""


async def _status(request: PageRequest) -> Mapping[str, Any]:
    message = pb.GetLearningStatusRequest(tenant_id=request.optional_tenant)
    status = await request.services.call(request.services.learning.GetLearningStatus, message)
    return {
        "status": status,
        "last_run": status.last_run if status.HasField("last_run") else None,
        "steps": STEPS,
        "Mode": scoring_pb2.LearningMode,
        "RunState": pb.BatchRunState,
    }


async def _runs(request: PageRequest) -> pb.ListBatchRunsResponse | None:
    """Returns one page of batch runs; None when the service cannot list them."""
    message = pb.ListBatchRunsRequest(page_size=PAGE_SIZE, page_token=request.query_value("page"))
    try:
        return await request.services.call(request.services.learning.ListBatchRuns, message)
    except Problem as problem:
        if problem.status in _LIST_UNAVAILABLE:
            return None
        raise


def _selected_run(request: PageRequest, runs: pb.ListBatchRunsResponse | None) -> pb.BatchRunRecord | None:
    """Returns the run with the identifier `run` of the query; without `run`, the most recent run with a report."""
    run_id = request.query_value("run")
    for record in runs.runs if runs is not None else ():
        if record.run.run_id == run_id or (not run_id and record.HasField("report")):
            return record
    return None


async def _evaluation(request: PageRequest) -> Mapping[str, Any]:
    """Returns the context of the evaluation form, and the result if the query contains a strategy."""
    strategy = request.query_value("strategy")
    context: dict[str, Any] = {
        "strategy": strategy,
        "strategies": STRATEGY_CHOICES,
        "estimator_labels": ESTIMATOR_LABELS,
        "evaluation": None,
        "evaluation_problem": None,
    }
    if strategy not in STRATEGIES:
        return context
    try:
        start, end = request.period(EVALUATION_DAYS)
        message = pb.EvaluatePolicyRequest(
            tenant_id=request.tenant, strategy=STRATEGIES[strategy], start_time=start, end_time=end
        )
        context["evaluation"] = await request.services.call(request.services.learning.EvaluatePolicy, message)
    except Problem as problem:
        if problem.status in (401, 403):
            raise
        context["evaluation_problem"] = problem
    return context


async def learning(request: PageRequest) -> View:
    """Shows the status, and runs and evaluation to the roles that may see them."""
    return await _view(request, None)


async def _view(request: PageRequest, problem: Problem | None) -> View:
    may_operate = not request.session.tenant and request.session.has_any_role(
        roles_of("LearningService.ListBatchRuns", "LearningService.RunBatchLearning")
    )
    may_evaluate = request.session.has_any_role(roles_of("LearningService.EvaluatePolicy"))
    runs = await _runs(request) if may_operate else None
    selected_run = _selected_run(request, runs)
    evaluation = await _evaluation(request) if may_evaluate else {"evaluation": None}
    figures: list[Figure] = []
    if selected_run is not None and selected_run.HasField("report"):
        figures += report_figures(selected_run.report)
    if evaluation["evaluation"] is not None:
        figures.append(estimates_figure(evaluation["evaluation"]))
    context = {
        **await _status(request),
        **evaluation,
        "may_operate": may_operate,
        "may_evaluate": may_evaluate,
        "tenant": request.optional_tenant,
        "runs": runs,
        "selected_run": selected_run,
        "problem": problem,
        "request_id": request.retry_request_id(problem),
    }
    status = problem.status if problem else 200
    return View(template="learning/learning.html", title="Learning", context=context, figures=figures, status=status)


async def start_run(request: PageRequest) -> Redirect | View:
    """Starts batch learning and waits up to RUN_TIMEOUT_S for its end."""
    message = pb.RunBatchLearningRequest(request_id=request.request_id)
    notice = "Batch learning has finished."
    try:
        await request.services.call(request.services.learning.RunBatchLearning, message, RUN_TIMEOUT_S)
    except Problem as problem:
        if problem.status in (401, 403):
            raise
        if problem.status != 504:
            return await _view(request, problem)
        notice = "Batch learning has started. This page shows its progress."
    return Redirect(path=request.address("learning"), notice=notice)


async def live_status(request: PageRequest) -> Response:
    """Streams the status after every change."""
    return request.event_streams.open("status", "learning/status.html", lambda: _status(request))


PAGE = Page(
    path="learning",
    label="Learning",
    handler=learning,
    actions={"learning": (roles_of("LearningService.RunBatchLearning"), start_run)},
    downloads={"live/learning": (roles_of("LearningService.GetLearningStatus"), live_status)},
)
