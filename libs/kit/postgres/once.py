"""Changes that are made once: a repeat of a request gets the first answer, kept in the transaction of the change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from kit.errors import Conflict, Invalid
from kit.postgres.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How a repeat is recognised."""

    tenant_id: str
    request_id: str
    method: str
    fingerprint: bytes
    """Digest of the whole request, to tell a repeat from another one under the same identifier."""


async def once(
    connection: Connection, find: str, keep: str, asked: Asked, change: Callable[[], Awaitable[bytes]]
) -> bytes:
    """Makes a change in a running transaction and returns its answer; a repeat changes nothing.

    `find` gives method, fingerprint and answer of a request; `keep` stores them and gives true, or nothing when another
    process was faster. Raises Invalid (REQUEST_ID_REUSED) when the identifier named another request before, Conflict
    (REQUEST_RACE) when another process answers the same one.
    """
    row = await connection.fetchrow(find, asked.tenant_id, asked.request_id)
    if row is not None:
        if row["method"] != asked.method or row["fingerprint"] != asked.fingerprint:
            raise Invalid.field("request_id", "was used for another request", reason="REQUEST_ID_REUSED")
        return bytes(row["answer"])
    answer = await change()
    kept = (asked.tenant_id, asked.request_id, asked.method, asked.fingerprint, answer)
    if not await connection.fetchval(keep, *kept):
        raise Conflict("Another process answers the same request right now.", reason="REQUEST_RACE")
    return answer
