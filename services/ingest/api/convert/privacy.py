"""Converts requests and responses of erasures."""

from __future__ import annotations

import asyncpg
from google.protobuf.message import Message

from ingest.api.convert.idempotency import fingerprint
from kit.postgres.erasures import PARTS
from kit.postgres.once import Asked
from radiant.ingest.v1 import ingest_service_pb2 as pb


def request_identity(message: Message, method: str, tenant: str) -> Asked:
    """Returns the values by which a repeat of a request is recognized."""
    request_id: str = message.request_id  # type: ignore[attr-defined]  # every changing request has one
    return Asked(tenant_id=tenant, request_id=request_id, method=method, fingerprint=fingerprint(message))


def encode_erasure_response(rows: int, erasure_id: str) -> bytes:
    """Returns the serialized response to an erasure, which is also stored for repeats."""
    return pb.ForgetUserResponse(rows_erased=rows, erasure_id=erasure_id).SerializeToString()


def erasure_message(row: asyncpg.Record) -> pb.Erasure:
    """Returns an erasure as a message."""
    message = pb.Erasure(
        erasure_id=row["erasure_id"],
        user_id=row["user_id"],
        user_digest=row["user_digest"],
        rows_erased=row["rows_erased"],
        parts_done=[part for part in PARTS if part in row["parts_done"]],
        parts_pending=[part for part in PARTS if part not in row["parts_done"]],
    )
    message.request_time.FromDatetime(row["asked_at"])
    if row["done_at"] is not None:
        message.complete_time.FromDatetime(row["done_at"])
    return message
