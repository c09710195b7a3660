"""Redaction of personal data in the comments of votes."""

from __future__ import annotations

import dataclasses

from ingest.domain.model import Write
from kit.personal_data import Redactor


async def redact_comments(write: Write, redactor: Redactor) -> Write:
    """Returns the write with redacted comments. Its fingerprint stays that of the request as it was sent."""
    if not any(vote.comment for vote in write.votes):
        return write
    votes = [dataclasses.replace(vote, comment=await redactor.redact(vote.comment)) for vote in write.votes]
    return dataclasses.replace(write, votes=votes)
