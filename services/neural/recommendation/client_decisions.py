"""Decisions that clients made from their local tables, stored beside the decisions of the service."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from splits.model_names import ModelNames

_SQL = load_queries("neural", "recommendation.sql")

AGE_MAX = timedelta(days=7)
"""Age up to which a decision is stored. Outputs of a decision are searched for the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientDecision:
    """One decision as its client states it."""

    decision_id: str
    decided_at: datetime
    user_id: str
    task_type: str
    domain_mode: str
    model: str
    propensity: float
    strategy: str
    """Name of the strategy; empty if the client did not state it."""
    scope: str
    """Scope of the scores of the model; empty without feedback."""
    score: float
    confidence: float
    table_version: int
    candidates: tuple[str, ...]

    def credited(self, names: ModelNames) -> ClientDecision:
        """Returns the decision with the models that its names stand for, as in decisions of the service."""
        candidates = tuple(dict.fromkeys(names.model(each) for each in self.candidates))
        return replace(self, model=names.model(self.model), candidates=candidates)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDecisions:
    """Result of one request."""

    recorded: int
    repeated: int
    """Decisions whose identifier was stored before, or occurs twice in the request."""
    expired: int
    """Decisions that are too old to be stored."""


class ClientDecisions:
    """Stores decisions of clients. A decision_id counts once."""

    def __init__(self, database: Database, retention: timedelta) -> None:
        """Decisions older than 7 days, or than the retention, are not stored."""
        self._database, self._age_max = database, min(AGE_MAX, retention)

    async def record(self, tenant: str, decisions: Sequence[ClientDecision]) -> RecordedDecisions:
        """Stores the decisions in one transaction, and returns how many are new, repeated and too old."""
        earliest = datetime.now(UTC) - self._age_max
        rows = [_row(each) for each in decisions if each.decided_at >= earliest]
        expired = len(decisions) - len(rows)
        if not rows:
            return RecordedDecisions(recorded=0, repeated=0, expired=expired)
        async with self._database.tenant(tenant) as connection:
            await connection.execute(_SQL["lock_decisions_shared"], tenant)
            columns = (list(column) for column in zip(*rows, strict=True))
            (found,) = await connection.fetch(_SQL["record_decisions"], tenant, *columns)
        return RecordedDecisions(
            recorded=found["recorded"], repeated=found["given"] - found["recorded"], expired=expired
        )


def _row(decision: ClientDecision) -> tuple[object, ...]:
    return (
        decision.decision_id,
        decision.decided_at,
        decision.user_id,
        decision.task_type,
        decision.domain_mode,
        decision.model,
        decision.propensity,
        decision.strategy,
        decision.scope,
        decision.score,
        decision.confidence,
        decision.table_version,
        json.dumps(sorted(decision.candidates)),
    )
