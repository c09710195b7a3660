"""Overview: the loop as a funnel with live numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from starlette.responses import Response

from gateway.console.page import Asked, Figure, Page, Shown
from radiant.ingest.v1 import ingest_service_pb2 as ingest
from radiant.neural.v1 import learning_service_pb2 as learning
from radiant.neural.v1 import recommend_service_pb2 as recommend
from radiant.neural.v1.scoring_pb2 import SCOPE_TENANT

DAYS = 30
SCORES_LOOKED_AT = 200


async def _numbers(asked: Asked) -> Mapping[str, Any]:
    start, end = asked.between(DAYS)
    desk, tenant = asked.desk, asked.tenant
    stats, status, settings, scores = await asyncio.gather(
        desk.ask(
            desk.ingest.GetTenantFeedbackStats,
            ingest.GetTenantFeedbackStatsRequest(tenant_id=tenant, start_time=start, end_time=end),
        ),
        desk.ask(desk.learning.GetLearningStatus, learning.GetLearningStatusRequest(tenant_id=tenant)),
        desk.ask(desk.learning.GetTenantSettings, learning.GetTenantSettingsRequest(tenant_id=tenant)),
        desk.ask(
            desk.recommend.ListModelScores,
            recommend.ListModelScoresRequest(tenant_id=tenant, scope=SCOPE_TENANT, page_size=SCORES_LOOKED_AT),
        ),
    )
    newest = max((score.update_time.ToNanoseconds() for score in scores.scores), default=0)
    moment = Timestamp()
    moment.FromNanoseconds(newest)
    return {"stats": stats, "status": status, "settings": settings, "newest": moment}


def _per_day(stats: ingest.GetTenantFeedbackStatsResponse) -> Figure:
    days = [day.day for day in stats.days]
    rates = [round(day.outputs_with_feedback / day.outputs, 4) if day.outputs else 0.0 for day in stats.days]
    option = {
        "legend": {},
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 60, "right": 60, "top": 40, "bottom": 40},
        "xAxis": {"type": "category", "data": days},
        "yAxis": [
            {"type": "value", "name": "outputs", "minInterval": 1},
            {"type": "value", "name": "rate", "min": 0, "max": 1, "splitLine": {"show": False}},
        ],
        "series": [
            {"name": "Outputs", "type": "bar", "data": [day.outputs for day in stats.days]},
            {"name": "Followed", "type": "bar", "data": [day.outputs_followed for day in stats.days]},
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
            round(day.cost_usd, 4),
        )
        for day, rate in zip(stats.days, rates, strict=True)
    ]
    columns = (
        "Day (UTC)",
        "Outputs",
        "Followed",
        "With feedback",
        "Rate",
        "Up",
        "Down",
        "Signals",
        "Voice",
        "Cost USD",
    )
    return Figure(name="days", title="Outputs and feedback by day", columns=columns, rows=rows, option=option)


def _per_model(stats: ingest.GetTenantFeedbackStatsResponse) -> Figure:
    shown = list(stats.models)[:20]
    names = [each.model for each in shown]
    option = {
        "legend": {},
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 60, "right": 20, "top": 40, "bottom": 60},
        "xAxis": {"type": "category", "data": names, "axisLabel": {"rotate": 20, "interval": 0}},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {"name": "Thumbs up", "type": "bar", "stack": "thumbs", "data": [each.positive for each in shown]},
            {"name": "Thumbs down", "type": "bar", "stack": "thumbs", "data": [each.negative for each in shown]},
        ],
    }
    rows = [
        (each.model, each.outputs, each.outputs_with_feedback, each.positive, each.negative) for each in stats.models
    ]
    columns = ("Model", "Outputs", "With feedback", "Up", "Down")
    return Figure(name="models", title="Thumbs by model", columns=columns, rows=rows, option=option)


async def overview(asked: Asked) -> Shown:
    """Shows the loop over the days asked for."""
    found = await _numbers(asked)
    figures = (_per_day(found["stats"]), _per_model(found["stats"]))
    return Shown(template="overview.html", title="Overview", context=found, figures=figures)


async def live(asked: Asked) -> Response:
    """Streams the numbers as they change."""
    asked.tenant  # noqa: B018 - refuses before the stream begins
    return asked.live.stream("numbers", "overview_numbers.html", lambda: _numbers(asked))


PAGE = Page(
    path="",
    name="Overview",
    handler=overview,
    downloads={"live/overview": (frozenset({"expert", "admin", "operator"}), live)},
)
