"""Boards in Redis: replaced only by newer ones, whoever writes them. Every failure is a miss."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable, Sequence
from datetime import timedelta

import redis.asyncio
from redis.exceptions import RedisError

from kit.metrics import Counter
from kit.redis.keys import PREFIX, tenant_key
from neural.domain.boards import decode, encode
from neural.domain.model import ANY, Board, BoardKey

log = logging.getLogger(__name__)

CHANNEL = "radiant:boards"
GLOBAL_TENANT = "-global-"
LIFE = timedelta(hours=1)
ANNOUNCED_MAX = 500
"""Boards in one message."""
REST_S = 0.5
"""After a failure callers go to the database at once, for so long."""
FAILURES = Counter("radiant_neural_cache_failures_total", "Calls to Redis that failed.", ["what"])

# Keeps the value whose revision is greater; both begin with it: {"revision":"<40 digits>", ...
_KEEP_NEWER = """
local held = redis.call('GETRANGE', KEYS[1], 13, 52)
if held ~= '' and held >= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return 1
"""


def board_key(key: BoardKey) -> str:
    """Returns where a board lies; all boards of a tenant in one slot of a cluster."""
    return tenant_key(key.tenant_id or GLOBAL_TENANT, "board", key.user_id, key.task_type, key.domain_mode)


class BoardCache:
    """The hot copy of the boards."""

    def __init__(self, client: redis.asyncio.Redis) -> None:
        self._client = client
        self._keep_newer = client.register_script(_KEEP_NEWER)
        self._down_until = 0.0

    def _failed(self, what: str) -> None:
        FAILURES.labels(what).inc()
        self._down_until = time.monotonic() + REST_S

    async def get(self, keys: Sequence[BoardKey]) -> dict[BoardKey, Board]:
        """Returns the boards that are there; none of them when Redis does not answer."""
        found: dict[BoardKey, Board] = {}
        if time.monotonic() < self._down_until:
            return found
        try:
            async with self._client.pipeline(transaction=False) as pipe:
                for key in keys:
                    pipe.get(board_key(key))
                values = await pipe.execute()
        except (RedisError, OSError, TimeoutError):
            self._failed("get")
            return found
        for key, value in zip(keys, values, strict=True):
            if value is not None:
                try:
                    found[key] = decode(key, value)
                except (ValueError, KeyError, TypeError):
                    log.warning("a cached board could not be read")
        return found

    async def put(self, boards: Iterable[Board]) -> bool:
        """Keeps boards that are newer than what is there; returns whether Redis took them."""
        if time.monotonic() < self._down_until:
            return False
        life_ms = int(LIFE.total_seconds() * 1000)
        try:
            async with self._client.pipeline(transaction=False) as pipe:
                for board in boards:
                    await self._keep_newer(
                        keys=[board_key(board.key)], args=[encode(board), board.revision, life_ms], client=pipe
                    )
                await pipe.execute()
        except (RedisError, OSError, TimeoutError):
            self._failed("put")
            return False
        return True

    async def announce(self, keys: Sequence[BoardKey]) -> bool:
        """Tells every process which boards changed; returns whether Redis took the message."""
        try:
            for start in range(0, len(keys), ANNOUNCED_MAX):
                part = [
                    [key.tenant_id, key.user_id, key.task_type, key.domain_mode]
                    for key in keys[start : start + ANNOUNCED_MAX]
                ]
                await self._client.publish(CHANNEL, json.dumps({"boards": part}))
        except (RedisError, OSError, TimeoutError):
            self._failed("announce")
            return False
        return True

    async def start_over(self) -> bool:
        """Removes every board and tells every process to forget its own; returns whether that worked."""
        try:
            async for name in self._client.scan_iter(match=f"{PREFIX}*:board:*", count=1000):
                await self._client.unlink(name)
            await self._client.publish(CHANNEL, json.dumps({"reload": ANY}))
        except (RedisError, OSError, TimeoutError):
            self._failed("start_over")
            return False
        return True

    async def forget(self, tenant: str, user: str) -> bool:
        """Removes a user's boards and has every process forget its own; returns whether that worked."""
        try:
            async for name in self._client.scan_iter(match=tenant_key(tenant, "board", user, "") + "*", count=1000):
                await self._client.unlink(name)
            await self._client.publish(CHANNEL, json.dumps({"reload": tenant}))
        except (RedisError, OSError, TimeoutError):
            self._failed("forget")
            return False
        return True

    async def answers(self) -> bool:
        """Tells whether Redis can be reached."""
        try:
            await self._client.ping()
        except (RedisError, OSError, TimeoutError):
            return False
        return True
