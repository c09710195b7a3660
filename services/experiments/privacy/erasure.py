"""Erasure of users: deletes their rows, so that results are computed without them.

A forced variant of an experiment over all tenants names a user without a tenant. It is kept, because the name may
belong to a user of another tenant.
"""

from __future__ import annotations

import logging

from experiments.store.transactions import EXPERIMENTER
from kit.errors import RadiantError
from kit.postgres.erasures import EXPERIMENTS, Erasure, complete_part, pending_erasures
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries

log = logging.getLogger(__name__)

_SQL = load_queries("experiments", "privacy.sql")


async def erase_pending(database: Database) -> int:
    """Erases the users of all pending erasures, each in one transaction; returns the number of finished erasures.

    An erasure that fails stays pending.
    """
    async with database.as_role(EXPERIMENTER) as connection:
        erasures = await pending_erasures(connection, EXPERIMENTS)
    finished = 0
    for erasure in erasures:
        try:
            await _erase(database, erasure)
            finished += 1
        except RadiantError as error:
            fields = {"tenant": erasure.tenant_id, "erasure": erasure.erasure_id, "reason": error.reason}
            log.warning("erasure failed, will be retried", extra={"fields": fields})
    return finished


async def _erase(database: Database, erasure: Erasure) -> None:
    tenant, user = erasure.tenant_id, erasure.user_id
    async with database.as_role(EXPERIMENTER) as connection:
        for name in ("erase_assignments", "erase_exposures", "erase_forced_variant", "erase_forced_variant_of_epochs"):
            await connection.execute(_SQL[name], tenant, user)
        await connection.execute(_SQL["erase_exposures_of_outputs"], tenant, erasure.erasure_id)
        await connection.execute(_SQL["erase_answers"], tenant, user.encode())
        await complete_part(connection, erasure, EXPERIMENTS)
