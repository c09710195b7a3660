"""Boards in Redis. A board replaces only an older one. Every failure counts as a miss."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable, Sequence
from datetime import timedelta

import redis.asyncio
from redis.exceptions import RedisError

from kit.channels import ALL_BOARDS, BOARD_CHANGES, board_key, boards_of_user
from kit.redis.user_digest import UserDigest
from kit.telemetry.metrics import Counter
from neural.domain.boards import decode, encode
from neural.domain.model import ANY, Board, BoardKey

log = logging.getLogger(__name__)

TTL = timedelta(hours=1)
BOARDS_PER_MESSAGE_MAX = 500
FAILURE_PAUSE_S = 0.5
"""Time after a failure in which reads and writes fail without a call to Redis."""
FAILURES = Counter("radiant_neural_cache_failures_total", "Calls to Redis that failed.", ["what"])

# Stores the board with the greater revision. Both values start with it: {"revision":"<40 digits>", ...
_KEEP_NEWER = """
local held = redis.call('GETRANGE', KEYS[1], 13, 52)
if held ~= '' and held >= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return 1
"""


class BoardCache:
    """The cache of boards that all processes share."""

    def __init__(self, client: redis.asyncio.Redis, digest: UserDigest) -> None:
        """Names of keys contain digests of user ids."""
        self._client, self._digest = client, digest
        self._keep_newer = client.register_script(_KEEP_NEWER)
        self._down_until = 0.0

    def cache_key(self, key: BoardKey) -> str:
        """Returns the Redis key of a board. All boards of a tenant are in one slot of a cluster."""
        user = self._digest.of(key.tenant_id, key.user_id)
        return board_key(key.tenant_id, user, key.task_type, key.domain_mode)

    def _note_failure(self, operation: str) -> None:
        FAILURES.labels(operation).inc()
        self._down_until = time.monotonic() + FAILURE_PAUSE_S

    async def get(self, keys: Sequence[BoardKey]) -> dict[BoardKey, Board]:
        """Returns the cached boards, or none if Redis does not answer."""
        boards: dict[BoardKey, Board] = {}
        if time.monotonic() < self._down_until:
            return boards
        try:
            async with self._client.pipeline(transaction=False) as pipe:
                for key in keys:
                    pipe.get(self.cache_key(key))
                values = await pipe.execute()
        except (RedisError, OSError, TimeoutError):
            self._note_failure("get")
            return boards
        for key, value in zip(keys, values, strict=True):
            if value is not None:
                try:
                    boards[key] = decode(key, value)
                except (ValueError, KeyError, TypeError):
                    log.warning("cached board is malformed")
        return boards

    async def put(self, boards: Iterable[Board]) -> bool:
        """Stores boards that are newer than the cached ones. Returns whether Redis accepted them."""
        if time.monotonic() < self._down_until:
            return False
        ttl_ms = int(TTL.total_seconds() * 1000)
        try:
            async with self._client.pipeline(transaction=False) as pipe:
                for board in boards:
                    await self._keep_newer(
                        keys=[self.cache_key(board.key)], args=[encode(board), board.revision, ttl_ms], client=pipe
                    )
                await pipe.execute()
        except (RedisError, OSError, TimeoutError):
            self._note_failure("put")
            return False
        return True

    async def announce(self, keys: Sequence[BoardKey]) -> bool:
        """Notifies all processes of changed boards. Returns whether Redis accepted the messages."""
        try:
            for start in range(0, len(keys), BOARDS_PER_MESSAGE_MAX):
                part = [
                    [key.tenant_id, key.user_id, key.task_type, key.domain_mode]
                    for key in keys[start : start + BOARDS_PER_MESSAGE_MAX]
                ]
                await self._client.publish(BOARD_CHANGES, json.dumps({"boards": part}))
        except (RedisError, OSError, TimeoutError):
            self._note_failure("announce")
            return False
        return True

    async def clear(self) -> bool:
        """Removes all boards and notifies all processes. Returns whether it succeeded."""
        return await self._remove("start_over", ALL_BOARDS, ANY)

    async def remove_user(self, tenant: str, user: str) -> bool:
        """Removes the boards of a user and notifies all processes. Returns whether it succeeded."""
        return await self._remove("forget", boards_of_user(tenant, self._digest.of(tenant, user)), tenant)

    async def _remove(self, operation: str, pattern: str, tenant: str) -> bool:
        try:
            async for name in self._client.scan_iter(match=pattern, count=1000):
                await self._client.unlink(name)
            await self._client.publish(BOARD_CHANGES, json.dumps({"reload": tenant}))
        except (RedisError, OSError, TimeoutError):
            self._note_failure(operation)
            return False
        return True

    async def is_available(self) -> bool:
        """Returns whether Redis answers."""
        try:
            await self._client.ping()
        except (RedisError, OSError, TimeoutError):
            return False
        return True
