"""How many users an experiment needs, and how that depends on the difference worth finding."""

from __future__ import annotations

import asyncio
from typing import Any

from gateway.console.page import ADMINS, Asked, Figure, Page, Shown
from gateway.http.problems import Problem
from radiant.experiments.v1 import experiment_service_pb2 as pb

FIELDS = {"baseline_rate": "0.5", "effect": "", "alpha": "0.05", "power": "0.8", "users_per_day": "", "traffic": "0.5"}
"""With what stands there at first."""
FACTORS = (0.5, 0.6, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0)
"""Differences beside the one that is asked for."""


def _share(name: str, text: str) -> float:
    try:
        return float(text or 0)
    except ValueError:
        raise Problem.field(name, "must be a number") from None


def _request(typed: dict[str, str], factor: float = 1.0) -> pb.PlanSampleSizeRequest:
    return pb.PlanSampleSizeRequest(
        baseline_rate=_share("baseline_rate", typed["baseline_rate"]),
        effect=_share("effect", typed["effect"]) * factor,
        alpha=_share("alpha", typed["alpha"]),
        power=_share("power", typed["power"]),
        users_per_day=_share("users_per_day", typed["users_per_day"]),
        traffic_percentage=_share("traffic", typed["traffic"]),
    )


def _figure(points: list[tuple[float, int, float]]) -> Figure:
    data = [[round(effect, 5), users] for effect, users, _ in points]
    option = {
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 80, "right": 30, "top": 30, "bottom": 50},
        "xAxis": {"type": "value", "name": "difference", "nameLocation": "middle", "nameGap": 30, "scale": True},
        "yAxis": {"type": "log", "name": "users per variant"},
        "series": [{"name": "Users per variant", "type": "line", "symbolSize": 8, "data": data}],
    }
    return Figure(
        name="size",
        title="Users needed by the difference worth finding",
        columns=("Difference", "Users per variant", "Days"),
        rows=[(round(effect, 5), users, round(days, 1) if days else None) for effect, users, days in points],
        option=option,
        note="Half the difference takes about four times the users. The scale of users is logarithmic.",
    )


async def plan(asked: Asked) -> Shown:
    """Shows the plan that the address asks for."""
    typed = {name: asked.text(name, first) for name, first in FIELDS.items()}
    context: dict[str, Any] = {"typed": typed, "answer": None, "problem": None, "may_change": asked.session.may(ADMINS)}
    if not typed["effect"]:
        return Shown(template="experiment_plan.html", title="Plan an experiment", context=context)
    ask, call = asked.desk.ask, asked.desk.experiments.PlanSampleSize
    try:
        answer = await ask(call, _request(typed))
    except Problem as problem:
        if problem.status != 400:
            raise
        context["problem"] = problem
        return Shown(template="experiment_plan.html", title="Plan an experiment", context=context, status=400)
    baseline, effect = _share("", typed["baseline_rate"]), _share("", typed["effect"])
    factors = [each for each in FACTORS if 0 < baseline + effect * each < 1]
    answers = await asyncio.gather(*(ask(call, _request(typed, each)) for each in factors))
    points = [
        (effect * factor, each.users_per_variant, each.days) for factor, each in zip(factors, answers, strict=True)
    ]
    context |= {"answer": answer, "effect": effect, "baseline": baseline}
    return Shown(
        template="experiment_plan.html", title="Plan an experiment", context=context, figures=(_figure(points),)
    )


PAGE = Page(path="experiments/plan", name="", handler=plan)
