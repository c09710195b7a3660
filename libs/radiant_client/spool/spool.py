"""The offline spool: stores writes on the local disk while the suite is unreachable and sends them later.

A write is synchronised to disk before the call returns. It is sent in the background with its original request_id, in
order per output and user, and removed after the acknowledgement. A write that the service rejects permanently becomes
a dead letter. If the spool is full, the write fails with SpoolFull.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

from radiant_client.spool.backlog import Backlog, RecordSummary
from radiant_client.spool.erasure import erase_user
from radiant_client.spool.folder import Slot, SpoolSettings, tenant_folder
from radiant_client.spool.health import SpoolHealth
from radiant_client.spool.recovery import move_records, summaries
from radiant_client.spool.replay import Deliver, Replay
from radiant_client.spool.store import Letter, Record, SpoolStore
from radiant_client.spool.writes import Spooled, keys_of, set_missing_fields
from radiant_client.transport.breaker import Breaker
from radiant_client.transport.channel import Token
from radiant_client.transport.errors import DeadlineExceeded, Exhausted, SpoolError, SpoolFailed, SpoolFull, Unavailable

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _UnwrittenRecord:
    """A request that is to be written to disk."""

    method: str
    request: bytes
    keys: frozenset[int]
    written: asyncio.Future[None]
    """Done after the commit."""


class Spool:
    """The spool of one process. Use it only on the event loop that opened it."""

    def __init__(self, settings: SpoolSettings, tenant: Path, slot: Slot, store: SpoolStore) -> None:
        """Takes a locked slot and its store. Use `open` instead."""
        self.settings = settings
        """Settings."""
        self.folder = slot.folder
        """Folder of this process."""
        self.tenant_folder = tenant
        """Folder of the tenant, which all processes share."""
        self._slot = slot
        self._store = store
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="radiant-spool")
        self._backlog = Backlog()
        self._letters = self._letter_bytes = self._refused = 0
        self._unwritten: list[_UnwrittenRecord] = []
        self._flush_task: asyncio.Task[None] | None = None
        self._replay: Replay | None = None
        self._closed = False

    @classmethod
    async def open(cls, settings: SpoolSettings | str | Path, token: Token) -> Self:
        """Opens the spool of the tenant of the token. Takes a folder or settings.

        Raises ValueError if the tenant is unknown and SpoolFailed if the folder cannot be used.
        """
        if not isinstance(settings, SpoolSettings):
            settings = SpoolSettings(folder=settings)
        return await asyncio.to_thread(cls._open, settings, token)

    @classmethod
    def _open(cls, settings: SpoolSettings, token: Token) -> Self:
        """Locks a slot and reads its store. Blocks."""
        tenant = tenant_folder(settings, token)
        with contextlib.ExitStack() as opened:
            slot = Slot.first_free(tenant)
            opened.callback(slot.close)
            store = SpoolStore(slot.file)
            opened.callback(store.close)
            spool = cls(settings, tenant, slot, store)
            spool._add_to_backlog(summaries(store.records()))
            spool._count_letters(store.letters())
            opened.pop_all()
        return spool

    def start(self, deliver: Deliver, breaker: Breaker) -> None:
        """Starts to send the stored writes. `deliver` calls a method of the service with a request."""
        if self._replay is None:
            self._replay = Replay(self, self._backlog, deliver, breaker)
            self._replay.start()

    async def write(self, method: str, request: Any, send: Callable[[], Awaitable[T]]) -> T | Spooled:
        """Sends a request. Spools it if the service cannot take it now, or if older writes with the same key wait.

        Returns the response of the service or Spooled. Raises SpoolFull or SpoolFailed if the request can be neither
        sent nor spooled.
        """
        set_missing_fields(request)
        keys = keys_of(request)
        if self._backlog.has_any_key(keys):
            return await self._store_write(method, request, keys)
        try:
            answer = await send()
        except (Unavailable, DeadlineExceeded, Exhausted) as failure:
            try:
                return await self._store_write(method, request, keys)
            except SpoolError as error:
                raise error from failure
        if self._replay is not None:
            self._replay.notify_success()
        return answer

    async def _store_write(self, method: str, request: Any, keys: frozenset[int]) -> Spooled:
        """Appends a request to the spool. It is on disk when this returns."""
        data: bytes = request.SerializeToString()
        if self._closed:
            raise SpoolFailed("The spool is closed.")
        if not self._has_room(len(data)):
            self._refused += 1
            raise SpoolFull(
                f"The spool in {self.folder} is full: {self._backlog.records} writes of {self._backlog.bytes} bytes. "
                f"The limits are {self.settings.records_max} writes and {self.settings.bytes_max} bytes."
            )
        self._backlog.reserve(keys, len(data))
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._unwritten.append(_UnwrittenRecord(method, data, keys, written))
        if self._flush_task is None or self._flush_task.done():
            self._flush_task = asyncio.create_task(self._flush(), name="radiant-spool-flush")
        await written
        signal = getattr(request, "signal", None)
        return Spooled(request.request_id, signal.signal_id if signal else "")

    def _has_room(self, size: int) -> bool:
        """Returns whether one more record of `size` bytes fits."""
        records, free_bytes = self._room()
        return records >= 1 and size <= free_bytes

    async def _flush(self) -> None:
        """Writes the requests to disk. Requests that arrive during a commit share the next one."""
        while self._unwritten:
            group, self._unwritten = self._unwritten, []
            try:
                seqs = await self.run(self._store.append, [(one.method, one.request) for one in group])
            except BaseException as failure:
                for one in group:
                    self._backlog.release(one.keys, len(one.request))
                    if not one.written.done():
                        one.written.set_exception(_copy(failure))
                self._refused += len(group)
                continue
            now = time.time()
            for seq, one in zip(seqs, group, strict=True):
                self._backlog.append(RecordSummary(seq, one.keys, len(one.request), now))
                if not one.written.done():
                    one.written.set_result(None)
            if self._replay is not None:
                self._replay.notify_records()

    async def run(self, work: Callable[..., T], *values: Any) -> T:
        """Runs blocking work on the thread of the spool. Cancellation of the caller does not interrupt the work."""
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, work, *values))

    async def read(self, places: Sequence[int]) -> list[Record]:
        """Returns the records with these sequence numbers."""
        return await self.run(self._store.read, places)

    async def finish(self, done: Sequence[int], letters: Sequence[Letter], failed: Sequence[int]) -> None:
        """Removes the done records, adds dead letters and counts failed attempts. Reports each dead letter."""
        await self.run(self._store.finish, done, letters, failed)
        for seq in done:
            self._backlog.remove(seq)
        self._count_letters(letters)
        for letter in letters:
            log.error("spooled %s rejected permanently: %s %s", letter.method, letter.reason, letter.message)
            if self.settings.on_dead_letter is not None:
                try:
                    self.settings.on_dead_letter(letter)
                except Exception:
                    log.exception("on_dead_letter callback failed")

    def letters_have_room(self, count: int, size: int) -> bool:
        """Returns whether `count` more dead letters of `size` bytes in total fit."""
        letters, used = self._letters + count, self._letter_bytes + size
        return letters <= self.settings.letters_max and used <= self.settings.bytes_max

    async def dead_letters(self) -> list[Letter]:
        """Returns the dead letters, oldest first."""
        return await self.run(self._store.letters)

    async def clear_dead_letters(self) -> None:
        """Removes all dead letters."""
        await self.run(self._store.replace_letters)
        self._letters = self._letter_bytes = 0

    async def retry_dead_letters(self) -> int:
        """Moves all dead letters back to the spool, for example after a role was granted. Returns their number."""
        seqs = await self.run(self._store.requeue_letters)
        self._letters = self._letter_bytes = 0
        self._add_to_backlog(await self.run(lambda: summaries(self._store.read(seqs))))
        if self._replay is not None:
            self._replay.notify_records()
        return len(seqs)

    async def drained(self, timeout: float) -> bool:
        """Waits up to `timeout` seconds until the spool is empty. Returns whether it is empty."""
        end = time.monotonic() + timeout
        while self._backlog.records and time.monotonic() < end:  # noqa: ASYNC110 - the spool can fill again at any time
            await asyncio.sleep(0.02)
        return not self._backlog.records

    def health(self) -> SpoolHealth:
        """Returns the state of the spool."""
        oldest = self._backlog.oldest_at
        return SpoolHealth(
            records=self._backlog.records,
            bytes=self._backlog.bytes,
            oldest_age_s=max(0.0, time.time() - oldest) if oldest is not None else 0.0,
            sent=self._replay.sent if self._replay else 0,
            dead_letters=self._letters,
            refused=self._refused,
        )

    async def adopt(self) -> None:
        """Takes over the records of ended processes, within the limits."""
        with contextlib.ExitStack() as held:
            slots = await self.run(Slot.orphaned, self.tenant_folder, self.folder)
            for slot in slots:
                held.callback(slot.close)
            for slot in slots:
                try:
                    records, letters = await self.run(move_records, slot, self._store, *self._room())
                except SpoolError as error:
                    log.error("cannot take over the spool of an ended process: %s", error)
                    continue
                self._add_to_backlog(records)
                self._count_letters(letters)

    async def forget(self, user_id: str) -> None:
        """Erases a user from the spool and the dead letters of this process."""
        erasure = await self.run(erase_user, self._store, user_id)
        for seq in erasure.removed:
            self._backlog.remove(seq)
        self._add_to_backlog(erasure.added)
        self._letters = self._letter_bytes = 0
        self._count_letters(erasure.letters)

    def _room(self) -> tuple[int, int]:
        """Returns the number of records and bytes that fit."""
        return self.settings.records_max - self._backlog.records, self.settings.bytes_max - self._backlog.bytes

    def _add_to_backlog(self, records: Sequence[RecordSummary]) -> None:
        """Adds records on disk to the index."""
        for one in records:
            self._backlog.reserve(one.keys, one.size)
            self._backlog.append(one)

    def _count_letters(self, letters: Sequence[Letter]) -> None:
        """Adds dead letters to the counters."""
        self._letters += len(letters)
        self._letter_bytes += sum(len(one.request) for one in letters)

    async def close(self) -> None:
        """Stops sending and closes the file. Stored writes stay on disk for the next process."""
        if self._closed:
            return
        self._closed = True
        if self._replay is not None:
            await self._replay.close()
        if self._flush_task is not None:
            await asyncio.gather(self._flush_task, return_exceptions=True)
        await self.run(self._store.close)
        self._thread.shutdown(wait=False)
        self._slot.close()


def _copy(failure: BaseException) -> BaseException:
    """Returns an equal exception, so that several callers do not share one traceback."""
    if isinstance(failure, SpoolError):
        copy = type(failure)(failure.message)
        copy.__cause__ = failure.__cause__
        return copy
    return SpoolFailed(f"The spool failed: {failure!r}.")
