"""Charts of the overview page: outputs and feedback by day, ratings by model."""

from __future__ import annotations

from gateway.console.charts.figure import Figure
from gateway.console.measured import measured
from radiant.ingest.v1.ingest_service_pb2 import GetTenantFeedbackStatsResponse

MODELS_MAX = 20
"""Models in the chart; the table contains all of them."""


def traffic_by_day(stats: GetTenantFeedbackStatsResponse) -> Figure:
    """Returns outputs, followed recommendations and the feedback rate by day."""
    rates = [round(day.outputs_with_feedback / day.outputs, 4) if day.outputs else 0.0 for day in stats.days]
    option = {
        "legend": {},
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 60, "right": 60, "top": 60, "bottom": 40},
        "xAxis": {"type": "category", "data": [day.day for day in stats.days]},
        "yAxis": [
            {"type": "value", "name": "outputs", "minInterval": 1},
            {"type": "value", "name": "feedback rate", "min": 0, "max": 1, "splitLine": {"show": False}},
        ],
        "series": [
            {"name": "Outputs", "type": "bar", "data": [day.outputs for day in stats.days]},
            {"name": "Recommendation followed", "type": "bar", "data": [day.outputs_followed for day in stats.days]},
            {"name": "Feedback rate", "type": "line", "yAxisIndex": 1, "data": rates},
        ],
    }
    rows = [
        (
            day.day,
            day.outputs,
            day.outputs_followed,
            day.outputs_with_feedback,
            rate,
            day.counts.positive,
            day.counts.negative,
            day.counts.signals,
            day.counts.voice,
            measured(day.cost_usd, day.cost_count),
            day.cost_count,
            measured(day.latency_ms_mean, day.latency_count, 1),
            day.latency_count,
            day.outputs_failed,
        )
        for day, rate in zip(stats.days, rates, strict=True)
    ]
    columns = (
        "Day (UTC)",
        "Outputs",
        "Recommendation followed",
        "Outputs with feedback",
        "Feedback rate",
        "Positive ratings",
        "Negative ratings",
        "Signals",
        "Voice comments",
        "Cost (USD)",
        "Outputs with known cost",
        "Mean latency (ms)",
        "Answers with known latency",
        "Failed calls",
    )
    return Figure(name="days", title="Outputs and feedback by day", columns=columns, rows=rows, option=option)


def ratings_by_model(stats: GetTenantFeedbackStatsResponse) -> Figure:
    """Returns positive and negative ratings by model."""
    models = list(stats.models)[:MODELS_MAX]
    option = {
        "legend": {},
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 60, "right": 20, "top": 60, "bottom": 60},
        "xAxis": {
            "type": "category",
            "data": [each.model for each in models],
            "axisLabel": {"rotate": 20, "interval": 0},
        },
        "yAxis": {"type": "value", "name": "ratings", "minInterval": 1},
        "series": [
            {"name": "Positive", "type": "bar", "stack": "ratings", "data": [each.positive for each in models]},
            {"name": "Negative", "type": "bar", "stack": "ratings", "data": [each.negative for each in models]},
        ],
    }
    rows = [
        (
            each.model,
            each.outputs,
            each.outputs_with_feedback,
            each.positive,
            each.negative,
            each.outputs_failed,
            measured(each.cost_usd_mean, each.cost_count, 6),
            each.cost_count,
            measured(each.latency_ms_mean, each.latency_count, 1),
            each.latency_count,
        )
        for each in stats.models
    ]
    columns = (
        "Model",
        "Outputs",
        "Outputs with feedback",
        "Positive ratings",
        "Negative ratings",
        "Failed calls",
        "Mean cost (USD)",
        "Answers with known cost",
        "Mean latency (ms)",
        "Answers with known latency",
    )
    return Figure(name="models", title="Ratings by model", columns=columns, rows=rows, option=option)
