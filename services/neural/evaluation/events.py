"""Decisions of the service and of clients with the feedback on their outputs, read from the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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
"""Decisions with outputs that are read, the newest first."""
ROWS_PER_FETCH = 2000


class Exclusion(StrEnum):
    """Reason why a decision is no event. The values up to CONTRADICTION are those of the query."""

    NO_MANIFEST = "no_manifest"
    """No manifest names the decision."""
    OTHER_MODEL = "other_model"
    """The output did not use the chosen model, or used several and the chosen one is unknown."""
    NO_PROPENSITY = "no_propensity"
    UNKNOWN_CANDIDATES = "unknown_candidates"
    """The candidates are unknown, or the chosen model is not one of them."""
    CONTRADICTION = "contradiction"
    """Manifest and recorded decision of a client state different propensities."""
    NO_FEEDBACK = "no_feedback"
    LIMIT = "limit"
    """There are EVENTS_MAX newer events."""


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
    is_stated_by_client: bool
    """Whether a client stated the propensity; otherwise the service drew the model itself."""


@dataclass(frozen=True, slots=True)
class LoggedDecisions:
    """The decisions of a period: those that can be evaluated, and counts of the others."""

    events: Sequence[Event]
    excluded: Mapping[Exclusion, int]
    """Number of the other decisions by reason."""

    @property
    def decisions(self) -> int:
        """Number of all decisions."""
        return len(self.events) + sum(self.excluded.values())


async def read_decisions(database: Database, tenant: str, start: datetime, end: datetime) -> LoggedDecisions:
    """Returns the decisions from `start` to before `end`, with at most 100,000 events.

    A decision is one event: the feedback on its first output by the user of the output. Raises DeadlineExceeded if a
    statement exceeds the statement timeout.
    """
    events: list[Event] = []
    excluded: Counter[Exclusion] = Counter()
    async with database.as_role(LEARNER) as connection:
        cursor = await connection.cursor(_SQL["decisions_to_evaluate"], tenant, start, end, DECISIONS_MAX)
        while rows := await cursor.fetch(ROWS_PER_FETCH):
            usable = [row for row in rows if not row["exclusion"]]
            excluded.update({Exclusion(row["exclusion"]): row["decisions"] for row in rows if row["exclusion"]})
            if len(events) >= EVENTS_MAX:
                excluded[Exclusion.LIMIT] += len(usable)
                continue
            rewards = await _rewards(connection, tenant, usable)
            found = [_event(row, rewards[_unit(row)]) for row in usable if _unit(row) in rewards]
            excluded[Exclusion.NO_FEEDBACK] += len(usable) - len(found)
            events += found
    excluded[Exclusion.LIMIT] += len(events[EVENTS_MAX:])
    return LoggedDecisions(events[:EVENTS_MAX], +excluded)


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
    return Event(context, row["model"], row["propensity"], row["rater"], reward, row["stated_by_client"])
