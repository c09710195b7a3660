"""Rules for committed files: lock files, sizes and forbidden words."""

import json
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
PROJECTS = ("pyproject.toml", "libs/pyproject.toml")


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


def test_packages_carry_the_licence() -> None:
    licence = (ROOT / "LICENSE").read_text()
    assert "Apache License" in licence
    assert "Version 2.0, January 2004" in licence
    assert (ROOT / "libs/LICENSE").read_text() == licence
    for path in PROJECTS:
        project = tomllib.loads((ROOT / path).read_text())["project"]
        assert project["license"] == "Apache-2.0"
        assert {"LICENSE", "NOTICE"} <= set(project["license-files"])


def test_notice_names_every_bundled_work_and_its_licence_file() -> None:
    notice = (ROOT / "NOTICE").read_text()
    vendored = json.loads((ROOT / "services/gateway/console/static/vendor/vendor.json").read_text())
    bundled = {f"services/gateway/console/static/vendor/{name}" for name in vendored} | {"libs/buf"}
    bundled |= {f"proto/third_party/{path.name}" for path in (ROOT / "proto/third_party").glob("*") if path.is_dir()}
    assert {name for name in bundled if name not in notice} == set()
    for work in vendored.values():
        assert f"{work['version']}, " in notice, work["package"]
    named = set(re.findall(r"licenses/[\w.-]+", notice))
    assert named == {f"licenses/{path.name}" for path in (ROOT / "licenses").iterdir()}


def test_packages_share_one_version() -> None:
    versions = {tomllib.loads((ROOT / path).read_text())["project"]["version"] for path in PROJECTS}
    versions.add(json.loads((ROOT / "clients/typescript/package.json").read_text())["version"])
    assert len(versions) == 1
