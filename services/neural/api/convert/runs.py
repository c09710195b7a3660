"""Conversion of pages of nightly runs."""

from __future__ import annotations

from uuid import UUID

import asyncpg

from kit.rpc.keyset import UUID_TEXT, Keyset, Page, integers, microseconds_of
from neural.api.convert.learning import batch_run, run_report
from neural.nightly.history import report_of
from radiant.neural.v1 import learning_service_pb2 as pb

_LATEST_US = 2**62 // 1000
"""Microseconds since 1970, later than every run: in the year 2116."""

RUNS = Keyset((integers(0, _LATEST_US), UUID_TEXT), start=(_LATEST_US, str(UUID(int=0))), size_max=100)
"""Runs by start time in microseconds and run ID, newest first."""


def position_of(row: asyncpg.Record) -> tuple[int, str]:
    """Returns the position of a run in the listing."""
    return microseconds_of(row["started_at"]), row["run_id"]


def run_page(page: Page[asyncpg.Record]) -> pb.ListBatchRunsResponse:
    """Returns the response for a page of runs. Only succeeded runs have a report."""
    response = pb.ListBatchRunsResponse(next_page_token=page.next_token)
    for row in page.rows:
        fields = report_of(row)
        response.runs.add(run=batch_run(row), report=run_report(fields) if fields is not None else None)
    return response
