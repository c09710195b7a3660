"""Sample size calculator: users per variant for a minimum detectable effect."""

from __future__ import annotations

import asyncio
from typing import Any

from gateway.console.access import roles_of
from gateway.console.charts.experiment_sample_size import SizePoint, sample_size_figure
from gateway.console.page import Page
from gateway.console.page_request import PageRequest
from gateway.console.view import View
from gateway.http.problems import Problem
from radiant.experiments.v1 import experiment_service_pb2 as pb

TEMPLATE, TITLE = "experiments/sample_size.html", "Sample size"
DEFAULTS = {
    "baseline_rate": "0.5",
    "effect": "",
    "alpha": "0.05",
    "power": "0.8",
    "users_per_day": "",
    "traffic": "0.5",
}
EFFECT_FACTORS = (0.5, 0.6, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0)
"""Multiples of the requested effect in the chart."""


def _number(name: str, text: str) -> float:
    try:
        return float(text or 0)
    except ValueError:
        raise Problem.field(name, "must be a number") from None


def _message(values: dict[str, str], effect_factor: float = 1.0) -> pb.PlanSampleSizeRequest:
    return pb.PlanSampleSizeRequest(
        baseline_rate=_number("baseline_rate", values["baseline_rate"]),
        effect=_number("effect", values["effect"]) * effect_factor,
        alpha=_number("alpha", values["alpha"]),
        power=_number("power", values["power"]),
        users_per_day=_number("users_per_day", values["users_per_day"]),
        traffic_percentage=_number("traffic", values["traffic"]),
    )


async def sample_size(request: PageRequest) -> View:
    """Shows the form, and the sample size if the query contains an effect."""
    values = {name: request.query_value(name, default) for name, default in DEFAULTS.items()}
    context: dict[str, Any] = {
        "values": values,
        "plan": None,
        "problem": None,
        "may_change": request.session.has_any_role(roles_of("ExperimentService.CreateExperiment")),
    }
    if not values["effect"]:
        return View(template=TEMPLATE, title=TITLE, context=context)
    call, method = request.services.call, request.services.experiments.PlanSampleSize
    try:
        plan = await call(method, _message(values))
    except Problem as problem:
        if problem.status != 400:
            raise
        context["problem"] = problem
        return View(template=TEMPLATE, title=TITLE, context=context, status=400)
    baseline, effect = _number("baseline_rate", values["baseline_rate"]), _number("effect", values["effect"])
    factors = [factor for factor in EFFECT_FACTORS if 0 < baseline + effect * factor < 1]
    plans = await asyncio.gather(*(call(method, _message(values, factor)) for factor in factors))
    points = [
        SizePoint(effect * factor, each.users_per_variant, each.days)
        for factor, each in zip(factors, plans, strict=True)
    ]
    context |= {"plan": plan, "effect": effect, "baseline": baseline}
    return View(template=TEMPLATE, title=TITLE, context=context, figures=(sample_size_figure(points),))


PAGE = Page(path="experiments/plan", handler=sample_size)
