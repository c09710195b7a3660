"""A process that gets only a share of the time, so that one machine can offer it more than it can do."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator

PERIOD_S = 0.02


@contextlib.contextmanager
def slowed(pid: int, share: float) -> Iterator[None]:
    """Stops and continues the process, fifty times a second, while the block runs; a share of 1 leaves it alone."""
    over = threading.Event()

    def turns() -> None:
        while not over.is_set():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
                time.sleep(PERIOD_S * (1 - share))
                os.kill(pid, signal.SIGCONT)
            time.sleep(PERIOD_S * share)

    thread = threading.Thread(target=turns, daemon=True)
    if share < 1:
        thread.start()
    try:
        yield
    finally:
        over.set()
        if share < 1:
            thread.join()
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
