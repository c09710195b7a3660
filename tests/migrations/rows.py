"""One row of every table that holds tenants' data, made from the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import asyncpg

SCHEMAS = ("ingest", "neural", "experiments", "voice")
VIEW_SCHEMAS = ("ingest_api_v1", "neural_api_v1", "experiments_api_v1")
VERSION = 1
"""Of the scores."""

_RELATIONS = """
SELECT n.nspname || '.' || c.relname AS name, CASE WHEN c.relispartition THEN 'c' ELSE c.relkind::text END AS kind,
  array_agg(a.attname::text ORDER BY a.attnum) AS columns,
  array_agg(format_type(a.atttypid, NULL) ORDER BY a.attnum) AS types,
  array_agg(a.attidentity::text ORDER BY a.attnum) AS identities,
  (SELECT array_agg(DISTINCT d.refobjid::regclass::text) FROM pg_rewrite r JOIN pg_depend d ON d.objid = r.oid
   JOIN pg_attribute t ON t.attrelid = d.refobjid AND t.attname = 'tenant_id'
   WHERE r.ev_class = c.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.oid) AS bases
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = ANY($1::text[]) AND c.relkind IN ('r', 'p', 'v')
GROUP BY n.nspname, c.relname, c.relkind, c.relispartition, c.oid
HAVING bool_or(a.attname = 'tenant_id')
ORDER BY 1
"""
_VALUES = {
    "text": "'x'",
    "bytea": "'x'",
    "uuid": "gen_random_uuid()",
    "boolean": "true",
    "jsonb": "'{}'",
    "timestamp with time zone": "now() - interval '2 days'",
    "date": "current_date",
    "interval": "interval '1 day'",
    "text[]": "'{x}'",
    "smallint[]": "'{1}'",
    "integer[]": "'{1}'",
    "bigint[]": "'{1}'",
    "numeric[]": "'{1}'",
    "double precision[]": "'{1}'",
    "uuid[]": "'{}'",
}
_NUMBERS = ("smallint", "integer", "bigint", "numeric", "double precision", "real")
_SPECIAL = {
    "ingest.voice_feedback.status": "'completed'",
    "experiments.ab_experiments.state": "'running'",
    "experiments.rollouts.state": "'running'",
    "ingest.feedback_asks.reason": "'sampled'",
    "neural.model_companions.kind": "'service'",
    "neural.prior_strengths.level": "'user'",
}


@dataclass(frozen=True)
class Relation:
    """A table or view whose rows name their tenant."""

    name: str
    kind: str
    """r table, p partitioned table, c partition, v view."""
    columns: tuple[tuple[str, str, str], ...]
    """Name, type, and whether it numbers itself."""

    bases: tuple[str, ...]
    """Where its rows are: the table itself, or the tables behind a view."""

    def insert(self, tenant: str, given: Mapping[str, str] | None = None) -> str:
        """Returns the statement that adds a row of the tenant; `given` are SQL values of columns by name."""
        chosen = given or {}
        filled = [(name, kind) for name, kind, identity in self.columns if not identity and name != "seq"]
        values = [chosen.get(name) or self._value(name, kind, tenant) for name, kind in filled]
        return f"INSERT INTO {self.name} ({', '.join(name for name, _ in filled)}) VALUES ({', '.join(values)})"

    def _value(self, name: str, kind: str, tenant: str) -> str:
        if name == "tenant_id":
            return f"'{tenant}'"
        if name == "version":
            return str(VERSION)
        special = _SPECIAL.get(f"{self.name}.{name}")
        return special or _VALUES.get(kind) or ("1" if kind in _NUMBERS else "NULL")


async def relations(admin: asyncpg.Connection, *schemas: str) -> list[Relation]:
    """Returns every table and view of the schemas that has a tenant, partitions included."""
    rows = await admin.fetch(_RELATIONS, list(schemas))
    return [
        Relation(
            row["name"],
            row["kind"],
            tuple(zip(row["columns"], row["types"], row["identities"], strict=True)),
            tuple(row["bases"] or (row["name"],)),
        )
        for row in rows
    ]


async def filled(admin: asyncpg.Connection, tables: list[Relation], *tenants: str) -> list[str]:
    """Adds a row of each tenant to every table and returns the tables that took none.

    Partitions are filled through their parents.
    """
    await admin.execute(f"SELECT neural.create_version_partitions({VERSION})")
    await admin.execute("SET session_replication_role = replica")
    empty = []
    for table in tables:
        for tenant in tenants:
            try:
                await admin.execute(table.insert(tenant))
            except asyncpg.PostgresError as problem:
                empty.append(f"{table.name}: {problem}")
    await admin.execute("SET session_replication_role = DEFAULT")
    return empty
