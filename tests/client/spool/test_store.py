"""File of the spool: it has exactly the unacknowledged records after crashes, torn writes and a full disk."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from radiant_client import SpoolFailed, SpoolFull
from radiant_client.spool.store import Letter, SpoolStore
from tests.client.fixtures.spool_clients import spool_client

MEMORY_FOLDER = next((name for name in ("/dev/shm",) if os.access(name, os.W_OK)), None)
"""Folder in memory, in which the many commits of the state machine are fast; None for the default folder."""


def contents(store: SpoolStore) -> list[bytes]:
    """Returns the requests in order."""
    return [one.request for one in store.records()]


def crashed_copy(folder: Path, to: Path) -> Path:
    """Copies the files in their state after a crash. Returns the path of the copied database."""
    for path in folder.glob("spool.db*"):
        if not path.name.endswith("-shm"):
            shutil.copy(path, to / path.name)
    return to / "spool.db"


class StoreMachine(RuleBasedStateMachine):
    """Compares the store with a dictionary under any order of changes, crashes and restarts."""

    def __init__(self) -> None:
        super().__init__()
        self.folders = [Path(tempfile.mkdtemp(prefix="radiant-spool-", dir=MEMORY_FOLDER))]
        self.store = SpoolStore(self.folders[0] / "spool.db")
        self.waiting: dict[int, bytes] = {}
        self.dead = 0

    @rule(requests=st.lists(st.binary(max_size=3000), min_size=1, max_size=20))
    def append(self, requests: list[bytes]) -> None:
        """Appends several records."""
        places = self.store.append([("M", one) for one in requests])
        assert not self.waiting or min(places) > max(self.waiting)
        self.waiting.update(zip(places, requests, strict=True))

    @rule(data=st.data(), rejected=st.booleans())
    def acknowledge(self, data: st.DataObject, rejected: bool) -> None:
        """Removes some records, as acknowledged or as dead letters."""
        if self.waiting:
            done = data.draw(st.lists(st.sampled_from(sorted(self.waiting)), unique=True, max_size=10))
            letters = [Letter("M", self.waiting[one], "NO", "no", 1.0) for one in done if rejected]
            self.store.finish(done, letters)
            self.dead += len(letters)
            for one in done:
                del self.waiting[one]
            if not self.waiting:
                self.store.compact()

    @rule()
    def requeue_letters(self) -> None:
        """Moves the dead letters back to the records."""
        requests = [one.request for one in self.store.letters()]
        self.waiting.update(zip(self.store.requeue_letters(), requests, strict=True))
        self.dead = 0

    @rule()
    def crash(self) -> None:
        """Opens a copy of the files, as a process does after a crash of the previous one."""
        folder = Path(tempfile.mkdtemp(prefix="radiant-spool-", dir=MEMORY_FOLDER))
        copy = crashed_copy(self.folders[-1], folder)
        self.store.close()
        self.folders.append(folder)
        self.store = SpoolStore(copy)

    @rule()
    def restart(self) -> None:
        """Closes and opens the store."""
        self.store.close()
        self.store = SpoolStore(self.folders[-1] / "spool.db")

    @invariant()
    def store_has_the_waiting_records(self) -> None:
        """Compares the store with the expected records and letters."""
        assert [(one.seq, one.request) for one in self.store.records()] == sorted(self.waiting.items())
        assert len(self.store.letters()) == self.dead

    def teardown(self) -> None:
        """Removes the files."""
        self.store.close()
        for folder in self.folders:
            shutil.rmtree(folder)


TestStore = StoreMachine.TestCase
TestStore.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=6000), min_size=1, max_size=8), st.floats(0, 1), st.booleans())
def test_store_with_torn_last_write_discards_only_that_write(
    requests: list[bytes], where: float, is_garbled: bool
) -> None:
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        store = SpoolStore(Path(first) / "spool.db")
        wal, ends = Path(first) / "spool.db-wal", []
        for request in requests:
            store.append([("M", request)])
            ends.append(wal.stat().st_size)
        copy = crashed_copy(Path(first), Path(second))
        store.close()
        begin = ends[-2] if len(ends) > 1 else ends[0] - 1
        cut = begin + int(where * (ends[-1] - begin - 1))  # within the last write
        data = (Path(second) / "spool.db-wal").read_bytes()
        torn = data[:cut] + (bytes(one ^ 0xFF for one in data[cut:]) if is_garbled else b"")
        (Path(second) / "spool.db-wal").write_bytes(torn)
        store = SpoolStore(copy)
        assert contents(store) == requests[:-1]
        store.append([("M", b"more")])
        assert contents(store) == [*requests[:-1], b"more"]
        store.close()


def test_store_synchronises_commits_and_overwrites_removed_requests(tmp_path: Path) -> None:
    store = SpoolStore(tmp_path / "spool.db")
    assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store._db.execute("PRAGMA synchronous").fetchone() == (2,), "FULL: SQLite synchronises each commit"
    assert (tmp_path / "spool.db").stat().st_mode & 0o777 == 0o600
    store.append([("M", b"a confidential comment" * 50)])
    store.finish([1])
    store.compact()
    assert b"confidential" not in b"".join(one.read_bytes() for one in tmp_path.iterdir())
    store.close()


def test_store_on_full_disk_raises_spool_full_and_rolls_back(tmp_path: Path) -> None:
    store = SpoolStore(tmp_path / "spool.db")
    store.append([("M", b"1")])
    store._db.execute("PRAGMA max_page_count=20").fetchall()
    with pytest.raises(SpoolFull, match="full"):
        store.append([("M", b"2"), ("M", b"x" * 200_000)])
    assert contents(store) == [b"1"]
    store._db.execute("PRAGMA max_page_count=1000000").fetchall()
    assert store.append([("M", b"3")]) == [2]
    store.close()


WRITES_WITH_FILE_SIZE_LIMIT = """
import asyncio, resource, sys
from pathlib import Path
from radiant_client import SpoolError
from tests.client.fixtures.spool_clients import spool_client

async def main():
    async with spool_client(1, Path(sys.argv[1])) as radiant:
        radiant._connections["ingest"].breaker._limit = 1
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
        done = 0
        try:
            while done < 10_000:
                await radiant.ingest.submit_feedback(f"o{done}", "u", "positive", comment="a" * 2000)
                done += 1
        except SpoolError as error:
            print(type(error).__name__, "|", error)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        await radiant.ingest.submit_feedback("later", "u", "positive")
        print(done + 1, radiant.health().spool.records)

asyncio.run(main())
"""


async def test_spool_at_file_size_limit_raises_spool_failed_and_keeps_its_records(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITES_WITH_FILE_SIZE_LIMIT, str(tmp_path)]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60, check=True)
    error, counts = done.stdout.splitlines()
    assert error.startswith("SpoolFailed | Cannot write")
    accepted, waiting = map(int, counts.split())
    assert accepted == waiting > 10
    async with spool_client(1, tmp_path) as radiant:
        assert radiant.health().spool.records == accepted  # type: ignore[union-attr]


def test_store_with_unknown_format_raises_spool_failed(tmp_path: Path) -> None:
    store = SpoolStore(tmp_path / "spool.db")
    store._db.execute("PRAGMA user_version=9").fetchall()
    store.close()
    with pytest.raises(SpoolFailed, match="format 9"):
        SpoolStore(tmp_path / "spool.db")
