"""Database roles of the services: missing ones are created, existing ones are verified and changed only on request."""

import asyncio
import enum
from collections.abc import Mapping

import asyncpg

from cli.addresses import role_url
from cli.services import SERVICES_WITH_SCHEMA, Service
from kit.postgres.queries import load_queries
from kit.postgres.roles import create_role, ensure_role

_QUERIES = load_queries("cli")
_TIMEOUT_S = 10.0


class ExistingRoles(enum.Enum):
    """Treatment of roles that exist before a migration."""

    VERIFY = "verify"
    """Each password must be valid."""
    KEEP = "keep"
    """Passwords are neither used nor changed."""
    RESET = "reset"
    """Passwords and attributes are set."""


class RoleError(Exception):
    """Existing roles contradict the settings; nothing was changed. The message names the roles and the remedy."""


async def prepare_roles(
    connection: asyncpg.Connection, owner_url: str, passwords: Mapping[str, str], existing: ExistingRoles
) -> None:
    """Creates missing roles with the passwords (by role).

    Raises RoleError, before any change, when an existing role has an invalid password or unsafe attributes.
    """
    if existing is ExistingRoles.RESET:
        for service in SERVICES_WITH_SCHEMA:
            await ensure_role(connection, service.role, passwords[service.role])
        return
    if unsafe := await unsafe_roles(connection):
        statements = "; ".join(unsafe.values())
        raise RoleError(
            "Roles of services have attributes that they must not have; no change was made. "
            f"Execute as superuser: {statements}. `radiant migrate --set-passwords` resets attributes and passwords."
        )
    missing = set(await missing_roles(connection))
    if existing is ExistingRoles.VERIFY:
        await _verify_passwords(
            [each for each in SERVICES_WITH_SCHEMA if each.role not in missing], owner_url, passwords
        )
    for service in SERVICES_WITH_SCHEMA:
        if service.role in missing:
            await create_role(connection, service.role, passwords[service.role])


async def missing_roles(connection: asyncpg.Connection) -> list[str]:
    """Returns the roles of services that do not exist on the server."""
    rows = await connection.fetch(_QUERIES["missing_roles"], [service.role for service in SERVICES_WITH_SCHEMA])
    return [row["role"] for row in rows]


async def unsafe_roles(connection: asyncpg.Connection) -> dict[str, str]:
    """Returns the roles of services with attributes that they must not have, and the statements that correct them."""
    rows = await connection.fetch(_QUERIES["unsafe_roles"], [service.role for service in SERVICES_WITH_SCHEMA])
    return {row["role"]: row["correction"] for row in rows}


async def _verify_passwords(services: list[Service], owner_url: str, passwords: Mapping[str, str]) -> None:
    urls = [role_url(owner_url, service.role, passwords[service.role]) for service in services]
    found = zip(services, await asyncio.gather(*map(login_problem, urls)), strict=True)
    problems = [f"{each.role} ({each.password_variable}): {problem}" for each, problem in found if problem]
    if problems:
        raise RoleError(
            "The passwords of these existing roles are not those of this data folder or of the settings, and no change "
            f"was made. {'; '.join(problems)}. Set each variable to the password of its role, or set RADIANT_DATA "
            "to the data folder that created the roles. `radiant migrate --keep-passwords` migrates without the "
            "passwords. `radiant migrate --set-passwords` replaces them; services with the earlier passwords cannot "
            "connect then."
        )


async def login_problem(url: str) -> str:
    """Returns why the server rejects the login of a URL; '' when it accepts it.

    Other failures after the authentication, for example too many connections, are no problem of the login.
    """
    try:
        connection = await asyncpg.connect(url, timeout=_TIMEOUT_S)
    except asyncpg.InvalidPasswordError:
        return "the server rejects the password"
    except asyncpg.InvalidAuthorizationSpecificationError as error:
        return f"the server rejects the login ({error})"
    except asyncpg.PostgresError:
        return ""
    await connection.close()
    return ""
