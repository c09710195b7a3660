"""Overview page: outputs, feedback, learning and recommendations of a tenant, with live numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from starlette.responses import Response

from gateway.console.access import roles_of
from gateway.console.charts.overview import ratings_by_model, traffic_by_day
from gateway.console.page import Page
from gateway.console.page_request import PageRequest
from gateway.console.view import View
from radiant.ingest.v1 import ingest_service_pb2 as ingest
from radiant.neural.v1 import learning_service_pb2 as learning
from radiant.neural.v1 import recommend_service_pb2 as recommend
from radiant.neural.v1.scoring_pb2 import SCOPE_TENANT

PERIOD_DAYS = 30
SCORES_READ_MAX = 200
"""Scores that are read to find the most recent update."""


async def _totals(request: PageRequest) -> Mapping[str, Any]:
    start, end = request.period(PERIOD_DAYS)
    services, tenant = request.services, request.tenant
    stats, status, settings, scores = await asyncio.gather(
        services.call(
            services.ingest.GetTenantFeedbackStats,
            ingest.GetTenantFeedbackStatsRequest(tenant_id=tenant, start_time=start, end_time=end),
        ),
        services.call(services.learning.GetLearningStatus, learning.GetLearningStatusRequest(tenant_id=tenant)),
        services.call(services.learning.GetTenantSettings, learning.GetTenantSettingsRequest(tenant_id=tenant)),
        services.call(
            services.recommend.ListModelScores,
            recommend.ListModelScoresRequest(tenant_id=tenant, scope=SCOPE_TENANT, page_size=SCORES_READ_MAX),
        ),
    )
    last_update = Timestamp()
    last_update.FromNanoseconds(max((score.update_time.ToNanoseconds() for score in scores.scores), default=0))
    return {"stats": stats, "status": status, "settings": settings, "last_update": last_update}


async def overview(request: PageRequest) -> View:
    """Shows the totals and charts of the period."""
    totals = await _totals(request)
    figures = (traffic_by_day(totals["stats"]), ratings_by_model(totals["stats"]))
    return View(template="overview/overview.html", title="Overview", context=totals, figures=figures)


async def live_totals(request: PageRequest) -> Response:
    """Streams the totals after every change."""
    request.tenant  # noqa: B018 - raises Problem before the stream starts
    return request.event_streams.open("numbers", "overview/totals.html", lambda: _totals(request))


_ROLES = roles_of(
    "IngestService.GetTenantFeedbackStats",
    "LearningService.GetLearningStatus",
    "LearningService.GetTenantSettings",
    "RecommendService.ListModelScores",
)
PAGE = Page(
    path="", label="Overview", handler=overview, roles=_ROLES, downloads={"live/overview": (_ROLES, live_totals)}
)
