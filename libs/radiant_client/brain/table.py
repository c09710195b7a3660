"""The local table of recommendations: decides in microseconds, without a call.

It follows the service's stream, reconnects when that breaks and meanwhile keeps what it knows, with a file beyond
its process. A new snapshot replaces the old table in one step, when it is complete.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Collection, Iterable, Sequence

import grpc

from radiant.neural.v1 import recommend_service_pb2, recommend_service_pb2_grpc, scoring_pb2
from radiant_client.brain.decision import Decision, Source
from radiant_client.brain.entries import Entry, Key, LearnedModel, can_be_followed, draw, entry_of, lookup_order
from radiant_client.brain.table_file import TableFile
from radiant_client.ingest.messages import enum_value, new_id
from radiant_client.transport.backoff import Backoff
from radiant_client.transport.channel import Connection
from radiant_client.transport.errors import RadiantClientError, from_rpc_error
from radiant_client.transport.health import TableHealth

log = logging.getLogger(__name__)

Part = recommend_service_pb2.WatchRecommendationsResponse
USERS_MAX = 1000
"""Most users that are followed; whoever was followed longest ago makes room."""


class LocalTable:
    """A copy of the tenant's table. Its methods belong on the event loop that started it."""

    def __init__(
        self,
        connection: Connection,
        *,
        user_ids: Iterable[str] = (),
        task_types: Sequence[str] = (),
        strategy: str = "",
        max_staleness: float = 15.0,
        silence: float = 30.0,
        follow_interval: float = 10.0,
        lot: Callable[[], float] | None = None,
        file: TableFile | None = None,
        save_interval: float = 30.0,
    ) -> None:
        """Takes the users and tasks to follow, no task meaning all.

        Beyond max_staleness seconds without a message the table counts as old; after silence seconds it
        reconnects. New users are asked for at most every follow_interval seconds. The lot gives numbers in
        [0, 1). A file is read by restore and written every save_interval seconds and at the end.
        """
        self._connection = connection
        self._stub = recommend_service_pb2_grpc.RecommendServiceStub(connection.channel)
        self._users = dict.fromkeys([user for user in user_ids if can_be_followed(user)][-USERS_MAX:])
        self._tasks = list(task_types)
        self._strategy = enum_value(scoring_pb2.Strategy, strategy or "unspecified")
        self._max_staleness = max_staleness
        self._silence = silence
        self._follow_interval = follow_interval
        self._lot = lot or random.SystemRandom().random
        self._entries: dict[Key, Entry] = {}
        self._known: set[str] = set()
        self._version = 0
        self._building: dict[Key, Entry] | None = None
        self._building_version = 0
        self._current_at: float | None = None
        self._complete = asyncio.Event()
        self._backoff = Backoff()
        self._task: asyncio.Task[None] | None = None
        self._file, self._save_interval = file, save_interval
        self._saving: asyncio.Task[None] | None = None
        self._call: grpc.aio.UnaryStreamCall[recommend_service_pb2.WatchRecommendationsRequest, Part] | None = None
        self._reopening: asyncio.TimerHandle | None = None
        self._opened_at = 0.0
        self.last_error: RadiantClientError | None = None
        """Why the stream last broke; None while it is well."""
        self.from_disk = False
        """Whether the table comes from an earlier process, since no snapshot has come yet."""

    def start(self) -> None:
        """Begins to follow the stream."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="radiant-local-table")
            if self._file is not None:
                self._saving = asyncio.create_task(self._save_forever(), name="radiant-local-table-file")

    async def restore(self) -> bool:
        """Takes the table of the file until the first snapshot comes; tells whether there was one."""
        kept = await asyncio.to_thread(self._file.load, self._strategy) if self._file is not None else None
        if kept is None or self._complete.is_set():
            return False
        self._entries, self.from_disk = kept.entries, True
        self._known = {one.model for entry in kept.entries.values() for one in entry.models}
        self._current_at = time.monotonic() - kept.age
        return True

    async def save(self) -> None:
        """Writes the table to the file, if a service sent it."""
        if self._file is not None and not self.from_disk and self._current_at is not None:
            entries = list(self._entries.items())
            await asyncio.to_thread(self._file.save, entries, int(self._strategy), self._current_at)

    async def _save_forever(self) -> None:
        """Writes the table soon after the first snapshot and then from time to time."""
        await self._complete.wait()
        while True:
            await self.save()
            await asyncio.sleep(self._save_interval)

    async def close(self) -> None:
        """Stops following and writes the file; what is known stays."""
        if self._saving is not None:
            self._saving.cancel()
            await asyncio.gather(self._saving, return_exceptions=True)
            self._saving = None
            await self.save()
        if self._reopening is not None:
            self._reopening.cancel()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def ready(self, timeout: float) -> bool:
        """Waits up to timeout seconds for the first complete snapshot; tells whether it is there."""
        try:
            async with asyncio.timeout(timeout):
                return await self._complete.wait()
        except TimeoutError:
            return False

    @property
    def staleness_ms(self) -> float:
        """Time since the table was last known to be current, in milliseconds; infinite before the first snapshot."""
        if self._current_at is None:
            return float("inf")
        return (time.monotonic() - self._current_at) * 1000.0

    @property
    def version(self) -> int:
        """Version of the learned scores that the table holds; 0 before the first snapshot."""
        return self._version

    @property
    def size(self) -> int:
        """Number of entries."""
        return len(self._entries)

    def knows(self, models: Collection[str]) -> bool:
        """Tells whether every one of the models has feedback somewhere in the table."""
        return self._known.issuperset(models)

    def models(self, user_id: str, task_type: str, domain_mode: str) -> tuple[LearnedModel, ...]:
        """Gives the models of the narrowest entry, best first; empty when there is none."""
        for key in lookup_order(user_id, task_type, domain_mode):
            if entry := self._entries.get(key):
                return entry.models
        return ()

    def decide(
        self,
        user_id: str,
        task_type: str,
        domain_mode: str,
        candidates: Collection[str] = (),
        excluded: Collection[str] = (),
    ) -> Decision | None:
        """Chooses a model from the narrowest entry with an eligible one; None when there is none.

        The source is table while the table is fresh and last_table when it is old.
        """
        for key in lookup_order(user_id, task_type, domain_mode):
            entry = self._entries.get(key)
            drawn = draw(entry.models, self._lot, candidates, excluded) if entry else None
            if entry and drawn:
                return self._decision(entry, *drawn)
        return None

    def health(self) -> TableHealth:
        """Tells how old the table is and what would decide by it."""
        fresh = not self.from_disk and self.staleness_ms <= 1000.0 * self._max_staleness
        source: Source = ("table" if fresh else "last_table") if self._entries else "default"
        return TableHealth(source, self.staleness_ms / 1000.0, self.size, self.from_disk)

    def _decision(self, entry: Entry, chosen: LearnedModel, propensity: float) -> Decision:
        """Makes the decision for a drawn model."""
        staleness_ms = self.staleness_ms
        fresh = not self.from_disk and staleness_ms <= 1000.0 * min(self._max_staleness, entry.lifetime)
        source: Source = "table" if fresh else "last_table"
        return Decision(
            model=chosen.model,
            propensity=propensity,
            decision_id=new_id(),
            score=chosen.score,
            confidence=chosen.confidence,
            scope=chosen.scope,
            source=source,
            staleness_ms=staleness_ms,
            reasoning=entry.reasoning,
        )

    def follow(self, user_id: str) -> None:
        """Asks for a user's own entries from now on; until they come the tenant's are used.

        A name that the service would refuse is left out, since it would refuse the whole stream for it.
        """
        if not can_be_followed(user_id):
            return
        known = user_id in self._users
        self._users.pop(user_id, None)
        self._users[user_id] = None
        if known or self._task is None:
            return
        while len(self._users) > USERS_MAX:
            del self._users[next(iter(self._users))]
        if self._reopening is None:
            wait = self._opened_at + self._follow_interval - time.monotonic()
            self._reopening = asyncio.get_running_loop().call_later(max(0.05, wait), self._reopen)

    def _reopen(self) -> None:
        """Ends the stream of now, so that a new one asks for the users of now."""
        self._reopening = None
        self._backoff.reset()
        if self._call is not None:
            self._call.cancel()

    async def _run(self) -> None:
        """Follows one stream after another until it is stopped."""
        while True:
            try:
                await self._watch()
            except grpc.aio.AioRpcError as failure:
                self._broke(from_rpc_error(failure))
            except Exception as failure:
                self._broke(RadiantClientError(f"the stream of recommendations failed: {failure!r}"))
            await self._backoff.pause()

    def _broke(self, error: RadiantClientError) -> None:
        """Notes why the stream broke; says it once until it is well again."""
        if self.last_error is None:
            log.warning("recommendations are not followed: %s", error)
        self.last_error = error

    async def _watch(self) -> None:
        """Follows one stream until it ends, falls silent or is to be opened anew."""
        self._opened_at = time.monotonic()
        request = recommend_service_pb2.WatchRecommendationsRequest(
            user_ids=self._users, task_types=self._tasks, strategy=self._strategy
        )
        call = self._call = self._stub.WatchRecommendations(request, metadata=self._connection.metadata())
        self._building, self._building_version = {}, 0
        try:
            while True:
                async with asyncio.timeout(self._silence):
                    part = await call.read()
                if not isinstance(part, Part):
                    return
                self._backoff.reset()
                self.last_error = None
                self._apply(part)
        except asyncio.CancelledError:
            # Opening anew cancels the call; only a cancelled task must end.
            if (task := asyncio.current_task()) is None or task.cancelling():
                raise
        finally:
            self._call = None
            call.cancel()

    def _apply(self, part: Part) -> None:
        """Takes a part of the stream in. Another version begins a new snapshot."""
        version = part.table_version or self._building_version or self._version
        if self._building is None and version != self._version:
            self._building = {}
        if self._building is None:
            self._keep(self._entries, part)
        else:
            if version != self._building_version:
                self._building, self._building_version = {}, version
            self._keep(self._building, part)
            if not part.snapshot_complete:
                return
            self._entries, self._version, self._building = self._building, version, None
            self._known = {one.model for entry in self._entries.values() for one in entry.models}
            self.from_disk = False
            self._complete.set()
        self._current_at = time.monotonic()

    def _keep(self, entries: dict[Key, Entry], part: Part) -> None:
        """Keeps the entries of a part; one without models takes the entry away."""
        send_time = part.send_time.seconds + part.send_time.nanos / 1e9
        for message in part.entries:
            key = (message.user_id, message.task_type, message.domain_mode)
            if message.models:
                entries[key] = entry_of(message, send_time)
                self._known.update(one.model for one in message.models)
            else:
                entries.pop(key, None)
