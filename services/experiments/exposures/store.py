"""Exposures that clients report: durable before they are confirmed, each counted once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries

_SQL = load_queries("experiments", "experiments.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """A user saw a variant."""

    experiment_id: str
    epoch: int
    user_id: str
    output_id: str
    """Empty for a mere exposure."""
    variant: str
    metrics: dict[str, float]
    time_us: int


async def keep(connection: Connection, tenant: str, exposures: Sequence[Exposure]) -> int:
    """Stores exposures in the caller's transaction and returns how many were new."""
    text = json.dumps([asdict(each) for each in exposures])
    new: int = await connection.fetchval(_SQL["keep_exposures"], tenant, text)
    return new
