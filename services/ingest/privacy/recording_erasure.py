"""Recordings of forgotten users: deleted one by one, and tried again until they are gone."""

from __future__ import annotations

import asyncio
import logging

import redis.asyncio
from redis.exceptions import RedisError

from kit.errors import RadiantError
from kit.objects import ObjectStore
from kit.postgres.erasures import LOOK_EVERY, RECORDINGS, Erasure, done, pending
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from kit.redis.keys import tenant_key

log = logging.getLogger(__name__)

_SQL = load_queries("ingest", "privacy.sql")

PAGE = 100


class ErasedRecordings:
    """Intake's part of an erasure after the answer. Safe to run in several processes."""

    def __init__(self, database: Database, objects: ObjectStore | None, client: redis.asyncio.Redis | None) -> None:
        """Without `objects` recordings wait for a process that has them."""
        self._database, self._objects, self._client = database, objects, client

    async def erase_forever(self) -> None:
        """Looks for erasures."""
        while True:
            await self.step()
            await asyncio.sleep(LOOK_EVERY.total_seconds())

    async def step(self) -> int:
        """Does what waits; returns how many erasures it finished. One that fails is left for the next time."""
        async with self._database.transaction() as connection:
            waiting = await pending(connection, RECORDINGS)
        ended = 0
        for erasure in waiting:
            try:
                ended += await self._erase(erasure)
            except (RadiantError, RedisError, OSError, TimeoutError) as problem:
                fields = {"tenant": erasure.tenant_id, "erasure": erasure.erasure_id, "problem": type(problem).__name__}
                log.warning("recordings of an erasure wait", extra={"fields": fields})
        return ended

    async def _erase(self, erasure: Erasure) -> bool:
        place = erasure.tenant_id, erasure.erasure_id
        while True:
            async with self._database.tenant(erasure.tenant_id) as connection:
                rows = await connection.fetch(_SQL["recordings_to_erase"], *place, PAGE)
            keys = [row["audio_key"] for row in rows]
            if not keys:
                break
            if self._objects is None:
                return False
            for key in keys:
                await self._objects.delete(key)
            async with self._database.tenant(erasure.tenant_id) as connection:
                await connection.execute(_SQL["recordings_erased"], *place, keys)
        if self._client is not None:
            await self._client.delete(tenant_key(erasure.tenant_id, "pace", erasure.user_id))
        async with self._database.transaction() as connection:
            await done(connection, erasure, RECORDINGS)
        return True
