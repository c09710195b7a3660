"""The data folder: private when created, corrected when it was created by an earlier version."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.embedded.folder import DataFolder
from cli.embedded.private import UNPRIVILEGED_UID

PASS = 0o710 if os.geteuid() == 0 else 0o700
"""Mode of the data folder. As root, PostgreSQL runs as another user, whose group passes through the folder."""


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """Sets the usual mask for new files during a test."""
    mask = os.umask(0o022)
    yield
    os.umask(mask)


def mode(path: Path) -> int:
    """Returns the permissions of a file."""
    return path.lstat().st_mode & 0o777


def test_new_data_folder_and_its_files_are_private_and_its_parents_are_not(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "above" / "data")
    folder.write_state("suite", {"pid": 1})
    folder.secret("key")
    assert mode(folder.path) == PASS
    assert {mode(path) for path in folder.path.rglob("*") if path.is_file()} == {0o600}
    assert mode(folder.path / "logs") == 0o700
    assert mode(tmp_path / "above") == 0o755


def test_data_folder_of_an_earlier_version_is_corrected(tmp_path: Path) -> None:
    (tmp_path / "audio" / "acme").mkdir(parents=True)
    for name in ("audio/acme/one", "logs.txt"):
        (tmp_path / name).touch(mode=0o644)
    (tmp_path / "postgres" / "cluster").mkdir(parents=True)
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.touch(mode=0o644)
    (tmp_path / "link").symlink_to(outside)
    tmp_path.chmod(0o755)
    DataFolder(tmp_path).make_private()
    assert mode(tmp_path) == PASS
    names = ["audio", "audio/acme", "audio/acme/one", "logs.txt", "modes.json"]
    assert {name: oct(mode(tmp_path / name)) for name in names if mode(tmp_path / name) & 0o077} == {}
    assert mode(tmp_path / "postgres" / "cluster") == 0o755, "PostgreSQL itself sets the modes of its files"
    assert mode(outside) == 0o644


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")
def test_data_folder_of_root_lets_only_the_group_of_postgres_pass(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    assert folder.path.stat().st_gid == UNPRIVILEGED_UID
    folder.path.chmod(0o700)
    folder.make_private()
    assert mode(folder.path) == 0o700, "a folder that was made private by its owner stays as it is"
