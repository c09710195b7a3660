"""Errors that several features of ingest raise."""

from __future__ import annotations

from ingest.domain.model import Write
from kit.errors import Invalid


def request_id_reused(write: Write) -> Invalid:
    """Returns the error for a request identifier that another request used before."""
    return Invalid.field(
        write.id_field, "was used by another request; send a new identifier", reason="REQUEST_ID_REUSED"
    )
