"""The figures of an experiment: effects with their intervals, arrivals by epoch, steps of the rollout."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from gateway.console.page import Figure
from gateway.console.pages.experiment_verdict import Block, blocks
from radiant.experiments.v1 import analysis_pb2 as analysis
from radiant.experiments.v1 import experiment_pb2 as experiments
from radiant.experiments.v1 import rollout_pb2 as rollouts

EFFECT_COLUMNS = (
    "Metric",
    "Variant",
    "Control",
    "Treatment",
    "Difference",
    "Low",
    "High",
    "Sequence low",
    "Sequence high",
    "p",
    "p (Holm)",
    "p (Benjamini-Hochberg)",
    "Effect size",
    "Test",
    "Sequence excludes 0",
)
COURSE_COLUMNS = ("Time (UTC)", "Variant", "Difference", "Sequence low", "Sequence high", "Control users", "Users")
COURSE = "course-"
"""What the names of figures over time begin with."""
LOOKS_SHOWN_MAX = 300
"""On a page; a file holds all of them."""


def shown_of(history: Sequence[analysis.ResultLook], everything: bool) -> Sequence[analysis.ResultLook]:
    """Returns evenly spaced looks that a page can hold, the last among them; or all of them."""
    step = 1 if everything else -(-len(history) // LOOKS_SHOWN_MAX)
    return history[::-1][::step][::-1] if step > 1 else history


def figures_of(
    it: experiments.Experiment,
    results: analysis.Results | None,
    rollout: rollouts.Rollout | None,
    history: Sequence[analysis.ResultLook] = (),
) -> Sequence[Figure]:
    """Returns the figures of what there is."""
    made: list[Figure] = []
    if results is not None:
        made.append(_table("effects", "Effects", results.comparisons))
        found = blocks(it, results)
        made += [_effect(block) for block in found]
        made += [course for number, block in enumerate(found) if (course := _course(block, number, history))]
        made.append(_arrivals(results))
    if rollout is not None:
        made.append(_rollout(rollout))
    return made


def _known(value: float) -> float | None:
    """Returns a number that can be written; a bound at infinity is none."""
    return round(value, 6) if math.isfinite(value) else None


def _row(each: analysis.Comparison) -> tuple[Any, ...]:
    numbers = (
        each.control_mean,
        each.treatment_mean,
        each.difference,
        each.lower,
        each.upper,
        each.sequence_lower,
        each.sequence_upper,
        each.p_value,
        each.p_holm,
        each.p_benjamini_hochberg,
        each.effect_size,
    )
    excludes = "yes" if each.significant_anytime else "no"
    return (each.metric, each.variant, *map(_known, numbers), each.test, excludes)


def _table(name: str, title: str, comparisons: Sequence[analysis.Comparison]) -> Figure:
    return Figure(name=name, title=title, columns=EFFECT_COLUMNS, rows=[_row(each) for each in comparisons])


def _effect(block: Block) -> Figure:
    shown = []
    for each in block.comparisons:
        ends = (each.sequence_lower, each.lower, each.difference, each.upper, each.sequence_upper)
        if all(math.isfinite(value) for value in ends):
            shown.append((each.variant, [round(value, 6) for value in ends]))
    zero = {
        "silent": True,
        "symbol": "none",
        "data": [
            {
                "xAxis": 0,
                "label": {"formatter": "no difference", "position": "end", "color": "inherit", "textBorderWidth": 0},
            }
        ],
        "lineStyle": {"type": "dashed"},
    }
    widest = max((max(abs(end) for end in ends) for _, ends in shown), default=1.0) or 1.0
    option = {
        "tooltip": {"trigger": "item"},
        "grid": {"left": 110, "right": 30, "top": 30, "bottom": 30},
        "xAxis": {
            "type": "value",
            "min": -1.15 * widest,
            "max": 1.15 * widest,
            "splitNumber": 4,
            "axisLabel": {"showMinLabel": False, "showMaxLabel": False, "hideOverlap": True},
        },
        "yAxis": {"type": "category", "data": [variant for variant, _ in shown]},
        "series": [
            {
                "name": block.metric,
                "type": "boxplot",
                "boxWidth": [10, 26],
                "itemStyle": {"color": "transparent", "borderWidth": 2},
                "dimensions": ["variant", "sequence from", "interval from", "difference", "to", "sequence to"],
                "data": [ends for _, ends in shown],
                "markLine": zero,
            }
        ],
    }
    return Figure(
        name=block.figure,
        title=f"Difference in {block.metric.replace('_', ' ')}",
        columns=EFFECT_COLUMNS,
        rows=[_row(each) for each in block.comparisons],
        option=option if shown else None,
        note=f"Treatment less control; {block.better} is better.",
        height=200 if len(shown) <= 3 else 320,
    )


def _course(block: Block, number: int, history: Sequence[analysis.ResultLook]) -> Figure | None:
    """Returns the sequence of a metric over time; None before the second look."""
    seen = [(look, each) for look in history for each in look.comparisons if each.metric == block.metric]
    if len({look.take_time.ToNanoseconds() for look, _ in seen}) < 2:
        return None
    rows: list[tuple[Any, ...]] = []
    lines: dict[str, list[list[float | None]]] = {}
    for look, each in seen:
        moment = look.take_time.ToDatetime(UTC).isoformat(sep=" ", timespec="seconds")
        numbers = [_known(value) for value in (each.difference, each.sequence_lower, each.sequence_upper)]
        rows.append((moment, each.variant, *numbers, each.control_users, each.treatment_users))
        lines.setdefault(each.variant, []).append([look.take_time.ToMilliseconds(), *numbers])
    later = [abs(value) for line in lines.values() for point in line[len(line) // 2 :] for value in point[1:] if value]
    widest = 1.15 * max(later, default=1.0)
    option = {
        "legend": {},
        "tooltip": {"trigger": "item"},
        "grid": {"left": 70, "right": 30, "top": 40, "bottom": 30},
        "xAxis": {"type": "time", "axisLabel": {"hideOverlap": True}},
        "yAxis": {
            "type": "value",
            "min": -widest,
            "max": widest,
            "axisLabel": {"showMinLabel": False, "showMaxLabel": False},
        },
        "series": [line for variant, points in lines.items() for line in _band(variant, points)],
    }
    return Figure(
        name=f"{COURSE}{number}",
        title=f"Difference in {block.metric.replace('_', ' ')} over time",
        columns=COURSE_COLUMNS,
        rows=rows,
        option=option,
        note=f"Treatment less control between the bounds of the confidence sequence; {block.better} is better. Once "
        "they lie on one side of no difference, it is decided. The scale fits the later half of the looks.",
    )


def _band(variant: str, points: Sequence[Sequence[float | None]]) -> list[dict[str, Any]]:
    """Returns the lines of a variant; those of one name share a colour and an entry of the legend."""
    line: dict[str, Any] = {
        "name": variant,
        "type": "line",
        "dimensions": ["time", "difference", "sequence from", "sequence to"],
        "data": points,
    }
    zero = {"silent": True, "symbol": "none", "data": [{"yAxis": 0, "label": {"show": False}}]}
    difference = line | {"symbolSize": 5, "encode": {"x": 0, "y": 1, "tooltip": [0, 1, 2, 3]}, "markLine": zero}
    bound = line | {"symbol": "none", "silent": True, "lineStyle": {"type": "dashed", "width": 1}}
    return [difference, *(bound | {"encode": {"x": 0, "y": column}} for column in (2, 3))]


def _arrivals(results: analysis.Results) -> Figure:
    epochs = sorted({each.epoch for each in results.variants})
    names = list(dict.fromkeys(each.variant for each in results.variants))
    users = {(each.epoch, each.variant): each.users for each in results.variants}
    option = {
        "legend": {},
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 60, "right": 20, "top": 40, "bottom": 30},
        "xAxis": {"type": "category", "data": [f"epoch {epoch}" for epoch in epochs]},
        "yAxis": {"type": "value", "minInterval": 1, "name": "users"},
        "series": [
            {"name": name, "type": "bar", "barMaxWidth": 60, "data": [users.get((epoch, name), 0) for epoch in epochs]}
            for name in names
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
    columns = ("Epoch", "Variant", "Users", "Units with feedback", "Positive", "Positive rate")
    return Figure(name="arrivals", title="Users by variant and epoch", columns=columns, rows=rows, option=option)


def _rollout(rollout: rollouts.Rollout) -> Figure:
    rows: list[tuple[Any, ...]] = []
    for each in rollout.decisions:
        numbers = "; ".join(f"{name} {value:.4g}" for name, value in sorted(each.numbers.items()))
        moment = each.decide_time.ToDatetime(UTC).isoformat(sep=" ", timespec="seconds")
        rows.append((moment, each.action, each.percent, each.reason, numbers))
    steps = [[each.decide_time.ToMilliseconds(), each.percent] for each in rollout.decisions]
    now = int(datetime.now(UTC).timestamp() * 1000)
    option = {
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 60, "right": 30, "top": 30, "bottom": 30},
        "xAxis": {"type": "time", "axisLabel": {"hideOverlap": True}},
        "yAxis": {"type": "value", "min": 0, "max": 100, "name": "% of users"},
        "series": [
            {
                "name": "In treatment, %",
                "type": "line",
                "step": "end",
                "areaStyle": {"opacity": 0.15},
                "data": [*steps, [now, rollout.percent]],
            }
        ],
    }
    columns = ("Time (UTC)", "Decision", "In treatment, %", "Reason", "Numbers")
    return Figure(
        name="rollout", title="Share in treatment over time", columns=columns, rows=rows, option=option, height=200
    )
