"""Users who are forgotten: the scores are those of a world in which they never were.

What a user said leaves the scores by the learner, as every change of rows does: intake queues the units whose rows it
erases, and a unit without rows contributes nothing. This is what comes after.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence

from kit.errors import RadiantError
from kit.postgres.erasures import DECISIONS, LEARNING, LOOK_EVERY, Erasure, done, pending
from kit.postgres.pool import Connection, Database, use_tenant
from kit.postgres.queries import load_queries
from neural.boards.cache import BoardCache
from neural.rebuild.building import STATEMENT_SECONDS_MAX
from neural.rebuild.versions import as_learner, live_and_building
from neural.trust.rounds import Trusting

log = logging.getLogger(__name__)

_SQL = load_queries("neural", "privacy.sql")
_LEARNING = load_queries("neural", "learning.sql")
_REBUILD = load_queries("neural", "rebuild.sql")


class Forgetting:
    """Learning's parts of erasures. Every step may be broken off and done again, by whatever process."""

    def __init__(
        self,
        database: Database,
        cache: BoardCache,
        trusting: Trusting,
        published: Callable[[], None],
        named: Callable[[str], bytes],
    ) -> None:
        """`published` is called when boards wait for the cache; `named` gives what answers that name a user hold."""
        self._database, self._cache, self._trusting = database, cache, trusting
        self._published, self._named = published, named

    async def forget_forever(self) -> None:
        """Looks for erasures."""
        while True:
            await self.step()
            await asyncio.sleep(LOOK_EVERY.total_seconds())

    async def step(self) -> int:
        """Does what can be done now; returns how many parts it finished. One that fails is left for the next time."""
        ended = 0
        for part, work in ((DECISIONS, self._forget_decisions), (LEARNING, self._forget_learned)):
            async with as_learner(self._database) as connection:
                waiting = await pending(connection, part)
            for tenant, erasures in _by_tenant(waiting).items():
                try:
                    ended += await work(tenant, erasures)
                except RadiantError as problem:
                    fields = {"tenant": tenant, "part": part, "reason": problem.reason}
                    log.warning("parts of erasures wait", extra={"fields": fields})
        return ended

    async def _forget_decisions(self, tenant: str, erasures: Sequence[Erasure]) -> int:
        """Removes decisions; those that a process has yet to write are refused by what writes them."""
        async with as_learner(self._database) as connection:
            await connection.fetch(_REBUILD["whole_tables"])
            await connection.execute(_SQL["lock_decisions"], tenant)
            for each in erasures:
                values = tenant, each.user_id, each.asked_at
                await connection.execute(_SQL["forget_decisions"], *values, timeout=STATEMENT_SECONDS_MAX)
                await connection.execute(_SQL["forget_answers"], tenant, self._named(each.user_id))
                await done(connection, each, DECISIONS)
        return len(erasures)

    async def _forget_learned(self, tenant: str, erasures: Sequence[Erasure]) -> int:
        """Waits until the learner has taken users' units away, then removes what names them.

        The other raters are then judged without their voices. No round of trust runs meanwhile, so that none writes
        down a judgement of them that it made before. A rebuild that is under way may have read rows that are gone by
        now; it looks at their units again before it swaps, and is waited for.
        """
        async with self._trusting.alone() as held:
            gone = [each for each in erasures if held and await self._removed(each)]
            if not gone:
                return 0
            self._published()
            if not await self._uncached(gone):
                return 0
            judged = await self._trusting.judge_anew(tenant)
            if not await self._uncached(gone):  # a reader may have put back what it had read
                return 0
            async with as_learner(self._database) as connection:
                await use_tenant(connection, tenant)
                for each in gone:
                    await connection.execute(_SQL["forget_trust"], tenant, each.user_id)
                    await done(connection, each, LEARNING)
        fields = {"tenant": tenant, "users": len(gone), "raters_changed": judged.changed}
        log.info("users are forgotten", extra={"fields": fields})
        return len(gone)

    async def _uncached(self, erasures: Sequence[Erasure]) -> bool:
        return all([await self._cache.forget(each.tenant_id, each.user_id) for each in erasures])

    async def _removed(self, erasure: Erasure) -> bool:
        """Removes rows in one transaction; False while they may still be needed to take the user away."""
        place = erasure.tenant_id, erasure.user_id
        async with as_learner(self._database) as connection:
            if not await connection.fetchval(_SQL["unlearned"], erasure.tenant_id, erasure.queued_until):
                return False  # looked at without holding up the learners
        async with as_learner(self._database) as connection:
            await connection.fetch(_LEARNING["all_shards"])
            if not await connection.fetchval(_SQL["unlearned"], erasure.tenant_id, erasure.queued_until):
                return False
            await use_tenant(connection, erasure.tenant_id)
            for name in ("forget_trust", "forget_rows", "forget_recent_of", "forget_rebuild", "forget_boards"):
                await connection.execute(_SQL[name], *place, timeout=STATEMENT_SECONDS_MAX)
            await connection.execute(_SQL["forget_rebuilt"], *place)
            await connection.execute(_SQL["forget_reported"], *place)
            await self._forget_outputs(connection, erasure)
            await connection.execute(_LEARNING["bump_boards"], [erasure.tenant_id])
        return True

    async def _forget_outputs(self, connection: Connection, erasure: Erasure) -> None:
        tenant, erasure_id = erasure.tenant_id, erasure.erasure_id
        await connection.execute(_SQL["forget_marks"], tenant, erasure_id)
        values = tenant, erasure_id
        rows = await connection.fetch(_SQL["forget_versions"], *values, timeout=STATEMENT_SECONDS_MAX)
        if rows:
            live, _ = await live_and_building(connection)
            models = [row["model"] for row in rows]
            tenants = [tenant] * len(models)
            await connection.execute(_LEARNING["enqueue_boards_of_models"], live.number, tenants, models)


def _by_tenant(erasures: Sequence[Erasure]) -> dict[str, list[Erasure]]:
    found: dict[str, list[Erasure]] = defaultdict(list)
    for each in erasures:
        found[each.tenant_id].append(each)
    return found
