"""Folders of a spool: one per tenant, with one numbered subfolder (slot) per concurrent process.

A process locks its slot. The operating system releases the lock when the process ends for any reason. Another process
then locks the slot and takes over the records in it.
"""

import base64
import contextlib
import hashlib
import json
import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from radiant_client.spool.store import Letter
from radiant_client.transport.channel import Token
from radiant_client.transport.errors import SpoolFailed

PROCESSES_MAX = 64
"""Largest number of concurrent processes per tenant folder."""
FILE = "spool.db"
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolSettings:
    """Settings of the spool. The default limits hold about one hour of writes of a busy Brain."""

    folder: str | Path
    """Folder on a local disk. It is created if missing. Several processes and tenants can share it."""
    tenant: str = ""
    """Tenant of the token; empty to read it from the token. Writes are sent for this tenant only."""
    records_max: int = 100_000
    """Largest number of writes in the spool."""
    bytes_max: int = 64 * 1024 * 1024
    """Largest total size of the requests in bytes. The file is slightly larger."""
    letters_max: int = 1000
    """Largest number of dead letters. At the limit, further rejected writes stay in the spool."""
    keep_table: bool = True
    """Whether the local table of recommendations is stored in the folder."""
    table_bytes_max: int = 16 * 1024 * 1024
    """Largest stored table in bytes. A larger table is stored without the entries of users."""
    on_dead_letter: Callable[[Letter], None] | None = None
    """Callback on the event loop for each write that the service rejects permanently."""

    def __post_init__(self) -> None:
        """Raises ValueError if a limit is less than 1."""
        for name in ("records_max", "bytes_max", "letters_max", "table_bytes_max"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be 1 or greater, not {getattr(self, name)}.")


def tenant_of(token: Token) -> str:
    """Returns the `tenant` claim of a token without verifying the token; empty if there is none."""
    text = token if isinstance(token, str) else token()
    try:
        payload = text.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        tenant = claims.get("tenant")
    except (IndexError, ValueError, AttributeError):
        return ""
    return tenant if isinstance(tenant, str) else ""


def tenant_folder(settings: SpoolSettings, token: Token) -> Path:
    """Returns the folder of the tenant. It is created with access for its owner alone.

    Raises ValueError if neither the settings nor the token contain the tenant, and SpoolFailed if the folder cannot be
    created.
    """
    tenant = settings.tenant or tenant_of(token)
    if not tenant:
        raise ValueError("The token contains no tenant. Set SpoolSettings.tenant.")
    name = tenant if _SAFE_NAME.fullmatch(tenant) else f"sha256-{hashlib.sha256(tenant.encode()).hexdigest()}"
    _create_folder(Path(settings.folder))
    return _made_private(_create_folder(Path(settings.folder) / name))


def _create_folder(folder: Path) -> Path:
    """Creates a folder with its parents and returns it. Raises SpoolFailed."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as failure:
        raise SpoolFailed(f"Cannot create {folder}: {failure}.") from failure
    return folder


def _made_private(folder: Path) -> Path:
    """Removes the access of other users to an existing folder and its files, and returns it."""
    for path in (folder, *folder.rglob("*")):
        with contextlib.suppress(OSError):  # another process removed the file, or another user owns it
            mode = stat.S_IMODE(path.lstat().st_mode)
            if mode & 0o077 and not path.is_symlink():
                path.chmod(mode & 0o700)
    return folder


class Slot:
    """A numbered folder that this process has locked."""

    def __init__(self, folder: Path, lock: int) -> None:
        self.folder = folder
        """Path of the folder."""
        self._lock = lock

    @property
    def file(self) -> Path:
        """Path of the file of the spool."""
        return self.folder / FILE

    @classmethod
    def take(cls, folder: Path) -> Self | None:
        """Locks a folder. Returns None if another process, or another client in this process, has locked it."""
        try:
            import fcntl
        except ImportError as failure:  # Windows
            raise SpoolFailed("The spool requires an operating system with flock.") from failure
        try:
            lock = os.open(_create_folder(folder) / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as failure:
            raise SpoolFailed(f"Cannot lock {folder}: {failure}.") from failure
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as failure:
            os.close(lock)
            if isinstance(failure, BlockingIOError):
                return None
            raise SpoolFailed(f"Cannot lock {folder}: {failure}.") from failure
        return cls(folder, lock)

    @classmethod
    def first_free(cls, tenant: Path) -> Self:
        """Locks the first free slot of a tenant. Raises SpoolFailed if all PROCESSES_MAX slots are locked."""
        for number in range(PROCESSES_MAX):
            if slot := cls.take(tenant / str(number)):
                return slot
        raise SpoolFailed(f"{tenant} is used by {PROCESSES_MAX} clients, which is the limit. Use another folder.")

    @classmethod
    def orphaned(cls, tenant: Path, own: Path) -> list[Self]:
        """Locks the other slots of a tenant that have a spool file and no running process."""
        others = sorted(one.parent for one in tenant.glob(f"*/{FILE}") if one.parent != own)
        return [slot for one in others if (slot := cls.take(one))]

    def close(self) -> None:
        """Releases the lock. Further calls do nothing."""
        lock, self._lock = self._lock, -1
        if lock >= 0:
            os.close(lock)
