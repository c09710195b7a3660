"""The figures of learning: what a run changed, what drifts, what was fitted; and estimates of a strategy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.console.page import Figure
from radiant.neural.v1 import learning_service_pb2 as pb
from radiant.neural.v1 import scoring_pb2

ESTIMATORS = {"ips": "IPS", "snips": "SNIPS", "dr": "doubly robust"}


def report_figures(report: pb.RunBatchLearningResponse) -> list[Figure]:
    """Returns the figures of a run's report."""
    return [_changes(report.largest_changes), _drifts(report.drifts), _priors(report.priors)]


def _place(score: scoring_pb2.ModelScore) -> str:
    parts = (score.model, score.task_type or "any task", score.domain_mode or "any domain", score.user_id)
    return " · ".join(part for part in parts if part)


def _before_and_after(names: Sequence[str], before: Sequence[Any], after: Sequence[Any]) -> dict[str, Any]:
    """Returns a chart with two marks on each line; the first line on top."""
    return {
        "legend": {},
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 20, "right": 30, "top": 40, "bottom": 45, "containLabel": True},
        "xAxis": {"type": "value", "scale": True, "name": "score", "nameLocation": "middle", "nameGap": 28},
        "yAxis": {"type": "category", "inverse": True, "data": names, "splitLine": {"show": True}},
        "series": [
            {"name": "Before", "type": "scatter", "symbolSize": 11, "symbol": "emptyCircle", "data": before},
            {"name": "After", "type": "scatter", "symbolSize": 11, "data": after},
        ],
    }


def _height(lines: int) -> int:
    return 200 if lines <= 4 else 320 if lines <= 9 else 480 if lines <= 16 else 640


def _changes(changes: Sequence[pb.CellChange]) -> Figure:
    rows, names, before, after = [], [], [], []
    for each in changes:
        score = each.after if each.HasField("after") else each.before
        old = round(each.before.score, 6) if each.HasField("before") else None
        new = round(each.after.score, 6) if each.HasField("after") else None
        scope = scoring_pb2.Scope.Name(score.scope).removeprefix("SCOPE_").lower()
        difference = round(new - old, 6) if old is not None and new is not None else None
        rows.append(
            (each.tenant_id or "all", scope, score.model, score.task_type, score.domain_mode, old, new, difference)
        )
        names.append(_place(score))
        before.append("-" if old is None else old)
        after.append("-" if new is None else new)
    columns = ("Tenant", "Scope", "Model", "Task", "Domain", "Before", "After", "Change")
    return Figure(
        name="changes",
        title="Cells that changed most",
        columns=columns,
        rows=rows,
        option=_before_and_after(names, before, after),
        note="Scores in the version before and in the one that was built.",
        height=_height(len(rows)),
    )


def _drifts(drifts: Sequence[pb.Drift]) -> Figure:
    rows = [
        (
            each.tenant_id,
            each.model,
            each.task_type,
            each.domain_mode,
            round(each.score_before, 4),
            each.units_before,
            round(each.score_after, 4),
            each.units_after,
            round(each.standard_errors, 2),
        )
        for each in drifts
    ]
    names = [f"{each.model} · {each.task_type or 'any task'} · {each.domain_mode or 'any domain'}" for each in drifts]
    option = _before_and_after(names, [row[4] for row in rows], [row[6] for row in rows])
    columns = ("Tenant", "Model", "Task", "Domain", "Before", "Units", "Last week", "Units", "Standard errors")
    return Figure(
        name="drifts",
        title="Models that drift",
        columns=columns,
        rows=rows,
        option=option,
        note="The last week against the four weeks before, where they differ by more than chance.",
        height=_height(len(rows)),
    )


def _priors(priors: Sequence[pb.PriorStrength]) -> Figure:
    names = [f"{each.tenant_id or 'all'} · {each.level}" for each in priors]
    option = {
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 20, "right": 30, "top": 20, "bottom": 45, "containLabel": True},
        "xAxis": {"type": "value", "name": "units", "nameLocation": "middle", "nameGap": 28},
        "yAxis": {"type": "category", "inverse": True, "data": names},
        "series": [{"name": "Strength", "type": "bar", "data": [round(each.strength, 3) for each in priors]}],
    }
    return Figure(
        name="priors",
        title="How strongly levels act on one another",
        columns=("Tenant", "Level", "Units that the level before counts as", "Cells fitted to"),
        rows=[(each.tenant_id or "all", each.level, round(each.strength, 3), each.cells) for each in priors],
        option=option,
        height=_height(len(priors)),
    )


def estimates(answer: pb.EvaluatePolicyResponse) -> Figure:
    """Returns the estimates of a strategy's mean score with their intervals."""
    rows = [
        (
            ESTIMATORS.get(each.estimator, each.estimator),
            round(each.value, 4),
            round(each.lower, 4),
            round(each.upper, 4),
        )
        for each in answer.estimates
    ]
    option = {
        "tooltip": {"trigger": "item"},
        "grid": {"left": 110, "right": 30, "top": 15, "bottom": 30},
        "xAxis": {"type": "value", "scale": True},
        "yAxis": {"type": "category", "data": [row[0] for row in rows]},
        "series": [
            {
                "name": "Mean score",
                "type": "boxplot",
                "boxWidth": [10, 26],
                "itemStyle": {"color": "transparent", "borderWidth": 2},
                "dimensions": ["estimator", "from", "from", "estimate", "to", "to"],
                "data": [[low, low, value, high, high] for _, value, low, high in rows],
            }
        ],
    }
    return Figure(
        name="estimates",
        title="Mean score that the strategy would have had",
        columns=("Estimator", "Estimate", "Low 95 %", "High 95 %"),
        rows=rows,
        option=option,
        note="The bar spans the 95 % interval; the line in it is the estimate.",
        height=200,
    )
