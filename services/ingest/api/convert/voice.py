"""Spoken comments in: where the audio goes, and the row beside it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from urllib.parse import quote
from uuid import UUID, uuid5

from ingest.api.convert.enums import SOURCES, digest, time_us
from ingest.domain.model import Recording, Terms, Verdict, Write
from ingest.voice.upload import Header, Upload
from kit.errors import FieldViolation, Invalid
from radiant.ingest.v1 import ingest_service_pb2

_SPACE = UUID("6f1c3c0e-5f4f-5b43-9d0a-3a0b6f2f5c11")
"""Parts our identifiers from those that others derive."""


def spoken_us(header: Header, terms: Terms) -> int:
    """Returns when the user spoke; raises Invalid for a time that may not be stated."""
    if not header.feedback.HasField("client_time"):
        return terms.now_us
    problems: list[FieldViolation] = []
    moment = time_us(header.feedback.client_time, "header.feedback.client_time", terms, problems)
    if problems:
        raise Invalid(problems)
    return moment


def submission(upload: Upload, tenant: str, terms: Terms) -> Write:
    """Returns the write of a spoken comment whose audio is kept at its key; raises Invalid.

    The identifier follows from the tenant, the request and all that was sent. A repeat so finds, or replaces, the
    same object, and other audio under the same request never touches it.
    """
    header, created_us = upload.header, spoken_us(upload.header, terms)
    fingerprint = hashlib.sha256(digest(header) + upload.digest).digest()
    request_id = UUID(header.request_id)
    voice_id = uuid5(_SPACE, f"{tenant}/{request_id.hex}/{fingerprint.hex()}")
    day = datetime.fromtimestamp(created_us // 1_000_000, UTC)

    def answer(verdict: Verdict) -> bytes:
        return ingest_service_pb2.SubmitVoiceFeedbackResponse(
            voice_id=str(voice_id), audio_bytes=upload.size
        ).SerializeToString()

    return Write(
        tenant_id=tenant,
        request_id=request_id,
        method="SubmitVoiceFeedback",
        fingerprint=fingerprint,
        answer=answer,
        id_field="header.request_id",
        recording=Recording(
            voice_id=voice_id,
            output_id=header.feedback.output_id,
            user_id=header.feedback.user_id,
            source=SOURCES[header.feedback.source],
            created_us=created_us,
            audio_key=f"{_folder(tenant)}/{day:%Y/%m/%d}/{voice_id}",
            audio_format=upload.format,
            audio_bytes=upload.size,
        ),
    )


def _folder(tenant: str) -> str:
    """Returns a tenant's name as one segment of a key; two tenants never share one."""
    name = quote(tenant, safe="").replace("~", "%7E").replace("%", "~")
    return name if name.strip(".") else name.replace(".", "~2E")
