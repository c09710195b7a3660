"""Learning: how far it is, the nightly work and its reports, and how another strategy would have done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from gateway.console.page import ADMINS, OPERATORS, READERS, Asked, Figure, Moved, Page, Shown
from gateway.console.pages.learning_figures import estimates, report_figures
from gateway.http.problems import Problem
from radiant.neural.v1 import learning_service_pb2 as pb
from radiant.neural.v1 import scoring_pb2

A_PAGE = 20
HEARD_S = 1.5
"""How long a run is waited for; it goes on by itself."""
STEPS = ("trust", "rebuild", "priors", "drift", "expiry")
STRATEGIES = {
    "thompson": scoring_pb2.STRATEGY_THOMPSON,
    "greedy": scoring_pb2.STRATEGY_GREEDY,
    "epsilon_greedy": scoring_pb2.STRATEGY_EPSILON_GREEDY,
    "scope_fallback": scoring_pb2.STRATEGY_SCOPE_FALLBACK,
}
_NO_LIST = (500, 501, 504)
"""Statuses of a service that keeps no list of runs."""


def _tenant(asked: Asked) -> str:
    """Returns the tenant looked at; empty for an operator of all tenants who has named none, and so sees all."""
    return asked.session.tenant or asked.sent("tenant") or asked.text("tenant")


async def _status(asked: Asked) -> Mapping[str, Any]:
    request = pb.GetLearningStatusRequest(tenant_id=_tenant(asked))
    status = await asked.desk.ask(asked.desk.learning.GetLearningStatus, request)
    return {
        "status": status,
        "run": status.last_run if status.HasField("last_run") else None,
        "all_steps": STEPS,
        "Mode": scoring_pb2.LearningMode,
        "RunState": pb.BatchRunState,
    }


async def _runs(asked: Asked) -> pb.ListBatchRunsResponse | None:
    request = pb.ListBatchRunsRequest(page_size=A_PAGE, page_token=asked.text("page"))
    try:
        return await asked.desk.ask(asked.desk.learning.ListBatchRuns, request)
    except Problem as problem:
        if problem.status in _NO_LIST:
            return None
        raise


def _picked(asked: Asked, runs: pb.ListBatchRunsResponse | None) -> pb.BatchRunRecord | None:
    """Returns the run that the address names, else the newest with a report."""
    wanted = asked.text("run")
    for each in runs.runs if runs is not None else ():
        if each.run.run_id == wanted or (not wanted and each.HasField("report")):
            return each
    return None


async def _evaluation(asked: Asked) -> Mapping[str, Any]:
    """Returns what the form of the evaluation shows, and the answer once a strategy is named."""
    strategy = asked.text("strategy")
    shown: dict[str, Any] = {"strategy": strategy, "strategies": list(STRATEGIES), "answer": None, "unfit": None}
    if strategy not in STRATEGIES:
        return shown
    try:
        start, end = asked.between(30)
        request = pb.EvaluatePolicyRequest(
            tenant_id=asked.tenant, strategy=STRATEGIES[strategy], start_time=start, end_time=end
        )
        shown["answer"] = await asked.desk.ask(asked.desk.learning.EvaluatePolicy, request)
    except Problem as problem:
        if problem.status in (401, 403):
            raise
        shown["unfit"] = problem
    return shown


async def learning(asked: Asked) -> Shown:
    """Shows how far the learning is, and what the viewer's role may see beside it."""
    return await _shown(asked, None)


async def _shown(asked: Asked, problem: Problem | None) -> Shown:
    operates, evaluates = asked.session.may(OPERATORS), asked.session.may(ADMINS)
    runs = await _runs(asked) if operates else None
    picked = _picked(asked, runs)
    evaluation = await _evaluation(asked) if evaluates else {"answer": None}
    figures: list[Figure] = []
    if picked is not None and picked.HasField("report"):
        figures += report_figures(picked.report)
    if evaluation["answer"] is not None:
        figures.append(estimates(evaluation["answer"]))
    context = {
        **await _status(asked),
        **evaluation,
        "operates": operates,
        "evaluates": evaluates,
        "tenant": _tenant(asked),
        "runs": runs,
        "picked": picked,
        "problem": problem,
        "request_id": asked.request_id if problem is not None and problem.status >= 500 else "",
    }
    status = problem.status if problem else 200
    return Shown(template="learning.html", title="Learning", context=context, figures=figures, status=status)


async def run(asked: Asked) -> Moved | Shown:
    """Has the nightly work done now. A run takes longer than the call is waited for; it goes on by itself."""
    request = pb.RunBatchLearningRequest(request_id=asked.request_id)
    notice = "The nightly work is done."
    try:
        await asked.desk.ask(asked.desk.learning.RunBatchLearning, request, HEARD_S)
    except Problem as problem:
        if problem.status in (401, 403):
            raise
        if problem.status != 504:
            return await _shown(asked, problem)
        notice = "The nightly work has begun; this page shows how far it is."
    tenant = "" if asked.session.tenant else _tenant(asked)
    return Moved(to="learning" + (f"?{urlencode({'tenant': tenant})}" if tenant else ""), notice=notice)


async def live(asked: Asked) -> Response:
    """Streams how far the learning is."""
    return asked.live.stream("status", "learning_status.html", lambda: _status(asked))


PAGE = Page(
    path="learning",
    name="Learning",
    handler=learning,
    actions={"learning": (OPERATORS, run)},
    downloads={"live/learning": (READERS, live)},
)
