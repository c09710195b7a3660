"""Logged decisions whose outputs received feedback, read from the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from neural.domain.model import UnitKey
from neural.domain.scoring import score_unit
from neural.learning.unit_facts import read_facts
from neural.store.access import LEARNER

_SQL = load_queries("neural", "recommendation.sql")

EVENTS_MAX = 100_000
DECISIONS_MAX = 1_000_000
"""Decisions that are searched for feedback."""
ROWS_PER_FETCH = 2000


@dataclass(frozen=True, slots=True, order=True)
class Context:
    """Input of a policy. Contexts of one user are adjacent in sorted order."""

    user_id: str
    task_type: str
    domain_mode: str
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """A decision and its reward: the score of the rater's feedback, in [0, 1]."""

    context: Context
    model: str
    propensity: float
    rater: str
    reward: float


async def read_events(database: Database, tenant: str, start: datetime, end: datetime) -> list[Event]:
    """Returns the events of decisions from `start` to before `end`, newest first, at most 100,000.

    A decision is one event: the feedback on its first output by the user of the output. Raises DeadlineExceeded if a
    statement exceeds the statement timeout.
    """
    events: list[Event] = []
    async with database.as_role(LEARNER) as connection:
        cursor = await connection.cursor(_SQL["followed_decisions"], tenant, start, end, DECISIONS_MAX)
        while len(events) < EVENTS_MAX and (rows := await cursor.fetch(ROWS_PER_FETCH)):
            rewards = await _rewards(connection, tenant, rows)
            events += [_event(row, rewards[_unit(row)]) for row in rows if _unit(row) in rewards]
    return events[:EVENTS_MAX]


async def _rewards(
    connection: Connection, tenant: str, rows: Sequence[asyncpg.Record]
) -> Mapping[tuple[str, str], float]:
    facts = await read_facts(connection, {UnitKey(tenant, *_unit(row)) for row in rows})
    scored = [(each.key, score_unit(each)) for each in facts]
    return {(key.output_id, key.user_id): score.score for key, score in scored if score is not None}


def _unit(row: asyncpg.Record) -> tuple[str, str]:
    return row["output_id"], row["rater"]


def _event(row: asyncpg.Record, reward: float) -> Event:
    context = Context(row["user_id"], row["task_type"], row["domain_mode"], tuple(row["candidates"]))
    return Event(context, row["model"], row["propensity"], row["rater"], reward)
