"""The calls of IngestService that are about users themselves: translate in, call, translate out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from ingest.api.convert import privacy as messages
from ingest.privacy.erasure import Privacy, asked_us
from ingest.privacy.export import Exports
from kit.errors import Invalid
from kit.rpc.answers import stored
from kit.rpc.auth import current_principal, tenant_of
from kit.rpc.pages import decode_page, encode_page, page_size
from radiant.ingest.v1 import ingest_service_pb2 as pb

Context = Any
ERASURES_MAX = 200
LATEST = (2**53, "ffffffff-ffff-ffff-ffff-ffffffffffff")
"""The place before the first page: a time in microseconds after every erasure."""


class PrivacyCalls:
    """Forgets users, and tells them what is known of them."""

    def __init__(self, privacy: Privacy, exports: Exports) -> None:
        self._privacy, self._exports = privacy, exports

    async def ForgetUser(self, request: pb.ForgetUserRequest, context: Context) -> pb.ForgetUserResponse:
        """Erases a user."""
        asked = messages.asked_of(request, "ForgetUser", tenant_of(request.tenant_id))
        actor = current_principal().subject
        return stored(
            await self._privacy.forget(asked, request.user_id, actor, messages.forgotten), pb.ForgetUserResponse
        )

    async def ListErasures(self, request: pb.ListErasuresRequest, context: Context) -> pb.ListErasuresResponse:
        """Lists erasures, newest first."""
        tenant = tenant_of(request.tenant_id)
        listing = ("erasures", tenant)
        place = _place(decode_page(request.page_token, listing, (int, str)) or LATEST)
        rows, more = await self._privacy.page(tenant, place, page_size(request.page_size, ERASURES_MAX))
        token = encode_page(listing, (asked_us(rows[-1]), rows[-1]["erasure_id"])) if more else ""
        return pb.ListErasuresResponse(erasures=map(messages.erasure, rows), next_page_token=token)

    async def ExportUser(self, request: pb.ExportUserRequest, context: Context) -> AsyncIterator[pb.ExportUserResponse]:
        """Streams all that is stored of a user."""
        tenant, actor = tenant_of(request.tenant_id), current_principal().subject
        async for kind, record in self._exports.records(tenant, request.user_id, actor):
            yield pb.ExportUserResponse(kind=kind, record_json=record)


def _place(key: tuple[int | str, ...]) -> tuple[int, str]:
    try:
        moment, name = int(key[0]), str(UUID(str(key[1])))
    except ValueError:
        raise Invalid.field("page_token", "is not a token of this listing") from None
    if not 0 <= moment <= LATEST[0]:
        raise Invalid.field("page_token", "is not a token of this listing")
    return moment, name
