"""Trust scores of raters: computed from their votes, and stored with the units that they change."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries
from kit.telemetry.metrics import Counter
from neural.domain.rater_trust import (
    CELL_VOTES_MAX,
    TRUST_NEUTRAL,
    CappedVotes,
    Population,
    Rater,
    TaskModel,
    TrustScore,
    Votes,
    compute_trust,
)
from neural.store.locks import lock_all_shards

_SQL = load_queries("neural", "trust.sql")

CHANGE_MIN = 0.01
"""Smallest change of trust for which units are learned again. After a smaller change the previous trust is kept."""
RELEARNED = Counter("radiant_neural_trust_changes_total", "Raters whose units were learned again with another trust.")


async def read_population(connection: Connection, tenant: str) -> Population:
    """Returns the votes of all raters of a tenant, in a transaction of the learner."""
    rows = await connection.fetch(_SQL["population"], tenant, CELL_VOTES_MAX)
    return Population(
        votes_by_cell={
            TaskModel(row["task_type"], row["model"]): CappedVotes(row["up"], row["down"], row["raters"])
            for row in rows
        },
        raters=await connection.fetchval(_SQL["count_raters"], tenant),
        votes=sum(row["votes"] for row in rows),
    )


async def compute_scores(
    connection: Connection, tenant: str, users: Sequence[str], population: Population
) -> dict[str, TrustScore]:
    """Returns the trust scores of raters, without storing them."""
    votes: dict[str, dict[TaskModel, Votes]] = defaultdict(dict)
    for row in await connection.fetch(_SQL["votes_of_raters"], tenant, list(users)):
        cell = TaskModel(row["task_type"], row["model"])
        votes[row["user_id"]][cell] = Votes(row["up"], row["down"], row["neutral"])
    rows = await connection.fetch(_SQL["first_votes"], tenant, list(users))
    first_votes = {row["user_id"]: row["since"] for row in rows}
    now, scores = datetime.now(UTC), {}
    for user in users:
        rater = Rater(votes=votes[user], first_vote_at=first_votes[user])
        scores[user] = compute_trust(rater, population, now)
        await asyncio.sleep(0)  # lets other tasks run between raters
    return scores


async def update_scores(
    connection: Connection, tenant: str, users: Sequence[str], population: Population, *, from_neutral: bool = False
) -> int:
    """Computes and stores trust scores, queues the units of raters whose trust changed, and returns their number.

    Pinned scores are left unchanged. Changes up to CHANGE_MIN are measured from the stored trust, or with
    `from_neutral` from neutral trust, as for a rater without a stored score.
    """
    if not users:
        return 0
    scores = await compute_scores(connection, tenant, users, population)
    stored = {row["user_id"]: row for row in await connection.fetch(_SQL["lock_trust"], tenant, list(users))}
    rows, changed = [], []
    for user, score in scores.items():
        row = stored.get(user)
        if row is not None and row["pinned"]:
            continue
        before = row["trust"] if row is not None else TRUST_NEUTRAL
        reference = TRUST_NEUTRAL if from_neutral else before
        if abs(score.trust - reference) <= CHANGE_MIN:
            score = dataclasses.replace(score, trust=reference)
        if score.trust != before:
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


def score_row(user: str, score: TrustScore, *, is_pinned: bool = False) -> dict[str, object]:
    """Returns the stored form of a trust score."""
    factors = {each.name: {"value": each.value, "explanation": each.explanation} for each in score.factors}
    return {
        "user_id": user,
        "trust": score.trust,
        "factors": factors,
        "outlier_reason": score.outlier_reason,
        "pinned": is_pinned,
    }
