"""Kills the process of the learner while it learns a backlog."""

from __future__ import annotations

import asyncio
import contextlib
import signal

import asyncpg

from bench.resilience.chaos.record.queries import SQL
from bench.resilience.chaos.suite import Suite

UNITS_MIN = 300
"""Units in the queue before the process continues."""
FILL_SECONDS_MAX, LEARN_SECONDS_MAX = 4.0, 3.0
POLL_S = 0.01


async def kill_within_backlog(suite: Suite) -> int:
    """Pauses neural until units wait, lets it learn some of them, and kills it. Returns the units that still wait.

    The units that were learned are counted at the first decrease of the queue. The waits are bounded, since a disturbed
    suite may send no units.
    """
    connection = await asyncpg.connect(suite.postgres.url)
    try:
        suite.send("neural", signal.SIGSTOP)
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FILL_SECONDS_MAX):
                    while True:
                        if await _waiting(connection) >= UNITS_MIN:
                            break
                        await asyncio.sleep(POLL_S)
        finally:
            suite.send("neural", signal.SIGCONT)
        most = waiting = await _waiting(connection)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LEARN_SECONDS_MAX):
                while waiting >= most:
                    await asyncio.sleep(POLL_S)
                    waiting = await _waiting(connection)
                    most = max(most, waiting)
        suite.send("neural", signal.SIGKILL, first_only=True)
        return waiting
    finally:
        await connection.close()


async def _waiting(connection: asyncpg.Connection) -> int:
    return int(await connection.fetchval(SQL["learn_queue"]))
