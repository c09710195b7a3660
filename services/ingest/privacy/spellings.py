"""Earlier spellings of a user: ids that are not the user key, under which earlier versions stored rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries
from splits.user_keys import user_key

_SQL = load_queries("ingest", "privacy.sql")


@dataclass(frozen=True, slots=True)
class UserSource:
    """Queries of the views in which a service publishes its records of users."""

    records: str
    spellings: str


INGEST = UserSource(_SQL["ingest_records"], _SQL["ingest_spellings"])
NEURAL = UserSource(_SQL["neural_records"], _SQL["neural_spellings"])
EXPERIMENTS = UserSource(_SQL["experiment_records"], _SQL["experiment_spellings"])


async def published_sources(connection: Connection) -> Sequence[UserSource]:
    """Returns the sources whose views exist."""
    views = await connection.fetchrow(_SQL["published_views"])
    assert views is not None  # noqa: S101 - the query always returns one row
    return [INGEST, *([NEURAL] if views["has_neural"] else []), *([EXPERIMENTS] if views["has_experiments"] else [])]


async def earlier_spellings(connection: Connection, tenant: str, key: str) -> Sequence[str]:
    """Returns the ids with rows in any schema whose user key is `key`, without the key itself, sorted.

    PostgreSQL may support a later version of Unicode. Each id is therefore compared again here.
    """
    found: set[str] = set()
    for source in await published_sources(connection):
        found |= {row["user_id"] for row in await connection.fetch(source.spellings, tenant, key)}
    return sorted(each for each in found if user_key(each) == key)
