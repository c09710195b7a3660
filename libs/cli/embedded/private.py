"""Private files and folders: other users can read none of them.

When root runs the suite, PostgreSQL runs as another user (see unprivileged_user.py), whose group may pass through the
data folder (0710) to the folder of PostgreSQL.
"""

import contextlib
import os
import stat
from collections.abc import Collection
from pathlib import Path

UNPRIVILEGED_UID = 65534
"""User id of the account `nobody` on Linux."""


def create_data_folder(path: Path) -> None:
    """Creates a private folder, and the folders above it for all users; leaves an existing one as it is."""
    for parent in reversed([each for each in path.parents if not each.exists()]):
        parent.mkdir(exist_ok=True)
        parent.chmod(0o755)
    if not path.exists():
        path.mkdir(mode=0o700, exist_ok=True)
        _let_server_pass(path)


def make_folder_private(path: Path) -> None:
    """Removes the access of other users to the data folder.

    As root, a group that may pass through the folder keeps this access, and the server's group gets it if all users
    had it. A folder that was private before stays as it is.
    """
    mode = stat.S_IMODE(path.stat().st_mode)
    path.chmod(mode & (0o710 if os.geteuid() == 0 else 0o700))
    if mode & 0o001:
        _let_server_pass(path)


def make_content_private(path: Path, skipped: Collection[str]) -> None:
    """Removes the access of other users to the files and folders in a folder, except for entries with these names."""
    for folder, names, files in os.walk(path):
        if Path(folder) == path:
            names[:] = [name for name in names if name not in skipped]
        for name in (*names, *files):
            remove_access(Path(folder) / name)


def remove_access(path: Path) -> None:
    """Removes the permissions of group and others; leaves links, and files of other users, as they are."""
    with contextlib.suppress(FileNotFoundError, PermissionError):
        mode = stat.S_IMODE(path.lstat().st_mode)
        if mode & 0o077 and not path.is_symlink():
            path.chmod(mode & 0o700)


def _let_server_pass(path: Path) -> None:
    if os.geteuid() == 0:
        cluster = path / "postgres" / "cluster"
        user = (cluster.stat().st_uid if cluster.exists() else UNPRIVILEGED_UID) or UNPRIVILEGED_UID
        with contextlib.suppress(PermissionError):  # for example on a network drive
            os.chown(path, -1, user)
            path.chmod(0o710)
