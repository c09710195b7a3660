"""Object stores on a folder and on a bucket: objects are stored completely or not at all."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cli.embedded.process import free_port
from kit.errors import NotFound, Unavailable
from kit.objects import ObjectStore, open_store
from tests.support.buckets import emptied, keys, running_buckets

KEY = "acme/2026/01/31/018f0000-0000-7000-8000-000000000000"
Visible = Callable[[], list[str]]
"""Returns the keys in a store, including unfinished uploads."""


@pytest.fixture(scope="module")
def bucket_server() -> Iterator[str]:
    """Provides the address of an S3 server."""
    with running_buckets() as address:
        yield address


@pytest.fixture
def bucket(bucket_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Provides an S3 server with an empty bucket `audio` and sets the environment for it."""
    for name, value in emptied(bucket_server, "audio").items():
        monkeypatch.setenv(name, value)
    return bucket_server


@pytest.fixture(params=["folder", "bucket"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[ObjectStore, Visible]:
    """Provides a store, and a function that lists its content."""
    if request.param == "folder":
        root = tmp_path / "made" / "audio"
        store = open_store(str(root))
        return store, lambda: [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]
    server = request.getfixturevalue("bucket")
    store = open_store("s3://audio/some/prefix")
    return store, lambda: [key.removeprefix("some/prefix/") for key in keys(server, "audio")]


async def pieces(*chunks: bytes, then: BaseException | None = None) -> AsyncIterator[bytes]:
    """Yields chunks, then raises or ends."""
    for chunk in chunks:
        yield chunk
        await asyncio.sleep(0)
    if then is not None:
        raise then


BIG = [bytes([number]) * 700_000 for number in range(20)]


@pytest.mark.parametrize("chunks", [[], [b"a"], [b"ab", b"", b"cd"], BIG], ids=["none", "one", "few", "many"])
async def test_object_after_put_is_returned(kept: tuple[ObjectStore, Visible], chunks: list[bytes]) -> None:
    store, visible = kept
    whole = b"".join(chunks)
    assert await store.put(KEY, pieces(*chunks)) == len(whole)
    assert await store.get(KEY) == whole
    assert b"".join([chunk async for chunk in store.stream(KEY)]) == whole
    assert (await store.size(KEY), visible()) == (len(whole), [KEY])


async def test_object_put_twice_is_replaced(kept: tuple[ObjectStore, Visible]) -> None:
    store, visible = kept
    await store.put(KEY, pieces(*BIG))
    await store.put(KEY, pieces(b"new"))
    assert (await store.get(KEY), visible()) == (b"new", [KEY])


async def test_keys_of_a_folder_are_sorted_and_complete(kept: tuple[ObjectStore, Visible]) -> None:
    store, _ = kept
    assert await store.keys("acme") == []
    made = [f"acme/{number:04d}" for number in (3, 1, 2)]
    for key in (*made, "acme2/1", "globex/acme/1"):
        await store.put(key, pieces(b"x"))
    assert await store.keys("acme") == sorted(made)
    with pytest.raises(ValueError, match="key"):
        await store.keys("../acme")


async def test_range_beyond_the_object_ends_with_it(kept: tuple[ObjectStore, Visible]) -> None:
    store, _ = kept
    await store.put(KEY, pieces(b"0123456789"))
    asks = [(0, 4), (8, 4), (9, 1), (10, 1), (99, 1), (3, 0)]
    assert [await store.range(KEY, *ask) for ask in asks] == [b"0123", b"89", b"9", b"", b"", b""]


async def test_missing_object_is_not_found(kept: tuple[ObjectStore, Visible]) -> None:
    store, _ = kept
    for work in (store.get(KEY), store.range(KEY, 0, 1), store.size(KEY)):
        with pytest.raises(NotFound) as caught:
            await work
        assert caught.value.reason == "OBJECT_UNKNOWN"


async def test_object_deleted_twice_is_absent(kept: tuple[ObjectStore, Visible]) -> None:
    store, visible = kept
    await store.put(KEY, pieces(b"x"))
    for _ in range(2):
        await store.delete(KEY)
    assert visible() == []


@pytest.mark.parametrize("sent", [BIG[:2], BIG], ids=["before a part", "after parts"])
async def test_failed_put_keeps_the_former_object(kept: tuple[ObjectStore, Visible], sent: list[bytes]) -> None:
    store, visible = kept
    with pytest.raises(TimeoutError, match="gone"):
        await store.put(KEY, pieces(*sent, then=TimeoutError("gone")))
    assert visible() == []
    await store.put(KEY, pieces(b"old"))
    with pytest.raises(ZeroDivisionError):
        await store.put(KEY, pieces(*sent, then=ZeroDivisionError()))
    assert (await store.get(KEY), visible()) == (b"old", [KEY])


async def test_cancelled_put_leaves_no_object(kept: tuple[ObjectStore, Visible]) -> None:
    store, visible = kept
    waiting = asyncio.Event()

    async def stuck() -> AsyncIterator[bytes]:
        for chunk in BIG:
            yield chunk
        waiting.set()
        await asyncio.Event().wait()

    upload = asyncio.create_task(store.put(KEY, stuck()))
    await waiting.wait()
    upload.cancel()
    with pytest.raises(asyncio.CancelledError):
        await upload
    assert visible() == []


async def test_concurrent_puts_leave_one_complete_object(kept: tuple[ObjectStore, Visible]) -> None:
    store, visible = kept
    await asyncio.gather(*(store.put(KEY, pieces(*([bytes([n]) * 1_000_000] * 7))) for n in range(4)))
    found = await store.get(KEY)
    assert (len(found), len(set(found)), visible()) == (7_000_000, 1, [KEY])


@pytest.mark.parametrize(
    "key", ["", "/a", "a/", "a//b", "../a", "a/../b", ".", "a/.", "a b", "a\x00", "ä", "a%2e", "a\n"]
)
async def test_key_outside_of_the_store_is_refused(tmp_path: Path, key: str) -> None:
    store = open_store(str(tmp_path))
    for work in (store.put(key, pieces(b"x")), store.get(key), store.size(key), store.delete(key)):
        with pytest.raises(ValueError, match="key"):
            await work


async def test_unreachable_or_unresponsive_store_is_unavailable(monkeypatch: pytest.MonkeyPatch, bucket: str) -> None:
    mute = socket.socket()
    mute.bind(("127.0.0.1", 0))
    mute.listen(100)
    for port in (free_port(), mute.getsockname()[1]):
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        store = open_store("s3://audio", timedelta(seconds=0.5))
        for work in (store.put(KEY, pieces(b"x")), store.put(KEY, pieces(*BIG)), store.get(KEY), store.delete(KEY)):
            begun = time.monotonic()
            with pytest.raises(Unavailable) as caught:
                await work
            assert (caught.value.reason, time.monotonic() - begun < 7) == ("OBJECTS_UNAVAILABLE", True)
    mute.close()
    monkeypatch.setenv("AWS_ENDPOINT_URL", bucket)
    with pytest.raises(Unavailable):
        await open_store("s3://absent").put(KEY, pieces(b"x"))


async def test_lost_store_folder_is_unavailable(tmp_path: Path) -> None:
    store = open_store(f"file://{tmp_path}/a%20b")
    (tmp_path / "a b").rmdir()
    (tmp_path / "a b").write_text("a file now")
    with pytest.raises(Unavailable):
        await store.put(KEY, pieces(b"x"))


def test_store_is_opened_by_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_store("here")
    open_store(f"file://{tmp_path}/there")
    assert sorted(os.listdir()) == ["here", "there"]
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "account")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "a2V5")
    open_store("az://container/prefix")
    for url in ("", "http://x/y", "ftp://x", "memory:///", "file://elsewhere/x"):
        with pytest.raises(ValueError, match="folder"):
            open_store(url)
    (tmp_path / "file").write_text("x")
    with pytest.raises(OSError, match="directory"):
        open_store("file/below")


async def test_objects_and_folders_of_a_local_store_are_private(tmp_path: Path) -> None:
    shared = tmp_path / "audio"
    shared.mkdir(mode=0o755)
    mask = os.umask(0o022)
    try:
        store = open_store(str(shared))
        for chunks in ([b"x"], BIG):
            await store.put(KEY, pieces(*chunks))
            modes = {str(path): path.stat().st_mode & 0o777 for path in (shared, *shared.rglob("*"))}
            assert {path: oct(mode) for path, mode in modes.items() if mode & 0o077} == {}
            assert len(modes) == 6
    finally:
        os.umask(mask)
