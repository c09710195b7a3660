"""Models page: learned scores of each model by task and domain at one scope."""

from __future__ import annotations

import asyncio
import importlib

from gateway.console.charts.models import MEASURES, score_figure
from gateway.console.charts.reliability import reliability_table
from gateway.console.page import Page
from gateway.console.page_request import PageRequest
from gateway.console.view import View
from radiant.neural.v1 import recommend_service_pb2 as pb
from radiant.neural.v1.scoring_pb2 import SCOPE_GLOBAL, SCOPE_TENANT, SCOPE_USER, ModelReliability, ModelScore

SCOPES = {"tenant": SCOPE_TENANT, "global": SCOPE_GLOBAL, "user": SCOPE_USER}
CELLS_MAX = 2000
CELLS_PER_CALL = 1000


async def models(request: PageRequest) -> View:
    """Shows the cells of one scope."""
    scope, measure = request.query_value("scope", "tenant"), request.query_value("measure", "score")
    if scope not in SCOPES:
        scope = "tenant"
    if measure not in MEASURES:
        measure = "score"
    user = request.query_value("user")
    scores: list[ModelScore] = []
    calls: list[ModelReliability] = []
    token = ""
    while scope != "user" or user:
        message = pb.ListModelScoresRequest(
            tenant_id=request.tenant,
            scope=SCOPES[scope],
            user_id=user if scope == "user" else "",
            model=request.query_value("model"),
            task_type=request.query_value("task"),
            domain_mode=request.query_value("domain"),
            include_rollups=bool(request.query_value("rollups")),
            page_size=CELLS_PER_CALL,
            page_token=token,
        )
        response = await request.services.call(request.services.recommend.ListModelScores, message)
        scores += response.scores
        calls += response.reliability
        token = response.next_page_token
        if not token or len(scores) >= CELLS_MAX:
            break
    context = {
        "scope": scope,
        "measure": measure,
        "measures": MEASURES,
        "is_truncated": bool(token),
        "cells_max": CELLS_MAX,
        "user": user,
    }
    # The chart needs statsmodels, whose first import takes about 2 s. A thread keeps the event loop responsive.
    await asyncio.to_thread(importlib.import_module, "statsmodels.stats.proportion")
    figures = (score_figure(scores, measure), reliability_table(calls))
    return View(template="models.html", title="Models", context=context, figures=figures)


PAGE = Page(path="models", label="Models", handler=models)
