"""Fixtures of every test: a clean environment, and real servers that start when first asked for.

- postgres_url: superuser address of the worker's PostgreSQL (database `postgres`)
- database_url: superuser address of a fresh database with all roles and migrations; see servers.url_as
- empty_database_url: the same without any migration
- redis_url: the worker's Valkey, emptied before each test
"""

import contextlib
import logging
import os
import socket
from collections.abc import Iterator

import hypothesis
import pytest
import redis

from kit.ports import DEFAULT_PORTS
from tests.support.servers import Apart, Databases, running_postgres, running_valkey, without_settings

without_settings(os.environ)

hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.register_profile("seeded", hypothesis.settings.get_profile("default"), deadline=None)
hypothesis.settings.load_profile("suite")  # the time of an example depends on what else the machine runs

SERVER_FIXTURES = frozenset({"apart"})
"""Every fixture of a PostgreSQL or a Valkey needs one of these."""


def _is_of_this_loop(record: logging.LogRecord) -> bool:
    """Returns False for the message of gRPC's poller about the closed event loop of an earlier test."""
    return "PollerCompletionQueue._handle_events" not in record.getMessage()


logging.getLogger("asyncio").addFilter(_is_of_this_loop)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Returns the name of the argument for bytes: compressed ones differ between the processes that collect tests."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that use a server, so that `make test-fast` leaves them out."""
    for item in items:
        if SERVER_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("server")


@pytest.fixture(scope="session", autouse=True)
def occupied_default_ports() -> Iterator[None]:
    """Keeps the suite's default ports busy, so that a test that listens on one fails on every machine."""
    with contextlib.ExitStack() as stack:
        for port in sorted(DEFAULT_PORTS):
            listener = stack.enter_context(socket.socket())
            with contextlib.suppress(OSError):  # another test process or a running suite has it
                listener.bind(("127.0.0.1", port))
                listener.listen()
        yield


@pytest.fixture(autouse=True)
def restored_umask() -> Iterator[None]:
    """Restores the mask for new files, which entry points change in the process that calls them."""
    mask = os.umask(0o022)
    os.umask(mask)
    yield
    os.umask(mask)


@pytest.fixture(scope="session")
def apart() -> Iterator[Apart]:
    """Gives the loop on which the session's servers are kept."""
    loop = Apart()
    yield loop
    loop.close()


@pytest.fixture(scope="session")
def postgres_url(apart: Apart) -> Iterator[str]:
    """Gives the superuser address of the worker's own PostgreSQL."""
    with running_postgres(apart) as server:
        yield server.url


@pytest.fixture(scope="session")
def databases(apart: Apart, postgres_url: str) -> Iterator[Databases]:
    """Gives the maker of databases, its template built."""
    maker = Databases(apart, postgres_url)
    yield maker
    maker.close()


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """Gives the superuser address of a fresh database in which all migrations are applied."""
    with databases.fresh() as url:
        yield url


@pytest.fixture
def empty_database_url(databases: Databases) -> Iterator[str]:
    """Gives the superuser address of a fresh database without any migration."""
    with databases.fresh("template0") as url:
        yield url


@pytest.fixture(scope="session")
def valkey_url(apart: Apart) -> Iterator[str]:
    """Gives the address of the worker's own Valkey."""
    with running_valkey(apart) as server:
        yield server.url


@pytest.fixture
def redis_url(valkey_url: str) -> str:
    """Gives the address of the worker's Valkey, its keys removed."""
    with redis.Redis.from_url(valkey_url) as client:
        client.flushall()
    return valkey_url
