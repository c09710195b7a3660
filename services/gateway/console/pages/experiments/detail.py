"""One experiment: configuration, results and rollout, with its state transitions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import grpc
from google.protobuf import json_format

from gateway.console.access import roles_of
from gateway.console.charts.experiment_effects import OVER_TIME_PREFIX, metric_comparisons, metric_label
from gateway.console.charts.experiment_results import result_figures, thinned_history
from gateway.console.page import Page
from gateway.console.page_request import PageRequest
from gateway.console.pages.experiments.states import ENUM_CONTEXT
from gateway.console.pages.experiments.verdict import criterion_label, excluded_sentences, verdict_of
from gateway.console.view import Redirect, View
from gateway.http.problems import Problem
from radiant.experiments.v1 import analysis_pb2 as analysis
from radiant.experiments.v1 import experiment_pb2 as experiments
from radiant.experiments.v1 import experiment_service_pb2 as pb
from radiant.experiments.v1 import rollout_pb2 as rollouts

ROLLOUT_HOURS_MAX = 8760.0
_OPEN_ROLLOUT_STATES = (rollouts.ROLLOUT_STATE_RUNNING, rollouts.ROLLOUT_STATE_WAITING)


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of the state of an experiment or its rollout."""

    request: type[Any]
    method: str
    """RPC of ExperimentService."""
    notice: str


TRANSITIONS: Mapping[str, Transition] = {
    "start": Transition(pb.StartExperimentRequest, "StartExperiment", "The experiment is started."),
    "pause": Transition(
        pb.PauseExperimentRequest, "PauseExperiment", "The experiment is paused: no new users are assigned."
    ),
    "resume": Transition(pb.ResumeExperimentRequest, "ResumeExperiment", "The experiment is resumed."),
    "complete": Transition(pb.CompleteExperimentRequest, "CompleteExperiment", "The experiment is completed."),
    "cancel": Transition(pb.CancelExperimentRequest, "CancelExperiment", "The experiment is cancelled."),
    "approve": Transition(
        pb.ApproveRolloutStepRequest, "ApproveRolloutStep", "The step is approved. It starts at its scheduled time."
    ),
    "roll_back": Transition(
        pb.RollBackRequest, "RollBack", "The rollout is rolled back: no users receive the treatment."
    ),
}
CHANGE_ROLES = roles_of(
    "ExperimentService.StartRollout",
    *(f"ExperimentService.{transition.method}" for transition in TRANSITIONS.values()),
)
"""Roles that may change the state of an experiment and its rollout."""
OFFERED_TRANSITIONS = {
    experiments.EXPERIMENT_STATE_DRAFT: ("start", "cancel"),
    experiments.EXPERIMENT_STATE_RUNNING: ("pause", "complete", "cancel"),
    experiments.EXPERIMENT_STATE_PAUSED: ("resume", "complete", "cancel"),
}
"""Transitions by state; none after the end of the experiment."""


def _owner(request: PageRequest, is_for_all_tenants: bool) -> str:
    """Returns the tenant that owns the experiment; empty when an operator accesses one that covers all tenants."""
    return "" if is_for_all_tenants and not request.session.tenant else request.tenant


async def _rollout(request: PageRequest, owner: str, experiment_id: str) -> rollouts.Rollout | None:
    message = pb.GetRolloutRequest(tenant_id=owner, experiment_id=experiment_id)
    try:
        return (await request.services.call(request.services.experiments.GetRollout, message)).rollout
    except Problem as problem:
        if problem.status == 404:
            return None
        raise


async def _results(request: PageRequest, owner: str, experiment_id: str) -> pb.GetResultsResponse | None:
    """Returns the results with their history; None after a server error, so that transitions stay available."""
    message = pb.GetResultsRequest(tenant_id=owner, experiment_id=experiment_id, with_history=True)
    try:
        return await request.services.call(request.services.experiments.GetResults, message)
    except Problem as problem:
        if problem.status >= 500:
            return None
        raise


async def experiment_detail(request: PageRequest) -> View:
    """Shows the experiment whose identifier is in the path."""
    return await _view(request, None)


