"""Trust scores of raters: computed from their votes, and stored with the units that they change."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries
from kit.telemetry.metrics import Counter
from neural.domain.trust.population import (
    CELL_VOTES_MAX,
    VOTES_MIN,
    CappedVotes,
    Population,
    Rater,
    Votes,
)
from neural.domain.trust.rater_trust import FULL_AGE, TRUST_NEUTRAL, TrustScore
from neural.domain.trust.tenant_votes import POPULATION_RATERS_MAX, TenantVotes, divide_votes
from neural.domain.trust.vote_likelihood import TaskModel
from neural.store.locks import lock_all_shards

_SQL = load_queries("neural", "trust.sql")

CHANGE_MIN = 0.01
"""Smallest change of trust for which units are learned again. After a smaller change the previous trust is kept."""
SILENT_RATERS_PER_STEP = 1000
RELEARNED = Counter("radiant_neural_trust_changes_total", "Raters whose units were learned again with another trust.")


async def read_tenant_votes(connection: Connection, tenant: str) -> TenantVotes:
    """Returns the votes of all raters of a tenant, in a transaction of the learner."""
    rows = await connection.fetch(_SQL["population"], tenant, CELL_VOTES_MAX)
    everyone = Population(
        votes_by_cell={
            TaskModel(row["task_type"], row["model"]): CappedVotes(row["up"], row["down"], row["raters"])
            for row in rows
        },
        raters=await connection.fetchval(_SQL["count_raters"], tenant),
        votes=sum(row["votes"] for row in rows),
    )
    for votes_min in (VOTES_MIN, 1):
        found = await connection.fetch(_SQL["candidates"], tenant, votes_min, 2 * POPULATION_RATERS_MAX)
        users = [row["user_id"] for row in found]
        votes = await _read_votes(connection, tenant, users)
        candidates = {user: Rater(votes=votes[user], since=None) for user in users}
        divided = await asyncio.to_thread(divide_votes, everyone, candidates)
        if divided is not None:
            return divided
    return TenantVotes(population=everyone)


async def _read_votes(connection: Connection, tenant: str, users: Sequence[str]) -> dict[str, dict[TaskModel, Votes]]:
    votes: dict[str, dict[TaskModel, Votes]] = defaultdict(dict)
    for row in await connection.fetch(_SQL["votes_of_raters"], tenant, list(users)):
        cell = TaskModel(row["task_type"], row["model"])
        votes[row["user_id"]][cell] = Votes(row["up"], row["down"], row["neutral"])
    return votes


async def compute_scores(
    connection: Connection, tenant: str, users: Sequence[str], everyone: TenantVotes
) -> dict[str, TrustScore]:
    """Returns the trust scores of raters, without storing them."""
    votes = await _read_votes(connection, tenant, users)
    rows = await connection.fetch(_SQL["first_feedback"], tenant, list(users))
    since = {row["user_id"]: row["since"] for row in rows}
    now, scores = datetime.now(UTC), {}
    for user in users:
        scores[user] = everyone.trust(user, Rater(votes=votes[user], since=since[user]), now)
        await asyncio.sleep(0)  # lets other tasks run between raters
    return scores


async def update_scores(
    connection: Connection, tenant: str, users: Sequence[str], everyone: TenantVotes, *, from_neutral: bool = False
) -> int:
    """Computes and stores trust scores, queues the units of raters whose trust changed, and returns their number.

    Pinned scores are left unchanged. Changes up to CHANGE_MIN are measured from the stored trust, or with
    `from_neutral` from neutral trust, as for a rater without a stored score.
    """
    if not users:
        return 0
    scores = await compute_scores(connection, tenant, users, everyone)
    stored = {row["user_id"]: row for row in await connection.fetch(_SQL["lock_trust"], tenant, list(users))}
    rows, changed = [], []
    for user, score in scores.items():
        row = stored.get(user)
        if row is not None and row["pinned"]:
            continue
        before = row["trust"] if row is not None else TRUST_NEUTRAL
        reference = TRUST_NEUTRAL if from_neutral else before
        if abs(score.trust - reference) <= CHANGE_MIN:
            score = replace(score, trust=reference)
        was_established = row is not None and row["established"]
        if (score.trust, score.is_established) != (before, was_established):
            changed.append(user)
        rows.append(score_row(user, score))
    await store_scores(connection, tenant, rows, changed)
    return len(changed)


async def store_scores(
    connection: Connection,
    tenant: str,
    rows: Sequence[dict[str, object]],
    changed: Sequence[str],
    *,
    is_operator: bool = False,
) -> None:
    """Stores trust scores, and queues all units of the users whose trust changed.

    Learners are kept out until the commit. Otherwise a learner could store units with the previous trust after the
    units of these users were queued.
    """
    if changed:
        await lock_all_shards(connection)
    if rows:
        await connection.execute(_SQL["upsert_trust"], tenant, json.dumps(rows), is_operator)
    if changed:
        await connection.execute(_SQL["enqueue_raters"], tenant, list(changed))
        RELEARNED.inc(len(changed))


async def establish_silent_raters(connection: Connection, tenant: str, after: str) -> list[str]:
    """Gives users without votes full trust, 7 days after their first feedback was seen, and queues their units.

    Returns the next users after a user, at most SILENT_RATERS_PER_STEP.
    """
    if not after:
        await connection.execute(_SQL["insert_silent_raters"], tenant, TRUST_NEUTRAL)
    seen_until = datetime.now(UTC) - FULL_AGE
    rows = await connection.fetch(_SQL["silent_raters"], tenant, seen_until, after, SILENT_RATERS_PER_STEP)
    users = [row["user_id"] for row in rows]
    if users:
        await lock_all_shards(connection)
        await connection.fetch(_SQL["establish_raters"], tenant, users)
        await connection.execute(_SQL["enqueue_raters"], tenant, users)
    return users


def score_row(user: str, score: TrustScore, *, is_pinned: bool = False) -> dict[str, object]:
    """Returns the stored form of a trust score."""
    factors = {each.name: {"value": each.value, "explanation": each.explanation} for each in score.factors}
    return {
        "user_id": user,
        "trust": score.trust,
        "factors": factors,
        "outlier_reason": score.outlier_reason,
        "pinned": is_pinned,
        "established": score.is_established,
    }
