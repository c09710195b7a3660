"""Embedded servers: start, stop, durability, folders in use."""

import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
import redis.asyncio

from cli.embedded import (
    EmbeddedPostgres,
    EmbeddedServer,
    EmbeddedValkey,
    FolderInUseError,
    embedded_postgres,
    embedded_valkey,
)
from cli.embedded.postgres import SCRATCH_OPTIONS
from cli.embedded.process import free_port
from kit.ports import DEFAULT_PORTS
from tests.support.servers import scratch_folder

pytestmark = pytest.mark.server


@pytest.fixture
def data() -> Iterator[Path]:
    """Provides an empty data folder."""
    with scratch_folder() as folder:
        yield folder


async def execute(url: str, statement: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetch(statement)
    finally:
        await connection.close()


async def test_postgres_started_again_has_its_rows(data: Path) -> None:
    async with embedded_postgres(data) as first:
        await execute(first.url, "CREATE TABLE kept (n int)")
        await execute(first.url, "INSERT INTO kept VALUES (1), (2)")
    async with embedded_postgres(data) as second:
        assert [row["n"] for row in await execute(second.url, "SELECT n FROM kept ORDER BY n")] == [1, 2]


async def test_postgres_has_locale_checksums_and_password(data: Path) -> None:
    async with embedded_postgres(data) as server:
        rows = await execute(
            server.url,
            "SELECT datlocprovider::text AS provider, datlocale AS locale,"
            " current_setting('data_checksums') AS checksums FROM pg_database WHERE datname = 'postgres'",
        )
        assert dict(rows[0]) == {"provider": "b", "locale": "C.UTF-8", "checksums": "on"}
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(host="127.0.0.1", port=server.port, user="postgres", password="wrong")


async def test_secrets_file_is_private_and_state_files_end_with_the_servers(data: Path) -> None:
    async with embedded_postgres(data, options=SCRATCH_OPTIONS), embedded_valkey(data):
        assert (data / "postgres.json").exists()
        assert (data / "valkey.json").exists()
        assert (data / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert not (data / "postgres.json").exists()
    assert not (data / "valkey.json").exists()


async def test_postgres_killed_restarts_with_its_rows_and_port(data: Path) -> None:
    async with embedded_postgres(data) as server:
        await execute(server.url, "CREATE TABLE kept AS SELECT generate_series(1, 200) AS n")
        url, killed = server.url, server.pid
        os.kill(killed, signal.SIGKILL)
        assert await server.wait() == 128 + signal.SIGKILL
        assert not server.is_alive()
        await server.start()
        assert server.pid != killed
        assert server.url == url
        assert len(await execute(url, "SELECT n FROM kept")) == 200


async def test_valkey_restarted_after_stop_and_kill_has_its_keys(data: Path) -> None:
    async with embedded_valkey(data) as server:
        async with redis.asyncio.Redis.from_url(server.url) as client:
            await client.set("stopped", "1")
        await server.stop()
        await server.start()
        async with redis.asyncio.Redis.from_url(server.url) as client:
            assert await client.get("stopped") == b"1"
            await client.set("killed", "1")
            await asyncio.sleep(1.2)  # appendfsync is everysec
        os.kill(server.pid, signal.SIGKILL)
        await server.wait()
        await server.start()
        async with redis.asyncio.Redis.from_url(server.url) as client:
            assert await client.get("killed") == b"1"


async def test_valkey_with_damaged_append_only_file_starts_empty(data: Path) -> None:
    async with embedded_valkey(data) as server, redis.asyncio.Redis.from_url(server.url) as client:
        await client.set("kept", "1")
    for path in (data / "valkey" / "appendonlydir").glob("*.incr.aof"):
        path.write_bytes(b"damaged\n" + path.read_bytes())
    async with embedded_valkey(data) as server, redis.asyncio.Redis.from_url(server.url) as client:
        assert await client.dbsize() == 0
        assert await client.set("new", "1")


async def test_valkey_without_password_refuses(data: Path) -> None:
    async with (
        embedded_valkey(data) as server,
        redis.asyncio.Redis(host="127.0.0.1", port=server.port) as client,
    ):
        with pytest.raises(redis.AuthenticationError):
            await client.ping()


async def test_servers_on_two_folders_are_separate(data: Path) -> None:
    async with (
        embedded_postgres(data / "a", options=SCRATCH_OPTIONS) as a,
        embedded_postgres(data / "b", options=SCRATCH_OPTIONS) as b,
    ):
        assert a.port != b.port
        await execute(a.url, "CREATE TABLE mine ()")
        assert await execute(b.url, "SELECT FROM pg_tables WHERE tablename = 'mine'") == []


@pytest.mark.parametrize("kind", [EmbeddedPostgres, EmbeddedValkey])
async def test_second_server_on_a_folder_is_refused_with_process_id(
    data: Path, kind: type[EmbeddedPostgres] | type[EmbeddedValkey]
) -> None:
    first: EmbeddedServer = kind(data)
    second: EmbeddedServer = kind(data)
    await first.start()
    try:
        with pytest.raises(FolderInUseError, match=f"process {os.getpid()} "):
            await second.start()
        assert first.is_alive()
    finally:
        await first.stop()
    await second.start()
    await second.stop()


async def test_postgres_with_stale_pid_file_starts(data: Path) -> None:
    async with embedded_postgres(data, options=SCRATCH_OPTIONS) as server:
        cluster = server.folder / "cluster"
    stale = cluster / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{cluster}\n0\n{server.port}\n\n127.0.0.1\n0 0\nready\n")
    async with embedded_postgres(data, options=SCRATCH_OPTIONS) as server:
        assert server.is_alive()


async def test_interrupted_initdb_is_repeated(data: Path) -> None:
    async with embedded_postgres(data, options=SCRATCH_OPTIONS) as server:
        cluster = server.folder / "cluster"
    cluster.rename(cluster.with_name("cluster.new"))
    async with embedded_postgres(data, options=SCRATCH_OPTIONS) as server:
        assert server.is_alive()


async def test_occupied_port_is_named_in_the_error(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = EmbeddedValkey(data, port=port)
        with pytest.raises(Exception, match=f"port {port}"):
            await server.start()
        assert not server.is_alive()


def test_free_port_is_below_the_ephemeral_ports() -> None:
    ports = {free_port() for _ in range(20)}
    assert len(ports) > 15
    assert max(ports) < 32_768
    assert not ports & DEFAULT_PORTS
