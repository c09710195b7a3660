"""Advisory locks of the learner: shards within a transaction, exclusive jobs on a connection."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from enum import StrEnum

from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries

_SQL = load_queries("neural", "store.sql")


class ExclusiveJob(StrEnum):
    """Jobs that run once at a time over all processes. The locks are those of `kit.postgres.locks`."""

    REBUILD = "rebuild"
    TRUST_ROUND = "trust_round"
    NIGHTLY_RUN = "nightly_run"


@contextlib.asynccontextmanager
async def exclusive(database: Database, job: ExclusiveJob) -> AsyncIterator[bool]:
    """Holds the lock of a job while the block runs. Yields False, without waiting, if another session holds it."""
    async with database.connection() as holder:
        is_held = bool(await holder.fetchval(_SQL["try_lock_job"], job))
        try:
            yield is_held
        finally:
            if is_held:
                await holder.execute(_SQL["unlock_job"], job)


async def lock_free_shards(connection: Connection) -> list[int]:
    """Locks the shards that no other learner holds until the end of the transaction, and returns them."""
    return [row["shard"] for row in await connection.fetch(_SQL["lock_free_shards"])]


async def lock_all_shards(connection: Connection) -> None:
    """Waits for all learners to commit and keeps them out until the end of the transaction."""
    await connection.fetch(_SQL["lock_all_shards"])
