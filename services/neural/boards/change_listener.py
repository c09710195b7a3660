"""What other processes say: boards that changed, and work for the learner."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

import redis.asyncio
from redis.exceptions import RedisError

from neural.boards.cache import CHANNEL
from neural.domain.model import BoardKey

log = logging.getLogger(__name__)

WORK_CHANNEL = "radiant:learn"
PING_S = 1.0
PAUSE_S = 0.25


class Listener:
    """Listens to Redis for as long as it is there."""

    def __init__(
        self,
        client: redis.asyncio.Redis,
        *,
        changed: Callable[[Sequence[BoardKey] | None], None],
        work: Callable[[], None],
        alive: Callable[[], None],
        connected: Callable[[], None],
        lost: Callable[[], None],
    ) -> None:
        """Takes what to call: `changed` gets the boards, or None when all of them may have changed."""
        self._client = client
        self._changed, self._work, self._alive = changed, work, alive
        self._connected, self._lost = connected, lost

    async def listen_forever(self) -> None:
        """Listens; after a loss it tries again and says so."""
        while True:
            try:
                async with self._client.pubsub() as channel:
                    await channel.subscribe(CHANNEL, WORK_CHANNEL)
                    self._connected()
                    self._changed(None)
                    await self._listen(channel)
            except (RedisError, OSError, TimeoutError):
                log.debug("not listening", exc_info=True)
            finally:
                self._lost()
            await asyncio.sleep(PAUSE_S)

    async def _listen(self, channel: Any) -> None:
        pinged = heard = time.monotonic()
        while True:
            message = await channel.get_message(ignore_subscribe_messages=True, timeout=PING_S)
            now = time.monotonic()
            if message is not None:
                heard = now
                self._alive()
                self._take(message)
            if now - heard > 3 * PING_S:
                raise TimeoutError("Redis is silent")
            if now - pinged >= PING_S:
                pinged = now
                await channel.ping()

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] != "message":
            return
        if message["channel"] == WORK_CHANNEL.encode():
            self._work()
            return
        with contextlib.suppress(ValueError, TypeError, KeyError):
            said = json.loads(message["data"])
            self._changed([BoardKey(*each) for each in said["boards"]] if "boards" in said else None)
