"""A tenant's totals: over what time in, what was counted out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ingest.api.convert.answers import add_categories, add_signals
from ingest.api.convert.enums import moment_of, us_of
from ingest.queries.tenant_stats import TotalsFound
from kit.errors import Invalid
from radiant.ingest.v1 import ingest_service_pb2 as pb

_SECOND_US = 1_000_000
_DAY_US = 86_400 * _SECOND_US
DAYS_DEFAULT, DAYS_MAX = 30, 400
_LATEST_US = 2**62 // 1000
_COUNTS = ("positive", "neutral", "negative", "comments", "signals", "voice", "users")


def window(request: pb.GetTenantFeedbackStatsRequest, now_us: int) -> tuple[datetime, datetime]:
    """Returns from when to before when outputs count; raises Invalid where that is no time or more than 400 days."""
    end = us_of(request.end_time) if request.HasField("end_time") else now_us
    end = min(max(end, DAYS_DEFAULT * _DAY_US), _LATEST_US)
    start = us_of(request.start_time) if request.HasField("start_time") else end - DAYS_DEFAULT * _DAY_US
    if start >= end:
        if request.HasField("end_time"):
            raise Invalid.field("end_time", "must be later than start_time")
        raise Invalid.field("start_time", "must be before end_time, which defaults to now")
    if end - start > DAYS_MAX * _DAY_US:
        raise Invalid.field("start_time", f"must not be more than {DAYS_MAX} days before end_time")
    return moment_of(start), moment_of(end)


def answer(found: TotalsFound, start: datetime, end: datetime) -> pb.GetTenantFeedbackStatsResponse:
    """Renders what was counted."""
    response = pb.GetTenantFeedbackStatsResponse(total=_day(found.total), days=[_day(row) for row in found.days])
    response.start_time.FromDatetime(start)
    response.end_time.FromDatetime(end)
    for row in found.models:
        response.models.add(**row)
    add_categories(response, [(row["category"], *(row[name] for name in _COUNTS[:3])) for row in found.categories])
    add_signals(response, [(row["signal_type"], row["occurrences"], row["users"]) for row in found.signals])
    return response


def _day(row: Mapping[str, Any]) -> pb.DayStats:
    return pb.DayStats(
        day=row["day"] or "",
        outputs=row["outputs"],
        outputs_with_feedback=row["outputs_with_feedback"],
        outputs_followed=row["outputs_followed"],
        counts=pb.FeedbackCounts(**{name: row[name] for name in _COUNTS}),
        cost_usd=row["cost_usd"],
    )
