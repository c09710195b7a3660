"""The local table of recommendations, which chooses a model in microseconds without a call.

The table receives the stream WatchRecommendations and reconnects after a failure. It keeps its entries meanwhile, and
stores them in a file for the next process. A new snapshot replaces the table when it is complete.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Collection, Iterable, Sequence

import grpc

from radiant.neural.v1 import recommend_service_pb2, recommend_service_pb2_grpc, scoring_pb2
from radiant_client.brain import entries
from radiant_client.brain.decision import Decision, Source, eligible_models
from radiant_client.brain.entries import Entry, Key, LearnedModel, draw, entry_of, is_valid_user_id, lookup_order
from radiant_client.brain.health import TableHealth
from radiant_client.brain.table_file import TableFile
from radiant_client.messages.fields import enum_value, new_id
from radiant_client.transport.backoff import Backoff
from radiant_client.transport.channel import Connection
from radiant_client.transport.errors import RadiantClientError, from_rpc_error
from radiant_client.transport.stream_token import StreamToken
from splits.user_keys import user_key

log = logging.getLogger(__name__)

Part = recommend_service_pb2.WatchRecommendationsResponse
USERS_MAX = 1000
"""Largest number of users with own entries. At the limit, the least recently used one is removed."""


class LocalTable:
    """A copy of the table of the tenant. Use it only on the event loop that started it."""

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
        """Takes the users with own entries and the task types; an empty task_types selects all.

        The table is stale after `max_staleness` seconds without a message, and reconnects after `silence` seconds
        without one. It requests entries of new users at most every `follow_interval` seconds. `lot` returns random
        numbers in [0, 1). The file is read by `restore` and written every `save_interval` seconds and by `close`.
        """
        self._token = StreamToken(connection)
        self._stub = recommend_service_pb2_grpc.RecommendServiceStub(connection.channel)
        self._users = dict.fromkeys([user for user in map(user_key, user_ids) if is_valid_user_id(user)][-USERS_MAX:])
        self._tasks = list(task_types)
        self._strategy_name, self._strategy = strategy, enum_value(scoring_pb2.Strategy, strategy or "unspecified")
        self._max_staleness, self._silence, self._follow_interval = max_staleness, silence, follow_interval
        self._lot = lot or random.SystemRandom().random
        self._entries: dict[Key, Entry] = {}
        self._learned_models: set[str] = set()
        self._next_entries: dict[Key, Entry] | None = None
        self._version = self._next_version = 0
        self._current_at: float | None = None
        self._complete, self._backoff = asyncio.Event(), Backoff()
        self._file, self._save_interval, self._opened_at = file, save_interval, 0.0
        self._task: asyncio.Task[None] | None = None
        self._save_task: asyncio.Task[None] | None = None
        self._call: grpc.aio.UnaryStreamCall[recommend_service_pb2.WatchRecommendationsRequest, Part] | None = None
        self._reopen_timer: asyncio.TimerHandle | None = None
        self.last_error: RadiantClientError | None = None
        """Last failure of the stream; None while it works."""
        self.from_disk = False
        """Whether the table was read from disk and no snapshot has arrived since."""

    def start(self) -> None:
        """Starts to receive the stream."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="radiant-local-table")
            if self._file is not None:
                self._save_task = asyncio.create_task(self._save_periodically(), name="radiant-local-table-file")

    async def restore(self) -> bool:
        """Loads the table from the file, for use until the first snapshot. Returns whether a table was loaded."""
        stored = await asyncio.to_thread(self._file.load, self._strategy) if self._file is not None else None
        if stored is None or self._complete.is_set():
            return False
        self._entries, self.from_disk = stored.entries, True
        self._learned_models = {one.model for entry in stored.entries.values() for one in entry.models}
        self._current_at = time.monotonic() - stored.age_s
        return True

    async def save(self) -> None:
        """Writes the table to the file, if it came from the service."""
        if self._file is not None and not self.from_disk and self._current_at is not None:
            entries = list(self._entries.items())
            await asyncio.to_thread(self._file.save, entries, int(self._strategy), self._current_at)

    async def _save_periodically(self) -> None:
        """Writes the table after the first snapshot and then every save interval."""
        await self._complete.wait()
        while True:
            await self.save()
            await asyncio.sleep(self._save_interval)

    async def close(self) -> None:
        """Stops the stream and writes the file. The entries remain usable."""
        if self._save_task is not None:
            self._save_task.cancel()
            await asyncio.gather(self._save_task, return_exceptions=True)
            self._save_task = None
            await self.save()
        if self._reopen_timer is not None:
            self._reopen_timer.cancel()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def ready(self, timeout: float) -> bool:
        """Waits up to `timeout` seconds for the first complete snapshot. Returns whether it has arrived."""
        try:
            async with asyncio.timeout(timeout):
                return await self._complete.wait()
        except TimeoutError:
            return False

    @property
    def staleness_ms(self) -> float:
        """Milliseconds since the table was last known to be current; infinite if there is no table."""
        if self._current_at is None:
            return float("inf")
        return (time.monotonic() - self._current_at) * 1000.0

    @property
    def version(self) -> int:
        """Version of the learned scores in the table; 0 before the first snapshot."""
        return self._version

    @property
    def size(self) -> int:
        """Number of entries."""
        return len(self._entries)

    def knows(self, models: Collection[str]) -> bool:
        """Returns whether each of the models has feedback in some entry of the table."""
        return entries.are_learned(models, self._learned_models)

    def models(self, user_id: str, task_type: str, domain_mode: str) -> tuple[LearnedModel, ...]:
        """Returns the models of the narrowest entry, best first; empty if there is no entry."""
        for key in lookup_order(user_key(user_id), task_type, domain_mode):
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
        """Returns a decision from the narrowest entry with an eligible model; None if there is none.

        The source is `table` while the table and the entry are fresh, and `last_table` otherwise.
        """
        for key in lookup_order(user_key(user_id), task_type, domain_mode):
            entry = self._entries.get(key)
            choice = draw(entry.models, self._lot, candidates, excluded) if entry else None
            if entry and choice:
                models = eligible_models(candidates or entry.names, excluded, choice[0].model)
                return self._decision(entry, *choice, models)
        return None

    def health(self) -> TableHealth:
        """Returns the state of the table."""
        is_fresh = not self.from_disk and self.staleness_ms <= 1000.0 * self._max_staleness
        source: Source = ("table" if is_fresh else "last_table") if self._entries else "default"
        return TableHealth(source, self.staleness_ms / 1000.0, self.size, self.from_disk)

    def _decision(self, entry: Entry, chosen: LearnedModel, propensity: float, candidates: tuple[str, ...]) -> Decision:
        """Returns the decision for a chosen model."""
        staleness_ms = self.staleness_ms
        is_fresh = not self.from_disk and staleness_ms <= 1000.0 * min(self._max_staleness, entry.lifetime_s)
        return Decision(
            model=chosen.model,
            propensity=propensity,
            decision_id=new_id(),
            score=chosen.score,
            confidence=chosen.confidence,
            scope=chosen.scope,
            source="table" if is_fresh else "last_table",
            staleness_ms=staleness_ms,
            reasoning=entry.reasoning_for(chosen.model, candidates),
            candidates=candidates,
            strategy=self._strategy_name,
        )

    def follow(self, user_id: str) -> None:
        """Requests the entries of a user from now on. Until they arrive, the entries of the tenant are used.

        Ignores an invalid identifier, because the service would reject the whole stream.
        """
        if not is_valid_user_id(user := user_key(user_id)):
            return
        is_followed = self._users.pop(user, False) is None
        self._users[user] = None
        if is_followed or self._task is None:
            return
        while len(self._users) > USERS_MAX:
            del self._users[next(iter(self._users))]
        if self._reopen_timer is None:
            delay = self._opened_at + self._follow_interval - time.monotonic()
            self._reopen_timer = asyncio.get_running_loop().call_later(max(0.05, delay), self._reopen)

    def _reopen(self) -> None:
        """Cancels the stream, so that the next one requests the current users."""
        self._reopen_timer = None
        self._backoff.reset()
        if self._call is not None:
            self._call.cancel()

    async def _run(self) -> None:
        """Opens one stream after another until it is cancelled."""
        while True:
            try:
                await self._watch()
            except grpc.aio.AioRpcError as failure:
                if not self._token.is_renewed(error := from_rpc_error(failure)):
                    self._record_failure(error)
            except Exception as failure:
                self._record_failure(RadiantClientError(f"The stream WatchRecommendations failed: {failure!r}."))
            await self._backoff.pause()

    def _record_failure(self, error: RadiantClientError) -> None:
        """Records a failure of the stream. Logs only the first one until the stream works again."""
        if self.last_error is None:
            log.warning("stream of recommendations failed, will be retried: %s", error)
        self.last_error = error

    async def _watch(self) -> None:
        """Receives one stream until it ends, times out or is cancelled by _reopen."""
        self._opened_at = time.monotonic()
        request = recommend_service_pb2.WatchRecommendationsRequest(
            user_ids=self._users, task_types=self._tasks, strategy=self._strategy
        )
        call = self._call = self._stub.WatchRecommendations(request, metadata=self._token.metadata())
        self._next_entries, self._next_version = {}, 0
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
            # _reopen cancels the call, not this task. Only a cancelled task must end.
            if (task := asyncio.current_task()) is None or task.cancelling():
                raise
        finally:
            self._call = None
            call.cancel()

    def _apply(self, part: Part) -> None:
        """Applies a part of the stream. A new version starts a new snapshot."""
        version = part.table_version or self._next_version or self._version
        if self._next_entries is None and version != self._version:
            self._next_entries = {}
        if self._next_entries is None:
            self._update(self._entries, part)
        else:
            if version != self._next_version:
                self._next_entries, self._next_version = {}, version
            self._update(self._next_entries, part)
            if not part.snapshot_complete:
                return
            self._entries, self._version, self._next_entries = self._next_entries, version, None
            self._learned_models = {one.model for entry in self._entries.values() for one in entry.models}
            self.from_disk = False
            self._complete.set()
        self._current_at = time.monotonic()

    def _update(self, entries: dict[Key, Entry], part: Part) -> None:
        """Stores the entries of a part. An entry without models is removed."""
        send_time = part.send_time.seconds + part.send_time.nanos / 1e9
        for message in part.entries:
            key = (message.user_id, message.task_type, message.domain_mode)
            if message.models:
                entries[key] = entry_of(message, send_time)
                self._learned_models.update(one.model for one in message.models)
            else:
                entries.pop(key, None)
