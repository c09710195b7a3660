"""Converts the messages of a voice upload to its parts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

from ingest.api.convert.enums import SOURCES
from ingest.api.convert.times import bounded_time_us
from ingest.domain.model import TimeBounds
from ingest.voice.upload import UploadHeader, UploadPart
from kit.auth.tokens import tenant_of
from kit.errors import FieldViolation, Invalid
from kit.ids import output_id_of
from kit.postgres.idempotency import fingerprint_of
from radiant.ingest.v1 import ingest_service_pb2 as pb


async def upload_parts(
    messages: AsyncIterator[pb.SubmitVoiceFeedbackRequest], bounds: TimeBounds
) -> AsyncIterator[UploadPart]:
    """Yields the header and the chunks of audio in the order of the messages.

    Raises Invalid for a second header and for a time out of bounds, and the errors of `tenant_of`.
    """
    has_header = False
    async for message in messages:
        if not message.HasField("header"):
            yield message.chunk
        elif has_header:
            raise Invalid.field("header", "must be sent only once")
        else:
            has_header = True
            yield _header(message.header, bounds)


def _header(message: pb.VoiceHeader, bounds: TimeBounds) -> UploadHeader:
    tenant = tenant_of(message.tenant_id)
    problems: list[FieldViolation] = []
    created_us = bounds.now_us
    if message.feedback.HasField("client_time"):
        created_us = bounded_time_us(message.feedback.client_time, "header.feedback.client_time", bounds, problems)
    if problems:
        raise Invalid(problems)
    return UploadHeader(
        tenant_id=tenant,
        request_id=UUID(message.request_id),
        stated_id=message.request_id,
        fingerprint=fingerprint_of(message),
        output_id=output_id_of(message.feedback.output_id),
        user_id=message.feedback.user_id,
        source=SOURCES[message.feedback.source],
        created_us=created_us,
    )
