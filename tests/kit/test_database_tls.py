"""Connections to PostgreSQL and Redis over TLS: only servers with a trusted certificate are accepted."""

from __future__ import annotations

import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest
import redis.exceptions

from cli.embedded.valkey import valkey_program
from kit.errors import Unavailable
from kit.postgres.pool import PostgresSettings, open_database
from kit.redis.client import RedisSettings, open_redis
from kit.settings.declaration import SettingsError
from tests.kit.fixtures.settings import read_group
from tests.support.certificates import Authority
from tests.support.tls_proxy import terminating


async def reaches(url: str, ca: str = "") -> bool:
    """Returns True if PostgreSQL can be reached with these settings."""
    settings = read_group(PostgresSettings, {"DATABASE_URL": url, "DATABASE_CA": ca}, application_name="kit-test")
    async with open_database(settings) as database, database.transaction() as connection:
        return bool(await connection.fetchval("SELECT true"))


def verifying(url: str, ca: Path) -> str:
    """Returns the URL with TLS parameters of the driver."""
    return f"{url}?sslmode=verify-full&sslrootcert={quote(str(ca), safe='')}"


async def test_postgres_over_tls_connects_with_authority_from_setting_or_url(postgres_url: str, tmp_path: Path) -> None:
    own = Authority("ours")
    ca, foreign = own.save(tmp_path), Authority("theirs").save(tmp_path)
    async with terminating(postgres_url, own.issue(tmp_path, "postgres"), "postgresql") as url:
        assert await reaches(url, str(ca))
        assert await reaches(verifying(url, ca))
        for arguments in ((url, str(foreign)), (verifying(url, foreign),)):
            with pytest.raises(Unavailable):
                await reaches(*arguments)


async def test_postgres_certificate_with_another_host_name_is_refused(postgres_url: str, tmp_path: Path) -> None:
    own = Authority("ours")
    pair = own.issue(tmp_path, "elsewhere", "https://elsewhere.example", local=False)
    async with terminating(postgres_url, pair, "postgresql") as url:
        with pytest.raises(Unavailable):
            await reaches(url, str(own.save(tmp_path)))


async def test_postgres_without_tls_is_refused(postgres_url: str, tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await reaches(postgres_url, str(Authority("ours").save(tmp_path)))


async def answers(url: str, ca: str = "") -> bool:
    """Returns True if Redis can be reached with these settings."""
    address = read_group(RedisSettings, {"REDIS_URL": url, "REDIS_CA": ca}).address
    async with open_redis(address) as client:
        return bool(await client.ping())


async def test_redis_over_tls_connects_with_authority_from_setting(redis_url: str, tmp_path: Path) -> None:
    own = Authority("ours")
    ca, foreign = own.save(tmp_path), Authority("theirs").save(tmp_path)
    async with terminating(redis_url, own.issue(tmp_path, "redis"), "rediss") as url:
        assert await answers(url, str(ca))
        assert await answers(f"{url}?ssl_ca_certs={quote(str(ca), safe='')}")
        for wrong in (str(foreign), ""):
            with pytest.raises(redis.exceptions.ConnectionError):
                await answers(url, wrong)


def test_authority_for_address_without_tls_is_refused() -> None:
    with pytest.raises(SettingsError, match="RADIANT_REDIS_CA"):
        read_group(RedisSettings, {"REDIS_URL": "redis://h", "REDIS_CA": "/ca"})


def test_valkey_with_built_in_tls_is_reached() -> None:
    options = ["--port", "0", "--tls-port", "1", "--save", "", "--daemonize", "no"]
    done = subprocess.run([str(valkey_program()), *options], capture_output=True, text=True, timeout=10, check=False)
    if "Failed finding TLS support" in done.stdout:
        pytest.skip("the bundled Valkey was built without TLS; a proxy stands in for it above")
    assert "tls" in done.stdout.lower(), "test the connection without the proxy if the build supports TLS"
