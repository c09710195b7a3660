"""Experiments in the client: assigned locally, without a call; exposures sent in batches."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import grpc
from google.protobuf import json_format

from radiant.experiments.v1 import experiment_pb2, experiment_service_pb2, experiment_service_pb2_grpc
from radiant_client.ingest.messages import new_id
from radiant_client.transport.backoff import Backoff
from radiant_client.transport.calls import Caller
from radiant_client.transport.channel import Connection
from radiant_client.transport.errors import InvalidRequest, NotFound, RadiantClientError, from_rpc_error
from splits.assignment import assign
from splits.model import Experiment, ExperimentType, State, Targeting, Variant

log = logging.getLogger(__name__)

SERVICE = "radiant.experiments.v1.ExperimentService"
SILENCE = 30.0
EXPOSURES_MAX = 1000
"""Exposures of one batch."""
WAITING_MAX = 20_000
"""Exposures that wait to be sent; the oldest make room."""
_TYPES = {
    number: word.removeprefix("EXPERIMENT_TYPE_").lower() for word, number in experiment_pb2.ExperimentType.items()
}


@dataclass(frozen=True, slots=True)
class Assigned:
    """The variant that a user sees."""

    experiment_id: str
    variant: str
    epoch: int
    analysed: bool
    """Whether the user's outcomes count."""
    type: str
    """model_routing, orchestration, service or prompt."""
    config: Mapping[str, object]


