"""Spending of tenants by hour and model, counted when the learner reads the manifests."""

from __future__ import annotations

from collections.abc import Sequence

from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries

_SQL = load_queries("neural", "budget.sql")


async def count_spending(connection: Connection, tenants: Sequence[str], outputs: Sequence[str]) -> None:
    """Adds the cost of outputs to the spending, in the transaction that removes them from the learner's queue.

    An output counts once, however often it is queued, because the same statement marks it as counted.
    """
    await connection.execute(_SQL["count_spending"], tenants, outputs)


async def delete_old_spending(connection: Connection) -> None:
    """Deletes spending and marks of outputs that no budget and no mean cost uses any more."""
    await connection.execute(_SQL["delete_old_marks"])
    await connection.execute(_SQL["delete_old_spending"])
