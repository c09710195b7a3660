"""A data folder whose disk can be filled: a small file system of its own if mounting is permitted.

Otherwise the file size limit of PostgreSQL's processes is lowered, which makes their writes fail in the same way.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

MARGIN_BYTES = 64 * 1024
FILE_BYTES_MAX = 1024 * 1024
FILL_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Disk:
    """The suite's data folder and its disk."""

    folder: Path
    mounted: bool
    size_mib: int

    @property
    def way(self) -> str:
        """How a full disk is simulated."""
        return "a separate file system without free space" if self.mounted else "a size limit on PostgreSQL's files"

    def used_mib(self) -> int:
        """Returns the size of the folder's files in MiB."""
        sizes = (path.lstat().st_size for path in self.folder.rglob("*") if path.is_file() and not path.is_symlink())
        return sum(sizes) // 2**20

    def fill(self, pids: Iterable[int]) -> bool:
        """Fills the disk. `pids` are PostgreSQL's processes. Returns False if neither method is permitted."""
        if self.mounted:
            for left in reversed(range(FILL_ATTEMPTS)):  # fails if files grew beyond the margin in the meantime
                room = os.statvfs(self.folder)
                used = (room.f_blocks - room.f_bfree) * room.f_frsize
                with contextlib.nullcontext() if left == 0 else contextlib.suppress(subprocess.CalledProcessError):
                    self._resize(f"{(used + MARGIN_BYTES) // 1024}k")
                    break
            return True
        return _limit(pids, FILE_BYTES_MAX)

    def empty(self, pids: Iterable[int]) -> None:
        """Frees the disk."""
        if self.mounted:
            self._resize(f"{self.size_mib}m")
        else:
            _limit(pids, resource.RLIM_INFINITY)

    def _resize(self, size: str) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", str(self.folder)], check=True, timeout=10)


@contextlib.contextmanager
def data_folder(size_mib: int) -> Iterator[Disk]:
    """Provides a temporary folder that PostgreSQL's user can enter. Removes it after the block."""
    folder = Path(tempfile.mkdtemp(prefix="radiant-chaos-"))
    folder.chmod(0o755)
    mounted = _mounted(folder, size_mib)
    try:
        yield Disk(folder, mounted, size_mib)
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=False, timeout=10)
        shutil.rmtree(folder, ignore_errors=True)


def _mounted(folder: Path, size_mib: int) -> bool:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    terms = f"size={size_mib}m,mode=755"
    command = ["mount", "-t", "tmpfs", "-o", terms, "radiant-chaos", str(folder)]
    return subprocess.run(command, check=False, capture_output=True, timeout=10).returncode == 0


def _limit(pids: Iterable[int], bytes_max: int) -> bool:
    """Limits the size of files that the processes write. Returns False if this is not permitted."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            try:
                _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (bytes_max, hard))
            except PermissionError:
                return False
    return True
