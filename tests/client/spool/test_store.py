"""The spool's file: whatever is appended, removed and cut off, exactly what was not acknowledged is there."""

import asyncio
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from radiant.ingest.v1 import ingest_service_pb2
from radiant_client import SpoolFailed, SpoolFull
from radiant_client.spool.recovery import move
from radiant_client.spool.backlog import Backlog
from radiant_client.spool.folder import Slot
from radiant_client.spool.store import Letter, SpoolStore
from tests.client.fixtures.spool_clients import client


def contents(store: SpoolStore) -> list[bytes]:
    """Gives the requests in their order."""
    return [one.request for one in store.records()]


def files_of(folder: Path, to: Path) -> Path:
    """Copies the files as a crash would leave them; gives the copy of the database."""
    for path in folder.glob("spool.db*"):
        if not path.name.endswith("-shm"):
            shutil.copy(path, to / path.name)
    return to / "spool.db"


class Crashes(RuleBasedStateMachine):
    """Appends, acknowledges, buries and crashes in any order, against a list in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.folders = [Path(tempfile.mkdtemp(prefix="radiant-spool-"))]
        self.store = SpoolStore(self.folders[0] / "spool.db")
        self.waiting: dict[int, bytes] = {}
        self.dead = 0

    @rule(requests=st.lists(st.binary(max_size=3000), min_size=1, max_size=20))
    def append(self, requests: list[bytes]) -> None:
        """Appends a group."""
        places = self.store.append([("M", one) for one in requests])
        assert not self.waiting or min(places) > max(self.waiting)
        self.waiting.update(zip(places, requests, strict=True))

    @rule(data=st.data(), buried=st.booleans())
    def acknowledge(self, data: st.DataObject, buried: bool) -> None:
        """Takes some records out, wherever they are."""
        if self.waiting:
            done = data.draw(st.lists(st.sampled_from(sorted(self.waiting)), unique=True, max_size=10))
            letters = [Letter("M", self.waiting[one], "NO", "no", 1.0) for one in done if buried]
            self.store.finish(done, letters)
            self.dead += len(letters)
            for one in done:
                del self.waiting[one]
            if not self.waiting:
                self.store.tidy()

    @rule()
    def revive(self) -> None:
        """Gives dead letters another chance."""
        buried = [one.request for one in self.store.letters()]
        self.waiting.update(zip(self.store.revive(), buried, strict=True))
        self.dead = 0

    @rule()
    def crash(self) -> None:
        """Goes on with the files as they are now, as a process does that comes after a killed one."""
        folder = Path(tempfile.mkdtemp(prefix="radiant-spool-"))
        copy = files_of(self.folders[-1], folder)
        self.store.close()
        self.folders.append(folder)
        self.store = SpoolStore(copy)

    @rule()
    def restart(self) -> None:
        """Ends in peace and begins again."""
        self.store.close()
        self.store = SpoolStore(self.folders[-1] / "spool.db")

    @invariant()
    def exactly_what_waits_is_there(self) -> None:
        """Compares the file with the list."""
        assert [(one.seq, one.request) for one in self.store.records()] == sorted(self.waiting.items())
        assert len(self.store.letters()) == self.dead

    def teardown(self) -> None:
        """Removes the files."""
        self.store.close()
        for folder in self.folders:
            shutil.rmtree(folder)


TestCrashes = Crashes.TestCase
TestCrashes.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=6000), min_size=1, max_size=8), st.floats(0, 1), st.booleans())
def test_a_torn_write_is_cut_off_and_nothing_before_it(requests: list[bytes], where: float, garbled: bool) -> None:
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        store = SpoolStore(Path(first) / "spool.db")
        wal, ends = Path(first) / "spool.db-wal", []
        for request in requests:
            store.append([("M", request)])
            ends.append(wal.stat().st_size)
        copy = files_of(Path(first), Path(second))
        store.close()
        begin = ends[-2] if len(ends) > 1 else ends[0] - 1
        cut = begin + int(where * (ends[-1] - begin - 1))  # within the last write
        data = (Path(second) / "spool.db-wal").read_bytes()
        torn = data[:cut] + (bytes(one ^ 0xFF for one in data[cut:]) if garbled else b"")
        (Path(second) / "spool.db-wal").write_bytes(torn)
        store = SpoolStore(copy)
        assert contents(store) == requests[:-1]
        store.append([("M", b"more")])
        assert contents(store) == [*requests[:-1], b"more"]
        store.close()


def test_what_is_answered_for_is_on_the_disk(tmp_path: Path) -> None:
    store = SpoolStore(tmp_path / "spool.db")
    assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store._db.execute("PRAGMA synchronous").fetchone() == (2,), "FULL: each commit is synced"
    assert (tmp_path / "spool.db").stat().st_mode & 0o777 == 0o600
    store.append([("M", b"what somebody said in confidence" * 50)])
    store.finish([1])
    store.tidy()
    assert b"confidence" not in b"".join(one.read_bytes() for one in tmp_path.iterdir())
    store.close()


def test_a_full_disk_is_told_and_undone(tmp_path: Path) -> None:
    store = SpoolStore(tmp_path / "spool.db")
    store.append([("M", b"1")])
    store._db.execute("PRAGMA max_page_count=20").fetchall()
    with pytest.raises(SpoolFull, match="full"):
        store.append([("M", b"2"), ("M", b"x" * 200_000)])
    assert contents(store) == [b"1"]
    store._db.execute("PRAGMA max_page_count=1000000").fetchall()
    assert store.append([("M", b"3")]) == [2]
    store.close()


LIMITED = """
import asyncio, resource, sys
from pathlib import Path
from radiant_client import SpoolError
from tests.client.fixtures.spool_clients import client

