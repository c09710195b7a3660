"""Pages of nightly runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from kit.errors import Invalid
from kit.rpc.pages import decode_page, encode_page
from neural.api.convert.learning import batch_run, report
from neural.nightly.history import RunPage
from radiant.neural.v1 import learning_service_pb2 as pb

SIZE_MAX = 100
_LISTING = ("runs",)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_END_US = 2**62 // 1000
"""In the year 2116, after every run."""


def place(token: str) -> tuple[datetime, UUID]:
    """Returns the place before which the page is; raises Invalid for a token of something else."""
    key = decode_page(token, _LISTING, (int, str)) or (_END_US, str(UUID(int=0)))
    moment_us, run_id = int(key[0]), str(key[1])
    try:
        if not 0 <= moment_us <= _END_US:
            raise ValueError
        return _EPOCH + timedelta(microseconds=moment_us), UUID(run_id)
    except ValueError:
        raise Invalid.field("page_token", "is not a token of this listing") from None


def page(found: RunPage) -> pb.ListBatchRunsResponse:
    """Renders a page of runs, each with its report once it has succeeded."""
    response = pb.ListBatchRunsResponse()
    for row in found.rows:
        fields = found.report(row)
        response.runs.add(run=batch_run(row), report=report(fields) if fields is not None else None)
    if found.more:
        last = found.rows[-1]
        moment_us = (last["started_at"] - _EPOCH) // timedelta(microseconds=1)
        response.next_page_token = encode_page(_LISTING, (moment_us, last["run_id"]))
    return response
