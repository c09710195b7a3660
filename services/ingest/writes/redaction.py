"""Votes without personal data in their comments."""

from __future__ import annotations

import dataclasses

from ingest.domain.model import Write
from kit.personal_data import Redactor


async def without_personal_data(write: Write, redactor: Redactor) -> Write:
    """Returns the write with the comments of its votes redacted; its fingerprint is that of what was sent."""
    if not any(vote.comment for vote in write.votes):
        return write
    votes = [dataclasses.replace(vote, comment=await redactor.redact(vote.comment)) for vote in write.votes]
    return dataclasses.replace(write, votes=votes)
