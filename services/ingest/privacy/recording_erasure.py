"""Deletes the recordings of erased users from the object store, with retries until they are deleted."""

from __future__ import annotations

import logging

import redis.asyncio
from redis.exceptions import RedisError

from kit.channels import submissions_key
from kit.errors import RadiantError
from kit.objects import ObjectStore
from kit.postgres.erasures import RECORDINGS, Erasure, complete_part, pending_erasures
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from kit.redis.user_digest import UserDigest
from splits.user_keys import limit_key

log = logging.getLogger(__name__)

_SQL = load_queries("ingest", "privacy.sql")

BATCH_SIZE = 100


class RecordingErasure:
    """Completes the recordings part of erasures. Safe to run in several processes."""

    def __init__(
        self,
        database: Database,
        objects: ObjectStore | None,
        client: redis.asyncio.Redis | None,
        digest: UserDigest,
    ) -> None:
        """Without `objects`, erasures with recordings stay pending for a process that has an object store."""
        self._database, self._objects, self._client, self._digest = database, objects, client, digest

    async def run_once(self) -> int:
        """Processes the pending erasures and returns how many it completed. A failed one stays pending."""
        async with self._database.transaction() as connection:
            erasures = await pending_erasures(connection, RECORDINGS)
        completed = 0
        for erasure in erasures:
            try:
                completed += await self._erase(erasure)
            except (RadiantError, RedisError, OSError, TimeoutError) as error:
                fields = {"tenant": erasure.tenant_id, "erasure": erasure.erasure_id, "error": type(error).__name__}
                log.warning("recordings of an erasure were not deleted, will retry", extra={"fields": fields})
        return completed

    async def _erase(self, erasure: Erasure) -> bool:
        key = erasure.tenant_id, erasure.erasure_id
        while True:
            async with self._database.tenant(erasure.tenant_id) as connection:
                rows = await connection.fetch(_SQL["queued_recordings"], *key, BATCH_SIZE)
            audio_keys = [row["audio_key"] for row in rows]
            if not audio_keys:
                break
            if self._objects is None:
                return False
            for audio_key in audio_keys:
                await self._objects.delete(audio_key)
            async with self._database.tenant(erasure.tenant_id) as connection:
                await connection.execute(_SQL["dequeue_recordings"], *key, audio_keys)
        if self._client is not None:
            user = self._digest.of(erasure.tenant_id, limit_key(erasure.user_id))
            await self._client.delete(submissions_key(erasure.tenant_id, user))
        async with self._database.transaction() as connection:
            await complete_part(connection, erasure, RECORDINGS)
        return True
