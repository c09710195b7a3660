"""Trust of raters: judged anew in rounds, and applied to everything that they said."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kit.metrics import Counter
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from neural.domain.rater_trust import (
    TRUST_NEUTRAL,
    VOICES_MAX,
    Judgement,
    Place,
    Population,
    Rater,
    Voices,
    Votes,
    judge,
)
from neural.rebuild.versions import as_learner

log = logging.getLogger(__name__)

_SQL = load_queries("neural", "trust.sql")
_LEARNING = load_queries("neural", "learning.sql")

EVERY = timedelta(minutes=5)
RATERS_A_PAGE = 200
CHANGE_MIN = 0.01
"""A smaller change of trust is not worth learning again: the trust stays what the scores were made with."""
RELEARNED = Counter("radiant_neural_trust_changes_total", "Raters whose units were learned again with another trust.")


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did."""

    raters: int
    """Judged."""
    changed: int
    """Of them, those whose units are learned again."""


class Trusting:
    """Judges raters, one round at a time over all processes, each page of raters in a transaction of its own."""

    def __init__(self, database: Database, changed: Callable[[], None]) -> None:
        """`changed` is called when units wait to be learned again."""
        self._database, self._changed = database, changed
        self._seen = datetime.min.replace(tzinfo=UTC)

    async def run_forever(self) -> None:
        """Judges the tenants that spoke since the last round, every few minutes, the first time after as long."""
        while True:
            await asyncio.sleep(EVERY.total_seconds())
            begun = datetime.now(UTC)
            if await self.recompute(self._seen) is not None:
                self._seen = begun - EVERY  # a learner's transaction dates its cells by its beginning

    async def recompute(self, since: datetime | None = None) -> Round | None:
        """Judges all raters of the tenants that spoke since then (None: of all tenants); None while a round runs.

        Safe to repeat and to break off: what was judged is judged, the rest comes with the next round.
        """
        async with self.alone() as held:
            return await self._round(since or datetime.min.replace(tzinfo=UTC)) if held else None

    async def _round(self, since: datetime) -> Round:
        async with as_learner(self._database) as connection:
            tenants = [row["tenant_id"] for row in await connection.fetch(_SQL["tenants_that_spoke"], since)]
        raters = changed = 0
        for tenant in tenants:
            done = await self._judge(tenant, anew=False)
            raters, changed = raters + done.raters, changed + done.changed
        log.info("judged raters", extra={"fields": {"raters": raters, "changed": changed}})
        return Round(raters, changed)

    async def _judge(self, tenant: str, *, anew: bool) -> Round:
        raters = changed = 0
        async with as_learner(self._database) as connection:
            population = await read_population(connection, tenant)
        place: str | None = ""
        while place is not None:
            async with as_learner(self._database) as connection:
                rows = await connection.fetch(_SQL["page_of_raters"], tenant, place, RATERS_A_PAGE)
                users = [row["user_id"] for row in rows]
                again = await judge_raters(connection, tenant, users, population, anew=anew)
            if again:
                self._changed()
            raters, changed = raters + len(users), changed + again
            place = users[-1] if len(users) == RATERS_A_PAGE else None
        return Round(raters, changed)

    @contextlib.asynccontextmanager
    async def alone(self) -> AsyncIterator[bool]:
        """Keeps rounds out while the block runs; gives False, and keeps out none, where one is under way."""
        async with self._database.connection() as holder:
            held = bool(await holder.fetchval(_SQL["try_lock_trust"]))
            try:
                yield held
            finally:
                if held:
                    await holder.execute(_SQL["unlock_trust"])

    async def judge_anew(self, tenant: str) -> Round:
        """Judges a tenant's raters as if none had been judged before; the caller keeps rounds out.

        After somebody was forgotten, trust is so what it would be had that user never been there: what rounds with
        the user left within the smallest change does not stay.
        """
        return await self._judge(tenant, anew=True)


async def read_population(connection: Connection, tenant: str) -> Population:
    """Reads what a tenant's raters think, as the learner."""
    rows = await connection.fetch(_SQL["population"], tenant, VOICES_MAX)
    return Population(
        voices={Place(row["task_type"], row["model"]): Voices(row["up"], row["down"], row["raters"]) for row in rows},
        raters=await connection.fetchval(_SQL["count_raters"], tenant),
        votes=sum(row["votes"] for row in rows),
    )


async def judge_raters(
    connection: Connection, tenant: str, users: Sequence[str], population: Population, *, anew: bool = False
) -> int:
    """Judges raters, keeps it, and has what they said learned again where trust changed; returns how many changed.

    Pinned ones keep their trust and their reasons. With `anew` a small change is one from neutral trust, as at a
    rater's first judgement, and not one from the trust so far.
    """
    if not users:
        return 0
    judged = await judgements(connection, tenant, users, population)
    held = {row["user_id"]: row for row in await connection.fetch(_SQL["trust_of_raters"], tenant, list(users))}
    kept, moved = [], []
    for user, judgement in judged.items():
        row = held.get(user)
        if row is not None and row["pinned"]:
            continue
        before = row["trust"] if row is not None else TRUST_NEUTRAL
        rest = TRUST_NEUTRAL if anew else before
        if abs(judgement.trust - rest) <= CHANGE_MIN:
            judgement = dataclasses.replace(judgement, trust=rest)
        if judgement.trust != before:
            moved.append(user)
        kept.append(trust_row(user, judgement))
    await apply_trust(connection, tenant, kept, moved)
    return len(moved)


async def apply_trust(
    connection: Connection,
    tenant: str,
    rows: Sequence[dict[str, object]],
    moved: Sequence[str],
    *,
    by_operator: bool = False,
) -> None:
    """Keeps trust scores, and enqueues every unit of those whose trust moved.

    Nobody learns meanwhile: a unit that was read with the trust before would come in after the others were enqueued.
    """
    if moved:
        await connection.fetch(_LEARNING["all_shards"])
    if rows:
        await connection.execute(_SQL["keep_trust"], tenant, json.dumps(rows), by_operator)
    if moved:
        await connection.execute(_SQL["enqueue_raters"], tenant, list(moved))
        RELEARNED.inc(len(moved))


async def judgements(
    connection: Connection, tenant: str, users: Sequence[str], population: Population
) -> dict[str, Judgement]:
    """Judges raters and changes nothing."""
    votes: dict[str, dict[Place, Votes]] = defaultdict(dict)
    for row in await connection.fetch(_SQL["votes_of_raters"], tenant, list(users)):
        votes[row["user_id"]][Place(row["task_type"], row["model"])] = Votes(row["up"], row["down"], row["neutral"])
    rows = await connection.fetch(_SQL["known_since"], tenant, list(users))
    since = {row["user_id"]: row["since"] for row in rows}
    now, found = datetime.now(UTC), {}
    for user in users:
        found[user] = judge(Rater(votes=votes[user], since=since[user]), population, now)
        await asyncio.sleep(0)
    return found


def trust_row(user: str, judgement: Judgement, *, pinned: bool = False) -> dict[str, object]:
    """Returns a rater's judgement as it is kept."""
    factors = {each.name: {"value": each.value, "explanation": each.explanation} for each in judgement.factors}
    return {
        "user_id": user,
        "trust": judgement.trust,
        "factors": factors,
        "outlier_reason": judgement.outlier_reason,
        "pinned": pinned,
    }
