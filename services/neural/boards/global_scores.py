"""Scores of the global scope: sums over the tenants that take part in global learning."""

from __future__ import annotations

from collections.abc import Iterable

from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries
from neural.boards.queue import enqueue_boards
from neural.domain.model import ANY, BoardKey
from neural.settings import LearningSettings
from neural.store.versions import live_and_building

_SQL = load_queries("neural", "boards.sql")


async def lock_global_scores(connection: Connection) -> None:
    """Waits until no other transaction recomputes global scores, and locks others out until this one ends."""
    await connection.execute(_SQL["lock_global_scores"])


async def recompute_global(
    connection: Connection, version: int, contexts: Iterable[tuple[str, str]], settings: LearningSettings
) -> None:
    """Recomputes the global cells of some (task, domain) contexts. One process at a time."""
    ordered = sorted(contexts)
    await lock_global_scores(connection)
    columns = [task for task, _ in ordered], [domain for _, domain in ordered]
    limits = settings.global_tenants_min, settings.global_raters_min
    await connection.execute(_SQL["recompute_global"], version, *columns, *limits)


async def recompute_version(connection: Connection, version: int, settings: LearningSettings) -> None:
    """Recomputes the global cells of all contexts of a version."""
    rows = await connection.fetch(_SQL["score_contexts"], version, ANY)
    await recompute_global(connection, version, {(row["task_type"], row["domain_mode"]) for row in rows}, settings)


async def enqueue_tenant(connection: Connection, tenant: str) -> None:
    """Queues the global boards that change when a tenant joins or leaves global learning."""
    live, _ = await live_and_building(connection)
    rows = await connection.fetch(_SQL["score_contexts"], live.number, tenant)
    await enqueue_boards(connection, live, {BoardKey(ANY, ANY, row["task_type"], row["domain_mode"]) for row in rows})
