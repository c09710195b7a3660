"""Peak memory of processes during a block."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

SAMPLE_INTERVAL_S = 0.2


def _children(pid: int) -> list[int]:
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _own_bytes(pid: int) -> int:
    """Returns the proportional set size (PSS) of a process in bytes."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


class Peak:
    """The largest sampled sum."""

    def __init__(self) -> None:
        self.bytes = 0


@contextlib.asynccontextmanager
async def watched(pids: Iterable[int]) -> AsyncIterator[Peak]:
    """Samples the summed memory of the processes and their children during the block."""
    peak, roots = Peak(), list(pids)

    async def watch() -> None:
        while True:
            processes = roots + [child for pid in roots for child in _children(pid)]
            peak.bytes = max(peak.bytes, sum(_own_bytes(pid) for pid in processes))
            await asyncio.sleep(SAMPLE_INTERVAL_S)

    task = asyncio.create_task(watch())
    try:
        yield peak
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
