"""Figures of the effects of treatments: by metric, and over time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from gateway.console.charts.figure import Figure
from radiant.experiments.v1 import analysis_pb2 as analysis
from radiant.experiments.v1 import experiment_pb2 as experiments

EFFECT_COLUMNS = (
    "Metric",
    "Variant",
    "Control mean",
    "Treatment mean",
    "Difference",
    "Fixed-horizon lower",
    "Fixed-horizon upper",
    "Confidence sequence lower",
    "Confidence sequence upper",
    "p-value",
    "p-value (Holm)",
    "p-value (Benjamini-Hochberg)",
    "Effect size",
    "Test",
    "Significant",
)
OVER_TIME_COLUMNS = (
    "Time (UTC)",
    "Variant",
    "Difference",
    "Confidence sequence lower",
    "Confidence sequence upper",
    "Control users",
    "Treatment users",
)
OVER_TIME_PREFIX = "course-"
"""Prefix of the names of figures over time."""
LESS_IS_BETTER = ("cost", "latency_ms")
"""Built-in metrics of which lower values are better."""
METRIC_LABELS = {"cost": "cost (USD)", "latency_ms": "latency (ms)"}
"""Labels of built-in metrics with a unit."""
BOUND_MAX = 1e300
"""Earlier versions of the experiments service report this value, with its sign, for an unknown bound."""
NUMBERS = (
    "control_mean",
    "treatment_mean",
    "difference",
    "lower",
    "upper",
    "sequence_lower",
    "sequence_upper",
    "p_value",
    "p_holm",
    "p_benjamini_hochberg",
    "effect_size",
)
"""Fields of a comparison that are numbers, in the order of EFFECT_COLUMNS."""
DIGITS = 6
"""Significant digits of numbers in figures and CSV files."""


@dataclass(frozen=True, slots=True)
class MetricComparisons:
    """Comparisons of all treatments with the control by one metric."""

    metric: str
    better: str
    """Direction of an improvement: higher or lower."""
    is_guardrail: bool
    figure_name: str
    comparisons: Sequence[analysis.Comparison]

    @property
    def rows(self) -> list[tuple[analysis.Comparison, dict[str, float | None]]]:
        """Each comparison with its numbers by field; None for a number that is not known."""
        return [(each, {name: known_number(each, name) for name in NUMBERS}) for each in self.comparisons]

    @property
    def label(self) -> str:
        """Name of the metric as text, with its unit."""
        return metric_label(self.metric)


def metric_label(metric: str) -> str:
    """Returns the name of a metric as text, with its unit when it is built in."""
    return METRIC_LABELS.get(metric, metric.replace("_", " "))


def known_number(message: analysis.Comparison | analysis.LookedComparison, field: str) -> float | None:
    """Returns the value of a field; None when it is absent, infinite or unbounded."""
    if message.DESCRIPTOR.fields_by_name[field].has_presence and not message.HasField(field):  # type: ignore[arg-type]
        return None
    value: float = getattr(message, field)
    return value if math.isfinite(value) and abs(value) < BOUND_MAX else None


def metric_comparisons(experiment: experiments.Experiment, results: analysis.Results) -> list[MetricComparisons]:
    """Returns the comparisons by metric, in the order of the analysis."""
    own_metrics = {metric.name: metric for metric in experiment.metrics}
    groups: list[MetricComparisons] = []
    for name in dict.fromkeys(each.metric for each in results.comparisons):
        metric = own_metrics.get(name)
        is_lower_better = (
            metric.direction == experiments.METRIC_DIRECTION_DOWN if metric is not None else name in LESS_IS_BETTER
        )
        group = MetricComparisons(
            metric=name,
            better="lower" if is_lower_better else "higher",
            is_guardrail=metric is not None and metric.guardrail,
            figure_name=f"effect-{len(groups)}",
            comparisons=[each for each in results.comparisons if each.metric == name],
        )
        groups.append(group)
    return groups


def effects_table(comparisons: Sequence[analysis.Comparison]) -> Figure:
    """Returns the table of all comparisons."""
    return Figure(name="effects", title="Effects", columns=EFFECT_COLUMNS, rows=[_row(each) for each in comparisons])


def effect_figure(group: MetricComparisons) -> Figure:
    """Returns a box plot of the differences: boxes are fixed-horizon intervals, whiskers confidence sequences."""
    boxes = []
    for each in group.comparisons:
        fields = ("sequence_lower", "lower", "difference", "upper", "sequence_upper")
        values = [value for field in fields if (value := _rounded(known_number(each, field))) is not None]
        if len(values) == len(fields):
            boxes.append((each.variant, values))
    largest = max((max(abs(value) for value in values) for _, values in boxes), default=1.0) or 1.0
    option = {
        "tooltip": {"trigger": "item"},
        "grid": {"left": 110, "right": 30, "top": 30, "bottom": 30},
        "xAxis": {
            "type": "value",
            "min": -1.15 * largest,
            "max": 1.15 * largest,
            "splitNumber": 4,
            "axisLabel": {"showMinLabel": False, "showMaxLabel": False, "hideOverlap": True},
        },
        "yAxis": {"type": "category", "data": [variant for variant, _ in boxes]},
        "series": [
            {
                "name": group.label,
                "type": "boxplot",
                "boxWidth": [10, 26],
                "itemStyle": {"color": "transparent", "borderWidth": 2},
                "dimensions": [
                    "variant",
                    "confidence sequence lower",
                    "fixed-horizon lower",
                    "difference",
                    "fixed-horizon upper",
                    "confidence sequence upper",
                ],
                "data": [values for _, values in boxes],
                "markLine": _zero_line("xAxis", {"formatter": "no difference", "position": "end"}),
            }
        ],
    }
    return Figure(
        name=group.figure_name,
        title=f"Difference in {group.label}",
        columns=EFFECT_COLUMNS,
        rows=[_row(each) for each in group.comparisons],
        option=option if boxes else None,
        description=f"Treatment minus control; {group.better} is better.",
        height_px=200 if len(boxes) <= 3 else 320,
    )


def effect_over_time_figure(
    group: MetricComparisons, number: int, history: Sequence[analysis.ResultLook]
) -> Figure | None:
    """Returns the confidence sequence of a metric over time; None with fewer than two interim results."""
    points = [(look, each) for look in history for each in look.comparisons if each.metric == group.metric]
    if len({look.take_time.ToNanoseconds() for look, _ in points}) < 2:
        return None
    rows: list[tuple[Any, ...]] = []
    lines: dict[str, list[list[float | None]]] = {}
    for look, each in points:
        time = look.take_time.ToDatetime(UTC).isoformat(sep=" ", timespec="seconds")
        fields = ("difference", "sequence_lower", "sequence_upper")
        values = [_rounded(known_number(each, field)) for field in fields]
        rows.append((time, each.variant, *values, each.control_users, each.treatment_users))
        lines.setdefault(each.variant, []).append([look.take_time.ToMilliseconds(), *values])
    later = [abs(value) for line in lines.values() for point in line[len(line) // 2 :] for value in point[1:] if value]
    largest = 1.15 * max(later, default=1.0)
    option = {
        "legend": {},
        "tooltip": {"trigger": "item"},
        "grid": {"left": 70, "right": 30, "top": 40, "bottom": 30},
        "xAxis": {"type": "time", "axisLabel": {"hideOverlap": True}},
        "yAxis": {
            "type": "value",
            "min": -largest,
            "max": largest,
            "axisLabel": {"showMinLabel": False, "showMaxLabel": False},
        },
        "series": [line for variant, values in lines.items() for line in _sequence_lines(variant, values)],
    }
    return Figure(
        name=f"{OVER_TIME_PREFIX}{number}",
        title=f"Difference in {group.label} over time",
        columns=OVER_TIME_COLUMNS,
        rows=rows,
        option=option,
        description=f"Treatment minus control (solid) with its confidence sequence (dashed); {group.better} is better. "
        "The effect is significant once both bounds are on the same side of 0. The vertical axis is scaled to the "
        "second half of the interim results.",
    )


def _rounded(value: float | None) -> float | None:
    """Returns a value with DIGITS significant digits, so that small costs are not shown as 0."""
    return None if value is None else float(f"{value:.{DIGITS}g}")


def _row(each: analysis.Comparison) -> tuple[Any, ...]:
    values = [_rounded(known_number(each, name)) for name in NUMBERS]
    is_significant = "yes" if each.significant_anytime else "no"
    return (each.metric, each.variant, *values, each.test, is_significant)


def _zero_line(axis: str, label: dict[str, Any] | None = None) -> dict[str, Any]:
    shown = {"color": "inherit", "textBorderWidth": 0, **label} if label else {"show": False}
    return {
        "silent": True,
        "symbol": "none",
        "data": [{axis: 0, "label": shown}],
        "lineStyle": {"type": "dashed"},
    }


def _sequence_lines(variant: str, points: Sequence[Sequence[float | None]]) -> list[dict[str, Any]]:
    """Returns three lines: difference, lower and upper bound. They share a name, so one colour and legend entry."""
    line: dict[str, Any] = {
        "name": variant,
        "type": "line",
        "dimensions": ["time", "difference", "confidence sequence lower", "confidence sequence upper"],
        "data": points,
    }
    tooltip_columns = [0, 1, 2, 3]
    difference = line | {
        "symbolSize": 5,
        "encode": {"x": 0, "y": 1, "tooltip": tooltip_columns},
        "markLine": _zero_line("yAxis"),
    }
    bound = line | {"symbol": "none", "silent": True, "lineStyle": {"type": "dashed", "width": 1}}
    return [difference, *(bound | {"encode": {"x": 0, "y": column}} for column in (2, 3))]
