"""Earlier spellings of a user: ids that are not the user key, under which earlier versions stored rows."""

from __future__ import annotations

from collections.abc import Sequence

from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "privacy.sql")
_QUERIES = {name: _SQL[f"{name}_spellings"] for name in ("ingest", "neural", "experiment")}


async def published_sources(connection: Connection) -> Sequence[str]:
    """Returns the services that publish their records of users: ingest, neural and experiment."""
    views = await connection.fetchrow(_SQL["published_views"])
    assert views is not None  # noqa: S101 - the query always returns one row
    return [
        "ingest",
        *(["neural"] if views["has_neural"] else []),
        *(["experiment"] if views["has_experiments"] else []),
    ]


async def earlier_spellings(connection: Connection, tenant: str, key: str) -> Sequence[str]:
    """Returns the ids with rows in any schema whose user key is `key`, without the key itself, sorted."""
    found: set[str] = set()
    for source in await published_sources(connection):
        found |= {row["user_id"] for row in await connection.fetch(_QUERIES[source], tenant, key)}
    return sorted(found)
