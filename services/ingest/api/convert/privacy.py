"""Converts erasures to messages."""

from __future__ import annotations

import asyncpg

from kit.postgres.erasures import PARTS
from radiant.ingest.v1 import ingest_service_pb2 as pb


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
