"""SQL keeps its own rules: named, used, in phases, and inside its own schema."""

import re
from pathlib import Path

import pytest

from tests.house.tree import PACKAGES, ROOT, python_files, shown

SERVICES = ("ingest", "neural", "experiments", "voice")
OTHERS = {
    "ingest": r"\b(?:neural|experiments|voice)\.",
    "neural": r"\b(?:ingest|experiments|voice)\.",
    "experiments": r"\b(?:ingest|neural|voice)\.",
    "voice": r"\b(?:ingest|neural|experiments)\.",
}


def query_files() -> list[Path]:
    files = (ROOT / "services").glob("*/sql/*.sql")
    return sorted(path for path in files if path.name != "schema.sql")


def migrations() -> list[Path]:
    return sorted((ROOT / "services").glob("*/sql/migrations/*"))


def test_every_query_is_used() -> None:
    python = "\n".join(path.read_text() for path in python_files("services", "tests"))
    names = [name for path in query_files() for name in re.findall(r"^-- query: (\w+)", path.read_text(), re.M)]
    assert names
    assert [name for name in names if f'"{name}"' not in python] == []


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
    numbers = [int(path.name[:4]) for path in migrations() if service in path.parts]
    assert numbers[0] == 1
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_reads_the_tables_of_another(service: str) -> None:
    guilty = []
    for path in PACKAGES[service].rglob("*.sql"):
        statements = re.sub(r"--.*", "", path.read_text())
        guilty += [f"{shown(path)}: {hit}" for hit in re.findall(OTHERS[service] + r"\w+", statements)]
    assert guilty == []
