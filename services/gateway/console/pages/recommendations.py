"""Recommendations: what the Brain would be told, and why."""

from __future__ import annotations

from gateway.console.page import Asked, Figure, Page, Shown
from radiant.neural.v1 import recommend_service_pb2 as pb
from radiant.neural.v1 import scoring_pb2

STRATEGIES = {
    "": 0,
    "thompson": scoring_pb2.STRATEGY_THOMPSON,
    "greedy": scoring_pb2.STRATEGY_GREEDY,
    "epsilon_greedy": scoring_pb2.STRATEGY_EPSILON_GREEDY,
    "scope_fallback": scoring_pb2.STRATEGY_SCOPE_FALLBACK,
}


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(part for part in text.replace(",", " ").split() if part))


def _ranking(answer: pb.ExplainRecommendationResponse) -> Figure:
    models = sorted(answer.models, key=lambda each: -each.ranked.propensity)
    rows = [
        (
            each.ranked.model,
            round(each.ranked.propensity, 4),
            round(each.ranked.score, 4),
            round(each.ranked.confidence, 3),
            each.ranked.sample_size,
            scoring_pb2.Scope.Name(each.ranked.scope).removeprefix("SCOPE_").lower(),
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
            {"name": "Probability of being chosen", "type": "bar", "data": [row[1] for row in rows]},
            {"name": "Score", "type": "bar", "data": [row[2] for row in rows]},
            {"name": "Confidence", "type": "line", "data": [row[3] for row in rows]},
        ],
    }
    columns = ("Model", "Probability", "Score", "Confidence", "Units", "Scope", "Utility")
    return Figure(name="ranking", title="Ranking", columns=columns, rows=rows, option=option)


async def recommendations(asked: Asked) -> Shown:
    """Explains the recommendation of one situation; draws and logs no decision."""
    task = asked.text("task")
    context: dict[str, object] = {"strategies": STRATEGIES, "answer": None}
    if not task:
        return Shown(template="recommendations.html", title="Recommendations", context=context)
    situation = pb.RecommendationContext(
        user_id=asked.text("user"),
        task_type=task,
        domain_mode=asked.text("domain"),
        candidates=_names(asked.text("candidates")),
        excluded_models=_names(asked.text("excluded")),
        strategy=STRATEGIES.get(asked.text("strategy"), 0),  # type: ignore[arg-type]
        cost_weight=_share(asked.text("cost_weight", "0")),
    )
    request = pb.ExplainRecommendationRequest(tenant_id=asked.tenant, context=situation)
    answer = await asked.desk.ask(asked.desk.recommend.ExplainRecommendation, request)
    context |= {
        "answer": answer,
        "Scope": scoring_pb2.Scope,
        "Strategy": scoring_pb2.Strategy,
        "Mode": scoring_pb2.LearningMode,
    }
    return Shown(template="recommendations.html", title="Recommendations", context=context, figures=(_ranking(answer),))


def _share(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return -1.0  # the service names the field


PAGE = Page(path="recommendations", name="Recommendations", handler=recommendations)
