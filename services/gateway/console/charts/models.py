"""Heat map of model scores by task and domain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.console.charts.figure import Figure
from radiant.neural.v1.scoring_pb2 import ModelScore

MEASURES = {
    "score": "Score",
    "accuracy_score": "Accuracy",
    "relevance_score": "Relevance",
    "speed_score": "Speed",
    "confidence": "Confidence",
}


def score_interval(score: ModelScore) -> tuple[float, float]:
    """Returns the 95 % Wilson interval of the score, with the evidence as the number of trials; (0, 1) without any."""
    if score.evidence <= 0:
        return 0.0, 1.0
    from statsmodels.stats.proportion import proportion_confint  # its import takes about 2 s at start-up

    low, high = proportion_confint(score.score * score.evidence, score.evidence, method="wilson")
    return float(low), float(high)


def score_figure(scores: Sequence[ModelScore], measure: str) -> Figure:
    """Returns the heat map of one measure, a key of MEASURES. A click on a cell explains its recommendation."""
    models = sorted({score.model for score in scores}, reverse=True)
    contexts = sorted({(score.task_type, score.domain_mode) for score in scores})
    data = [
        _tile(score, measure, contexts.index((score.task_type, score.domain_mode)), models.index(score.model))
        for score in scores
        if _value(score, measure) is not None
    ]
    values = [tile["value"][2] for tile in data]
    option = {
        "tooltip": {"position": "top"},
        "grid": {"left": 140, "right": 20, "top": 20, "bottom": 110},
        "xAxis": {
            "type": "category",
            "data": [f"{task or 'any task'}\n{domain or 'any domain'}" for task, domain in contexts],
            "axisLabel": {"interval": 0, "lineHeight": 14},
        },
        "yAxis": {"type": "category", "data": models},
        "visualMap": {
            "min": min(values, default=0),
            "max": max(values, default=1),
            "calculable": True,
            "orient": "horizontal",
            "left": "center",
            "bottom": 0,
            "precision": 2,
        },
        "series": [{"type": "heatmap", "data": data, "label": {"show": True, "fontSize": 11, "lineHeight": 14}}],
    }
    columns = (
        "Model",
        "Task",
        "Domain",
        MEASURES[measure],
        "Score, 95 % lower",
        "Score, 95 % upper",
        "Units",
        "Evidence",
        "Confidence",
        "Positive ratings",
        "Negative ratings",
    )
    return Figure(
        name="effectiveness",
        title=f"{MEASURES[measure]} by task and domain",
        columns=columns,
        rows=[_row(score, measure) for score in scores],
        option=option,
        description=f"Each cell shows the {MEASURES[measure].lower()} (0 to 1), the 95 % interval of the score and the "
        "number of units n. Select a cell to explain its recommendation.",
        link_template="/console/recommendations?task={0}&domain={1}",
        height_px=200 if len(models) <= 2 else 480 if len(models) <= 8 else 640,
    )


def _value(score: ModelScore, measure: str) -> float | None:
    if measure.endswith("_score") and not score.HasField(measure):  # type: ignore[arg-type]
        return None
    return float(getattr(score, measure))


def _row(score: ModelScore, measure: str) -> tuple[Any, ...]:
    value, (low, high) = _value(score, measure), score_interval(score)
    return (
        score.model,
        score.task_type or "any",
        score.domain_mode or "any",
        None if value is None else round(value, 4),
        round(low, 4),
        round(high, 4),
        score.total_count,
        round(score.evidence, 1),
        round(score.confidence, 3),
        score.positive_count,
        score.negative_count,
    )


def _tile(score: ModelScore, measure: str, column: int, line: int) -> dict[str, Any]:
    value, (low, high) = _value(score, measure) or 0.0, score_interval(score)
    return {
        "value": [column, line, round(value, 4)],
        "link": [score.task_type, score.domain_mode],
        "label": {"formatter": f"{value:.2f}\n{low:.2f}–{high:.2f}\nn = {score.total_count}"},
        "name": f"{score.model}, {score.task_type or 'any task'}, {score.domain_mode or 'any domain'}",
    }
