"""Users who are forgotten or asked about, in and out."""

from __future__ import annotations

import asyncpg
from google.protobuf.message import Message

from ingest.api.convert.enums import digest
from kit.postgres.erasures import PARTS
from kit.postgres.once import Asked
from radiant.ingest.v1 import ingest_service_pb2 as pb


def asked_of(message: Message, method: str, tenant: str) -> Asked:
    """Returns how a repeat is recognised."""
    request_id: str = message.request_id  # type: ignore[attr-defined]  # every changing request has one
    return Asked(tenant_id=tenant, request_id=request_id, method=method, fingerprint=digest(message))


def forgotten(rows: int, erasure_id: str) -> bytes:
    """Returns the answer to an erasure, as it is stored for repeats."""
    return pb.ForgetUserResponse(rows_erased=rows, erasure_id=erasure_id).SerializeToString()


def erasure(row: asyncpg.Record) -> pb.Erasure:
    """Returns an erasure as it is listed."""
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
