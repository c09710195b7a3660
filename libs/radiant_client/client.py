"""Client for a Brain: chooses models and gives access to every service of the suite."""

import asyncio
import contextlib
import functools
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from radiant.neural.v1 import recommend_service_pb2
from radiant_client.brain.blend import DEFAULT_THRESHOLD, LearnedEstimate, Mixed, mix
from radiant_client.brain.decision import (
    Decision,
    default_decision,
    model_of_variant,
    recommended,
    variant_decision,
)
from radiant_client.brain.decision_upload import DecisionUpload
from radiant_client.brain.table import LocalTable
from radiant_client.brain.table_file import TableFile
from radiant_client.experiments.local_experiments import Assigned, LocalExperiments
from radiant_client.health import Health
from radiant_client.services.ingest import Ingest
from radiant_client.services.learning import Learning
from radiant_client.services.recommend import Recommend, context
from radiant_client.services.voice import Voice
from radiant_client.spool.folder import SpoolSettings
from radiant_client.spool.spool import Spool
from radiant_client.transport.channel import Connection, Options, Tls, Token, open_channel
from radiant_client.transport.errors import CircuitOpen, InvalidRequest, RadiantClientError
from radiant_client.transport.health import health_of

log = logging.getLogger(__name__)


class Radiant:
    """Client of the suite. Call `close` at the end, or use it with `async with`."""

    def __init__(
        self,
        ingest: Connection,
        neural: Connection,
        *,
        default_model: str,
        table: LocalTable | None = None,
        experiments: LocalExperiments | None = None,
        voice: Connection | None = None,
        spool: Spool | None = None,
        rpc_timeout: float = 0.25,
        rpc_pause: float = 1.0,
        follow_users: bool = True,
        explore_unseen: bool = True,
        upload_decisions: bool = True,
    ) -> None:
        """Takes open connections.

        - `rpc_timeout`: timeout in seconds of the call in `choose`.
        - `rpc_pause`: seconds after a failed call in which `choose` makes no call.
        - `follow_users`: whether `choose` adds its users to the table.
        - `explore_unseen`: whether `choose` makes a call if a candidate has no feedback in the table. The service can
          then explore the candidate.
        - `upload_decisions`: whether decisions that `choose` makes without a call are sent to the service in the
          background, so that policies can be evaluated on them.
        """
        self._connections = {"ingest": ingest, "neural": neural} | ({"voice": voice} if voice else {})
        self.spool = spool
        """Offline spool; None if no folder was given."""
        self.ingest = Ingest(ingest, spool)
        """Ingest service."""
        self.recommend = Recommend(neural)
        """Recommendation service."""
        self.learning = Learning(neural)
        """Learning service."""
        self.voice = None if voice is None else Voice(voice)
        """Voice service; None if no address was given."""
        self.table = LocalTable(neural) if table is None else table
        """Local table of recommendations."""
        self.decisions = DecisionUpload(neural) if upload_decisions else None
        """Upload of decisions that `choose` makes without a call; None if it is disabled."""
        self.experiments = experiments
        """Running experiments; None if no address was given."""
        self._default_model = default_model
        self._rpc_timeout = rpc_timeout
        self._rpc_pause = rpc_pause
        self._rpc_not_before = 0.0
        self._follow_users = follow_users
        self._explore_unseen = explore_unseen

    @classmethod
    async def connect(
        cls,
        *,
        ingest: str,
        neural: str,
        token: Token,
        default_model: str,
        experiments: str = "",
        voice: str = "",
        spool: SpoolSettings | str | Path | None = None,
        tls: bool | Tls = False,
        options: Options = (),
        user_ids: Iterable[str] = (),
        task_types: Sequence[str] = (),
        strategy: str = "",
        max_staleness: float = 15.0,
        ready_timeout: float = 1.0,
        **choices: Any,
    ) -> Self:
        """Returns a client for services at host:port addresses. Waits up to `ready_timeout` seconds for the table.

        The call succeeds even if the services are unreachable; `choose` then returns the default model.

        With a folder or SpoolSettings as `spool`, writes that cannot be sent are stored there until the service
        acknowledges them, and the table is stored there for the next process. Raises SpoolFailed if the folder cannot
        be used, and ValueError if neither the token nor the settings contain the tenant.

        A table older than `max_staleness` seconds is used only if a call fails. `choices` are the remaining arguments
        of the class, such as rpc_timeout.
        """
        opened_spool = None if spool is None else await Spool.open(spool, token)
        addresses = {"ingest": ingest, "neural": neural, "experiments": experiments, "voice": voice}
        opened = functools.partial(open_channel, token=token, tls=tls, options=options)
        connections = {name: opened(address) for name, address in addresses.items() if address}
        async with contextlib.AsyncExitStack() as on_error:
            parts: list[Connection | Spool] = [*connections.values(), *([opened_spool] if opened_spool else [])]
            for part in parts:
                on_error.push_async_callback(part.close)
            table = LocalTable(
                connections["neural"],
                user_ids=user_ids,
                task_types=task_types,
                strategy=strategy,
                max_staleness=max_staleness,
                file=_table_file(opened_spool),
            )
            running = LocalExperiments(connections["experiments"]) if experiments else None
            radiant = cls(
                connections["ingest"],
                connections["neural"],
                default_model=default_model,
                table=table,
                experiments=running,
                voice=connections.get("voice"),
                spool=opened_spool,
                **choices,
            )
            on_error.pop_all()
        await radiant._start(ready_timeout)
        return radiant

    async def _start(self, ready_timeout: float) -> None:
        """Starts the table and the experiments and waits up to `ready_timeout` seconds for both."""
        copies: list[LocalTable | LocalExperiments] = [self.table, *([self.experiments] if self.experiments else [])]
        await self.table.restore()
        for copy in copies:
            copy.start()
        if self.decisions is not None:
            self.decisions.start()
        await asyncio.gather(*(copy.ready(ready_timeout) for copy in copies))

    async def __aenter__(self) -> Self:
        """Returns the client."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the client."""
        await self.close()

    async def close(self) -> None:
        """Closes the table, the spool and the connections. Spooled writes stay on disk for the next process.

        Decisions that wait are sent for up to 2 s.
        """
        if self.decisions is not None:
            await self.decisions.close()
        await self.table.close()
        if self.spool is not None:
            await self.spool.close()
        if self.experiments is not None:
            await self.experiments.close()
        await asyncio.gather(*(connection.close() for connection in self._connections.values()))

    def health(self) -> Health:
        """Returns the state of the connections, the table and the spool."""
        services = {name: health_of(connection.breaker) for name, connection in self._connections.items()}
        if self.experiments is not None:
            services["experiments"] = health_of(self.experiments.breaker)
        uploads = self.decisions.health() if self.decisions else None
        return Health(services, self.table.health(), self.spool.health() if self.spool else None, uploads)

    async def choose(
        self,
        user_id: str,
        task_type: str,
        domain_mode: str = "",
        candidates: Sequence[str] = (),
        *,
        excluded: Sequence[str] = (),
        **constraints: Any,
    ) -> Decision:
        """Chooses a model from the first available source: local table, call, stale table, default model.

        If an experiment covers the request, its variant sets the model. Constraints are the other arguments of
        `context`, such as required_capabilities with profiles; the table cannot apply them. Raises InvalidRequest if
        the service rejects the context, and NoEligibleModel if every candidate is excluded. After any other failure the
        next source is used.
        """
        decision = await self._chosen(user_id, task_type, domain_mode, candidates, excluded, constraints)
        if self.decisions is not None and decision.source != "rpc":  # the service logs its own decisions
            self.decisions.add(decision, user_id, task_type, domain_mode, self.table.version)
        return decision

    async def _chosen(
        self,
        user_id: str,
        task_type: str,
        domain_mode: str,
        candidates: Sequence[str],
        excluded: Sequence[str],
        constraints: Mapping[str, Any],
    ) -> Decision:
        """Returns the decision of the first available source."""
        if user_id and self._follow_users:
            self.table.follow(user_id)
        assigned = self.experiments.covering(user_id, task_type, domain_mode) if self.experiments else None
        if assigned is not None and not constraints:
            decision = self._variant_decision(assigned, candidates, excluded)
            if decision is not None:
                return decision
        from_table = None
        if not constraints and assigned is None:
            from_table = self.table.decide(user_id, task_type, domain_mode, candidates, excluded)
            is_seen = not self._explore_unseen or self.table.knows([m for m in candidates if m not in excluded])
            if from_table and from_table.source == "table" and is_seen:
                return from_table
        request_context = context(
            task_type,
            user_id=user_id,
            domain_mode=domain_mode,
            candidates=candidates,
            excluded=excluded,
            **constraints,
        )
        return (
            await self._recommended(request_context)
            or from_table
            or default_decision(self._default_model, candidates, excluded, self.table.staleness_ms)
        )

    def mix(
        self,
        brain_scores: Mapping[str, float],
        ranked: Iterable[LearnedEstimate],
        *,
        threshold: float = DEFAULT_THRESHOLD,
    ) -> list[Mixed]:
        """Blends the scores of the Brain with learned estimates, such as those of table.models. See `mix`."""
        return mix(brain_scores, ranked, threshold=threshold)

    def _variant_decision(
        self, assigned: Assigned, candidates: Sequence[str], excluded: Sequence[str]
    ) -> Decision | None:
        """Returns the decision for the model of a variant; None if the request does not allow it or it has none."""
        model = model_of_variant(assigned, candidates, excluded)
        if model is None or self.experiments is None:
            return None
        return variant_decision(assigned, model, candidates, excluded, self.experiments.staleness_ms)

    async def _recommended(self, request_context: recommend_service_pb2.RecommendationContext) -> Decision | None:
        """Returns the decision of a call; None if the call fails, is paused after a failure, or returns no model."""
        if time.monotonic() < self._rpc_not_before:
            return None
        try:
            answer = await self.recommend.get(request_context, timeout=self._rpc_timeout)
        except InvalidRequest:
            raise
        except RadiantClientError as error:
            self._rpc_not_before = time.monotonic() + self._rpc_pause
            level = logging.DEBUG if isinstance(error, CircuitOpen) else logging.WARNING
            log.log(level, "recommendation call failed: %s", error)
            return None
        return recommended(answer) if answer.model else None


def _table_file(spool: Spool | None) -> TableFile | None:
    """Returns the file of the table in the folder of the spool; None if the table is not stored."""
    if spool is None or not spool.settings.keep_table:
        return None
    return TableFile(spool.tenant_folder, bytes_max=spool.settings.table_bytes_max)
