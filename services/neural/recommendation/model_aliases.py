"""Names of models of each tenant, with the aliases that ingest stores."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kit.poll import Snapshot
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from neural.store.access import LEARNER
from splits.model_names import ModelName, ModelNames

_SQL = load_queries("neural", "recommendation.sql")

POLL_INTERVAL = timedelta(seconds=1)
_RULES = ModelNames()


@dataclass(frozen=True, slots=True)
class _Aliases:
    signature: tuple[int, datetime | None] = (0, None)
    by_tenant: Mapping[str, ModelNames] = field(default_factory=dict)


class ModelAliases:
    """The names of the models of all tenants, reloaded every second."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.snapshot = Snapshot("model-aliases", self._load, _Aliases(), POLL_INTERVAL)

    def of(self, tenant: str) -> ModelNames:
        """Returns the names of the models of a tenant: the same object until they change."""
        return self.snapshot.value.by_tenant.get(tenant, _RULES)

    async def _load(self, current: _Aliases) -> _Aliases:
        async with self._database.as_role(LEARNER) as connection:
            row = await connection.fetchrow(_SQL["model_aliases_signature"])
            signature = (row["count"], row["latest"]) if row is not None else (0, None)
            if signature == current.signature:
                return current
            rows = await connection.fetch(_SQL["model_aliases"])
        manual: dict[str, dict[str, ModelName]] = defaultdict(dict)
        observed: dict[str, dict[str, str]] = defaultdict(dict)
        for row in rows:
            if row["kind"] == "manual":
                manual[row["tenant_id"]][row["alias"]] = ModelName(row["model"], row["version"])
            else:
                observed[row["tenant_id"]][row["alias"]] = row["model"]
        tenants = manual.keys() | observed.keys()
        by_tenant = {tenant: ModelNames(manual.get(tenant, {}), observed.get(tenant, {})) for tenant in tenants}
        return _Aliases(signature, by_tenant)
