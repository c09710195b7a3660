"""Recommendations page: explains the recommendation for one context without making a decision."""

from __future__ import annotations

from gateway.console.charts.recommendations import ranking_figure
from gateway.console.charts.reliability import reliability_table
from gateway.console.page import Page
from gateway.console.page_request import PageRequest
from gateway.console.pages.strategies import STRATEGIES, STRATEGY_CHOICES
from gateway.console.view import View
from radiant.neural.v1 import recommend_service_pb2 as pb
from radiant.neural.v1 import scoring_pb2

TEMPLATE, TITLE = "recommendations.html", "Recommendations"
_NOT_A_NUMBER = -1.0
"""Outside of the allowed range, so that the service rejects the request with the name of the field."""


async def recommendations(request: PageRequest) -> View:
    """Shows the form, and the explanation if the query contains a task."""
    task = request.query_value("task")
    context: dict[str, object] = {"strategies": [("", "Service default"), *STRATEGY_CHOICES], "explanation": None}
    if not task:
        return View(template=TEMPLATE, title=TITLE, context=context)
    recommendation_context = pb.RecommendationContext(
        user_id=request.query_value("user"),
        task_type=task,
        domain_mode=request.query_value("domain"),
        candidates=_models(request.query_value("candidates")),
        excluded_models=_models(request.query_value("excluded")),
        strategy=STRATEGIES.get(request.query_value("strategy"), scoring_pb2.STRATEGY_UNSPECIFIED),
        cost_weight=_cost_weight(request.query_value("cost_weight", "0")),
    )
    message = pb.ExplainRecommendationRequest(tenant_id=request.tenant, context=recommendation_context)
    explanation = await request.services.call(request.services.recommend.ExplainRecommendation, message)
    context |= {
        "explanation": explanation,
        "Scope": scoring_pb2.Scope,
        "Strategy": scoring_pb2.Strategy,
        "Mode": scoring_pb2.LearningMode,
    }
    figures = (ranking_figure(explanation), reliability_table(explanation.reliability))
    return View(template=TEMPLATE, title=TITLE, context=context, figures=figures)


def _models(text: str) -> list[str]:
    """Returns the names of a list with spaces or commas between them, without repetitions."""
    return list(dict.fromkeys(text.replace(",", " ").split()))


def _cost_weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return _NOT_A_NUMBER


PAGE = Page(path="recommendations", label="Recommendations", handler=recommendations)
