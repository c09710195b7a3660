"""Keyed digests of user ids for names of Redis keys, so that no file or replica of Redis contains an id."""

from __future__ import annotations

import hashlib
import hmac

from kit.postgres.pool import Database
from kit.postgres.queries import load_queries

_SQL = load_queries("kit")

DIGEST_BYTES = 16


class UserDigest:
    """HMAC-SHA-256 of user ids, cut to 128 bits. Without the key, an id cannot be guessed from its digest."""

    def __init__(self, key: bytes) -> None:
        """Takes the key of the deployment."""
        self._key = key

    def of(self, tenant: str, user: str) -> str:
        """Returns the digest of a user of a tenant in hexadecimal; '' for an empty user id, which names no user."""
        if not user:
            return ""
        text = f"{tenant}\0{user}".encode()
        return hmac.new(self._key, text, hashlib.sha256).digest()[:DIGEST_BYTES].hex()


async def read_user_digest(database: Database) -> UserDigest:
    """Reads the key of the deployment, which the migrations generate, from the database."""
    async with database.transaction() as connection:
        return UserDigest(await connection.fetchval(_SQL["digest_key"], "redis"))
