"""The checks of `radiant doctor`, in order: the machine, the database, and each service with its own settings."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

from dotenv import dotenv_values

from cli.checks.machine import data_folder, ports, postgres_program, program, python_version
from cli.checks.owner import owner_findings
from cli.checks.services import ServiceCheck, findings_of_services
from cli.embedded.folder import DataFolder
from cli.embedded.valkey import valkey_program
from cli.environment import (
    Ports,
    Servers,
    environ_of,
    explicit_settings,
    gateway_environ,
    service_environ,
    system_environ,
)
from cli.services import SERVICES, Service
from cli.settings import SuiteSettings
from cli.suite import RunningSuite, addresses, database_url, redis_url
from kit.checks.certificates import private_file_findings
from kit.checks.finding import Finding, Level, fail, ok, warn

OWNER = "owner"
"""Name of the environment file with DATABASE_URL."""
_PLACEHOLDER = "0" * 32
"""Stands for passwords and keys that are generated at the first start."""


async def development_findings(settings: SuiteSettings, environ: Mapping[str, str]) -> AsyncIterator[Finding]:
    """Yields the findings about a suite on this machine."""
    yield python_version(sys.version_info[:2])
    for finding in data_folder(settings.data):
        yield finding
    if finding.level is Level.FAIL:
        return
    folder = DataFolder(settings.data) if settings.data.exists() else None
    if not settings.database_url:
        yield program("PostgreSQL", lambda: postgres_program(settings.data))
    if not settings.redis_url:
        yield program("Valkey", valkey_program)
    running = RunningSuite.read(folder) if folder else None
    for finding in ports(settings, running):
        yield finding
    owner_url = (database_url(settings, folder) if folder else settings.database_url) or ""
    cache_url = (redis_url(settings, folder) if folder else settings.redis_url) or ""
    is_migrated = bool(owner_url)
    if owner_url:
        async for finding in owner_findings(owner_url, is_production=False):
            is_migrated = is_migrated and finding.level is Level.OK
            yield finding
    else:
        yield ok("PostgreSQL: embedded, starts with `radiant up`")
    if not cache_url:
        yield ok("Valkey: embedded, starts with `radiant up`")
    at = Servers(
        owner_url=owner_url,
        redis_url=cache_url or "redis://127.0.0.1",
        addresses=addresses(settings, folder) if folder else {},
        **({"tls": running.service_tls} if running else {}),
    )
    checks = []
    for service in _installed():
        explicit = explicit_settings(environ, service)
        has_password = folder is not None or service.role in settings.passwords
        is_reachable = (is_migrated and has_password and bool(cache_url)) or "RADIANT_DATABASE_URL" in explicit
        if service.is_gateway:
            is_reachable = running is not None
        own = _environ(environ, settings, folder, service, at) | explicit
        checks.append(ServiceCheck(service=service, environ=own, is_settings_only=not is_reachable))
    async for finding in findings_of_services(checks, is_production=False):
        yield finding


async def production_findings(
    settings: SuiteSettings, environ: Mapping[str, str], environments: Path | None
) -> AsyncIterator[Finding]:
    """Yields the findings about a production set-up.

    With `environments`, each service has the variables of `<service>.env` in that folder, and DATABASE_URL of the owner
    is in `owner.env`. Without it, each service has the variables that `radiant serve` would give it.
    """
    yield python_version(sys.version_info[:2])
    owner_url = settings.database_url
    if environments is not None:
        for finding in _environment_files(environments):
            yield finding
        owner_url = _file_environ(environments, OWNER).get("DATABASE_URL", owner_url)
    if owner_url:
        async for finding in owner_findings(owner_url, is_production=True):
            yield finding
    else:
        advice = f"set DATABASE_URL, or write {OWNER}.env; production needs a PostgreSQL server of its own"
        yield warn("roles and migrations are not checked: DATABASE_URL is not set", advice)
    checks = []
    for service in _installed():
        if environments is None:
            own = _served_environ(settings, environ, service)
        elif (environments / f"{service.name}.env").exists():
            own = system_environ(environ) | _file_environ(environments, service.name)
        else:
            yield warn(f"{service.name} is not checked", f"write {environments / service.name}.env if it runs")
            continue
        checks.append(ServiceCheck(service=service, environ=own))
    async for finding in findings_of_services(checks, is_production=True):
        yield finding


def _installed() -> list[Service]:
    return [service for service in SERVICES if not service.unavailable_reason]


def _served_environ(settings: SuiteSettings, environ: Mapping[str, str], service: Service) -> dict[str, str]:
    """Returns the environment that `radiant serve` would give to a service, without generated secrets."""
    folder = DataFolder(settings.data) if settings.data.exists() else None
    at = Servers(owner_url=settings.database_url, redis_url=settings.redis_url)
    return _environ(environ, settings, folder, service, at) | explicit_settings(environ, service)


def _environ(
    environ: Mapping[str, str], settings: SuiteSettings, folder: DataFolder | None, service: Service, at: Servers
) -> dict[str, str]:
    """Returns the environment of a service; secrets that do not exist yet are replaced by a placeholder."""
    own_port = settings.ports.get(service.name, service.port)
    chosen = Ports(rpc=own_port, metrics=0, additional=dict(service.additional_ports))
    if folder is not None:
        return environ_of(environ, settings, folder, service, chosen, at)
    host = settings.host_of(service)
    if service.is_gateway:
        return gateway_environ(environ, service, chosen, host=host, at=at, key="")
    return service_environ(
        environ,
        service,
        chosen,
        host=host,
        owner_url=at.owner_url,
        redis_url=at.redis_url,
        password=settings.passwords.get(service.role) or _PLACEHOLDER,
        key="" if settings.has_provider else settings.token_key or _PLACEHOLDER,
        audio=settings.audio_url or str(settings.data / "audio"),
    )


def _file_environ(folder: Path, name: str) -> dict[str, str]:
    """Returns the variables of a file of KEY=VALUE lines; none if it does not exist."""
    found = dotenv_values(folder / f"{name}.env", interpolate=False)
    return {key: value for key, value in found.items() if value is not None}


def _environment_files(folder: Path) -> Iterator[Finding]:
    """Yields failures about the folder and about files with secrets that other users can access."""
    if not any(folder.glob("*.env")):
        yield fail(f"{folder} contains no environment files", "write SERVICE.env files; see docs/production.md")
    for path in sorted(folder.glob("*.env")):
        yield from private_file_findings(str(path), "an environment")
