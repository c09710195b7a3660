"""What may and may not be committed."""

import re
import subprocess
import tomllib

import pytest

from tests.house.tree import ROOT


def tracked() -> list[str]:
    """Returns the files that git tracks, or would if they were added."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


LOCKS = ("uv", "run", "develop")


def lock(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.lock").read_text()


def pins(name: str) -> set[tuple[str, str]]:
    """Returns the locked packages as (name, version)."""
    return set(re.findall(r"^([\w.-]+)==([\w.!+-]+)", lock(name), re.MULTILINE))


def packages(name: str) -> set[str]:
    return {package for package, _ in pins(name)}


@pytest.mark.parametrize("name", LOCKS)
def test_lock_file_has_hashes_and_no_addresses(name: str) -> None:
    assert "://" not in lock(name)
    assert pins(name)
    entries = re.split(r"^(?=\S+==)", lock(name), flags=re.MULTILINE)[1:]
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_lock_files_hold_every_dependency() -> None:
    parsed = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project, groups = parsed["project"], parsed["dependency-groups"]
    needed = {
        "uv": groups["bootstrap"],
        "run": project["dependencies"] + project["optional-dependencies"]["voice"] + groups["build"],
        "develop": groups["develop"],
    }
    for name, lines in needed.items():
        assert {re.split(r"[<>=\[ ]", line)[0] for line in lines} - packages(name) == set(), name


def test_develop_lock_has_the_versions_of_the_run_lock() -> None:
    assert pins("run") - pins("develop") == set()


def test_run_lock_has_no_development_tools() -> None:
    tools = {"duckdb", "hypothesis", "matplotlib", "moto", "mypy", "playwright", "pytest", "ruff", "scikit-learn"}
    assert tools <= packages("develop")
    assert tools & packages("run") == set()


def test_nothing_large_is_committed() -> None:
    large = [name for name in tracked() if (ROOT / name).stat().st_size > 1024 * 1024]
    assert large == []
