"""One experiment: what it is, what came of it, how it reaches everybody; and what may be done with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import grpc
from google.protobuf import json_format

from gateway.console.page import ADMINS, Asked, Moved, Page, Shown
from gateway.console.pages.experiment_figures import COURSE, figures_of, shown_of
from gateway.console.pages.experiment_verdict import blocks, verdict
from gateway.http.problems import Problem
from radiant.experiments.v1 import experiment_pb2 as experiments
from radiant.experiments.v1 import experiment_service_pb2 as pb
from radiant.experiments.v1 import rollout_pb2 as rollouts

WORDS = {
    "State": experiments.ExperimentState,
    "Type": experiments.ExperimentType,
    "Rule": experiments.WinnerRule,
    "Direction": experiments.MetricDirection,
    "RolloutState": rollouts.RolloutState,
    "tones": {
        experiments.EXPERIMENT_STATE_RUNNING: "good",
        experiments.EXPERIMENT_STATE_PAUSED: "warn",
        experiments.EXPERIMENT_STATE_CANCELLED: "bad",
    },
}
"""What templates need to name and colour states."""
HOURS_MAX = 8760.0


@dataclass(frozen=True, slots=True)
class Move:
    """A change of state."""

    request: type[Any]
    call: str
    done: str
    """What is said afterwards."""


MOVES: Mapping[str, Move] = {
    "start": Move(pb.StartExperimentRequest, "StartExperiment", "The experiment runs."),
    "pause": Move(pb.PauseExperimentRequest, "PauseExperiment", "The experiment pauses: nobody new is assigned."),
    "resume": Move(pb.ResumeExperimentRequest, "ResumeExperiment", "The experiment runs again."),
    "complete": Move(pb.CompleteExperimentRequest, "CompleteExperiment", "The experiment is completed."),
    "cancel": Move(pb.CancelExperimentRequest, "CancelExperiment", "The experiment is cancelled."),
    "approve": Move(pb.ApproveRolloutStepRequest, "ApproveRolloutStep", "The step is approved; it is taken when due."),
    "roll_back": Move(pb.RollBackRequest, "RollBack", "Rolled back: nobody is in treatment any more."),
}
OFFERED = {
    experiments.EXPERIMENT_STATE_DRAFT: ("start", "cancel"),
    experiments.EXPERIMENT_STATE_RUNNING: ("pause", "complete", "cancel"),
    experiments.EXPERIMENT_STATE_PAUSED: ("resume", "complete", "cancel"),
}
"""By state; nothing is offered once it has ended."""


def at(asked: Asked, experiment_id: str) -> str:
    """Returns the address of an experiment's page below the console."""
    kept = "" if asked.session.tenant else "?" + urlencode({"tenant": asked.tenant})
    return f"experiments/{experiment_id}{kept}"


def retried(asked: Asked, problem: Problem | None) -> str:
    """Returns the form's identifier where nobody knows whether it worked, so that sending it again counts once."""
    return asked.request_id if problem is not None and problem.status >= 500 else ""


def _owner(asked: Asked, everybody: bool) -> str:
    """Returns the tenant of the experiment; an operator of all tenants reaches those over all without naming one."""
    return "" if everybody and not asked.session.tenant else asked.tenant


async def _rollout(asked: Asked, owner: str, experiment_id: str) -> rollouts.Rollout | None:
    request = pb.GetRolloutRequest(tenant_id=owner, experiment_id=experiment_id)
    try:
        return (await asked.desk.ask(asked.desk.experiments.GetRollout, request)).rollout
    except Problem as problem:
        if problem.status == 404:
            return None
        raise


async def _results(asked: Asked, owner: str, experiment_id: str) -> pb.GetResultsResponse | None:
    """Returns the analysis and its history; None where they cannot be had now: the experiment can still be stopped."""
    request = pb.GetResultsRequest(tenant_id=owner, experiment_id=experiment_id, with_history=True)
    try:
        return await asked.desk.ask(asked.desk.experiments.GetResults, request)
    except Problem as problem:
        if problem.status >= 500:
            return None
        raise


async def one(asked: Asked) -> Shown:
    """Shows an experiment."""
    return await _shown(asked, None)


