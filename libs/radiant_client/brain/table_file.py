"""The table of recommendations on disk, for a process that starts while the suite is away."""

import contextlib
import json
import logging
import math
import os
import tempfile
import time
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from radiant_client.brain.entries import Entry, Key, LearnedModel

log = logging.getLogger(__name__)

FORMAT = 1
NAME = "table.json"


@dataclass(frozen=True, slots=True)
class KeptTable:
    """A table as it was kept."""

    entries: dict[Key, Entry]
    """Its entries."""
    age: float
    """Seconds since it was known to be current, by this machine's clock."""


class TableFile:
    """Keeps a table in a folder. Its methods block."""

    def __init__(self, folder: Path, *, bytes_max: int = 16 * 1024 * 1024) -> None:
        """Takes the folder of one tenant; its processes share the file, the last one to save wins."""
        self._path = folder / NAME
        self._bytes_max = bytes_max
        self._saved_at: float | None = None

    def save(self, entries: Iterable[tuple[Key, Entry]], strategy: int, current_at: float) -> bool:
        """Replaces the file in one step by a table that was current at a monotonic time; tells whether it did.

        It does not when nothing came since the last time, so that the file of another process stays. When it would
        be too large, users' own entries are left out; still too large, nothing is kept anew.
        """
        if current_at == self._saved_at:
            return False
        all_of_them, current = list(entries), time.time() - (time.monotonic() - current_at)
        for chosen in (all_of_them, [one for one in all_of_them if not one[0][0]]):
            data = _encoded(chosen, strategy, current)
            if len(data) <= self._bytes_max:
                if done := self._replace(data):
                    self._saved_at = current_at
                return done
        log.warning("the table is too large to be kept on disk: %d bytes", len(data))
        return False

    def _replace(self, data: bytes) -> bool:
        try:
            number, name = tempfile.mkstemp(prefix=NAME, dir=self._path.parent)
            try:
                with os.fdopen(number, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(name, self._path)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(name)
                raise
        except OSError as failure:
            log.warning("the table is not kept on disk: %s", failure)
            return False
        return True

    def load(self, strategy: int) -> KeptTable | None:
        """Reads the file; None when there is none for the strategy, or none that can be read."""
        try:
            if self._path.stat().st_size > self._bytes_max:
                raise ValueError("it is too large")
            return _decoded(json.loads(self._path.read_bytes()), strategy)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError) as failure:
            log.warning("the table that was kept on disk is left out: %r", failure)
            return None


def _encoded(entries: list[tuple[Key, Entry]], strategy: int, current_at: float) -> bytes:
    rows = [[*key, entry.reasoning, [astuple(one) for one in entry.models]] for key, entry in entries]
    table = {"format": FORMAT, "strategy": strategy, "current_at": current_at, "entries": rows}
    return json.dumps(table, separators=(",", ":"), allow_nan=False).encode()


def _decoded(table: dict[str, Any], strategy: int) -> KeptTable | None:
    """Reads a table; raises ValueError, TypeError or KeyError when it is not one."""
    if table["format"] != FORMAT:
        raise ValueError(f"it has format {table['format']}")
    if table["strategy"] != strategy:
        return None
    entries: dict[Key, Entry] = {}
    for user, task, domain, reasoning, models in table["entries"]:
        learned = tuple(_model(*one) for one in models)
        entries[str(user), str(task), str(domain)] = Entry(learned, str(reasoning), math.inf)
    return KeptTable(entries, max(0.0, time.time() - float(table["current_at"])))


def _model(model: str, score: float, confidence: float, propensity: float, scope: str) -> LearnedModel:
    return LearnedModel(str(model), float(score), float(confidence), float(propensity), str(scope))
