"""Migrations: each is applied once, in order and atomically, also by concurrent processes."""

import asyncio
import hashlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from kit.postgres.migrate import Migration, MigrationError, migrate, migrations_of


def migration(number: int, sql: str, phase: str = "pre") -> Migration:
    """Returns a migration with one file."""
    digest = hashlib.sha256(sql.encode()).hexdigest()
    return Migration(number=number, phase=phase, name=f"{number:04d}_{phase}_step", sql=sql, sha256=digest)


FIRST = migration(1, "CREATE TABLE things (id int PRIMARY KEY); INSERT INTO things VALUES (1);")
SECOND = migration(2, "INSERT INTO things VALUES (2);")
BROKEN = migration(3, "INSERT INTO things VALUES (3); CREATE TABLE others (); SELECT 1 / 0;")
MENDED = migration(3, "INSERT INTO things VALUES (3); CREATE TABLE others ();")
INDEX = migration(2, "-- no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS things_at ON things (id);\n")


@pytest.fixture
async def owner(empty_database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Provides a connection to an empty database."""
    connection = await asyncpg.connect(empty_database_url)
    yield connection
    await connection.close()


async def things(connection: asyncpg.Connection) -> list[int]:
    """Returns the rows written by the migrations."""
    return [row["id"] for row in await connection.fetch("SELECT id FROM things ORDER BY id")]


async def noted(connection: asyncpg.Connection) -> list[tuple[str, int, str, str]]:
    """Returns the rows of the migration table."""
    query = "SELECT schema, number, name, sha256 FROM public.radiant_migrations ORDER BY schema, number"
    return [tuple(row) for row in await connection.fetch(query)]


async def test_missing_migration_is_applied_once_and_recorded(owner: asyncpg.Connection) -> None:
    assert await migrate(owner, "here", [FIRST]) == [FIRST]
    assert await migrate(owner, "here", [FIRST, SECOND]) == [SECOND]
    assert await migrate(owner, "here", [FIRST, SECOND]) == []
    assert await things(owner) == [1, 2]
    assert await noted(owner) == [("here", each.number, each.name, each.sha256) for each in (FIRST, SECOND)]


async def test_migrations_of_schemas_are_recorded_separately(owner: asyncpg.Connection) -> None:
    await migrate(owner, "here", [FIRST])
    elsewhere = migration(1, "CREATE TABLE elsewhere ()")
    assert await migrate(owner, "there", [elsewhere]) == [elsewhere]
    assert [row[0] for row in await noted(owner)] == ["here", "there"]


@pytest.mark.parametrize("several", [[FIRST, SECOND], [FIRST, INDEX]], ids=["plain", "no-transaction"])
async def test_concurrent_migrations_apply_each_file_once(empty_database_url: str, several: list[Migration]) -> None:
    connections = [await asyncpg.connect(empty_database_url) for _ in range(5)]
    try:
        async with asyncio.timeout(20):
            applied = await asyncio.gather(*(migrate(each, "here", several) for each in connections))
        assert [each for one in applied for each in one] == several
        assert len(await noted(connections[0])) == 2
    finally:
        for each in connections:
            await each.close()


async def test_changed_migration_is_refused_and_nothing_is_applied(owner: asyncpg.Connection) -> None:
    await migrate(owner, "here", [FIRST])
    changed = migration(1, FIRST.sql + " -- a harmless remark")
    with pytest.raises(MigrationError, match="0001_pre_step"):
        await migrate(owner, "here", [changed, SECOND])
    assert await things(owner) == [1]
    assert await migrate(owner, "here", [FIRST, SECOND]) == [SECOND]


async def test_failed_migration_is_rolled_back_and_can_be_repeated(owner: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(owner, "here", [FIRST, SECOND, BROKEN])
    assert await things(owner) == [1, 2], "the files before it stay"
    assert await owner.fetchval("SELECT to_regclass('others')") is None
    assert len(await noted(owner)) == 2
    assert await migrate(owner, "here", [FIRST, SECOND, MENDED]) == [MENDED]
    assert await things(owner) == [1, 2, 3]


async def test_failed_migration_releases_the_lock(owner: asyncpg.Connection, empty_database_url: str) -> None:
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(owner, "here", [FIRST, SECOND, BROKEN])
    other = await asyncpg.connect(empty_database_url)
    try:
        async with asyncio.timeout(5):
            assert await migrate(other, "here", [FIRST, SECOND, MENDED]) == [MENDED]
    finally:
        await other.close()


async def test_migration_outside_of_a_transaction_is_applied(owner: asyncpg.Connection) -> None:
    await migrate(owner, "here", [FIRST, INDEX])
    assert await owner.fetchval("SELECT indisvalid FROM pg_index WHERE indexrelid = 'things_at'::regclass")
    within = migration(3, INDEX.sql.removeprefix("-- no-transaction\n"))
    with pytest.raises(asyncpg.ActiveSQLTransactionError):
        await migrate(owner, "here", [FIRST, INDEX, within])


async def test_unknown_newer_migrations_are_ignored(owner: asyncpg.Connection) -> None:
    await migrate(owner, "here", [FIRST, SECOND])
    assert await migrate(owner, "here", [FIRST]) == []


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Provides the folder of migrations of an importable package `brought`."""
    folder = tmp_path / "brought" / "sql" / "migrations"
    folder.mkdir(parents=True)
    (tmp_path / "brought" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "brought", raising=False)
    return folder


def test_migration_files_are_read_in_order(package: Path) -> None:
    (package / "0002_post_drop_old.sql").write_text("SELECT 2;", encoding="utf-8")
    (package / "0001_pre_add_new.sql").write_text("SELECT 'ü';", encoding="utf-8")
    first, second = migrations_of("brought")
    assert (first.number, first.phase, first.name) == (1, "pre", "0001_pre_add_new")
    assert first.sha256 == hashlib.sha256("SELECT 'ü';".encode()).hexdigest()
    assert (second.number, second.phase, second.sql) == (2, "post", "SELECT 2;")


@pytest.mark.parametrize(
    "names",
    [
        ["0001_add.sql"],
        ["0001_pre_Add.sql"],
        ["1_pre_add.sql"],
        ["0001_pre_add.sql", "README.md"],
        ["0002_pre_add.sql"],
        ["0001_pre_add.sql", "0001_post_add.sql"],
    ],
    ids=str,
)
def test_misnamed_or_duplicate_migration_files_are_refused(package: Path, names: list[str]) -> None:
    for name in names:
        (package / name).write_text("SELECT 1;", encoding="utf-8")
    with pytest.raises(MigrationError, match="brought"):
        migrations_of("brought")
