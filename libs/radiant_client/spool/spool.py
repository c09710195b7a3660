"""The spool: writes that could not reach the suite wait on this machine's disk until it acknowledges them.

A write is spooled once it is on the disk; it is sent in the background under the request_id it was made with, in
order per output and user, and removed when it is acknowledged. What the service refuses for good becomes a dead
letter. When there is no room the write fails with SpoolFull: nothing is lost in silence.
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

from radiant_client.ingest.writes import Spooled, keys_of, settle
from radiant_client.spool.adoption import Place, move, placed
from radiant_client.spool.backlog import Backlog
from radiant_client.spool.folder import Slot, SpoolSettings, tenant_folder
from radiant_client.spool.forgetting import forget
from radiant_client.spool.replay import Deliver, Replay
from radiant_client.spool.store import Letter, Record, SpoolStore
from radiant_client.transport.breaker import Breaker
from radiant_client.transport.channel import Token
from radiant_client.transport.errors import DeadlineExceeded, Exhausted, SpoolError, SpoolFailed, SpoolFull, Unavailable

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SpoolHealth:
    """How much waits on disk."""

    records: int
    """Writes that wait."""
    bytes: int
    """Bytes of their requests."""
    oldest_age_s: float
    """Age of the oldest in seconds; 0 when nothing waits."""
    sent: int
    """Writes that were sent from here and acknowledged, since this process began."""
    dead_letters: int
    """Writes that the service refused for good and that are kept."""
    refused: int
    """Writes that found no room, since this process began."""


class Spool:
    """The spool of one process. Its methods belong on the event loop that opened it."""

    def __init__(self, settings: SpoolSettings, tenant: Path, slot: Slot, store: SpoolStore) -> None:
        """Takes a folder that this process holds; see open."""
        self.settings = settings
        """What it was opened with."""
        self.folder = slot.folder
        """Folder of this process."""
        self.tenant_folder = tenant
        """Folder of the tenant, which all its processes share."""
        self._slot = slot
        self._store = store
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="radiant-spool")
        self._backlog = Backlog()
        self._letters = self._letter_bytes = self._refused = 0
        self._waiting: list[tuple[str, bytes, frozenset[int], asyncio.Future[None]]] = []
        self._flushing: asyncio.Task[None] | None = None
        self._replay: Replay | None = None
        self._closed = False

    @classmethod
    async def open(cls, settings: SpoolSettings | str | Path, token: Token) -> Self:
        """Opens the spool of the token's tenant and takes over what ended processes left.

        Raises ValueError when the tenant is not known and SpoolFailed when the folder cannot be used.
        """
        if not isinstance(settings, SpoolSettings):
            settings = SpoolSettings(folder=settings)
        return await asyncio.to_thread(cls._open, settings, token)

    @classmethod
    def _open(cls, settings: SpoolSettings, token: Token) -> Self:
        tenant = tenant_folder(settings, token)
        with contextlib.ExitStack() as opened:
            slot = Slot.first_free(tenant)
            opened.callback(slot.close)
            store = SpoolStore(slot.file)
            opened.callback(store.close)
            spool = cls(settings, tenant, slot, store)
            spool._count(placed(store.records()))
            spool._count_letters(store.letters())
            opened.pop_all()
        return spool

    def start(self, deliver: Deliver, breaker: Breaker) -> None:
        """Begins to send what waits; deliver makes one call of a method with a request."""
        if self._replay is None:
            self._replay = Replay(self, self._backlog, deliver, breaker)
            self._replay.start()

    async def write(self, method: str, request: Any, send: Callable[[], Awaitable[T]]) -> T | Spooled:
        """Sends a request, or spools it when the suite cannot be reached or older writes of its key wait.

        Raises SpoolFull or SpoolFailed when it can be neither sent nor spooled.
        """
        settle(request)
        keys = keys_of(request)
        if self._backlog.touches(keys):
            return await self._spooled(method, request, keys)
        try:
            answer = await send()
        except (Unavailable, DeadlineExceeded, Exhausted) as failure:
            try:
                return await self._spooled(method, request, keys)
            except SpoolError as error:
                raise error from failure
        if self._replay is not None:
            self._replay.alive()
        return answer

    async def _spooled(self, method: str, request: Any, keys: frozenset[int]) -> Spooled:
        """Appends a request; it is on the disk when this returns."""
        data: bytes = request.SerializeToString()
        if self._closed:
            raise SpoolFailed("the spool is closed")
        if not self._has_room(len(data)):
            self._refused += 1
            raise SpoolFull(f"{self._backlog.records} writes of {self._backlog.bytes} bytes wait in {self.folder}")
        self._backlog.reserve(keys, len(data))
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((method, data, keys, done))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush(), name="radiant-spool-flush")
        await done
        signal = getattr(request, "signal", None)
        return Spooled(request.request_id, signal.signal_id if signal else "")

    def _has_room(self, size: int) -> bool:
        records, used = self._room()
        return records >= 1 and size <= used

    async def _flush(self) -> None:
        """Writes what waits to be written, all that came together in one commit."""
        while self._waiting:
            group, self._waiting = self._waiting, []
            try:
                places = await self.run(self._store.append, [one[:2] for one in group])
            except BaseException as failure:
                for _, data, keys, done in group:
                    self._backlog.release(keys, len(data))
                    if not done.done():
                        done.set_exception(_copy(failure))
                self._refused += len(group)
                continue
            now = time.time()
            for place, (_, data, keys, done) in zip(places, group, strict=True):
                self._backlog.place(place, keys, len(data), now)
                if not done.done():
                    done.set_result(None)
            if self._replay is not None:
                self._replay.arrived()

    async def run(self, work: Callable[..., T], *values: Any) -> T:
        """Runs blocking work on the spool's own thread, to its end even when the caller gives up."""
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, work, *values))

    async def read(self, places: Sequence[int]) -> list[Record]:
        """Gives the records of places."""
        return await self.run(self._store.read, places)

    async def finish(self, done: Sequence[int], letters: Sequence[Letter], failed: Sequence[int]) -> None:
        """Removes records for good and keeps dead letters; tells of each."""
        await self.run(self._store.finish, done, letters, failed)
        for place in done:
            self._backlog.remove(place)
        self._count_letters(letters)
        for letter in letters:
            log.error("a spooled %s was refused for good: %s %s", letter.method, letter.reason, letter.message)
            if self.settings.on_dead_letter is not None:
                try:
                    self.settings.on_dead_letter(letter)
                except Exception:
                    log.exception("the callback for dead letters failed")
        if done and not self._backlog.records:
            await self.run(self._store.tidy)

    def letters_have_room(self, count: int, size: int) -> bool:
        """Tells whether so many more dead letters of so many bytes may be kept."""
        letters, used = self._letters + count, self._letter_bytes + size
        return letters <= self.settings.letters_max and used <= self.settings.bytes_max

    async def dead_letters(self) -> list[Letter]:
        """Gives what the service refused for good, oldest first."""
        return await self.run(self._store.letters)

    async def clear_dead_letters(self) -> None:
        """Removes all dead letters, after somebody looked at them."""
        await self.run(self._store.replace_letters)
        self._letters = self._letter_bytes = 0

    async def retry_dead_letters(self) -> int:
        """Puts all dead letters back into the spool, as after a role was granted; gives how many."""
        places = await self.run(self._store.revive)
        self._letters = self._letter_bytes = 0
        self._count(await self.run(lambda: placed(self._store.read(places))))
        if self._replay is not None:
            self._replay.arrived()
        return len(places)

    async def drained(self, timeout: float) -> bool:
        """Waits up to timeout seconds until nothing waits any more; tells whether that is so."""
        end = time.monotonic() + timeout
        while self._backlog.records and time.monotonic() < end:  # noqa: ASYNC110 - it is empty now and full again then
            await asyncio.sleep(0.02)
        return not self._backlog.records

    def health(self) -> SpoolHealth:
        """Tells how much waits."""
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
        """Takes over what processes left that have ended, as far as there is room."""
        with contextlib.ExitStack() as held:
            slots = await self.run(Slot.left_behind, self.tenant_folder, self.folder)
            for slot in slots:
                held.callback(slot.close)
            for slot in slots:
                try:
                    places, letters = await self.run(move, slot, self._store, self._room())
                except SpoolError as error:
                    log.error("what an ended process left is not taken over: %s", error)
                    continue
                self._count(places)
                self._count_letters(letters)

    async def forget(self, user_id: str) -> None:
        """Erases a user from what waits and from the dead letters of this process."""
        done = await self.run(forget, self._store, user_id)
        for place in done.gone:
            self._backlog.remove(place)
        self._count(done.places)
        self._letters = self._letter_bytes = 0
        self._count_letters(done.letters)

    def _room(self) -> tuple[int, int]:
        """Gives the records and bytes that still fit."""
        return self.settings.records_max - self._backlog.records, self.settings.bytes_max - self._backlog.bytes

    def _count(self, places: Sequence[Place]) -> None:
        for one in places:
            self._backlog.reserve(one.keys, one.size)
            self._backlog.place(one.seq, one.keys, one.size, one.spooled_at)

    def _count_letters(self, letters: Sequence[Letter]) -> None:
        self._letters += len(letters)
        self._letter_bytes += sum(len(one.request) for one in letters)

    async def close(self) -> None:
        """Stops sending and closes the file; what waits stays on the disk for the next process."""
        if self._closed:
            return
        self._closed = True
        if self._replay is not None:
            await self._replay.close()
        if self._flushing is not None:
            await asyncio.gather(self._flushing, return_exceptions=True)
        await self.run(self._store.close)
        self._thread.shutdown(wait=False)
        self._slot.close()


def _copy(failure: BaseException) -> BaseException:
    """Gives each of several callers an exception of its own, so that none shares a traceback with another."""
    if isinstance(failure, SpoolError):
        copy = type(failure)(failure.message)
        copy.__cause__ = failure.__cause__
        return copy
    return SpoolFailed(f"the spool failed: {failure!r}")