async def _shown(asked: Asked, problem: Problem | None) -> Shown:
    desk, experiment_id = asked.desk, asked.path["experiment_id"]
    seen = pb.GetExperimentRequest(tenant_id=asked.tenant, experiment_id=experiment_id)
    it = (await desk.ask(desk.experiments.GetExperiment, seen)).experiment
    answer = rollout = None
    if it.state != experiments.EXPERIMENT_STATE_DRAFT:
        owner = _owner(asked, not it.tenant_id)
        answer = await _results(asked, owner, experiment_id)
        rollout = await _rollout(asked, owner, experiment_id)
    results = answer.results if answer is not None else None
    history = shown_of(answer.history if answer is not None else (), bool(asked.text("csv")))
    figures = figures_of(it, results, rollout, history)
    may_change = asked.session.may(ADMINS) and (bool(it.tenant_id) or not asked.session.tenant)
    running = it.state == experiments.EXPERIMENT_STATE_RUNNING
    context = {
        "it": it,
        "configs": [json.dumps(json_format.MessageToDict(each.config), indent=1) for each in it.variants],
        "results": results,
        "blocks": blocks(it, results) if results else (),
        "verdict": verdict(it, results) if results else None,
        "courses": [figure.name for figure in figures if figure.name.startswith(COURSE)],
        "rollout": rollout,
        "offered": OFFERED.get(it.state, ()) if may_change else (),
        "may_change": may_change,
        "may_roll_out": may_change and running and rollout is None and len(it.variants) == 2,
        "rollout_open": rollout is not None
        and rollout.state in (rollouts.ROLLOUT_STATE_RUNNING, rollouts.ROLLOUT_STATE_WAITING),
        "waiting": rollout is not None and rollout.state == rollouts.ROLLOUT_STATE_WAITING,
        "problem": problem,
        "request_id": retried(asked, problem),
        "sent": asked.sent,
        **WORDS,
    }
    return Shown(
        template="experiment.html",
        title=it.display_name,
        context=context,
        figures=figures,
        status=problem.status if problem else 200,
    )


def _steps(asked: Asked) -> list[float]:
    try:
        return [float(part.rstrip("%")) for part in asked.sent("steps").replace(",", " ").split()]
    except ValueError:
        raise Problem.field("steps", "must be shares in per cent such as 10 25 50 100") from None


def _plan(asked: Asked) -> rollouts.RolloutPlan:
    hours = asked.number("hours", 24.0) or 0.0
    if not 0 <= hours <= HOURS_MAX:
        raise Problem.field("hours", f"must lie in [0, {HOURS_MAX:g}]")
    plan = rollouts.RolloutPlan(steps=_steps(asked), needs_approval=asked.sent("needs_approval") == "yes")
    plan.interval.FromTimedelta(timedelta(hours=hours))
    return plan


async def _start_rollout(asked: Asked, owner: str, experiment_id: str) -> str:
    request = pb.StartRolloutRequest(
        tenant_id=owner,
        request_id=asked.request_id,
        experiment_id=experiment_id,
        etag=asked.sent("etag"),
        plan=_plan(asked),
    )
    await asked.desk.ask(asked.desk.experiments.StartRollout, request)
    return "The rollout has begun."


async def change(asked: Asked) -> Moved | Shown:
    """Does what the form says; shows the page as it is now, with what was typed, when that is refused."""
    do, experiment_id = asked.sent("do"), asked.path["experiment_id"]
    owner = _owner(asked, bool(asked.sent("everybody")))
    try:
        if do == "rollout":
            done = await _start_rollout(asked, owner, experiment_id)
        elif do in MOVES:
            done = await _move(asked, MOVES[do], owner, experiment_id)
        else:
            raise Problem.field("do", f"must be one of {', '.join([*MOVES, 'rollout'])}")
    except Problem as problem:
        if problem.status in (401, 403, 404):
            raise
        return await _shown(asked, problem)
    return Moved(to=at(asked, experiment_id), notice=done)


async def _move(asked: Asked, move: Move, owner: str, experiment_id: str) -> str:
    request = move.request(
        tenant_id=owner, request_id=asked.request_id, experiment_id=experiment_id, reason=asked.sent("reason")
    )
    if "etag" in request.DESCRIPTOR.fields_by_name:
        request.etag = asked.sent("etag")
    call: grpc.aio.UnaryUnaryMultiCallable[Any, Any] = getattr(asked.desk.experiments, move.call)
    await asked.desk.ask(call, request)
    return move.done


PATH = "experiments/{experiment_id}"
PAGE = Page(path=PATH, name="", handler=one, actions={PATH: (ADMINS, change)})
