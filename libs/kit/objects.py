"""Object storage in a local folder or a bucket. An object is stored completely or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import stat
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from kit.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from obstore.store import ObjectStore as Backend

BUCKETS = ("s3", "gs", "az")
PART_BYTES = 5 * 1024 * 1024
"""Size of a part in bytes; smaller objects are stored in one request."""
STREAM_BYTES = 256 * 1024
PAGE_KEYS = 1000
TIMEOUT = timedelta(seconds=30)
ABORT_S = 5.0
"""Time limit for the removal of parts after a failed or cancelled upload."""
_KEY = re.compile(r"(?!.*(?:^|/)\.{1,2}(?:/|$))[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+)*")


class ObjectStore:
    """Objects by key. A key has segments of letters, digits and `._~-`, separated by `/`; others raise ValueError.

    Every method raises Unavailable (OBJECTS_UNAVAILABLE) when the store does not answer in time or rejects the request.
    """

    def __init__(self, backend: Backend, folder: Path | None = None, timeout: timedelta = TIMEOUT) -> None:
        """Takes the folder of a local backend; `timeout` limits each operation and each chunk of a stream."""
        self._backend, self._folder = backend, folder
        self._timeout_s = timeout.total_seconds()

    async def put(self, key: str, chunks: AsyncIterable[bytes]) -> int:
        """Stores the chunks as the object, replaces an earlier one, and returns the number of bytes.

        The object becomes visible when all chunks are stored. If the chunks raise or the call is cancelled, the parts
        are removed and an earlier object remains. Parts of a killed process remain until a lifecycle rule of the
        bucket removes them.
        """
        _check(key)
        source = _wrapped_source(chunks)
        with _translated():
            async with asyncio.timeout(self._timeout_s):
                head, more = await _filled(source)
                if more:
                    size = await self._put_parts(key, head, source)
                else:
                    await obstore.put_async(self._backend, key, head, use_multipart=False)
                    size = len(head)
                if self._folder is not None:
                    await asyncio.to_thread(_sync, self._folder, key)
        return size

    async def _put_parts(self, key: str, head: bytes, source: AsyncIterator[bytes]) -> int:
        """Uploads an object in parts and returns its size in bytes.

        An upload removes its parts only if its input raises an exception, so a failure here makes the input raise one.
        """
        parts: asyncio.Queue[bytes | None] = asyncio.Queue(1)
        is_aborted = False

        async def queued_parts() -> AsyncIterator[bytes]:
            while (part := await parts.get()) is not None:
                yield part
            if is_aborted:
                raise _UploadAbortedError

        upload: asyncio.Future[Any] = asyncio.ensure_future(
            obstore.put_async(self._backend, key, queued_parts(), chunk_size=PART_BYTES)
        )
        size = len(head)
        try:
            await _feed(parts, head, upload)
            async for chunk in source:
                size += len(chunk)
                await _feed(parts, chunk, upload)
            await _feed(parts, None, upload)
            await asyncio.shield(upload)
        except BaseException:
            is_aborted = True
            while not parts.empty():
                parts.get_nowait()
            parts.put_nowait(None)
            await asyncio.wait([upload], timeout=ABORT_S)
            if not upload.cancel() and not upload.cancelled():
                upload.exception()  # retrieves the exception, so that asyncio does not log it
            raise
        return size

    async def get(self, key: str) -> bytes:
        """Returns an object; raises NotFound (OBJECT_UNKNOWN)."""
        return b"".join([chunk async for chunk in self.stream(key)])

    async def stream(self, key: str) -> AsyncIterator[bytes]:
        """Yields an object in chunks; raises NotFound (OBJECT_UNKNOWN) before the first."""
        _check(key)
        with _translated(can_be_missing=True):
            async with asyncio.timeout(self._timeout_s):
                found = await obstore.get_async(self._backend, key)
        chunks = aiter(found.stream(min_chunk_size=STREAM_BYTES))
        while True:
            with _translated(can_be_missing=True):
                async with asyncio.timeout(self._timeout_s):
                    chunk = bytes(await anext(chunks, b""))
            if not chunk:
                return
            yield chunk

    async def range(self, key: str, start: int, length: int) -> bytes:
        """Returns at most `length` bytes from an offset, none beyond the end; raises NotFound (OBJECT_UNKNOWN)."""
        size = await self.size(key)
        length = min(length, size - start)
        if length <= 0:
            return b""
        with _translated(can_be_missing=True):
            async with asyncio.timeout(self._timeout_s):
                return bytes(await obstore.get_range_async(self._backend, key, start=start, length=length))

    async def size(self, key: str) -> int:
        """Returns the size of an object in bytes; raises NotFound (OBJECT_UNKNOWN)."""
        _check(key)
        with _translated(can_be_missing=True):
            async with asyncio.timeout(self._timeout_s):
                return int((await obstore.head_async(self._backend, key))["size"])

    async def keys(self, folder: str) -> list[str]:
        """Returns the keys of the objects in a folder, the first segments of keys, in ascending order."""
        _check(folder)
        found: list[str] = []
        with _translated(can_be_missing=True), contextlib.suppress(FileNotFoundError):
            pages = aiter(obstore.list(self._backend, folder, chunk_size=PAGE_KEYS))
            while True:
                async with asyncio.timeout(self._timeout_s):
                    page = await anext(pages, None)
                if page is None:
                    break
                found += [entry["path"] for entry in page]
        return sorted(found)

    async def delete(self, key: str) -> None:
        """Removes an object. A missing object is not an error."""
        _check(key)
        with contextlib.suppress(NotFound), _translated(can_be_missing=True):
            async with asyncio.timeout(self._timeout_s):
                await obstore.delete_async(self._backend, key)


class _UploadAbortedError(Exception):
    """The input of an upload ended early."""


class _SourceError(Exception):
    """Wraps an exception of the chunks, to distinguish it from exceptions of the store."""

    def __init__(self, cause: Exception) -> None:
        super().__init__()
        self.cause = cause


async def _wrapped_source(chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    try:
        async for chunk in chunks:
            yield chunk
    except Exception as error:
        raise _SourceError(error) from error


def open_store(url: str, timeout: timedelta = TIMEOUT) -> ObjectStore:
    """Opens the store at the path of a private folder, which is created, or at a file://, s3://, gs:// or az:// URL.

    Credentials, region and endpoint of a bucket come from the environment variables of its provider. Raises
    ValueError for another URL and OSError when the folder cannot be created. A bucket is not contacted yet.
    """
    scheme = urlsplit(url).scheme
    if scheme in BUCKETS:
        backend = from_url(
            url,
            client_options={"allow_http": True, "timeout": timeout, "connect_timeout": timedelta(seconds=5)},
            retry_config={"max_retries": 3, "retry_timeout": timeout / 2},
        )
        return ObjectStore(backend, timeout=timeout)
    if scheme not in ("", "file") or (scheme == "file" and urlsplit(url).netloc not in ("", "localhost")) or not url:
        raise ValueError("the object store must be a folder or a file://, s3://, gs:// or az:// URL")
    path = Path(unquote(urlsplit(url).path) if scheme else url).expanduser().resolve()
    backend = LocalStore(path, mkdir=True)
    handle = os.open(path, os.O_RDONLY)
    try:
        _make_private(handle)
    finally:
        os.close(handle)
    return ObjectStore(backend, path, timeout)


def _check(key: str) -> None:
    if not _KEY.fullmatch(key):
        raise ValueError("not a valid object key")


async def _filled(source: AsyncIterator[bytes]) -> tuple[bytes, bool]:
    """Returns the first part, and whether more may follow."""
    head = bytearray()
    async for chunk in source:
        head += chunk
        if len(head) >= PART_BYTES:
            return bytes(head), True
    return bytes(head), False


async def _feed(parts: asyncio.Queue[bytes | None], part: bytes | None, upload: asyncio.Future[Any]) -> None:
    """Queues a part when the queue has space; raises the exception that ended the upload."""
    put = asyncio.ensure_future(parts.put(part))
    try:
        await asyncio.wait([put, upload], return_when=asyncio.FIRST_COMPLETED)
    finally:
        put.cancel()
    if upload.done():
        upload.result()


def _sync(folder: Path, key: str) -> None:
    """Makes a file and its parent folders private, and synchronises them to disk."""
    path = folder / key
    for each in (path, *path.relative_to(folder).parents):
        handle = os.open(folder / each, os.O_RDONLY)
        try:
            _make_private(handle)
            os.fsync(handle)
        finally:
            os.close(handle)


def _make_private(handle: int) -> None:
    """Removes the access of other users; leaves files of another owner, for example on a network drive, as they are."""
    mode = stat.S_IMODE(os.fstat(handle).st_mode)
    if mode & 0o077:
        with contextlib.suppress(PermissionError):
            os.fchmod(handle, mode & 0o700)


@contextlib.contextmanager
def _translated(*, can_be_missing: bool = False) -> Iterator[None]:
    """Raises errors of kit.errors for failures of the store: NotFound for a missing object if `can_be_missing`."""
    try:
        yield
    except _SourceError as error:
        raise error.cause from None
    except FileNotFoundError as error:
        if not can_be_missing:
            raise Unavailable(
                "The object store does not exist. Create the folder or the bucket.", reason="OBJECTS_UNAVAILABLE"
            ) from error
        raise NotFound("The object does not exist.", reason="OBJECT_UNKNOWN") from None
    except (BaseError, OSError, TimeoutError) as error:
        raise Unavailable("The object store does not answer. Retry later.", reason="OBJECTS_UNAVAILABLE") from error
