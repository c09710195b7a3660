"""The spool's file: an SQLite database in WAL mode that syncs every commit to the disk.

What a commit returned for survives a kill and a power cut; a commit that was torn is not there at all.
"""

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from radiant_client.transport.errors import SpoolError, SpoolFailed, SpoolFull

T = TypeVar("T")

FORMAT = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, method TEXT NOT NULL, request BLOB NOT NULL, spooled_at REAL NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS letters (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, method TEXT NOT NULL, request BLOB NOT NULL, died_at REAL NOT NULL,
  reason TEXT NOT NULL, message TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Record:
    """A write that waits to be sent."""

    seq: int
    """Place in the order of arrival."""
    method: str
    """Method of the ingest service."""
    request: bytes
    """The request, serialised."""
    spooled_at: float
    """When it came, in seconds of the epoch."""
    attempts: int
    """How often the service failed inside on it."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is kept of a write that was refused for good."""

    method: str
    """Method of the ingest service."""
    request: bytes
    """The request, serialised."""
    reason: str
    """Machine-readable reason, or the status code."""
    message: str
    """What the service said."""
    died_at: float
    """When it was refused, in seconds of the epoch."""


class SpoolStore:
    """Keeps records and dead letters. All its methods block and belong to one thread."""

    def __init__(self, path: Path) -> None:
        """Opens the file or makes it, for its owner alone. Raises SpoolFailed when that cannot be done."""
        self.path = path
        with _told(f"cannot open {path}"):
            path.touch(mode=0o600, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None, timeout=5.0, check_same_thread=False)
        try:
            with _told(f"cannot use {path}"):
                self._prepare()
        except SpoolError:
            self._db.close()
            raise

    def _prepare(self) -> None:
        # What was sent is wiped from the file, since it may hold what people said.
        for setting in ("auto_vacuum=INCREMENTAL", "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            self._db.execute(f"PRAGMA {setting}").fetchall()
        self._db.execute("PRAGMA journal_size_limit=1048576").fetchall()
        (found,) = self._db.execute("PRAGMA user_version").fetchone()
        if found not in (0, FORMAT):
            raise SpoolFailed(f"{self.path} has format {found}, which this version does not know")
        self._db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version={FORMAT}; COMMIT;")

    @contextlib.contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        """Runs a block as one durable transaction; undoes all of it when anything in it fails."""
        with _told(f"cannot write {self.path}"):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise

    def append(self, rows: Sequence[tuple[str, bytes]]) -> list[int]:
        """Adds records of a method and a request each; gives their places once they are on the disk."""
        now = time.time()
        with self._change() as db:
            insert = "INSERT INTO records (method, request, spooled_at) VALUES (?, ?, ?) RETURNING seq"
            return [int(db.execute(insert, (*row, now)).fetchone()[0]) for row in rows]

    def adopt(self, records: Sequence[Record]) -> list[int]:
        """Adds the records of another spool, with their age; gives their places."""
        with self._change() as db:
            insert = "INSERT INTO records (method, request, spooled_at, attempts) VALUES (?, ?, ?, ?) RETURNING seq"
            rows = [(one.method, one.request, one.spooled_at, one.attempts) for one in records]
            return [int(db.execute(insert, row).fetchone()[0]) for row in rows]

    def records(self, after: int = 0, limit: int = -1) -> list[Record]:
        """Gives records behind a place, oldest first."""
        query = "SELECT seq, method, request, spooled_at, attempts FROM records WHERE seq > ? ORDER BY seq LIMIT ?"
        return self._read(lambda db: [Record(*row) for row in db.execute(query, (after, limit))])

    def read(self, places: Sequence[int]) -> list[Record]:
        """Gives the records of places."""
        query = "SELECT seq, method, request, spooled_at, attempts FROM records WHERE seq = ?"
        return self._read(lambda db: [Record(*row) for one in places for row in db.execute(query, (one,))])

    def finish(self, done: Sequence[int], letters: Sequence[Letter] = (), failed: Sequence[int] = ()) -> None:
        """Removes records, keeps letters and counts failed attempts, all or none."""
        with self._change() as db:
            db.executemany("DELETE FROM records WHERE seq = ?", [(one,) for one in done])
            db.executemany("UPDATE records SET attempts = attempts + 1 WHERE seq = ?", [(one,) for one in failed])
            _add_letters(db, letters)

    def revive(self) -> list[int]:
        """Makes records of all dead letters again; gives their places."""
        with self._change() as db:
            insert = "INSERT INTO records (method, request, spooled_at) VALUES (?, ?, ?) RETURNING seq"
            rows = db.execute("SELECT method, request, died_at FROM letters ORDER BY seq").fetchall()
            db.execute("DELETE FROM letters")
            return [int(db.execute(insert, row).fetchone()[0]) for row in rows]

    def letters(self) -> list[Letter]:
        """Gives the dead letters, oldest first."""
        query = "SELECT method, request, reason, message, died_at FROM letters ORDER BY seq"
        return self._read(lambda db: [Letter(*row) for row in db.execute(query)])

    def replace_letters(self, letters: Sequence[Letter] = ()) -> None:
        """Keeps these dead letters and no others."""
        with self._change() as db:
            db.execute("DELETE FROM letters")
            _add_letters(db, letters)

    def tidy(self) -> None:
        """Gives the room of what was removed back to the disk; does nothing when that cannot be done now."""
        with contextlib.suppress(sqlite3.Error):
            self._db.execute("PRAGMA incremental_vacuum").fetchall()
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    def _read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        with _told(f"cannot read {self.path}"):
            return query(self._db)


def _add_letters(db: sqlite3.Connection, letters: Sequence[Letter]) -> None:
    db.executemany(
        "INSERT INTO letters (method, request, reason, message, died_at) VALUES (?, ?, ?, ?, ?)",
        [(one.method, one.request, one.reason, one.message, one.died_at) for one in letters],
    )


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    """Tells what the disk or the file is at fault for as an error of this package."""
    try:
        yield
    except sqlite3.Error as failure:
        full = getattr(failure, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
        raise (SpoolFull if full else SpoolFailed)(f"{what}: {failure}") from failure
    except OSError as failure:
        raise SpoolFailed(f"{what}: {failure}") from failure
