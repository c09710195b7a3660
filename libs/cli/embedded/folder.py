"""The data folder: locks, secrets, states and logs. Other users can read none of it.

<data>/lock, postgres.lock, valkey.lock   held by flock while the suite or that server runs
<data>/secrets.json (0600)                passwords and keys, generated once
<data>/postgres.json, valkey.json         process id and port, only while running
<data>/postgres/, valkey/                 data of the servers
<data>/audio/                             recordings, unless RADIANT_AUDIO_URL is set
<data>/voice-models/                     weights of speech recognition, joined from their packages
<data>/logs/<name>.log
"""

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cli.embedded.private import create_data_folder, make_content_private, make_folder_private

_LOG_BYTES_MAX = 16 * 1024 * 1024
_MODES_CORRECTED = "modes"
"""Name of the state that records that files of earlier versions were made private."""


class EmbeddedError(Exception):
    """An embedded server cannot be started or reached; the message states the remedy."""


class FolderInUseError(EmbeddedError):
    """Another process has locked the folder; the message contains its id."""


class DataFolder:
    """One data folder. The constructor creates the folder if it does not exist."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()
        try:
            create_data_folder(self.path)
            (self.path / "logs").mkdir(mode=0o700, exist_ok=True)
        except OSError as problem:
            raise EmbeddedError(
                f"The folder {self.path} cannot be created: {problem.strerror}. Set RADIANT_DATA to another folder."
            ) from problem

    def make_private(self) -> None:
        """Removes the access of other users to the folder, and once to the files in it, which may take a while.

        PostgreSQL itself ensures that its folder is private.
        """
        make_folder_private(self.path)
        if self.read_state(_MODES_CORRECTED) is None:
            make_content_private(self.path, skipped=["postgres"])
            self.write_state(_MODES_CORRECTED, {"private": True})

    @contextlib.contextmanager
    def locked(self, name: str = "lock") -> Iterator[None]:
        """Locks the named file during the block; raises FolderInUseError when it is locked, also by this process."""
        path = self.path / name
        with self._opened(path) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = file.read().decode().strip() or "unknown"
                raise FolderInUseError(
                    f"{self.path} is in use by process {holder} (it has locked {path.name}). "
                    "Stop that process, or choose another folder with RADIANT_DATA."
                ) from None
            file.truncate(0)
            file.write(str(os.getpid()).encode())
            file.flush()
            try:
                yield
            finally:
                file.truncate(0)

    def secret(self, name: str) -> str:
        """Returns the secret of that name. Generates it (256 random bits) if it does not exist."""
        with self._opened(self.path / "secrets.json") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            text = file.read()
            known: dict[str, str] = json.loads(text) if text else {}
            if name not in known:
                known[name] = secrets.token_urlsafe(32)
                file.seek(0)
                file.write(json.dumps(known, indent=2).encode())
                file.truncate()
                file.flush()
                os.fsync(file.fileno())
            return known[name]

    def has_secret(self, name: str) -> bool:
        """Returns whether the secret exists."""
        path = self.path / "secrets.json"
        return path.exists() and name in json.loads(path.read_bytes() or b"{}")

    def write_state(self, name: str, state: dict[str, object]) -> None:
        """Replaces <name>.json atomically, so that readers never read an incomplete file."""
        draft = self.path / f".{name}.json.{os.getpid()}"
        with self._opened(draft) as file:
            file.truncate(0)
            file.write((json.dumps(state, indent=2) + "\n").encode())
        draft.replace(self.path / f"{name}.json")

    def read_state(self, name: str) -> dict[str, object] | None:
        """Returns the state that `write_state` stored; None if there is none or the file is not valid JSON."""
        try:
            state: dict[str, object] = json.loads((self.path / f"{name}.json").read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        return state

    def clear_state(self, name: str) -> None:
        """Removes <name>.json. A missing file is not an error."""
        (self.path / f"{name}.json").unlink(missing_ok=True)

    def log_path(self, name: str) -> Path:
        """Returns the log file of that name. A file of more than 16 MiB is renamed to <name>.log.1 first."""
        path = self.path / "logs" / f"{name}.log"
        if path.exists() and path.stat().st_size > _LOG_BYTES_MAX:
            path.replace(path.with_suffix(".log.1"))
        return path

    def _opened(self, path: Path) -> BinaryIO:
        try:
            return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        except OSError as problem:
            raise EmbeddedError(f"{path} cannot be opened: {problem.strerror}.") from problem
