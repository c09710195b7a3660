"""Conversion of pages of nightly runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from kit.errors import Invalid
from kit.rpc.pages import decode_page, encode_page
from neural.api.convert.learning import batch_run, run_report
from neural.nightly.history import RunPage, report_of
from radiant.neural.v1 import learning_service_pb2 as pb

PAGE_SIZE_MAX = 100
_LISTING = ("runs",)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_END_US = 2**62 // 1000
"""Position of the first page: a time in 2116."""


def position_of(token: str) -> tuple[datetime, UUID]:
    """Returns the position after which a page starts, as start time and run ID. Raises Invalid for another token."""
    key = decode_page(token, _LISTING, (int, str)) or (_END_US, str(UUID(int=0)))
    moment_us, run_id = int(key[0]), str(key[1])
    try:
        if not 0 <= moment_us <= _END_US:
            raise ValueError
        return _EPOCH + timedelta(microseconds=moment_us), UUID(run_id)
    except ValueError:
        raise Invalid.field("page_token", "is not a token of this listing") from None


def run_page(found: RunPage) -> pb.ListBatchRunsResponse:
    """Returns the response for a page of runs. Only succeeded runs have a report."""
    response = pb.ListBatchRunsResponse()
    for row in found.rows:
        fields = report_of(row)
        response.runs.add(run=batch_run(row), report=run_report(fields) if fields is not None else None)
    if found.has_more:
        last = found.rows[-1]
        moment_us = (last["started_at"] - _EPOCH) // timedelta(microseconds=1)
        response.next_page_token = encode_page(_LISTING, (moment_us, last["run_id"]))
    return response
