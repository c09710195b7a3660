"""PgBouncer in front of the PostgreSQL of tests."""

import asyncio
import contextlib
import os
import shutil
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import asyncpg
import pytest

from cli.services import SERVICES
from tests.support.servers import ROLE_PASSWORD, scratch_folder, url_as

EXECUTABLE = shutil.which("pgbouncer", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin")))
START_S_MAX = 10.0
needs_pgbouncer = pytest.mark.skipif(EXECUTABLE is None, reason="pgbouncer is not installed")

SETTINGS = """
[databases]
* = host={host} port={server_port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {folder}/users.txt
pool_mode = {mode}
default_pool_size = {connections}
max_client_conn = 500
{more}
"""


@contextlib.asynccontextmanager
async def pgbouncer(
    database_url: str, *, mode: str = "transaction", connections: int = 3, more: str = ""
) -> AsyncIterator[str]:
    """Runs PgBouncer during the block and yields the URL of the database through it, as the same user.

    It opens at most `connections` per user to the server, so that clients share them.
    """
    assert EXECUTABLE is not None
    parts = urlsplit(database_url)
    with scratch_folder() as folder:
        port = free_port()
        config = write_settings(folder, database_url, port=port, mode=mode, connections=connections, more=more)
        unprivileged = ["-u", "nobody"] if os.geteuid() == 0 else []
        process = await asyncio.create_subprocess_exec(EXECUTABLE, "-q", *unprivileged, str(config))
        try:
            url = parts._replace(netloc=f"{parts.netloc.rpartition(':')[0]}:{port}").geturl()
            await _answers(url, process)
            yield url
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


def write_settings(folder: Path, database_url: str, **values: Any) -> Path:
    """Writes the settings of PgBouncer and the passwords of its users; returns the path of the settings."""
    parts = urlsplit(database_url)
    users = {service.role: ROLE_PASSWORD for service in SERVICES}
    users[parts.username or "postgres"] = unquote(parts.password or "")
    (folder / "users.txt").write_text("".join(f'"{user}" "{word}"\n' for user, word in users.items()))
    config = folder / "pgbouncer.ini"
    config.write_text(SETTINGS.format(host=parts.hostname, server_port=parts.port, folder=folder, **values))
    return config


def free_port() -> int:
    """Returns a port that was free a moment ago. PgBouncer cannot select one itself."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


async def _answers(url: str, process: asyncio.subprocess.Process) -> None:
    deadline = time.monotonic() + START_S_MAX
    while True:
        try:
            connection = await asyncpg.connect(url_as("radiant_ingest", url), statement_cache_size=0, timeout=2)
        except OSError:
            assert process.returncode is None, "pgbouncer ended"
            assert time.monotonic() < deadline, "pgbouncer does not answer"
            await asyncio.sleep(0.02)
        else:
            await connection.close()
            return