async def main():
    async with client(1, Path(sys.argv[1])) as radiant:
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


async def test_a_disk_that_takes_no_more_is_told_and_nothing_is_damaged(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LIMITED, str(tmp_path)]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60, check=True)
    said, counted = done.stdout.splitlines()
    assert said.startswith("SpoolFailed | cannot write")
    taken, waiting = map(int, counted.split())
    assert taken == waiting > 10
    async with client(1, tmp_path) as radiant:
        assert radiant.health().spool.records == taken  # type: ignore[union-attr]


def test_a_file_of_another_format_is_left_alone(tmp_path: Path) -> None:
    store = SpoolStore(tmp_path / "spool.db")
    store._db.execute("PRAGMA user_version=9").fetchall()
    store.close()
    with pytest.raises(SpoolFailed, match="format 9"):
        SpoolStore(tmp_path / "spool.db")


def test_a_folder_has_one_holder(tmp_path: Path) -> None:
    first = Slot.first_free(tmp_path)
    assert Slot.take(tmp_path / "0") is None
    second = Slot.first_free(tmp_path)
    assert (first.folder.name, second.folder.name) == ("0", "1")
    first.close()
    assert Slot.first_free(tmp_path).folder.name == "0"


def test_what_an_ended_process_left_is_taken_over_as_far_as_there_is_room(tmp_path: Path) -> None:
    requests = [
        ingest_service_pb2.RetractFeedbackRequest(output_id=f"o{number}", user_id="u").SerializeToString()
        for number in range(5)
    ]
    left = Slot.first_free(tmp_path)
    store = SpoolStore(left.file)
    store.append([("RetractFeedback", one) for one in requests])
    store.finish([], [Letter("RetractFeedback", requests[0], "NO", "no", 1.0)])
    store.close()
    own = Slot.first_free(tmp_path)
    assert Slot.left_behind(tmp_path, own.folder) == [], "its process lives"
    left.close()
    mine = SpoolStore(own.file)
    for room, taken, rest in (((3, 10_000), 3, 2), ((9, len(requests[0])), 4, 1), ((9, 10_000), 5, 0)):
        (slot,) = Slot.left_behind(tmp_path, own.folder)
        move(slot, mine, room)
        assert contents(mine) == requests[:taken]
        assert slot.file.exists() == (rest > 0)
        slot.close()
    assert Slot.left_behind(tmp_path, own.folder) == []
    assert len(mine.letters()) == 1
    mine.close()
    own.close()


KEYS = st.frozensets(st.integers(0, 5), min_size=1, max_size=3)


@given(st.lists(st.tuples(KEYS, st.booleans()), max_size=30), st.integers(1, 8))
def test_what_is_chosen_keeps_the_order_of_each_key(records: list[tuple[frozenset[int], bool]], limit: int) -> None:
    backlog = Backlog()
    for place, (keys, held) in enumerate(records):
        backlog.reserve(keys, 1)
        backlog.place(place, keys, 1, 0.0)
        if held:
            backlog.hold(place, 10.0)
    chosen = backlog.choose(limit, 5.0)
    assert len(chosen) <= limit
    for place in chosen:
        older = [keys for keys, _ in records[:place]]
        assert all(keys.isdisjoint(records[place][0]) for keys in older)
    heads = [
        place for place, (keys, _) in enumerate(records) if all(keys.isdisjoint(one[0]) for one in records[:place])
    ]
    assert chosen == [place for place in heads if not records[place][1]][:limit]
    for place in range(len(records)):
        backlog.remove(place)
    assert (backlog.records, backlog.bytes, backlog.touches(frozenset(range(6)))) == (0, 0, False)
