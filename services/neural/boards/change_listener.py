"""Listener to the Redis channels of changed boards and of new work for the learner."""

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

from kit.channels import BOARD_CHANGES, LEARNER_WAKE_UP
from neural.domain.model import BoardKey

log = logging.getLogger(__name__)

PING_INTERVAL_S = 1.0
RECONNECT_PAUSE_S = 0.25


class ChangeListener:
    """Subscribes to Redis and calls back for each message. Reconnects after a failure."""

    def __init__(
        self,
        client: redis.asyncio.Redis,
        *,
        on_boards: Callable[[Sequence[BoardKey] | None], None],
        on_work: Callable[[], None],
        on_message: Callable[[], None],
        on_connected: Callable[[], None],
        on_disconnected: Callable[[], None],
    ) -> None:
        """`on_boards` receives the changed boards, or None if any board may have changed.

        `on_message` is called for every message, including answers to pings.
        """
        self._client = client
        self._on_boards, self._on_work, self._on_message = on_boards, on_work, on_message
        self._on_connected, self._on_disconnected = on_connected, on_disconnected

    async def run_forever(self) -> None:
        """Listens, and reconnects after a lost connection."""
        while True:
            try:
                async with self._client.pubsub() as channel:
                    await channel.subscribe(BOARD_CHANGES, LEARNER_WAKE_UP)
                    self._on_connected()
                    self._on_boards(None)
                    await self._listen(channel)
            except (RedisError, OSError, TimeoutError):
                log.debug("subscription to Redis lost", exc_info=True)
            finally:
                self._on_disconnected()
            await asyncio.sleep(RECONNECT_PAUSE_S)

    async def _listen(self, channel: Any) -> None:
        pinged_at = received_at = time.monotonic()
        while True:
            message = await channel.get_message(ignore_subscribe_messages=True, timeout=PING_INTERVAL_S)
            now = time.monotonic()
            if message is not None:
                received_at = now
                self._on_message()
                self._dispatch(message)
            if now - received_at > 3 * PING_INTERVAL_S:
                raise TimeoutError("Redis did not answer a ping within 3 s.")
            if now - pinged_at >= PING_INTERVAL_S:
                pinged_at = now
                await channel.ping()

    def _dispatch(self, message: dict[str, Any]) -> None:
        if message["type"] != "message":
            return
        if message["channel"] == LEARNER_WAKE_UP.encode():
            self._on_work()
            return
        with contextlib.suppress(ValueError, TypeError, KeyError):
            fields = json.loads(message["data"])
            self._on_boards([BoardKey(*each) for each in fields["boards"]] if "boards" in fields else None)
