"""The file of a spool: an SQLite database in WAL mode that synchronises every commit to disk.

A committed transaction survives the end of the process and a power failure. SQLite discards an incomplete one.
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
    """A write that has not been acknowledged."""

    seq: int
    """Sequence number: position in the order of arrival."""
    method: str
    """Method of the ingest service."""
    request: bytes
    """Serialised request."""
    spooled_at: float
    """Time of arrival in seconds since the epoch."""
    attempts: int
    """Number of internal errors of the service on this record."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter: a write that the service rejected permanently."""

    method: str
    """Method of the ingest service."""
    request: bytes
    """Serialised request."""
    reason: str
    """Machine-readable reason, or the name of the status code."""
    message: str
    """Error message of the service."""
    died_at: float
    """Time of the rejection in seconds since the epoch."""


class SpoolStore:
    """Stores records and dead letters. All methods block. Call them on one thread."""

    def __init__(self, path: Path) -> None:
        """Opens or creates the file, readable by its owner alone. Raises SpoolFailed if this fails."""
        self.path = path
        with _spool_errors(f"Cannot open {path}"):
            path.touch(mode=0o600, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None, timeout=5.0, check_same_thread=False)
        try:
            with _spool_errors(f"Cannot use {path}"):
                self._prepare()
        except SpoolError:
            self._db.close()
            raise

    def _prepare(self) -> None:
        """Sets the pragmas, checks the format and creates the tables."""
        # secure_delete overwrites deleted requests, because they contain personal data.
        for setting in ("auto_vacuum=INCREMENTAL", "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            self._db.execute(f"PRAGMA {setting}").fetchall()
        self._db.execute("PRAGMA journal_size_limit=1048576").fetchall()
        (found,) = self._db.execute("PRAGMA user_version").fetchone()
        if found not in (0, FORMAT):
            raise SpoolFailed(f"{self.path} has format {found}. This version supports format {FORMAT} only.")
        self._db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version={FORMAT}; COMMIT;")

    @contextlib.contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        """Runs a block in one durable transaction, which an exception rolls back."""
        with _spool_errors(f"Cannot write {self.path}"):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise

    def append(self, rows: Sequence[tuple[str, bytes]]) -> list[int]:
        """Adds records, each with a method and a request. Returns their sequence numbers after the commit."""
        now = time.time()
        with self._change() as db:
            insert = "INSERT INTO records (method, request, spooled_at) VALUES (?, ?, ?) RETURNING seq"
            return [int(db.execute(insert, (*row, now)).fetchone()[0]) for row in rows]

    def adopt(self, records: Sequence[Record]) -> list[int]:
        """Adds the records of another spool and keeps their times and attempts. Returns their sequence numbers."""
        with self._change() as db:
            insert = "INSERT INTO records (method, request, spooled_at, attempts) VALUES (?, ?, ?, ?) RETURNING seq"
            rows = [(one.method, one.request, one.spooled_at, one.attempts) for one in records]
            return [int(db.execute(insert, row).fetchone()[0]) for row in rows]

    def records(self, after: int = 0, limit: int = -1) -> list[Record]:
        """Returns records after a sequence number, oldest first; a negative limit means no limit."""
        query = "SELECT seq, method, request, spooled_at, attempts FROM records WHERE seq > ? ORDER BY seq LIMIT ?"
        return self._read(lambda db: [Record(*row) for row in db.execute(query, (after, limit))])

    def read(self, seqs: Sequence[int]) -> list[Record]:
        """Returns the records with these sequence numbers. Missing records are left out."""
        query = "SELECT seq, method, request, spooled_at, attempts FROM records WHERE seq = ?"
        return self._read(lambda db: [Record(*row) for one in seqs for row in db.execute(query, (one,))])

    def finish(self, done: Sequence[int], letters: Sequence[Letter] = (), failed: Sequence[int] = ()) -> None:
        """Removes the done records, adds dead letters and counts failed attempts, in one transaction.

        Compacts the file if it has no records left.
        """
        with self._change() as db:
            db.executemany("DELETE FROM records WHERE seq = ?", [(one,) for one in done])
            db.executemany("UPDATE records SET attempts = attempts + 1 WHERE seq = ?", [(one,) for one in failed])
            _add_letters(db, letters)
            is_empty = db.execute("SELECT NOT EXISTS (SELECT 1 FROM records)").fetchone()[0]
        if done and is_empty:
            self.compact()

    def requeue_letters(self) -> list[int]:
        """Moves all dead letters back to the records. Returns their sequence numbers."""
        with self._change() as db:
            insert = "INSERT INTO records (method, request, spooled_at) VALUES (?, ?, ?) RETURNING seq"
            rows = db.execute("SELECT method, request, died_at FROM letters ORDER BY seq").fetchall()
            db.execute("DELETE FROM letters")
            return [int(db.execute(insert, row).fetchone()[0]) for row in rows]

    def letters(self) -> list[Letter]:
        """Returns the dead letters, oldest first."""
        query = "SELECT method, request, reason, message, died_at FROM letters ORDER BY seq"
        return self._read(lambda db: [Letter(*row) for row in db.execute(query)])

    def replace_letters(self, letters: Sequence[Letter] = ()) -> None:
        """Replaces all dead letters."""
        with self._change() as db:
            db.execute("DELETE FROM letters")
            _add_letters(db, letters)

    def compact(self) -> None:
        """Returns free pages to the disk and truncates the WAL. Ignores errors, since a later call can do it."""
        with contextlib.suppress(sqlite3.Error):
            self._db.execute("PRAGMA incremental_vacuum").fetchall()
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    def _read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Returns the result of a query."""
        with _spool_errors(f"Cannot read {self.path}"):
            return query(self._db)


def _add_letters(db: sqlite3.Connection, letters: Sequence[Letter]) -> None:
    """Adds dead letters."""
    db.executemany(
        "INSERT INTO letters (method, request, reason, message, died_at) VALUES (?, ?, ?, ?, ?)",
        [(one.method, one.request, one.reason, one.message, one.died_at) for one in letters],
    )


@contextlib.contextmanager
def _spool_errors(failed_action: str) -> Iterator[None]:
    """Converts SQLite and operating system errors to SpoolFull or SpoolFailed."""
    try:
        yield
    except sqlite3.Error as failure:
        is_full = getattr(failure, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
        raise (SpoolFull if is_full else SpoolFailed)(f"{failed_action}: {failure}.") from failure
    except OSError as failure:
        raise SpoolFailed(f"{failed_action}: {failure}.") from failure
