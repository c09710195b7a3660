"""Who may know whom: import contracts, and the few places that may touch the outside."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

from tests.house.tree import PACKAGES, ROOT, python_files, shown


def test_the_import_contracts_hold() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_packages_are_the_real_ones_and_not_folders_of_tests() -> None:
    for name, folder in PACKAGES.items():
        assert Path(importlib.import_module(name).__file__ or "").parent == folder


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {path.parent for path in python_files("tests", "bench")}
    assert [shown(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def calls(path: Path, dotted: str) -> bool:
    """Tells whether a file refers to `module.attribute`."""
    module, attribute = dotted.split(".")
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == attribute
        and isinstance(node.value, ast.Name)
        and node.value.id == module
        for node in ast.walk(ast.parse(path.read_text()))
    )


def test_only_settings_and_entry_points_read_the_environment() -> None:
    readers = [path for path in python_files("services", "libs") if calls(path, "os.environ")]
    allowed = {"settings.py", "__main__.py", "service.py"}
    assert [shown(path) for path in readers if path.name not in allowed] == []


def test_only_entry_points_start_an_event_loop() -> None:
    starters = [path for path in python_files("services", "libs") if calls(path, "asyncio.run")]
    assert [shown(path) for path in starters if path.name not in ("__main__.py", "service.py")] == []


def test_sql_lives_in_sql_files() -> None:
    verbs = ("SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ")
    inline = []
    for path in python_files("services"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(verbs):
                inline.append(f"{shown(path)}:{node.lineno}")
    assert inline == []
