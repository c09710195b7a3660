"""EvaluatorService: converts requests, changes or lists the registered evaluators and converts the results."""

from __future__ import annotations

from typing import Any

import asyncpg

from ingest.domain.evaluators import EVALUATOR_PREFIX
from ingest.evaluators.registry import EvaluatorRegistry
from kit.auth.tokens import current_principal, tenant_of
from kit.errors import Invalid
from kit.postgres.idempotency import IdempotencyKey
from kit.rpc.answers import stored
from radiant.ingest.v1 import evaluator_service_pb2 as pb
from radiant.ingest.v1 import evaluator_service_pb2_grpc
from splits.user_keys import user_key

Context = Any


class EvaluatorServicer(evaluator_service_pb2_grpc.EvaluatorServiceServicer):
    """All methods of EvaluatorService."""

    def __init__(self, registry: EvaluatorRegistry) -> None:
        self._registry = registry

    async def RegisterEvaluator(
        self, request: pb.RegisterEvaluatorRequest, context: Context
    ) -> pb.RegisterEvaluatorResponse:
        """Registers an evaluator."""
        key = IdempotencyKey.of(request, "RegisterEvaluator", tenant_of(request.tenant_id))
        actor = current_principal().subject
        answer = await self._registry.register(key, _name(request.name), actor, _encode_registration)
        return stored(answer, pb.RegisterEvaluatorResponse)

    async def ListEvaluators(self, request: pb.ListEvaluatorsRequest, context: Context) -> pb.ListEvaluatorsResponse:
        """Returns the registered evaluators, by name."""
        rows = await self._registry.list(tenant_of(request.tenant_id))
        return pb.ListEvaluatorsResponse(evaluators=map(_message, rows))

    async def RemoveEvaluator(self, request: pb.RemoveEvaluatorRequest, context: Context) -> pb.RemoveEvaluatorResponse:
        """Removes an evaluator."""
        key = IdempotencyKey.of(request, "RemoveEvaluator", tenant_of(request.tenant_id))
        answer = pb.RemoveEvaluatorResponse().SerializeToString()
        actor = current_principal().subject
        return stored(await self._registry.remove(key, _name(request.name), actor, answer), pb.RemoveEvaluatorResponse)


def _name(text: str) -> str:
    """Returns the name as in the user keys of the evaluator's feedback; raises Invalid without visible characters."""
    name = user_key(text)
    if not name:
        raise Invalid.field("name", "must have a visible character")
    return name


def _message(row: asyncpg.Record) -> pb.Evaluator:
    message = pb.Evaluator(name=row["name"], user_id=EVALUATOR_PREFIX + row["name"])
    message.create_time.FromDatetime(row["created_at"])
    return message


def _encode_registration(row: asyncpg.Record) -> bytes:
    return pb.RegisterEvaluatorResponse(evaluator=_message(row)).SerializeToString()
