"""Chart of the ranking of models for one recommendation."""

from __future__ import annotations

from gateway.console.charts.figure import Figure
from gateway.console.enums import enum_label
from radiant.neural.v1 import scoring_pb2
from radiant.neural.v1.recommend_service_pb2 import ExplainRecommendationResponse

COLUMNS = ("Model", "Probability", "Score", "Confidence", "Units", "Scope", "Utility")


def ranking_figure(explanation: ExplainRecommendationResponse) -> Figure:
    """Returns probability, score and confidence of each model, by descending probability."""
    models = sorted(explanation.models, key=lambda each: -each.ranked.propensity)
    rows = [
        (
            each.ranked.model,
            round(each.ranked.propensity, 4),
            round(each.ranked.score, 4),
            round(each.ranked.confidence, 3),
            each.ranked.sample_size,
            enum_label(each.ranked.scope, scoring_pb2.Scope) or "none",
            round(each.ranked.utility, 4),
        )
        for each in models
    ]
    option = {
        "legend": {},
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 50, "right": 20, "top": 40, "bottom": 60},
        "xAxis": {"type": "category", "data": [row[0] for row in rows], "axisLabel": {"interval": 0, "rotate": 20}},
        "yAxis": {"type": "value", "min": 0, "max": 1},
        "series": [
            {"name": "Probability of selection", "type": "bar", "data": [row[1] for row in rows]},
            {"name": "Score", "type": "bar", "data": [row[2] for row in rows]},
            {"name": "Confidence", "type": "line", "data": [row[3] for row in rows]},
        ],
    }
    return Figure(name="ranking", title="Ranking", columns=COLUMNS, rows=rows, option=option)
