"""Methods of IngestService that erase and export the data of a user."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from ingest.api.convert.privacy import encode_erasure_response, erasure_message, request_identity
from ingest.privacy.erasure import Erasures, requested_us
from ingest.privacy.export import UserExports
from kit.errors import Invalid
from kit.rpc.answers import stored
from kit.rpc.auth import current_principal, tenant_of
from kit.rpc.pages import decode_page, encode_page, page_size
from radiant.ingest.v1 import ingest_service_pb2 as pb

Context = Any
PAGE_SIZE_MAX = 200
FIRST_PAGE = (2**53, "ffffffff-ffff-ffff-ffff-ffffffffffff")
"""Key before which the first page ends: a time in microseconds after every erasure, and the greatest identifier."""


class PrivacyServicer:
    """Converts privacy requests, calls erasure and export, and converts their results."""

    def __init__(self, erasures: Erasures, exports: UserExports) -> None:
        self._erasures, self._exports = erasures, exports

    async def ForgetUser(self, request: pb.ForgetUserRequest, context: Context) -> pb.ForgetUserResponse:
        """Erases a user."""
        identity = request_identity(request, "ForgetUser", tenant_of(request.tenant_id))
        actor = current_principal().subject
        response = await self._erasures.erase(identity, request.user_id, actor, encode_erasure_response)
        return stored(response, pb.ForgetUserResponse)

    async def ListErasures(self, request: pb.ListErasuresRequest, context: Context) -> pb.ListErasuresResponse:
        """Returns a page of erasures, newest first."""
        tenant = tenant_of(request.tenant_id)
        scope = ("erasures", tenant)
        before = _page_key(decode_page(request.page_token, scope, (int, str)) or FIRST_PAGE)
        rows, has_more = await self._erasures.page(tenant, before, page_size(request.page_size, PAGE_SIZE_MAX))
        token = encode_page(scope, (requested_us(rows[-1]), rows[-1]["erasure_id"])) if has_more else ""
        return pb.ListErasuresResponse(erasures=map(erasure_message, rows), next_page_token=token)

    async def ExportUser(self, request: pb.ExportUserRequest, context: Context) -> AsyncIterator[pb.ExportUserResponse]:
        """Streams all stored records of a user."""
        tenant, actor = tenant_of(request.tenant_id), current_principal().subject
        async for kind, record in self._exports.records(tenant, request.user_id, actor):
            yield pb.ExportUserResponse(kind=kind, record_json=record)


def _page_key(key: tuple[int | str, ...]) -> tuple[int, str]:
    """Returns the key of a page token; raises Invalid if it cannot be the key of an erasure."""
    try:
        time_us, erasure_id = int(key[0]), str(UUID(str(key[1])))
    except ValueError:
        raise Invalid.field("page_token", "is not a page token of this list") from None
    if not 0 <= time_us <= FIRST_PAGE[0]:
        raise Invalid.field("page_token", "is not a page token of this list")
    return time_us, erasure_id