async def _view(request: PageRequest, problem: Problem | None) -> View:
    services, experiment_id = request.services, request.path["experiment_id"]
    message = pb.GetExperimentRequest(tenant_id=request.tenant, experiment_id=experiment_id)
    experiment = (await services.call(services.experiments.GetExperiment, message)).experiment
    response = rollout = None
    if experiment.state != experiments.EXPERIMENT_STATE_DRAFT:
        owner = _owner(request, not experiment.tenant_id)
        response = await _results(request, owner, experiment_id)
        rollout = await _rollout(request, owner, experiment_id)
    results = response.results if response is not None else None
    history: Sequence[analysis.ResultLook] = response.history if response is not None else ()
    if not request.query_value("csv"):
        history = thinned_history(history)
    figures = result_figures(experiment, results, rollout, history)
    may_change = request.session.has_any_role(CHANGE_ROLES) and (
        bool(experiment.tenant_id) or not request.session.tenant
    )
    is_running = experiment.state == experiments.EXPERIMENT_STATE_RUNNING
    context = {
        "experiment": experiment,
        "is_draft": experiment.state == experiments.EXPERIMENT_STATE_DRAFT,
        "configs": [json.dumps(json_format.MessageToDict(each.config), indent=1) for each in experiment.variants],
        "results": results,
        "metrics": metric_comparisons(experiment, results) if results else (),
        "verdict": verdict_of(experiment, results) if results else None,
        "notes": excluded_sentences(results) if results else (),
        "criterion_label": criterion_label,
        "metric_label": metric_label,
        "over_time_figures": [figure.name for figure in figures if figure.name.startswith(OVER_TIME_PREFIX)],
        "rollout": rollout,
        "transitions": OFFERED_TRANSITIONS.get(experiment.state, ()) if may_change else (),
        "may_change": may_change,
        "may_start_rollout": may_change and is_running and rollout is None and len(experiment.variants) == 2,
        "is_rollout_open": rollout is not None and rollout.state in _OPEN_ROLLOUT_STATES,
        "is_waiting": rollout is not None and rollout.state == rollouts.ROLLOUT_STATE_WAITING,
        "is_rolled_back": rollout is not None and rollout.state == rollouts.ROLLOUT_STATE_ROLLED_BACK,
        "problem": problem,
        "request_id": request.retry_request_id(problem),
        "form_value": request.form_value,
        **ENUM_CONTEXT,
    }
    return View(
        template="experiments/detail.html",
        title=experiment.display_name,
        context=context,
        figures=figures,
        status=problem.status if problem else 200,
    )


async def change_state(request: PageRequest) -> Redirect | View:
    """Makes the transition of the form, or starts a rollout."""
    action, experiment_id = request.form_value("action"), request.path["experiment_id"]
    owner = _owner(request, bool(request.form_value("all_tenants")))
    try:
        if action == "rollout":
            notice = await _start_rollout(request, owner, experiment_id)
        elif action in TRANSITIONS:
            notice = await _make_transition(request, TRANSITIONS[action], owner, experiment_id)
        else:
            raise Problem.field("action", f"must be one of {', '.join([*TRANSITIONS, 'rollout'])}")
    except Problem as problem:
        if problem.status in (401, 403, 404):
            raise
        return await _view(request, problem)
    return Redirect(path=request.address(f"experiments/{experiment_id}"), notice=notice)


async def _make_transition(request: PageRequest, transition: Transition, owner: str, experiment_id: str) -> str:
    message = transition.request(
        tenant_id=owner,
        request_id=request.request_id,
        experiment_id=experiment_id,
        reason=request.form_value("reason"),
    )
    if "etag" in message.DESCRIPTOR.fields_by_name:
        message.etag = request.form_value("etag")
    method: grpc.aio.UnaryUnaryMultiCallable[Any, Any] = getattr(request.services.experiments, transition.method)
    await request.services.call(method, message)
    return transition.notice


async def _start_rollout(request: PageRequest, owner: str, experiment_id: str) -> str:
    message = pb.StartRolloutRequest(
        tenant_id=owner,
        request_id=request.request_id,
        experiment_id=experiment_id,
        etag=request.form_value("etag"),
        plan=_rollout_plan(request),
    )
    await request.services.call(request.services.experiments.StartRollout, message)
    return "The rollout is started."


def _rollout_plan(request: PageRequest) -> rollouts.RolloutPlan:
    hours = request.form_number("hours", 24.0) or 0.0
    if not 0 <= hours <= ROLLOUT_HOURS_MAX:
        raise Problem.field("hours", f"must be between 0 and {ROLLOUT_HOURS_MAX:g}")
    try:
        steps = [float(part.rstrip("%")) for part in request.form_value("steps").replace(",", " ").split()]
    except ValueError:
        raise Problem.field("steps", "must be percentages separated by spaces, such as 10 25 50 100") from None
    plan = rollouts.RolloutPlan(steps=steps, needs_approval=request.form_value("needs_approval") == "yes")
    plan.interval.FromTimedelta(timedelta(hours=hours))
    return plan


PATH = "experiments/{experiment_id}"
PAGE = Page(path=PATH, handler=experiment_detail, actions={PATH: (CHANGE_ROLES, change_state)})
