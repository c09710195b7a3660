"""Where a spool lies: a folder of the tenant, and in it a numbered one for each process that runs at the same time.

A process holds its folder by a lock that the system releases when the process ends, however it ends. What an ended
process left is taken over by whichever process finds its folder free.
"""

import base64
import hashlib
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from radiant_client.spool.store import Letter
from radiant_client.transport.channel import Token
from radiant_client.transport.errors import SpoolFailed

PROCESSES_MAX = 64
"""Most processes that share one folder."""
FILE = "spool.db"
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolSettings:
    """What a client keeps on disk. The defaults hold about an hour of a busy Brain."""

    folder: str | Path
    """Folder on a local disk, made when it is missing. Processes and tenants may share it."""
    tenant: str = ""
    """Tenant of the token; read from the token unless it is stated. What waits is sent for this tenant alone."""
    records_max: int = 100_000
    """Most writes that wait at once."""
    bytes_max: int = 64 * 1024 * 1024
    """Most bytes of requests that wait at once; the file is a little larger."""
    letters_max: int = 1000
    """Most refused writes that are kept; while there are so many, further ones stay in the spool."""
    keep_table: bool = True
    """Whether the table of recommendations is kept in the folder too."""
    table_bytes_max: int = 16 * 1024 * 1024
    """Largest table that is kept; users' own entries are left out when it would be larger."""
    on_dead_letter: Callable[[Letter], None] | None = None
    """Called on the event loop with each write that the service refused for good."""

    def __post_init__(self) -> None:
        """Raises ValueError when a bound is not positive."""
        for name in ("records_max", "bytes_max", "letters_max", "table_bytes_max"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")


def tenant_of(token: Token) -> str:
    """Reads the tenant from a token without checking it; empty when the token does not say."""
    text = token if isinstance(token, str) else token()
    try:
        payload = text.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        tenant = claims.get("tenant")
    except (IndexError, ValueError, AttributeError):
        return ""
    return tenant if isinstance(tenant, str) else ""


def tenant_folder(settings: SpoolSettings, token: Token) -> Path:
    """Gives the folder of the token's tenant, made for its owner alone.

    Raises ValueError when neither the settings nor the token name the tenant, and SpoolFailed when the folder cannot
    be made.
    """
    tenant = settings.tenant or tenant_of(token)
    if not tenant:
        raise ValueError("the token does not name its tenant: name it with SpoolSettings(folder=..., tenant=...)")
    name = tenant if _PLAIN.fullmatch(tenant) else f"sha256-{hashlib.sha256(tenant.encode()).hexdigest()}"
    return _made(Path(settings.folder) / name)


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as failure:
        raise SpoolFailed(f"cannot make {folder}: {failure}") from failure
    return folder


class Slot:
    """A numbered folder that this process holds until it closes it or ends."""

    def __init__(self, folder: Path, lock: int) -> None:
        self.folder = folder
        """The folder."""
        self._lock = lock

    @property
    def file(self) -> Path:
        """The spool's file in it."""
        return self.folder / FILE

    @classmethod
    def take(cls, folder: Path) -> Self | None:
        """Takes a folder; None when another process, or another client of this one, holds it."""
        try:
            import fcntl
        except ImportError as failure:  # Windows
            raise SpoolFailed("a spool needs a system with flock") from failure
        try:
            lock = os.open(_made(folder) / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as failure:
            raise SpoolFailed(f"cannot lock {folder}: {failure}") from failure
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as failure:
            os.close(lock)
            if isinstance(failure, BlockingIOError):
                return None
            raise SpoolFailed(f"cannot lock {folder}: {failure}") from failure
        return cls(folder, lock)

    @classmethod
    def first_free(cls, tenant: Path) -> Self:
        """Takes the first free folder of a tenant; raises SpoolFailed when too many processes share it."""
        for number in range(PROCESSES_MAX):
            if slot := cls.take(tenant / str(number)):
                return slot
        raise SpoolFailed(f"more than {PROCESSES_MAX} clients share {tenant}")

    @classmethod
    def left_behind(cls, tenant: Path, own: Path) -> list[Self]:
        """Takes the other folders of a tenant that have a spool which no process holds."""
        others = sorted(one.parent for one in tenant.glob(f"*/{FILE}") if one.parent != own)
        return [slot for one in others if (slot := cls.take(one))]

    def close(self) -> None:
        """Lets go of the folder; again does nothing."""
        lock, self._lock = self._lock, -1
        if lock >= 0:
            os.close(lock)
