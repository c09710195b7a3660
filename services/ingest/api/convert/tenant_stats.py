"""Converts requests and responses of tenant statistics."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ingest.api.convert.feedback_stats import add_categories, add_signals
from ingest.api.convert.times import datetime_from_us, to_us
from ingest.queries.feedback_stats import TIME_MAX_US
from ingest.queries.tenant_stats import TenantStats
from kit.errors import Invalid
from radiant.ingest.v1 import ingest_service_pb2 as pb

_DAY_US = 86_400 * 1_000_000
DAYS_DEFAULT, DAYS_MAX = 30, 400
_COUNTS = ("positive", "neutral", "negative", "comments", "signals", "voice", "users")

_MEASUREMENTS = ("cost_usd", "cost_count", "latency_ms_mean", "latency_count", "outputs_failed")


def time_range(request: pb.GetTenantFeedbackStatsRequest, now_us: int) -> tuple[datetime, datetime]:
    """Returns start and end of a request; raises Invalid if the range is empty or longer than 400 days."""
    end = to_us(request.end_time) if request.HasField("end_time") else now_us
    end = min(max(end, DAYS_DEFAULT * _DAY_US), TIME_MAX_US)
    start = to_us(request.start_time) if request.HasField("start_time") else end - DAYS_DEFAULT * _DAY_US
    if start >= end:
        if request.HasField("end_time"):
            raise Invalid.field("end_time", "must be later than start_time")
        raise Invalid.field("start_time", "must be before end_time, which defaults to the current time")
    if end - start > DAYS_MAX * _DAY_US:
        raise Invalid.field("start_time", f"must be at most {DAYS_MAX} days before end_time")
    return datetime_from_us(start), datetime_from_us(end)


def tenant_stats_response(stats: TenantStats, start: datetime, end: datetime) -> pb.GetTenantFeedbackStatsResponse:
    """Returns the response with the statistics of a tenant."""
    response = pb.GetTenantFeedbackStatsResponse(total=_day(stats.total), days=[_day(row) for row in stats.days])
    response.start_time.FromDatetime(start)
    response.end_time.FromDatetime(end)
    for row in stats.models:
        response.models.add(**row)
    add_categories(response, [(row["category"], *(row[name] for name in _COUNTS[:3])) for row in stats.categories])
    add_signals(response, [(row["signal_type"], row["occurrences"], row["users"]) for row in stats.signals])
    return response


def _day(row: Mapping[str, Any]) -> pb.DayStats:
    return pb.DayStats(
        day=row["day"] or "",
        outputs=row["outputs"],
        outputs_with_feedback=row["outputs_with_feedback"],
        outputs_followed=row["outputs_followed"],
        counts=pb.FeedbackCounts(**{name: row[name] for name in _COUNTS}),
        **{name: row[name] for name in _MEASUREMENTS},
    )
