"""Idempotent changes: a repeated request gets the stored answer of the first one and changes nothing.

Each service keeps the answers of a day in the table `<schema>.requests` (tenant_id, request_id, method, fingerprint,
answer), written in the transaction of the change.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.errors import Conflict, Invalid
from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries

if TYPE_CHECKING:
    from google.protobuf.message import Message

_SQL = load_queries("kit", "idempotency.sql")
_SCHEMA = re.compile(r"[a-z][a-z_]*")


def fingerprint_of(message: Message) -> bytes:
    """Returns the SHA-256 digest of a message in its deterministic form."""
    return hashlib.sha256(message.SerializeToString(deterministic=True)).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """Identifies a request and its repeats."""

    tenant_id: str
    request_id: str
    method: str
    """Name of the method without the service."""
    fingerprint: bytes
    """Digest of the whole request, which tells a repeat from another request with the same identifier."""

    @classmethod
    def of(cls, message: Message, method: str, tenant_id: str) -> IdempotencyKey:
        """Returns the key of a request message that has a request_id."""
        request_id: str = message.request_id  # type: ignore[attr-defined]  # every request that changes data has one
        return cls(tenant_id=tenant_id, request_id=request_id, method=method, fingerprint=fingerprint_of(message))


class StoredAnswers:
    """Answers of a service, in the table `<schema>.requests`."""

    def __init__(self, schema: str) -> None:
        """Takes the schema of the service, a constant of the code."""
        if not _SCHEMA.fullmatch(schema):
            raise ValueError("the schema must consist of lower-case letters and underscores")
        self._find, self._keep = (_SQL[name].replace("{schema}", schema) for name in ("stored_answer", "store_answer"))

    async def once(self, connection: Connection, key: IdempotencyKey, change: Callable[[], Awaitable[bytes]]) -> bytes:
        """Makes a change in the running transaction and returns its answer; see `once`."""
        return await once(connection, self._find, self._keep, key, change)


async def once(
    connection: Connection, find: str, keep: str, key: IdempotencyKey, change: Callable[[], Awaitable[bytes]]
) -> bytes:
    """Makes a change in a running transaction and returns its answer; for a repeat, returns the stored answer.

    `find` selects method, fingerprint and answer of a request. `keep` inserts them and returns true, or no row when
    another transaction has inserted them first. Raises Invalid (REQUEST_ID_REUSED) when the identifier belongs to
    another request, and Conflict (REQUEST_RACE) when another transaction answers the same request at the same time.
    """
    row = await connection.fetchrow(find, key.tenant_id, key.request_id)
    if row is not None:
        if row["method"] != key.method or row["fingerprint"] != key.fingerprint:
            raise Invalid.field("request_id", "was used for another request", reason="REQUEST_ID_REUSED")
        return bytes(row["answer"])
    answer = await change()
    kept = (key.tenant_id, key.request_id, key.method, key.fingerprint, answer)
    if not await connection.fetchval(keep, *kept):
        message = "Another call with the same request_id is in progress. Retry to get its answer."
        raise Conflict(message, reason="REQUEST_RACE")
    return answer
