"""All figures of the results of an experiment: effects, users by epoch, and share of users during the rollout."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from gateway.console.charts.experiment_effects import (
    effect_figure,
    effect_over_time_figure,
    effects_table,
    metric_comparisons,
)
from gateway.console.charts.figure import Figure
from radiant.experiments.v1 import analysis_pb2 as analysis
from radiant.experiments.v1 import experiment_pb2 as experiments
from radiant.experiments.v1 import rollout_pb2 as rollouts

CHART_POINTS_MAX = 300
"""Interim results in a chart. The CSV file contains all of them."""


def thinned_history(history: Sequence[analysis.ResultLook]) -> Sequence[analysis.ResultLook]:
    """Returns at most CHART_POINTS_MAX evenly spaced interim results, including the last."""
    step = -(-len(history) // CHART_POINTS_MAX)
    return history[::-1][::step][::-1] if step > 1 else history


def result_figures(
    experiment: experiments.Experiment,
    results: analysis.Results | None,
    rollout: rollouts.Rollout | None,
    history: Sequence[analysis.ResultLook] = (),
) -> Sequence[Figure]:
    """Returns the figures of the available results."""
    figures: list[Figure] = []
    if results is not None:
        groups = metric_comparisons(experiment, results)
        over_time = [effect_over_time_figure(group, number, history) for number, group in enumerate(groups)]
        figures.append(effects_table(results.comparisons))
        figures += [effect_figure(group) for group in groups]
        figures += [figure for figure in over_time if figure is not None]
        figures.append(_users_by_epoch(results))
    if rollout is not None:
        figures.append(_rollout_share(rollout))
    return figures


def _users_by_epoch(results: analysis.Results) -> Figure:
    epochs = sorted({each.epoch for each in results.variants})
    variants = list(dict.fromkeys(each.variant for each in results.variants))
    users = {(each.epoch, each.variant): each.users for each in results.variants}
    option = {
        "legend": {},
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 60, "right": 20, "top": 60, "bottom": 30},
        "xAxis": {"type": "category", "data": [f"epoch {epoch}" for epoch in epochs]},
        "yAxis": {"type": "value", "minInterval": 1, "name": "users"},
        "series": [
            {
                "name": variant,
                "type": "bar",
                "barMaxWidth": 60,
                "data": [users.get((epoch, variant), 0) for epoch in epochs],
            }
            for variant in variants
        ],
    }
    rows = [
        (
            each.epoch,
            each.variant,
            each.users,
            each.units,
            each.positive_units,
            round(each.positive_units / each.units, 4) if each.units else None,
        )
        for each in results.variants
    ]
    columns = ("Epoch", "Variant", "Users", "Units with feedback", "Positive units", "Positive rate")
    return Figure(name="arrivals", title="Users by variant and epoch", columns=columns, rows=rows, option=option)


def _rollout_share(rollout: rollouts.Rollout) -> Figure:
    rows: list[tuple[Any, ...]] = []
    for each in rollout.decisions:
        values = "; ".join(f"{name} {value:.4g}" for name, value in sorted(each.numbers.items()))
        time = each.decide_time.ToDatetime(UTC).isoformat(sep=" ", timespec="seconds")
        rows.append((time, each.action, each.percent, each.reason, values))
    points = [[each.decide_time.ToMilliseconds(), each.percent] for each in rollout.decisions]
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    option = {
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 60, "right": 30, "top": 40, "bottom": 30},
        "xAxis": {"type": "time", "axisLabel": {"hideOverlap": True}},
        "yAxis": {"type": "value", "min": 0, "max": 100, "name": "% of users"},
        "series": [
            {
                "name": "Users in treatment, %",
                "type": "line",
                "step": "end",
                "areaStyle": {"opacity": 0.15},
                "data": [*points, [now_ms, rollout.percent]],
            }
        ],
    }
    return Figure(
        name="rollout",
        title="Users in treatment over time",
        columns=("Time (UTC)", "Decision", "Users in treatment, %", "Reason", "Measurements"),
        rows=rows,
        option=option,
        height_px=200,
    )
