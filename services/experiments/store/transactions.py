"""Transactions with access to the rows of one owner."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from kit.postgres.pool import Connection, Database
from splits.model import EVERY_TENANT

EXPERIMENTER = "radiant_experimenter"
"""Database role with access to the rows of all tenants."""


@contextlib.asynccontextmanager
async def owner_transaction(database: Database, owner: str) -> AsyncIterator[Connection]:
    """Yields a transaction with access to the rows of a tenant, or of all tenants if the owner is EVERY_TENANT."""
    opened = database.as_role(EXPERIMENTER) if owner == EVERY_TENANT else database.tenant(owner)
    async with opened as connection:
        yield connection
