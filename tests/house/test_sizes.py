"""Limits of files, functions and folders, and the rooms that every service has."""

import ast
from collections import Counter
from pathlib import Path

from tests.house.tree import PACKAGES, ROOT, python_files, shown

LINES_PER_FILE_MAX = 300
LINES_PER_FUNCTION_MAX = 60
FILES_PER_FOLDER_MAX = 12
LEVELS_PER_SERVICE_MAX = 3
TOPS = ("services", "libs", "tests", "bench", "proto")
LONG_FILES = frozenset[str]()
"""Files that hold one concept and may be longer than the limit."""
SERVICES = ("experiments", "gateway", "ingest", "neural", "voice")
BESIDE_ROOMS = {"__init__.py", "__main__.py", "app.py", "settings.py"}
ROOMS = {"api", "domain", "worker", "sql"}
"""Rooms of every service with a database. The gateway has http/ and routes/ instead."""


def files_per_folder(*tops: str) -> Counter[str]:
    """Returns the number of Python, SQL and template files per folder, without `__init__.py`."""
    suffixes = {".py", ".sql", ".html"}
    paths = (path for top in tops for path in (ROOT / top).rglob("*") if path.suffix in suffixes)
    hidden = {"__pycache__", "node_modules", "migrations", "radiant", "buf"}
    return Counter(
        shown(path.parent)
        for path in paths
        if path.name != "__init__.py" and not hidden.intersection(path.relative_to(ROOT).parts)
    )


def test_file_has_at_most_300_lines() -> None:
    lengths = {shown(path): len(path.read_text().splitlines()) for path in python_files(*TOPS)}
    assert lengths
    long = {name: length for name, length in lengths.items() if length > LINES_PER_FILE_MAX}
    assert {name: length for name, length in long.items() if name not in LONG_FILES} == {}
    assert long.keys() >= LONG_FILES


def test_function_has_at_most_60_lines() -> None:
    long = {}
    for path in python_files(*TOPS):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LINES_PER_FUNCTION_MAX:
                    long[f"{shown(path)}:{node.name}"] = length
    assert long == {}


def test_folder_has_at_most_12_files() -> None:
    counts = files_per_folder("services", "libs", "tests", "bench")
    assert counts
    assert {folder: count for folder, count in counts.items() if count > FILES_PER_FOLDER_MAX} == {}


def test_service_has_only_entry_points_and_settings_beside_its_rooms() -> None:
    for service in SERVICES:
        beside = {path.name for path in PACKAGES[service].iterdir() if path.is_file()}
        assert beside <= BESIDE_ROOMS, service


def test_service_has_the_rooms_of_every_service() -> None:
    for service in SERVICES:
        if service != "gateway":
            assert {path.name for path in PACKAGES[service].iterdir() if path.is_dir()} >= ROOMS, service


def test_folders_of_a_service_are_at_most_three_levels_deep() -> None:
    def depth(service: str, path: Path) -> int:
        return len(path.parent.relative_to(PACKAGES[service]).parts)

    deep = [
        shown(path)
        for service in SERVICES
        for path in PACKAGES[service].rglob("*.py")
        if depth(service, path) > LEVELS_PER_SERVICE_MAX
    ]
    assert deep == []


def test_module_has_a_docstring() -> None:
    silent = [
        shown(path)
        for path in python_files("services", "libs", "bench", "proto")
        if not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []
