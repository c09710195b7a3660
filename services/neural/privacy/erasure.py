"""Erasure of users: afterwards the scores are the same as if the user had never given feedback.

Ingest queues the units whose rows it erases, and the learner removes their contributions, as for any change of the raw
rows. This module waits for the learner and then deletes the remaining rows of the user.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence

from kit.errors import RadiantError
from kit.postgres.erasures import DECISIONS, LEARNING, Erasure, complete_part, pending_erasures
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from neural.boards.cache import BoardCache
from neural.boards.queue import enqueue_boards_of_models, increment_revisions
from neural.store.access import LEARNER
from neural.store.bulk import STATEMENT_TIMEOUT_S, configure_bulk_statements
from neural.store.locks import lock_all_shards
from neural.store.versions import live_and_building
from neural.trust.rounds import TrustRounds

log = logging.getLogger(__name__)

_SQL = load_queries("neural", "privacy.sql")

_REPORT_TABLES = ("score_versions", "runs")


class UserErasure:
    """Deletes the decisions and learned data of erased users. A step can be interrupted and repeated in any process."""

    def __init__(
        self,
        database: Database,
        cache: BoardCache,
        trust_rounds: TrustRounds,
        on_boards_queued: Callable[[], None],
        answer_pattern: Callable[[str], bytes],
    ) -> None:
        """`on_boards_queued` is called when boards are queued for publication.

        `answer_pattern` returns bytes that every stored answer with the trust score of a user contains.
        """
        self._database, self._cache, self._trust_rounds = database, cache, trust_rounds
        self._on_boards_queued, self._answer_pattern = on_boards_queued, answer_pattern

    async def step(self) -> int:
        """Processes pending erasures and returns the number of finished parts. A failed part is retried later."""
        finished = 0
        for part, erase in ((DECISIONS, self._erase_decisions), (LEARNING, self._erase_learned)):
            async with self._database.as_role(LEARNER) as connection:
                erasures = await pending_erasures(connection, part)
            for tenant, of_tenant in _by_tenant(erasures).items():
                try:
                    finished += await erase(tenant, of_tenant)
                except RadiantError as error:
                    fields = {"tenant": tenant, "part": part, "reason": error.reason}
                    log.warning("erasure failed, will be retried", extra={"fields": fields})
        return finished

    async def _erase_decisions(self, tenant: str, erasures: Sequence[Erasure]) -> int:
        """Deletes decisions and stored answers. The decision log skips decisions of erased users written later."""
        async with self._database.as_role(LEARNER) as connection:
            await configure_bulk_statements(connection)
            await connection.execute(_SQL["lock_decisions"], tenant)
            for each in erasures:
                values = tenant, each.user_id, each.asked_at
                await connection.execute(_SQL["delete_user_decisions"], *values, timeout=STATEMENT_TIMEOUT_S)
                await connection.execute(_SQL["clear_user_answers"], tenant, self._answer_pattern(each.user_id))
                await complete_part(connection, each, DECISIONS)
        return len(erasures)

    async def _erase_learned(self, tenant: str, erasures: Sequence[Erasure]) -> int:
        """Deletes learned rows after the learner has removed the contributions of the users.

        The trust of the other raters is then recomputed without the votes of the users. Trust rounds are locked out,
        so that none stores trust that it computed before. An erasure also waits for a running rebuild, which may have
        read erased rows; the rebuild learns their units again before its swap.
        """
        async with self._trust_rounds.lock() as is_held:
            removed = [each for each in erasures if is_held and await self._delete_rows(each)]
            if not removed:
                return 0
            self._on_boards_queued()
            if not await self._remove_from_cache(removed):
                return 0
            result = await self._trust_rounds.recompute_from_neutral(tenant)
            if not await self._remove_from_cache(removed):  # a reader may have cached a board that it read before
                return 0
            async with self._database.as_role(LEARNER, tenant) as connection:
                await lock_all_shards(connection)
                for each in removed:
                    await connection.execute(_SQL["delete_trust"], tenant, each.user_id)
                    await complete_part(connection, each, LEARNING)
        fields = {"tenant": tenant, "users": len(removed), "raters_changed": result.changed}
        log.info("users erased from learned data", extra={"fields": fields})
        return len(removed)

    async def _remove_from_cache(self, erasures: Sequence[Erasure]) -> bool:
        return all([await self._cache.remove_user(each.tenant_id, each.user_id) for each in erasures])

    async def _delete_rows(self, erasure: Erasure) -> bool:
        """Deletes rows in one transaction. Returns False while the learner or a rebuild still needs them."""
        tenant, user = erasure.tenant_id, erasure.user_id
        async with self._database.as_role(LEARNER) as connection:
            # The first check does not lock out the learners.
            if not await connection.fetchval(_SQL["can_erase"], tenant, erasure.queued_until):
                return False
        async with self._database.as_role(LEARNER, tenant) as connection:
            await lock_all_shards(connection)
            if not await connection.fetchval(_SQL["can_erase"], tenant, erasure.queued_until):
                return False
            for name in (
                "delete_trust",
                "delete_user_rows",
                "delete_user_scores",
                "delete_user_rebuild_queue",
                "delete_user_publish_queue",
            ):
                await connection.execute(_SQL[name], tenant, user, timeout=STATEMENT_TIMEOUT_S)
            for table in _REPORT_TABLES:
                await connection.execute(_SQL["delete_user_from_reports"].replace("{table}", table), tenant, user)
            await self._delete_outputs(connection, erasure)
            await increment_revisions(connection, [tenant])
        return True

    async def _delete_outputs(self, connection: Connection, erasure: Erasure) -> None:
        tenant, erasure_id = erasure.tenant_id, erasure.erasure_id
        await connection.execute(_SQL["delete_output_marks"], tenant, erasure_id)
        values = tenant, erasure_id
        rows = await connection.fetch(_SQL["delete_output_versions"], *values, timeout=STATEMENT_TIMEOUT_S)
        if rows:
            live, _ = await live_and_building(connection)
            await enqueue_boards_of_models(connection, live, [(tenant, row["model"]) for row in rows])


def _by_tenant(erasures: Sequence[Erasure]) -> dict[str, list[Erasure]]:
    groups: dict[str, list[Erasure]] = defaultdict(list)
    for each in erasures:
        groups[each.tenant_id].append(each)
    return groups
