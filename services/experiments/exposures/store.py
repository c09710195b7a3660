"""Stores exposures, each once. They are durable before the call returns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries

_SQL = load_queries("experiments", "exposures.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Exposure of a user to a variant."""

    experiment_id: str
    epoch: int
    user_id: str
    output_id: str
    """Output in which the user saw the variant; empty without one."""
    variant: str
    metrics: dict[str, float]
    """Values of the metrics that the client measures, by name."""
    time_us: int
    """Time of the exposure in microseconds since 1970."""


async def insert_exposures(connection: Connection, tenant: str, exposures: Sequence[Exposure]) -> int:
    """Inserts exposures in the transaction of the caller and returns the number of new ones."""
    text = json.dumps([asdict(each) for each in exposures])
    new: int = await connection.fetchval(_SQL["insert_exposures"], tenant, text)
    return new
