"""Local assignment of experiment variants without a call, and exposures sent in batches."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import grpc
from google.protobuf import json_format

from radiant.experiments.v1 import experiment_pb2, experiment_service_pb2, experiment_service_pb2_grpc
from radiant_client.messages.fields import new_id
from radiant_client.transport.backoff import Backoff
from radiant_client.transport.calls import Caller
from radiant_client.transport.channel import Connection
from radiant_client.transport.errors import InvalidRequest, NotFound, RadiantClientError, from_rpc_error
from radiant_client.transport.stream_token import StreamToken
from splits.assignment import assign
from splits.model import Experiment, ExperimentType, State, Targeting, Variant
from splits.user_keys import user_key

log = logging.getLogger(__name__)

SERVICE = "radiant.experiments.v1.ExperimentService"
STREAM_TIMEOUT_S = 30.0
"""Seconds without a message after which the stream is reopened."""
EXPOSURES_MAX = 1000
"""Largest number of exposures in one batch."""
UNSENT_EXPOSURES_MAX = 20_000
"""Largest number of unsent exposures. At the limit, the oldest one is dropped."""
_TYPES = {
    number: name.removeprefix("EXPERIMENT_TYPE_").lower() for name, number in experiment_pb2.ExperimentType.items()
}


@dataclass(frozen=True, slots=True)
class Assigned:
    """The variant assigned to a user."""

    experiment_id: str
    """Experiment."""
    variant: str
    """Name of the variant."""
    epoch: int
    """Epoch of the experiment."""
    analysed: bool
    """Whether the outcomes of the user are analysed."""
    type: str
    """Type of the experiment: model_routing, orchestration, service or prompt."""
    config: Mapping[str, object]
    """Configuration of the variant."""


class LocalExperiments:
    """A copy of the running experiments of the tenant. Use it only on the event loop that started it."""

    def __init__(self, connection: Connection, *, flush_interval: float = 1.0) -> None:
        """Takes an open connection and the interval of exposure batches in seconds."""
        self._connection, self._token = connection, StreamToken(connection)
        self._caller = Caller(connection, SERVICE)
        self._stub = experiment_service_pb2_grpc.ExperimentServiceStub(connection.channel)
        self._flush_interval = flush_interval
        self._running: tuple[Experiment, ...] = ()
        self._tenant = ""
        self._loaded, self._flush_lock = asyncio.Event(), asyncio.Lock()
        self._backoff = Backoff()
        self._tasks: list[asyncio.Task[None]] = []
        self._unsent: list[experiment_service_pb2.Exposure] = []
        self._current_at: float | None = None
        self.breaker = connection.breaker
        """Circuit breaker of the service."""
        self.lost = 0
        """Number of exposures that were rejected by the service or dropped at the limit of unsent exposures."""

    def start(self) -> None:
        """Starts to receive the running experiments and to send exposures."""
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._run()), asyncio.create_task(self._flush_periodically())]

    async def close(self) -> None:
        """Stops the stream, sends the unsent exposures and closes the connection."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        try:
            await self.flush()
        except RadiantClientError as error:
            log.warning("exposures not sent before close: %s", error)
        await self._connection.close()

    async def ready(self, timeout: float) -> bool:
        """Waits up to `timeout` seconds for the running experiments. Returns whether they have arrived."""
        try:
            async with asyncio.timeout(timeout):
                return await self._loaded.wait()
        except TimeoutError:
            return False

    @property
    def staleness_ms(self) -> float:
        """Milliseconds since the experiments were last known to be current; infinite before the first message."""
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
        """Returns the variant of the first running experiment of a type that covers a user; None if there is none.

        The service sends no testers of experiments over all tenants: a tester gets the variant of the other users here,
        and the forced variant from AssignVariant. Outcomes of testers are not analysed in either case.
        """
        user = user_key(user_id)
        for experiment in self._running:
            if experiment.type.value != type:
                continue
            found = assign(experiment, user, self._tenant, task_type, domain_mode, attributes)
            if found.variant:
                config = next(each.config for each in experiment.variants if each.name == found.variant)
                name, epoch = experiment.experiment_id, experiment.epoch
                return Assigned(name, found.variant, epoch, found.is_analysed, type, config)
        return None

    def expose(
        self,
        assigned: Assigned,
        user_id: str,
        *,
        output_id: str = "",
        metrics: Mapping[str, float] | None = None,
    ) -> None:
        """Adds an exposure of a user to a variant, with measured metrics, to the next batch. It is counted once."""
        if len(self._unsent) >= UNSENT_EXPOSURES_MAX:
            del self._unsent[0]
            self.lost += 1
        exposure = experiment_service_pb2.Exposure(
            experiment_id=assigned.experiment_id,
            user_id=user_key(user_id),
            variant=assigned.variant,
            epoch=assigned.epoch,
            output_id=output_id,
            metrics=dict(metrics or {}),
        )
        exposure.exposure_time.GetCurrentTime()
        self._unsent.append(exposure)

    async def flush(self) -> None:
        """Sends the unsent exposures. Those of a failed batch stay unsent; a repeated exposure is counted once.

        An exposure that the service rejects permanently is dropped and counted in `lost`. The others are sent.
        Raises RadiantClientError if the service cannot be reached.
        """
        async with self._flush_lock:
            while self._unsent:
                batch = self._unsent[:EXPOSURES_MAX]
                await self._send(batch)
                sent = {id(each) for each in batch}
                self._unsent = [each for each in self._unsent if id(each) not in sent]

    async def _send(self, batch: Sequence[experiment_service_pb2.Exposure]) -> None:
        """Sends a batch. Divides a rejected batch in halves until only the rejected exposures are left out."""
        request = experiment_service_pb2.RecordExposuresRequest(request_id=new_id(), exposures=batch)
        try:
            await self._caller.call(self._stub.RecordExposures, request)
        except (InvalidRequest, NotFound) as error:
            if len(batch) == 1:
                self.lost += 1
                log.warning("exposure rejected: %s", error)
                return
            half = len(batch) // 2
            await self._send(batch[:half])
            await self._send(batch[half:])

    async def _flush_periodically(self) -> None:
        """Sends the exposures every flush interval."""
        while True:
            await asyncio.sleep(self._flush_interval)
            try:
                await self.flush()
            except RadiantClientError as error:
                log.warning("exposures not sent, will be retried: %s", error)

    async def _run(self) -> None:
        """Opens one stream after another until it is cancelled."""
        while True:
            try:
                await self._watch()
            except grpc.aio.AioRpcError as failure:
                if not self._token.is_renewed(error := from_rpc_error(failure)):
                    log.warning("stream of experiments failed, will be retried: %s", error)
            except TimeoutError:
                log.warning("stream of experiments failed, will be retried: no message in %.0f s", STREAM_TIMEOUT_S)
            await self._backoff.pause()

    async def _watch(self) -> None:
        """Receives one stream until it ends or times out."""
        request = experiment_service_pb2.WatchExperimentsRequest()
        call = self._stub.WatchExperiments(request, metadata=self._token.metadata())
        try:
            while True:
                async with asyncio.timeout(STREAM_TIMEOUT_S):
                    part = await call.read()
                if not isinstance(part, experiment_service_pb2.WatchExperimentsResponse):
                    return
                self._backoff.reset()
                if part.changed:
                    self._running, self._tenant = _experiments(part.experiments), part.tenant_id
                    self._loaded.set()
                self._current_at = time.monotonic()
        finally:
            call.cancel()


def _experiments(messages: Sequence[experiment_pb2.Experiment]) -> tuple[Experiment, ...]:
    """Returns the fields of running experiments that the assignment needs."""
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
            forced={user_key(user): variant for user, variant in each.forced_variants.items()},
            epoch=each.epoch,
        )
        for each in messages
    )
