"""Figures of the learning page: report of a batch run, and off-policy estimates of a strategy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.console.charts.figure import Figure, height_px
from gateway.console.enums import enum_name
from radiant.neural.v1 import learning_service_pb2 as pb
from radiant.neural.v1 import scoring_pb2

ESTIMATOR_LABELS = {
    "ips": "Inverse propensity (IPS)",
    "snips": "Self-normalized IPS",
    "dr": "Doubly robust",
}
ALL_TENANTS = "all tenants"


def report_figures(report: pb.RunBatchLearningResponse) -> list[Figure]:
    """Returns the figures of the report of a batch run."""
    return [_changes(report.largest_changes), _drifts(report.drifts), _priors(report.priors)]


def estimates_figure(evaluation: pb.EvaluatePolicyResponse) -> Figure:
    """Returns the estimates of the mean score of a strategy with their intervals."""
    rows = [
        (
            ESTIMATOR_LABELS.get(each.estimator, each.estimator),
            round(each.value, 4),
            round(each.lower, 4),
            round(each.upper, 4),
        )
        for each in evaluation.estimates
    ]
    option = {
        "tooltip": {"trigger": "item"},
        "grid": {"left": 170, "right": 30, "top": 15, "bottom": 30},
        "xAxis": {"type": "value", "scale": True},
        "yAxis": {"type": "category", "data": [row[0] for row in rows]},
        "series": [
            {
                "name": "Mean score",
                "type": "boxplot",
                "boxWidth": [10, 26],
                "itemStyle": {"color": "transparent", "borderWidth": 2},
                "dimensions": ["estimator", "lower", "lower", "estimate", "upper", "upper"],
                "data": [[low, low, value, high, high] for _, value, low, high in rows],
            }
        ],
    }
    return Figure(
        name="estimates",
        title="Estimated mean score",
        columns=("Estimator", "Estimate", "95 % lower", "95 % upper"),
        rows=rows,
        option=option,
        description="Mean score from 0 to 1. The box is the 95 % interval; the line inside is the estimate.",
        height_px=200,
    )


def _cell_label(model: str, task: str, domain: str, user: str = "") -> str:
    return " · ".join(part for part in (model, task or "any task", domain or "any domain", user) if part)


def _before_after_option(labels: Sequence[str], before: Sequence[Any], after: Sequence[Any]) -> dict[str, Any]:
    """Returns a dot plot with the values before and after on one line per label; the first label is on top."""
    return {
        "legend": {},
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 20, "right": 30, "top": 40, "bottom": 45, "containLabel": True},
        "xAxis": {"type": "value", "scale": True, "name": "score", "nameLocation": "middle", "nameGap": 28},
        "yAxis": {"type": "category", "inverse": True, "data": labels, "splitLine": {"show": True}},
        "series": [
            {"name": "Before", "type": "scatter", "symbolSize": 11, "symbol": "emptyCircle", "data": before},
            {"name": "After", "type": "scatter", "symbolSize": 11, "data": after},
        ],
    }


def _changes(changes: Sequence[pb.CellChange]) -> Figure:
    rows, labels, before, after = [], [], [], []
    for each in changes:
        score = each.after if each.HasField("after") else each.before
        old = round(each.before.score, 6) if each.HasField("before") else None
        new = round(each.after.score, 6) if each.HasField("after") else None
        scope = enum_name(score.scope, scoring_pb2.Scope)
        change = round(new - old, 6) if old is not None and new is not None else None
        tenant = each.tenant_id or ALL_TENANTS
        rows.append((tenant, scope, score.model, score.task_type, score.domain_mode, old, new, change))
        labels.append(_cell_label(score.model, score.task_type, score.domain_mode, score.user_id))
        before.append("-" if old is None else old)
        after.append("-" if new is None else new)
    return Figure(
        name="changes",
        title="Largest score changes",
        columns=("Tenant", "Scope", "Model", "Task", "Domain", "Score before", "Score after", "Change"),
        rows=rows,
        option=_before_after_option(labels, before, after),
        description="Scores (0 to 1) in the previous version and in the version of this run.",
        height_px=height_px(len(rows)),
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
    labels = [_cell_label(each.model, each.task_type, each.domain_mode) for each in drifts]
    columns = (
        "Tenant",
        "Model",
        "Task",
        "Domain",
        "Score, previous 4 weeks",
        "Units, previous 4 weeks",
        "Score, last week",
        "Units, last week",
        "Difference (standard errors)",
    )
    return Figure(
        name="drifts",
        title="Model drift",
        columns=columns,
        rows=rows,
        option=_before_after_option(labels, [row[4] for row in rows], [row[6] for row in rows]),
        description="Significant differences between the last week (after) and the four weeks before it.",
        height_px=height_px(len(rows)),
    )


def _priors(priors: Sequence[pb.PriorStrength]) -> Figure:
    labels = [f"{each.tenant_id or ALL_TENANTS} · {each.level}" for each in priors]
    option = {
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 20, "right": 30, "top": 20, "bottom": 45, "containLabel": True},
        "xAxis": {"type": "value", "name": "units", "nameLocation": "middle", "nameGap": 28},
        "yAxis": {"type": "category", "inverse": True, "data": labels},
        "series": [{"name": "Strength", "type": "bar", "data": [round(each.strength, 3) for each in priors]}],
    }
    return Figure(
        name="priors",
        title="Prior strength by level",
        columns=("Tenant", "Level", "Prior strength (units)", "Cells fitted"),
        rows=[(each.tenant_id or ALL_TENANTS, each.level, round(each.strength, 3), each.cells) for each in priors],
        option=option,
        description="Weight of the parent level in the estimate of a cell, in units.",
        height_px=height_px(len(priors)),
    )
