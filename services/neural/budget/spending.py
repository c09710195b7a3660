"""Spending of tenants and outcomes of calls by time and model, counted when the learner reads the manifests."""

from __future__ import annotations

from collections.abc import Sequence

from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries

_SQL = load_queries("neural", "budget.sql")


async def count_outputs(connection: Connection, tenants: Sequence[str], outputs: Sequence[str]) -> None:
    """Adds outputs to the spending and to the outcomes of calls, in the transaction that dequeues them.

    An output counts once, however often it is queued, because the same statement marks what is counted of it. A cost or
    an outcome that is stated later replaces the unknown one.
    """
    await connection.execute(_SQL["count_outputs"], tenants, outputs)


async def delete_old_spending(connection: Connection) -> None:
    """Deletes spending, outcomes of calls and marks of outputs that are too old to be used."""
    await connection.execute(_SQL["delete_old_marks"])
    await connection.execute(_SQL["delete_old_spending"])
    await connection.execute(_SQL["delete_old_call_outcomes"])
