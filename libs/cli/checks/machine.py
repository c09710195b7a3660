"""The checks of `radiant doctor`. A check changes nothing and returns findings with advice."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import asyncpg
import redis.asyncio
import redis.exceptions

from cli import suite
from cli.embedded.folder import DataFolder, EmbeddedError
from cli.embedded.process import port_is_free
from cli.embedded.unprivileged_user import postgres_programs, server_user
from cli.embedded.valkey import valkey_program
from cli.roles import missing_roles
from cli.schemas import pending
from cli.services import SERVICES
from cli.settings import SuiteSettings
from kit.checks.finding import Finding, Level, fail, ok, warn

_PYTHON_MIN = (3, 11)
_POSTGRES_MIN = 15
_DISK_WARN_BYTES, _DISK_FAIL_BYTES = 1024**3, 100 * 1024**2
_TIMEOUT_S = 5.0


async def findings(settings: SuiteSettings) -> AsyncIterator[Finding]:
    """Runs all checks in order and yields their findings."""
    yield python_version(sys.version_info[:2])
    for finding in data_folder(settings.data):
        yield finding
    if finding.level is Level.FAIL:
        return
    exists = settings.data.exists()
    folder = DataFolder(settings.data) if exists else None
    if not settings.database_url:
        yield program("PostgreSQL", lambda: _postgres_program(settings.data))
    if not settings.redis_url:
        yield program("Valkey", valkey_program)
    for finding in ports(settings, suite.RunningSuite.read(folder) if folder else None):
        yield finding
    async for finding in database(suite.database_url(settings, folder) if folder else settings.database_url):
        yield finding
    yield await cache(suite.redis_url(settings, folder) if folder else settings.redis_url)


def python_version(version: tuple[int, ...]) -> Finding:
    """Checks the version of the interpreter."""
    text = ".".join(str(each) for each in version)
    if version < _PYTHON_MIN:
        return fail(f"Python {text}", "use Python 3.11 or newer")
    return ok(f"Python {text} on {platform.system()} {platform.machine()}")


def data_folder(path: Path) -> Iterator[Finding]:
    """Checks that the folder can be written and that its disk has free space."""
    folder_path = path.expanduser().resolve()
    nearest = next(each for each in (folder_path, *folder_path.parents) if each.exists())
    if not os.access(nearest, os.W_OK | os.X_OK):
        yield fail(f"{folder_path} cannot be written", "set RADIANT_DATA to a folder that you can write")
        return
    free = shutil.disk_usage(nearest).free
    free_space = f"{free / 1024**3:.1f} GB free in {folder_path}"
    if free < _DISK_FAIL_BYTES:
        yield fail(free_space, "free some disk space, or set RADIANT_DATA to a larger disk")
    elif free < _DISK_WARN_BYTES:
        yield warn(free_space, "free some disk space before it fills up")
    else:
        yield ok(free_space)


def program(name: str, find: Callable[[], Path]) -> Finding:
    """Checks that the program of an embedded server runs, by its --version."""
    try:
        path = find()
        done = subprocess.run([str(path), "--version"], capture_output=True, text=True, timeout=30, check=True)
    except (EmbeddedError, OSError, subprocess.SubprocessError) as problem:
        return fail(
            f"{name} from its wheel does not run: {problem}", "set DATABASE_URL or REDIS_URL to your own server"
        )
    return ok(f"{done.stdout.strip()} at {path}")


def _postgres_program(data: Path) -> Path:
    return postgres_programs(server_user(data / "postgres" / "cluster")) / "postgres"


def ports(settings: SuiteSettings, running: suite.RunningSuite | None) -> Iterator[Finding]:
    """Checks the port of each service and the requirements of optional services."""
    for service in SERVICES:
        if reason := service.unavailable_reason:
            yield warn(reason, "")
            continue
        if running is not None and service.name in running.services:
            yield ok(f"{service.name} runs at {running.services[service.name]} (process {running.pid})")
            continue
        chosen = settings.ports.get(service.name)
        port = chosen or service.port
        if port_is_free(port):
            yield ok(f"port {port} of {service.name} is free")
        elif chosen:
            yield fail(f"port {port} is in use", f"set {service.port_variable} to a free port")
        else:
            yield warn(f"port {port} of {service.name} is in use", "`radiant up` uses a free port instead")


async def database(url: str | None) -> AsyncIterator[Finding]:
    """Checks the version of the server, the roles and the migrations."""
    if not url:
        yield ok("PostgreSQL: embedded, starts with `radiant up`")
        return
    try:
        connection = await asyncpg.connect(url, timeout=_TIMEOUT_S)
    except (OSError, ValueError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
        yield fail(f"PostgreSQL does not answer: {str(problem) or 'timeout'}", "check DATABASE_URL and the server")
        return
    try:
        version = connection.get_server_version()
        text = f"PostgreSQL {connection.get_settings().server_version} answers"
        if version.major < _POSTGRES_MIN:
            yield fail(text, f"use PostgreSQL {_POSTGRES_MIN} or newer")
            return
        yield ok(text)
        absent = await missing_roles(connection)
        left = await pending(connection)
        yield (warn(f"roles missing: {', '.join(absent)}", "run `radiant migrate`") if absent else ok("roles exist"))
        names = [f"{service} {name}" for service, each in left.items() for name in each]
        yield (
            warn(f"not yet applied: {', '.join(names)}", "run `radiant migrate`")
            if names
            else ok("migrations are up to date")
        )
    except asyncpg.PostgresError as problem:
        yield fail(f"roles and migrations cannot be read: {problem}", "connect as the owner of the schemas")
    finally:
        await connection.close()


async def cache(url: str | None) -> Finding:
    """Checks that the Redis-compatible server answers."""
    if not url:
        return ok("Valkey: embedded, starts with `radiant up`")
    try:
        async with redis.asyncio.Redis.from_url(
            url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S
        ) as client:
            facts = await client.info("server")
    except (redis.exceptions.RedisError, OSError, ValueError) as problem:
        return fail(f"Redis does not answer: {problem}", "check REDIS_URL and the server")
    name = "Valkey" if "valkey_version" in facts else "Redis"
    return ok(f"{name} {facts.get('valkey_version', facts['redis_version'])} answers")
