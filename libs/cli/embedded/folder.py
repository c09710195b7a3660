"""The data folder: locks, secrets, states and logs.

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

_LOG_BYTES_MAX = 16 * 1024 * 1024


class EmbeddedError(Exception):
    """An embedded server cannot be started or reached; the message says how to solve that."""


class FolderInUseError(EmbeddedError):
    """Another process holds the folder; the message names it."""


class DataFolder:
    """Gives access to one data folder; creating the object creates the folder."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            (self.path / "logs").mkdir(exist_ok=True)
        except OSError as problem:
            raise EmbeddedError(f"The folder {self.path} cannot be made: {problem.strerror}.") from problem

    @contextlib.contextmanager
    def held(self, name: str = "lock") -> Iterator[None]:
        """Holds the named lock file; raises FolderInUseError when any process, even this one, holds it."""
        path = self.path / name
        with self._opened(path) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = file.read().decode().strip() or "unknown"
                raise FolderInUseError(
                    f"{self.path} is in use by process {holder} (it holds {path.name}). "
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
        """Returns the secret of that name, making it (256 random bits) at the first call ever."""
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

    def knows_secret(self, name: str) -> bool:
        """Tells whether the secret has been made before."""
        path = self.path / "secrets.json"
        return path.exists() and name in json.loads(path.read_bytes() or b"{}")

    def write_state(self, name: str, state: dict[str, object]) -> None:
        """Replaces <name>.json in one step, so that a reader never sees half of it."""
        draft = self.path / f".{name}.json.{os.getpid()}"
        draft.write_text(json.dumps(state, indent=2) + "\n")
        draft.replace(self.path / f"{name}.json")

    def read_state(self, name: str) -> dict[str, object] | None:
        """Returns what write_state kept, or None."""
        try:
            state: dict[str, object] = json.loads((self.path / f"{name}.json").read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        return state

    def clear_state(self, name: str) -> None:
        """Removes <name>.json; absent is fine."""
        (self.path / f"{name}.json").unlink(missing_ok=True)

    def log_path(self, name: str) -> Path:
        """Returns the log file of that name, after setting a long one aside as <name>.log.1."""
        path = self.path / "logs" / f"{name}.log"
        if path.exists() and path.stat().st_size > _LOG_BYTES_MAX:
            path.replace(path.with_suffix(".log.1"))
        return path

    def _opened(self, path: Path) -> BinaryIO:
        try:
            return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        except OSError as problem:
            raise EmbeddedError(f"{path} cannot be opened: {problem.strerror}.") from problem
