"""Checks of the database with the role of a service: login, role attributes, row-level security, TLS and clock."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

import asyncpg

from kit.checks.finding import Finding, fail, ok, warn
from kit.checks.hosts import is_local
from kit.postgres.pool import PostgresSettings, connection_options
from kit.postgres.pooler import UNSUPPORTED_PARAMETER
from kit.postgres.queries import load_queries

_SQL = load_queries("kit")

TIMEOUT_S = 5.0
VERSION_MIN = 15
SKEW_WARN_S, SKEW_FAIL_S = 1.0, 30.0
_UNSAFE = {
    "rolsuper": "is a superuser",
    "rolbypassrls": "bypasses row-level security",
    "rolcreaterole": "can create roles",
    "rolcreatedb": "can create databases",
    "rolinherit": "inherits the privileges of roles that read all tenants",
    "is_owner": "owns tables",
}


async def database_findings(settings: PostgresSettings, *, is_production: bool) -> AsyncIterator[Finding]:
    """Connects with the settings of a service and yields findings."""
    try:
        connection = await asyncpg.connect(settings.url, timeout=TIMEOUT_S, **connection_options(settings))
    except asyncpg.InvalidAuthorizationSpecificationError as error:
        advice = "correct user and password in RADIANT_DATABASE_URL; `radiant migrate --set-passwords` sets passwords"
        yield fail(f"the database rejects the login: {error}", advice)
        return
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        advice = "check RADIANT_DATABASE_URL, RADIANT_DATABASE_CA and the server"
        if UNSUPPORTED_PARAMETER in str(error):
            advice = "set RADIANT_DATABASE_POOLER=transaction, or use the address of PostgreSQL itself"
        yield fail(f"the database does not answer: {str(error) or type(error).__name__}", advice)
        return
    try:
        version = connection.get_server_version().major
        if version < VERSION_MIN:
            yield fail(f"PostgreSQL {version} is too old", f"use PostgreSQL {VERSION_MIN} or newer")
        async with connection.transaction():
            before = time.time()
            (facts,) = await connection.fetch(_SQL["role_facts"])
            after = time.time()
            (tables,) = await connection.fetch(_SQL["unprotected_tables"])
        skew_s = facts["clock"] - (before + after) / 2
        for finding in role_findings(facts):
            yield finding
        if is_production:
            yield _encryption(settings.url, facts["is_encrypted"])
            yield _clock(skew_s)
            yield row_security_finding(tables)
    finally:
        await connection.close(timeout=TIMEOUT_S)


def role_findings(facts: asyncpg.Record) -> Iterator[Finding]:
    """Yields a failure for each attribute that the role of a service must not have; else one finding."""
    role = facts["rolname"]
    problems = [text for name, text in _UNSAFE.items() if facts[name]]
    for text in problems:
        yield fail(f"the database role {role} {text}", "use the role that `radiant migrate` creates for the service")
    if not problems:
        yield ok(f"the database accepts {role}, which can only log in")


def row_security_finding(facts: asyncpg.Record) -> Finding:
    """Returns whether every table with a tenant has forced row-level security."""
    if not facts["tables"]:
        return fail("the database contains no tables of the suite", "run `radiant migrate`")
    if facts["unprotected"]:
        listed = ", ".join(facts["unprotected"])
        return fail(f"row-level security is not forced on {listed}", "enable and force it on these tables")
    return ok(f"row-level security is forced on {facts['tables']} tables")


def _encryption(url: str, is_encrypted: bool) -> Finding:
    if is_encrypted:
        return ok("the connection to the database is encrypted")
    if is_local(urlsplit(url).hostname or ""):
        return ok("the database is on this machine")
    return fail(
        "the connection to the database is not encrypted", "enable TLS on the server and set RADIANT_DATABASE_CA"
    )


def _clock(skew_s: float) -> Finding:
    text = f"the clock differs from that of the database by {abs(skew_s):.1f} s"
    if abs(skew_s) > SKEW_FAIL_S:
        return fail(text, "synchronise both clocks, for example with chrony")
    if abs(skew_s) > SKEW_WARN_S:
        return warn(text, "synchronise both clocks, for example with chrony")
    return ok(text)
