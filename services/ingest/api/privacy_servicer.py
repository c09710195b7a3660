"""Methods of IngestService that erase and export the data of a user."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from ingest.api.convert.privacy import encode_erasure_response, erasure_message
from ingest.privacy.erasure import Erasures
from ingest.privacy.export import UserExports
from kit.auth.tokens import current_principal, tenant_of
from kit.postgres.idempotency import IdempotencyKey
from kit.rpc.answers import stored
from kit.rpc.keyset import LAST_UUID, LATEST_US, MICROSECONDS, UUID_TEXT, Keyset, microseconds_of
from radiant.ingest.v1 import ingest_service_pb2 as pb

Context = Any
ERASURES = Keyset((MICROSECONDS, UUID_TEXT), (LATEST_US, LAST_UUID), size_max=200)
"""Request time in microseconds since 1970 and erasure_id, in descending order."""


class PrivacyServicer:
    """Converts privacy requests, calls erasure and export, and converts their results."""

    def __init__(self, erasures: Erasures, exports: UserExports) -> None:
        self._erasures, self._exports = erasures, exports

    async def ForgetUser(self, request: pb.ForgetUserRequest, context: Context) -> pb.ForgetUserResponse:
        """Erases all data of a user."""
        key = IdempotencyKey.of(request, "ForgetUser", tenant_of(request.tenant_id))
        actor = current_principal().subject
        response = await self._erasures.erase(key, request.user_id, actor, encode_erasure_response)
        return stored(response, pb.ForgetUserResponse)

    async def ListErasures(self, request: pb.ListErasuresRequest, context: Context) -> pb.ListErasuresResponse:
        """Returns a page of erasures, newest first."""
        tenant = tenant_of(request.tenant_id)
        page_request = ERASURES.request(request, "erasures", tenant)
        rows = await self._erasures.list(tenant, page_request.after, page_request.limit)
        page = page_request.page(rows, lambda row: (microseconds_of(row["asked_at"]), row["erasure_id"]))
        return pb.ListErasuresResponse(erasures=map(erasure_message, page.rows), next_page_token=page.next_token)

    async def ExportUser(self, request: pb.ExportUserRequest, context: Context) -> AsyncIterator[pb.ExportUserResponse]:
        """Streams all stored records of a user."""
        tenant, actor = tenant_of(request.tenant_id), current_principal().subject
        async for kind, record in self._exports.records(tenant, request.user_id, actor):
            yield pb.ExportUserResponse(kind=kind, record_json=record)
