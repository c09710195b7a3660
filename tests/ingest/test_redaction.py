"""No personal data reaches the database with a comment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.serving import Serving, name, serving, thumb, vote
from tests.support.suite import token

COMMENT = "Wrong! Write to ann@example.org or +49 30 1234567, card 4111 1111 1111 1111."
REDACTED = "Wrong! Write to [EMAIL] or [PHONE], card [CREDIT_CARD]."


async def comments(ingest: Serving) -> list[str]:
    """Returns the comments that are stored."""
    return [row["comment"] for row in await ingest.rows("SELECT comment FROM ingest.explicit_feedback ORDER BY 1")]


async def test_comments_are_stored_without_personal_data(ingest: Serving) -> None:
    request = thumb("o", comment=COMMENT)
    first = await ingest.call("SubmitExplicitFeedback", request)
    assert first.comment_language == "en"
    assert await ingest.call("SubmitExplicitFeedback", request) == first
    assert await comments(ingest) == [REDACTED]

    async def batches() -> AsyncIterator[pb.StreamSignalsRequest]:
        yield pb.StreamSignalsRequest(batch_id=name(), feedback=[vote("p", comment=COMMENT)])

    async for _ in ingest.stub.StreamSignals(batches(), metadata=token("acme"), timeout=10):
        pass
    assert await comments(ingest) == [REDACTED] * 2
    again = await ingest.call("SubmitExplicitFeedback", thumb("o", comment=COMMENT))
    assert again.outcome == 2  # a duplicate: redaction is the same every time


@pytest.mark.parametrize("choice", ["off"])
async def test_who_switches_it_off_stores_what_comes(
    database_url: str, redis_url: str, tmp_path: Path, choice: str
) -> None:
    async with serving(database_url, redis_url, {"RADIANT_REDACT_PII": choice}) as ingest:
        await ingest.call("SubmitExplicitFeedback", thumb("o", comment=COMMENT))
        assert await comments(ingest) == [COMMENT]
