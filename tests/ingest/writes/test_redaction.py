"""Redaction of personal data in comments."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.fixtures.service import IngestService, new_id, open_service, thumb, vote
from tests.support.suite import token

COMMENT = "Wrong! Write to ann@example.org or +49 30 1234567, card 4111 1111 1111 1111."
REDACTED = "Wrong! Write to [EMAIL] or [PHONE], card [CREDIT_CARD]."


async def comments(ingest: IngestService) -> list[str]:
    """Returns the stored comments."""
    return [row["comment"] for row in await ingest.rows("SELECT comment FROM ingest.explicit_feedback ORDER BY 1")]


async def test_comment_with_personal_data_is_stored_redacted(ingest: IngestService) -> None:
    request = thumb("o", comment=COMMENT)
    first = await ingest.call("SubmitExplicitFeedback", request)
    assert first.comment_language == "en"
    assert await ingest.call("SubmitExplicitFeedback", request) == first
    assert await comments(ingest) == [REDACTED]

    async def batches() -> AsyncIterator[pb.StreamSignalsRequest]:
        yield pb.StreamSignalsRequest(batch_id=new_id(), feedback=[vote("p", comment=COMMENT)])

    async for _ in ingest.stub.StreamSignals(batches(), metadata=token("acme"), timeout=10):
        pass
    assert await comments(ingest) == [REDACTED] * 2
    again = await ingest.call("SubmitExplicitFeedback", thumb("o", comment=COMMENT))
    assert again.outcome == 2  # a duplicate: redaction is the same every time


@pytest.mark.parametrize("choice", ["off"])
async def test_comment_with_redaction_off_is_stored_unchanged(
    database_url: str, redis_url: str, tmp_path: Path, choice: str
) -> None:
    async with open_service(database_url, redis_url, {"RADIANT_REDACT_PII": choice}) as ingest:
        await ingest.call("SubmitExplicitFeedback", thumb("o", comment=COMMENT))
        assert await comments(ingest) == [COMMENT]