class LocalExperiments:
    """Follows the tenant's running experiments. Its methods belong on the event loop that started it."""

    def __init__(self, connection: Connection, *, flush_interval: float = 1.0) -> None:
        """Exposures are sent every flush_interval seconds."""
        self._connection = connection
        self._caller = Caller(connection, SERVICE)
        self._stub = experiment_service_pb2_grpc.ExperimentServiceStub(connection.channel)
        self._flush_interval = flush_interval
        self._running: tuple[Experiment, ...] = ()
        self._tenant = ""
        self._known, self._sending = asyncio.Event(), asyncio.Lock()
        self._backoff = Backoff()
        self._tasks: list[asyncio.Task[None]] = []
        self._waiting: list[experiment_service_pb2.Exposure] = []
        self._current_at: float | None = None
        self.breaker = connection.breaker
        """Stops calls to a service that does not answer."""
        self.lost = 0
        """Exposures that were refused, or could not be sent and made room for newer ones."""

    def start(self) -> None:
        """Begins to follow what runs."""
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._follow()), asyncio.create_task(self._flush_forever())]

    async def close(self) -> None:
        """Stops following, sends the exposures that wait, and closes the connection."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        try:
            await self.flush()
        except RadiantClientError as error:
            log.warning("exposures were not sent: %s", error)
        await self._connection.close()

    async def ready(self, timeout: float) -> bool:
        """Waits up to timeout seconds until what runs is known; tells whether it is."""
        try:
            async with asyncio.timeout(timeout):
                return await self._known.wait()
        except TimeoutError:
            return False

    @property
    def staleness_ms(self) -> float:
        """Time since what runs was last known to be current, in milliseconds; infinite before that."""
        return float("inf") if self._current_at is None else (time.monotonic() - self._current_at) * 1000.0

    def covering(
        self,
        user_id: str,
        task_type: str = "",
        domain_mode: str = "",
        attributes: Mapping[str, str] | None = None,
        *,
        type: str = "model_routing",
    ) -> Assigned | None:
        """Returns the variant of the first running experiment of that type that covers a user; None without one."""
        for experiment in self._running:
            if experiment.type.value != type:
                continue
            found = assign(experiment, user_id, self._tenant, task_type, domain_mode, attributes)
            if found.variant:
                config = next(each.config for each in experiment.variants if each.name == found.variant)
                name, epoch = experiment.experiment_id, experiment.epoch
                return Assigned(name, found.variant, epoch, found.analysed, type, config)
        return None

    def expose(
        self,
        assigned: Assigned,
        user_id: str,
        *,
        output_id: str = "",
        metrics: Mapping[str, float] | None = None,
    ) -> None:
        """Notes that a user saw a variant, and what was measured; sent with the next batch, counted once."""
        if len(self._waiting) >= WAITING_MAX:
            del self._waiting[0]
            self.lost += 1
        exposure = experiment_service_pb2.Exposure(
            experiment_id=assigned.experiment_id,
            user_id=user_id,
            variant=assigned.variant,
            epoch=assigned.epoch,
            output_id=output_id,
            metrics=dict(metrics or {}),
        )
        exposure.exposure_time.GetCurrentTime()
        self._waiting.append(exposure)

    async def flush(self) -> None:
        """Sends the exposures that wait. Those of a failed batch wait on; sent twice they count once.

        An exposure that the service refuses for good is dropped and counted as lost; it keeps no other.
        """
        async with self._sending:
            while self._waiting:
                batch = self._waiting[:EXPOSURES_MAX]
                await self._send(batch)
                sent = {id(each) for each in batch}
                self._waiting = [each for each in self._waiting if id(each) not in sent]

    async def _send(self, batch: Sequence[experiment_service_pb2.Exposure]) -> None:
        """Sends a batch; of one that is refused, everything but what it is refused for."""
        request = experiment_service_pb2.RecordExposuresRequest(request_id=new_id(), exposures=batch)
        try:
            await self._caller.call(self._stub.RecordExposures, request)
        except (InvalidRequest, NotFound) as error:
            if len(batch) == 1:
                self.lost += 1
                log.warning("an exposure was refused: %s", error)
                return
            half = len(batch) // 2
            await self._send(batch[:half])
            await self._send(batch[half:])

    async def _flush_forever(self) -> None:
        while True:
            await asyncio.sleep(self._flush_interval)
            try:
                await self.flush()
            except RadiantClientError as error:
                log.warning("exposures wait: %s", error)

    async def _follow(self) -> None:
        while True:
            try:
                await self._watch()
            except grpc.aio.AioRpcError as failure:
                log.warning("experiments are not followed: %s", from_rpc_error(failure))
            except TimeoutError:
                log.warning("experiments are not followed: the stream fell silent")
            await self._backoff.pause()

    async def _watch(self) -> None:
        request = experiment_service_pb2.WatchExperimentsRequest()
        call = self._stub.WatchExperiments(request, metadata=self._connection.metadata())
        try:
            while True:
                async with asyncio.timeout(SILENCE):
                    part = await call.read()
                if not isinstance(part, experiment_service_pb2.WatchExperimentsResponse):
                    return
                self._backoff.reset()
                if part.changed:
                    self._running, self._tenant = _experiments(part.experiments), part.tenant_id
                    self._known.set()
                self._current_at = time.monotonic()
        finally:
            call.cancel()


def _experiments(messages: Sequence[experiment_pb2.Experiment]) -> tuple[Experiment, ...]:
    """Reads what assignment needs of running experiments."""
    return tuple(
        Experiment(
            experiment_id=each.experiment_id,
            tenant_id=each.tenant_id,
            type=ExperimentType(_TYPES[each.type]),
            state=State.RUNNING,
            variants=tuple(
                Variant(name=one.name, config=json_format.MessageToDict(one.config), weight=one.weight or None)
                for one in each.variants
            ),
            traffic=each.traffic_percentage,
            layer=each.layer,
            layer_slots=(each.layer_start, each.layer_end or 1.0),
            holdout=each.holdout,
            targeting=Targeting(
                task_types=frozenset(each.targeting.task_types),
                domain_modes=frozenset(each.targeting.domain_modes),
                tenant_ids=frozenset(each.targeting.tenant_ids),
                attributes={one.name: frozenset(one.values) for one in each.targeting.attributes},
            ),
            forced=dict(each.forced_variants),
            epoch=each.epoch,
        )
        for each in messages
    )
