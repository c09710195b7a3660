"""Upload of decisions that were made without a call, in the background, so that policies can be evaluated."""

import asyncio
import logging
import re
import time
from collections import deque
from dataclasses import dataclass

from google.protobuf.timestamp_pb2 import Timestamp

from radiant.neural.v1 import recommend_service_pb2, recommend_service_pb2_grpc, scoring_pb2
from radiant_client.brain.decision import Decision
from radiant_client.messages.fields import enum_value
from radiant_client.transport.backoff import Backoff
from radiant_client.transport.calls import Caller
from radiant_client.transport.channel import Connection
from radiant_client.transport.errors import InvalidRequest, RadiantClientError, Unsupported
from splits.user_keys import user_key

log = logging.getLogger(__name__)

SERVICE = "radiant.neural.v1.RecommendService"
QUEUE_MAX = 10_000
"""Decisions that wait at most. Further ones are dropped and counted."""
BATCH_MAX = 500
"""Decisions of one request."""
TIMEOUT_S = 10.0
_INDEX = re.compile(r"decisions\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class UploadHealth:
    """State of the upload of decisions."""

    queued: int
    """Decisions that wait."""
    recorded: int
    """Decisions that the service has acknowledged."""
    dropped: int
    """Decisions that were lost: the queue was full, the client was closed, or the service lacks RecordDecisions."""
    rejected: int
    """Decisions that the service refused as invalid."""


@dataclass(frozen=True, slots=True)
class _Queued:
    decided_at: float
    """Seconds since the epoch."""
    decision: Decision
    user_id: str
    task_type: str
    domain_mode: str
    table_version: int


class DecisionUpload:
    """A queue of limited size and a task that sends it. `add` takes microseconds and never waits."""

    def __init__(
        self,
        connection: Connection,
        *,
        queue_max: int = QUEUE_MAX,
        interval: float = 1.0,
        close_timeout: float = 2.0,
    ) -> None:
        """Sends the queue every `interval` seconds, and for up to `close_timeout` seconds at the end."""
        self._caller = Caller(connection, SERVICE)
        self._stub = recommend_service_pb2_grpc.RecommendServiceStub(connection.channel)
        self._queue: deque[_Queued] = deque()
        self._queue_max, self._interval, self._close_timeout = queue_max, interval, close_timeout
        self._backoff = Backoff(interval, max(30.0, interval))
        self._task: asyncio.Task[None] | None = None
        self._is_supported = True
        self._recorded = self._dropped = self._rejected = 0

    def add(self, decision: Decision, user_id: str, task_type: str, domain_mode: str, table_version: int = 0) -> None:
        """Queues a decision. Drops and counts it if the queue is full."""
        if len(self._queue) >= self._queue_max or not self._is_supported:
            self._drop(1)
            return
        self._queue.append(_Queued(time.time(), decision, user_id, task_type, domain_mode, table_version))

    def start(self) -> None:
        """Starts to send the queue in the background."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="radiant-decision-upload")

    async def flush(self) -> None:
        """Sends the queue now. Raises a RadiantClientError if the call fails; the queue is kept."""
        while self._queue:
            await self._send([self._queue.popleft() for _ in range(min(len(self._queue), BATCH_MAX))])

    async def close(self) -> None:
        """Stops the task and sends the rest of the queue. Decisions that cannot be sent in time are dropped."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        try:
            async with asyncio.timeout(self._close_timeout):
                await self.flush()
        except (RadiantClientError, TimeoutError) as error:
            log.warning("decisions not uploaded: %d are dropped: %s", len(self._queue), error)
            self._drop(len(self._queue))
            self._queue.clear()

    def health(self) -> UploadHealth:
        """Returns the state of the upload."""
        return UploadHealth(len(self._queue), self._recorded, self._dropped, self._rejected)

    async def _run(self) -> None:
        """Sends the queue every interval, and less often while calls fail."""
        while self._is_supported:
            await asyncio.sleep(self._interval)
            try:
                await self.flush()
                self._backoff.reset()
            except RadiantClientError as error:
                log.warning("decisions not uploaded, will be retried: %s", error)
                await self._backoff.pause()
            except Exception:
                log.exception("decisions not uploaded, will be retried")
                await self._backoff.pause()

    async def _send(self, batch: list[_Queued]) -> None:
        """Sends a batch without the decisions that the service refuses. Queues it again if the call fails."""
        left = batch
        try:
            while left := await self._sent(left):
                pass
        except Unsupported:
            log.warning("decisions not uploaded: the service does not have RecordDecisions")
            self._is_supported = False
            self._drop(len(left) + len(self._queue))
            self._queue.clear()
        except BaseException:  # also when the task is cancelled
            self._restore(left)
            raise

    async def _sent(self, batch: list[_Queued]) -> list[_Queued]:
        """Sends a batch once. Returns the decisions to send again: those that are valid if others are not."""
        encoded = [(queued, message) for queued in batch if (message := _message(queued)) is not None]
        self._rejected += len(batch) - len(encoded)
        if not encoded:
            return []
        request = recommend_service_pb2.RecordDecisionsRequest(decisions=[message for _, message in encoded])
        try:
            await self._caller.call(self._stub.RecordDecisions, request, timeout=TIMEOUT_S)
        except InvalidRequest as error:
            indexes = {int(index) for one in error.violations for index in _INDEX.findall(one.field)}
            valid = [queued for number, (queued, _) in enumerate(encoded) if number not in indexes]
            if len(valid) == len(encoded):
                valid = []
            log.warning("decisions refused as invalid: %d: %s", len(encoded) - len(valid), error)
            self._rejected += len(encoded) - len(valid)
            return valid
        self._recorded += len(encoded)
        return []

    def _restore(self, batch: list[_Queued]) -> None:
        """Queues decisions again, the oldest first, up to the maximum of the queue."""
        free = max(0, self._queue_max - len(self._queue))
        self._queue.extendleft(reversed(batch[:free]))
        self._drop(len(batch) - free)

    def _drop(self, count: int) -> None:
        """Counts lost decisions and logs the first loss."""
        if count <= 0:
            return
        if not self._dropped:
            log.warning("decisions dropped: the queue is full or closed; further losses are only counted")
        self._dropped += count


def _message(queued: _Queued) -> recommend_service_pb2.ClientDecision | None:
    """Returns the message of a decision; None if a text cannot be encoded."""
    decision = queued.decision
    seconds = int(queued.decided_at)
    try:
        return recommend_service_pb2.ClientDecision(
            decision_id=decision.decision_id,
            decide_time=Timestamp(seconds=seconds, nanos=int((queued.decided_at - seconds) * 1e9)),
            user_id=user_key(queued.user_id),
            task_type=queued.task_type,
            domain_mode=queued.domain_mode,
            model=decision.model,
            propensity=decision.propensity,
            strategy=enum_value(scoring_pb2.Strategy, decision.strategy or "unspecified"),
            candidates=decision.candidates,
            scope=enum_value(scoring_pb2.Scope, decision.scope or "unspecified"),
            score=decision.score,
            confidence=decision.confidence,
            table_version=queued.table_version,
        )
    except (TypeError, ValueError):
        return None
