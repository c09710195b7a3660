"""Checks of the database as the owner of the schemas: version, roles, migrations and row-level security."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg

from cli.roles import missing_roles, unsafe_roles
from cli.schemas import pending
from kit.checks.database import VERSION_MIN, row_security_finding
from kit.checks.finding import Finding, fail, ok, warn
from kit.postgres.queries import load_queries

_KIT = load_queries("kit")
_TIMEOUT_S = 5.0


async def owner_findings(url: str, *, is_production: bool) -> AsyncIterator[Finding]:
    """Connects as the owner of the schemas and yields findings. In production, missing roles are failures."""
    try:
        connection = await asyncpg.connect(url, timeout=_TIMEOUT_S)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
        text = f"PostgreSQL does not answer: {str(problem) or 'timeout'}"
        yield fail(text, "check DATABASE_URL and the server")
        return
    try:
        version = connection.get_server_version()
        text = f"PostgreSQL {connection.get_settings().server_version} answers"
        if version.major < VERSION_MIN:
            yield fail(text, f"use PostgreSQL {VERSION_MIN} or newer")
            return
        yield ok(text)
        incomplete = fail if is_production else warn
        absent, left = await missing_roles(connection), await pending(connection)
        if absent:
            yield incomplete(f"roles missing: {', '.join(absent)}", "run `radiant migrate`")
        else:
            yield ok("roles exist")
        for role, correction in (await unsafe_roles(connection)).items():
            yield fail(f"the role {role} has attributes that it must not have", f"execute {correction}")
        if names := [f"{service} {name}" for service, each in left.items() for name in each]:
            yield incomplete(f"not yet applied: {', '.join(names)}", "run `radiant migrate`")
        else:
            yield ok("migrations are up to date")
            (tables,) = await connection.fetch(_KIT["unprotected_tables"])
            yield row_security_finding(tables)
    except asyncpg.PostgresError as problem:
        yield fail(f"roles and migrations cannot be read: {problem}", "connect as the owner of the schemas")
    finally:
        await connection.close(timeout=_TIMEOUT_S)
