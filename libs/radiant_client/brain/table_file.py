"""The local table on disk, for processes that start while the suite is unreachable."""

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
class StoredTable:
    """A table read from disk."""

    entries: dict[Key, Entry]
    """Entries of the table."""
    age_s: float
    """Seconds since the table was last known to be current, by the system clock."""


class TableFile:
    """Stores a table in a folder. All methods block."""

    def __init__(self, folder: Path, *, bytes_max: int = 16 * 1024 * 1024) -> None:
        """Takes the folder of one tenant. Its processes share the file; the last save replaces the others."""
        self._path = folder / NAME
        self._bytes_max = bytes_max
        self._saved_at: float | None = None

    def save(self, entries: Iterable[tuple[Key, Entry]], strategy: int, current_at: float) -> bool:
        """Replaces the file atomically. `current_at` is the monotonic time at which the table was current.

        Returns whether the file was replaced. It is not replaced if the table has not changed since the last save, so
        that the newer file of another process stays. A table that exceeds the size limit is stored without the entries
        of users; if it still exceeds the limit, it is not stored.
        """
        if current_at == self._saved_at:
            return False
        everything, current = list(entries), time.time() - (time.monotonic() - current_at)
        for chosen in (everything, [one for one in everything if not one[0][0]]):
            data = _encoded(chosen, strategy, current)
            if len(data) <= self._bytes_max:
                if is_replaced := self._replace(data):
                    self._saved_at = current_at
                return is_replaced
        log.warning("local table not stored: %d bytes exceed the limit of %d", len(data), self._bytes_max)
        return False

    def _replace(self, data: bytes) -> bool:
        """Replaces the file atomically. Returns False after an operating system error."""
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
            log.warning("local table not stored: %s", failure)
            return False
        return True

    def load(self, strategy: int) -> StoredTable | None:
        """Returns the stored table; None if there is none for the strategy or the file is invalid."""
        try:
            if self._path.stat().st_size > self._bytes_max:
                raise ValueError(f"file is larger than {self._bytes_max} bytes")
            return _decoded(json.loads(self._path.read_bytes()), strategy)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError) as failure:
            log.warning("stored local table ignored: %r", failure)
            return None


def _encoded(entries: list[tuple[Key, Entry]], strategy: int, current_at: float) -> bytes:
    """Returns the table as JSON. `current_at` is in seconds since the epoch."""
    rows = [[*key, entry.reasoning, [astuple(one) for one in entry.models]] for key, entry in entries]
    table = {"format": FORMAT, "strategy": strategy, "current_at": current_at, "entries": rows}
    return json.dumps(table, separators=(",", ":"), allow_nan=False).encode()


def _decoded(table: dict[str, Any], strategy: int) -> StoredTable | None:
    """Returns the table; None for another strategy. Raises ValueError, TypeError or KeyError if it is invalid."""
    if table["format"] != FORMAT:
        raise ValueError(f"format {table['format']} is not supported")
    if table["strategy"] != strategy:
        return None
    entries: dict[Key, Entry] = {}
    for user, task, domain, reasoning, models in table["entries"]:
        learned = tuple(_model(*one) for one in models)
        entries[str(user), str(task), str(domain)] = Entry(learned, str(reasoning), math.inf)
    return StoredTable(entries, max(0.0, time.time() - float(table["current_at"])))


def _model(model: str, score: float, confidence: float, propensity: float, scope: str) -> LearnedModel:
    """Returns a model of an entry with converted types."""
    return LearnedModel(str(model), float(score), float(confidence), float(propensity), str(scope))
