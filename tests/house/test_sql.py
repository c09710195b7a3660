"""SQL keeps its own rules: named, used, in phases, and inside its own schema."""

import re
from pathlib import Path

import pytest

from tests.house.fixtures.sql_use import Query, inline_sql, looked_up
from tests.house.tree import PACKAGES, ROOT, python_files, shown

SERVICES = ("ingest", "neural", "experiments", "voice")
OTHERS = {
    "ingest": r"\b(?:neural|experiments|voice)\.",
    "neural": r"\b(?:ingest|experiments|voice)\.",
    "experiments": r"\b(?:ingest|neural|voice)\.",
    "voice": r"\b(?:ingest|neural|experiments)\.",
}


def query_files() -> list[Path]:
    files = [
        *(ROOT / "services").glob("*/sql/*.sql"),
        *(ROOT / "libs").glob("*/sql/*.sql"),
        ROOT / "libs/cli/queries.sql",
    ]
    return sorted(path for path in files if path.name != "schema.sql")


def migrations() -> list[Path]:
    return sorted((ROOT / "services").glob("*/sql/migrations/*"))


def named_queries() -> set[Query]:
    """Returns every query of the query files."""
    found = set()
    for path in query_files():
        package = path.parent.parent.name if path.parent.name == "sql" else path.parent.name
        names = re.findall(r"^-- query: (\w+)", path.read_text(), re.M)
        found |= {Query(package, path.name, name) for name in names}
    return found


def test_query_in_a_file_is_looked_up_by_the_code() -> None:
    code = [path.read_text() for path in python_files("services", "libs")]
    used = {query for source in code for query in looked_up(source)}
    assert len(named_queries()) > 200
    assert sorted(named_queries() - used) == []


def test_lookup_of_a_name_in_another_file_does_not_count() -> None:
    source = '_SQL = load_queries("ingest", "writes.sql")\nother = "find"\n_SQL["store"]\n'
    assert set(looked_up(source)) == {Query("ingest", "writes.sql", "store")}


def test_lookup_by_a_variable_counts_the_names_of_the_module_alone() -> None:
    head = '"""Mentions fail."""\n_SQL = load_queries("voice", "jobs.sql")\n'
    source = head + 'end = lambda name: _SQL[name]\nend("complete")\n'
    found = set(looked_up(source))
    assert Query("voice", "jobs.sql", "complete") in found
    assert Query("voice", "jobs.sql", "Mentions fail.") not in found


def test_statements_are_written_in_sql_files_only() -> None:
    found = {shown(path): inline_sql(path.read_text()) for path in python_files("services", "libs")}
    allowed = {"libs/radiant_client/spool/store.py"}  # SQLite on the caller's disk: one module holds all of it
    assert {path: lines for path, lines in found.items() if lines and path not in allowed} == {}


@pytest.mark.parametrize(
    "source",
    [
        'a = "SELECT 1"',
        'a = "WITH old AS (SELECT 1) DELETE FROM t"',
        'a = "\\n  UPDATE t SET a = 1"',
        'a = f"INSERT INTO {table} VALUES (1)"',
        'a = "-- why\\nDELETE FROM t"',
        'a = "SELECT a " + "FROM t"',
        'await connection.fetchval("select 1")',
        'await connection.execute(f"listen {channel}")',
        'a = "TRUNCATE t"',
        'a = "CREATE TABLE t ()"',
        'a = "SET LOCAL ROLE r"',
    ],
)
def test_statement_in_python_is_found(source: str) -> None:
    assert inline_sql(source) == [1]


def test_sentence_in_a_docstring_is_no_statement() -> None:
    assert inline_sql('"""SELECT is explained here."""\nlabel = "Select a model"\n') == []


def test_every_query_gives_its_reason() -> None:
    for path in query_files():
        for name, reason in re.findall(r"^-- query: (\w+)\n(.*)", path.read_text(), re.M):
            assert reason.startswith("-- "), f"{shown(path)}: {name}"


def test_migrations_are_named_by_number_and_phase() -> None:
    assert migrations()
    for path in migrations():
        assert re.fullmatch(r"\d{4}_(pre|post)_[a-z0-9_]+\.sql", path.name), shown(path)


@pytest.mark.parametrize("service", SERVICES)
def test_migrations_are_numbered_from_one_and_no_number_is_used_twice(service: str) -> None:
    numbers = [int(path.name[:4]) for path in migrations() if service in path.relative_to(ROOT).parts]
    assert numbers[0] == 1
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_reads_the_tables_of_another(service: str) -> None:
    guilty = []
    for path in PACKAGES[service].rglob("*.sql"):
        statements = re.sub(r"--.*", "", path.read_text())
        guilty += [f"{shown(path)}: {hit}" for hit in re.findall(OTHERS[service] + r"\w+", statements)]
    assert guilty == []
