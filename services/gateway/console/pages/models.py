"""Models: effectiveness per task, domain and scope, with intervals and counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from statsmodels.stats.proportion import proportion_confint

from gateway.console.page import Asked, Figure, Page, Shown
from radiant.neural.v1 import recommend_service_pb2 as pb
from radiant.neural.v1.scoring_pb2 import SCOPE_GLOBAL, SCOPE_TENANT, SCOPE_USER, ModelScore

SCOPES = {"tenant": SCOPE_TENANT, "global": SCOPE_GLOBAL, "user": SCOPE_USER}
MEASURES = {
    "score": "Effectiveness",
    "accuracy_score": "Accuracy",
    "relevance_score": "Relevance",
    "speed_score": "Speed",
    "confidence": "Confidence",
}
CELLS_MAX = 2000


def interval(score: ModelScore) -> tuple[float, float]:
    """Returns the 95 % interval of a mean in [0, 1] that rests on so much evidence (Wilson's, evidence as trials)."""
    if score.evidence <= 0:
        return 0.0, 1.0
    low, high = proportion_confint(score.score * score.evidence, score.evidence, method="wilson")
    return float(low), float(high)


def _value(score: ModelScore, measure: str) -> float | None:
    if measure.endswith("_score") and not score.HasField(measure):  # type: ignore[arg-type]
        return None
    return float(getattr(score, measure))


def _row(score: ModelScore, measure: str) -> tuple[Any, ...]:
    value, (low, high) = _value(score, measure), interval(score)
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
    value, (low, high) = _value(score, measure) or 0.0, interval(score)
    return {
        "value": [column, line, round(value, 4)],
        "link": [score.task_type, score.domain_mode],
        "label": {"formatter": f"{value:.2f}\n{low:.2f}–{high:.2f}\nn {score.total_count}"},
        "name": f"{score.model}, {score.task_type or 'any task'}, {score.domain_mode or 'any domain'}",
    }


def _figure(scores: Sequence[ModelScore], measure: str) -> Figure:
    models = sorted({score.model for score in scores}, reverse=True)
    contexts = sorted({(score.task_type, score.domain_mode) for score in scores})
    data = [
        _tile(score, measure, contexts.index((score.task_type, score.domain_mode)), models.index(score.model))
        for score in scores
        if _value(score, measure) is not None
    ]
    values = [each["value"][2] for each in data]
    option = {
        "tooltip": {"position": "top"},
        "grid": {"left": 140, "right": 20, "top": 20, "bottom": 110},
        "xAxis": {
            "type": "category",
            "data": [f"{task or 'any'}\n{domain or 'any'}" for task, domain in contexts],
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
        "Low 95 %",
        "High 95 %",
        "Units",
        "Evidence",
        "Confidence",
        "Up",
        "Down",
    )
    note = "Each cell shows the value, the 95 % interval of effectiveness and the units behind it. A click explains it."
    return Figure(
        name="effectiveness",
        title=f"{MEASURES[measure]} per task and domain",
        columns=columns,
        rows=[_row(score, measure) for score in scores],
        option=option,
        note=note,
        links="/console/recommendations?task={0}&domain={1}",
        height=200 if len(models) <= 2 else 480 if len(models) <= 8 else 640,
    )


async def models(asked: Asked) -> Shown:
    """Shows the cells of one scope."""
    scope, measure, user = asked.text("scope", "tenant"), asked.text("measure", "score"), asked.text("user")
    if scope not in SCOPES:
        scope = "tenant"
    if measure not in MEASURES:
        measure = "score"
    scores: list[ModelScore] = []
    token = ""
    while scope != "user" or user:
        request = pb.ListModelScoresRequest(
            tenant_id=asked.tenant,
            scope=SCOPES[scope],
            user_id=user if scope == "user" else "",
            model=asked.text("model"),
            task_type=asked.text("task"),
            domain_mode=asked.text("domain"),
            include_rollups=bool(asked.text("rollups")),
            page_size=1000,
            page_token=token,
        )
        answer = await asked.desk.ask(asked.desk.recommend.ListModelScores, request)
        scores += answer.scores
        token = answer.next_page_token
        if not token or len(scores) >= CELLS_MAX:
            break
    context = {"scope": scope, "measure": measure, "measures": MEASURES, "cut": bool(token), "user": user}
    return Shown(template="models.html", title="Models", context=context, figures=(_figure(scores, measure),))


PAGE = Page(path="models", name="Models", handler=models)
