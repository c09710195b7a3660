"""Users who are forgotten: outcomes are made of rows, so that without the rows they are those without the user.

In experiments over all tenants a tester is named without a tenant and stays: the name may be another tenant's user's.
"""

from __future__ import annotations

import asyncio
import logging

from experiments.store.idempotency import as_experimenter
from kit.errors import RadiantError
from kit.postgres.erasures import EXPERIMENTS, LOOK_EVERY, Erasure, done, pending
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries

log = logging.getLogger(__name__)

_SQL = load_queries("experiments", "privacy.sql")


class Forgetting:
    """The experiments' part of erasures, each in one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def forget_forever(self) -> None:
        """Looks for erasures."""
        while True:
            await self.step()
            await asyncio.sleep(LOOK_EVERY.total_seconds())

    async def step(self) -> int:
        """Does what waits; returns how many erasures it finished. One that fails is left for the next time."""
        async with as_experimenter(self._database) as connection:
            waiting = await pending(connection, EXPERIMENTS)
        ended = 0
        for erasure in waiting:
            try:
                await self._forget(erasure)
                ended += 1
            except RadiantError as problem:
                fields = {"tenant": erasure.tenant_id, "erasure": erasure.erasure_id, "reason": problem.reason}
                log.warning("a part of an erasure waits", extra={"fields": fields})
        return ended

    async def _forget(self, erasure: Erasure) -> None:
        tenant, user = erasure.tenant_id, erasure.user_id
        async with as_experimenter(self._database) as connection:
            for name in ("forget_assignments", "forget_exposures", "forget_tester", "forget_tester_of_epochs"):
                await connection.execute(_SQL[name], tenant, user)
            await connection.execute(_SQL["forget_outputs"], tenant, erasure.erasure_id)
            await connection.execute(_SQL["forget_answers"], tenant, user.encode())
            await done(connection, erasure, EXPERIMENTS)
