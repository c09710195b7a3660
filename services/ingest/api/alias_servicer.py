"""AliasService: converts requests, changes or lists aliases and unmatched feedback, and converts the results."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import asyncpg

from ingest.aliases.model_aliases import ModelAliases
from ingest.aliases.unmatched import UnmatchedFeedback
from ingest.api.convert.times import datetime_from_us
from kit.auth.tokens import current_principal, tenant_of
from kit.postgres.idempotency import IdempotencyKey
from kit.rpc.answers import stored
from kit.rpc.keyset import MICROSECONDS, TEXT, Keyset, microseconds_of
from radiant.ingest.v1 import alias_service_pb2 as pb
from radiant.ingest.v1 import alias_service_pb2_grpc
from splits.model_names import ModelName

Context = Any
ALIASES = Keyset((TEXT,), start=("",))
UNMATCHED = Keyset((MICROSECONDS, TEXT), start=(0, ""))
_SOURCES = {"automatic": pb.ALIAS_SOURCE_AUTOMATIC, "manual": pb.ALIAS_SOURCE_MANUAL}


class AliasServicer(alias_service_pb2_grpc.AliasServiceServicer):
    """All methods of AliasService."""

    def __init__(self, models: ModelAliases, unmatched: UnmatchedFeedback, retention: timedelta) -> None:
        """`retention` is the retention period of unmatched feedback; zero for no limit of its own."""
        self._models, self._unmatched, self._retention = models, unmatched, retention

    async def ListModelAliases(
        self, request: pb.ListModelAliasesRequest, context: Context
    ) -> pb.ListModelAliasesResponse:
        """Returns a page of the model aliases, by alias."""
        tenant = tenant_of(request.tenant_id)
        page_request = ALIASES.request(request, "model_aliases", tenant)
        rows = await self._models.list(tenant, *page_request.after, page_request.limit)
        page = page_request.page(rows, lambda row: (row["alias"],))
        return pb.ListModelAliasesResponse(aliases=map(_alias, page.rows), next_page_token=page.next_token)

    async def SetModelAlias(self, request: pb.SetModelAliasRequest, context: Context) -> pb.SetModelAliasResponse:
        """Sets a manual model alias."""
        key = IdempotencyKey.of(request, "SetModelAlias", tenant_of(request.tenant_id))
        name, actor = ModelName(request.model, request.version), current_principal().subject
        answer = await self._models.set(key, request.alias, name, actor, _encode_alias)
        return stored(answer, pb.SetModelAliasResponse)

    async def DeleteModelAlias(
        self, request: pb.DeleteModelAliasRequest, context: Context
    ) -> pb.DeleteModelAliasResponse:
        """Deletes a model alias."""
        key = IdempotencyKey.of(request, "DeleteModelAlias", tenant_of(request.tenant_id))
        answer = pb.DeleteModelAliasResponse().SerializeToString()
        actor = current_principal().subject
        return stored(await self._models.delete(key, request.alias, actor, answer), pb.DeleteModelAliasResponse)

    async def ListUnmatchedFeedback(
        self, request: pb.ListUnmatchedFeedbackRequest, context: Context
    ) -> pb.ListUnmatchedFeedbackResponse:
        """Returns a page of the output ids with feedback and without a manifest, oldest first."""
        tenant = tenant_of(request.tenant_id)
        page_request = UNMATCHED.request(request, "unmatched_feedback", tenant)
        time_us, output_id = page_request.after
        found = await self._unmatched.list(tenant, (datetime_from_us(time_us), output_id), page_request.limit)
        page = page_request.page(found.rows, lambda row: (microseconds_of(row["first_seen_at"]), row["output_id"]))
        return pb.ListUnmatchedFeedbackResponse(
            outputs=map(self._unmatched_message, page.rows),
            next_page_token=page.next_token,
            total_outputs=found.total,
        )

    def _unmatched_message(self, row: asyncpg.Record) -> pb.UnmatchedFeedback:
        counts = {name: row[name] for name in ("votes", "signals", "voice_comments", "users")}
        message = pb.UnmatchedFeedback(output_id=row["output_id"], **counts)
        message.first_time.FromDatetime(row["first_seen_at"])
        if self._retention:
            message.expire_time.FromDatetime(row["first_seen_at"] + self._retention)
        return message

    async def MatchFeedback(self, request: pb.MatchFeedbackRequest, context: Context) -> pb.MatchFeedbackResponse:
        """States the output that feedback under another id belongs to."""
        key = IdempotencyKey.of(request, "MatchFeedback", tenant_of(request.tenant_id))
        answer = pb.MatchFeedbackResponse().SerializeToString()
        values = request.feedback_output_id, request.output_id, current_principal().subject
        return stored(await self._unmatched.match(key, *values, answer), pb.MatchFeedbackResponse)


def _alias(row: asyncpg.Record) -> pb.ModelAlias:
    message = pb.ModelAlias(
        alias=row["alias"], model=row["model"], version=row["version"], source=_SOURCES[row["kind"]]
    )
    message.create_time.FromDatetime(row["created_at"])
    message.update_time.FromDatetime(row["updated_at"])
    return message


def _encode_alias(row: asyncpg.Record) -> bytes:
    return pb.SetModelAliasResponse(alias=_alias(row)).SerializeToString()
