"""Servers for tests: one PostgreSQL and one Valkey per process, and a new database per test."""

import asyncio
import contextlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Coroutine, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import asyncpg

from cli.addresses import role_url
from cli.embedded import EmbeddedPostgres, EmbeddedValkey
from cli.embedded.postgres import SCRATCH_OPTIONS
from cli.services import SERVICES

T = TypeVar("T")

ROLE_PASSWORD = "test-password"
"""Password of every service's role in test databases."""

_TEMPLATE = "radiant_template"


class Apart:
    """An event loop in a separate thread, so that session fixtures do not use the loops of tests."""

    def __init__(self) -> None:
        """Starts the thread."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="test-servers")
        self._runner = self._thread.submit(asyncio.Runner).result()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs the coroutine to its end and returns its result."""
        return self._thread.submit(self._runner.run, work).result()

    def close(self) -> None:
        """Closes the loop and the thread."""
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()


class Databases:
    """Creates databases as copies of a template with all roles and migrations."""

    def __init__(self, apart: Apart, admin_url: str) -> None:
        """Creates the template on the server."""
        from cli.schemas import apply_all

        self._apart, self._admin_url = apart, admin_url
        self._numbers = itertools.count(1)
        self._admin: asyncpg.Connection = apart.run(asyncpg.connect(admin_url))
        self.execute(f"CREATE DATABASE {_TEMPLATE}")
        passwords = {service.role: ROLE_PASSWORD for service in SERVICES}
        apart.run(apply_all(database_at(admin_url, _TEMPLATE), passwords))

    def execute(self, statement: str) -> None:
        """Executes a statement as superuser."""
        self._apart.run(self._admin.execute(statement))

    @contextlib.contextmanager
    def fresh(self, template: str = _TEMPLATE) -> Iterator[str]:
        """Provides the superuser URL of a new database. Drops it after the block."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        try:
            yield database_at(self._admin_url, name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        """Closes the superuser's connection."""
        self._apart.run(self._admin.close())


MEMORY = Path("/dev/shm")
"""File system in memory, where a database is created in a tenth of the time that a disk takes."""
MEMORY_BYTES_MIN = 4 * 1024**3
PREFIX = "radiant-tests-"


def memory_folder() -> Path | None:
    """Returns MEMORY if it is writable and has room, else None. Removes folders that killed tests left there."""
    if not os.access(MEMORY, os.W_OK | os.X_OK) or shutil.disk_usage(MEMORY).free < MEMORY_BYTES_MIN:
        return None
    for folder in MEMORY.glob(f"{PREFIX}*"):
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdecimal() and not Path("/proc", owner).exists():
            shutil.rmtree(folder, ignore_errors=True)
    return MEMORY


@contextlib.contextmanager
def scratch_folder(parent: Path | None = None) -> Iterator[Path]:
    """Provides a temporary folder that PostgreSQL's user can enter. Folders of pytest are private."""
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=parent))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def running_postgres(apart: Apart) -> Iterator[EmbeddedPostgres]:
    """Runs a PostgreSQL without durability. It ends with this process."""
    with scratch_folder(memory_folder()) as folder:
        server = EmbeddedPostgres(folder, options=SCRATCH_OPTIONS)
        apart.run(server.start())
        try:
            yield server
        finally:
            apart.run(server.stop())
            shutil.rmtree(server.folder, ignore_errors=True)


@contextlib.contextmanager
def running_valkey(apart: Apart) -> Iterator[EmbeddedValkey]:
    """Runs a Valkey. It ends with this process."""
    with scratch_folder() as folder:
        server = EmbeddedValkey(folder)
        apart.run(server.start())
        try:
            yield server
        finally:
            apart.run(server.stop())


def database_at(url: str, name: str) -> str:
    """Returns the URL of another database on the same server."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def url_as(role: str, database_url: str) -> str:
    """Returns the URL of a test database with a service's role, such as `radiant_ingest`."""
    return role_url(database_url, role, ROLE_PASSWORD)


def without_settings(environ: MutableMapping[str, str]) -> None:
    """Removes the variables that refer to the developer's servers and settings."""
    for name in list(environ):
        if name.startswith(("RADIANT_", "PG")) or name in {"DATABASE_URL", "REDIS_URL"}:
            del environ[name]
