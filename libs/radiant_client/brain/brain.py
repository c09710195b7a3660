"""The face for a Brain: connect once, choose models, report what came of them."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from radiant.neural.v1 import recommend_service_pb2
from radiant_client.brain.blend import DEFAULT_THRESHOLD, Learned, Mixed, mix
from radiant_client.brain.decision import Decision, decision_of
from radiant_client.brain.table import LocalTable
from radiant_client.brain.table_file import TableFile
from radiant_client.experiments import Assigned, LocalExperiments
from radiant_client.ingest.ingest import Ingest
from radiant_client.ingest.messages import new_id
from radiant_client.learning import Learning
from radiant_client.recommend import Recommend, context
from radiant_client.spool.folder import SpoolSettings
from radiant_client.spool.spool import Spool
from radiant_client.transport.channel import Connection, Options, Tls, Token, open_channel
from radiant_client.transport.errors import CircuitOpen, InvalidRequest, NoEligibleModel, RadiantClientError
from radiant_client.transport.health import Health, health_of
from radiant_client.voice import Voice

log = logging.getLogger(__name__)


class Radiant:
    """The suite as seen by a Brain. Close it, or use it with async with."""

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
    ) -> None:
        """Takes open connections. See connect for the rest."""
        self._connections = {"ingest": ingest, "neural": neural} | ({"voice": voice} if voice else {})
        self.spool = spool
        """What waits on disk; None without a folder for it."""
        self.ingest = Ingest(ingest, spool)
        """The intake of events."""
        self.recommend = Recommend(neural)
        """The recommender."""
        self.learning = Learning(neural)
        """The learning."""
        self.voice = None if voice is None else Voice(voice)
        """The voice service; None without its address."""
        self.table = LocalTable(neural) if table is None else table
        """The local table of recommendations."""
        self.experiments = experiments
        """The running experiments; None without an address of their service: then the table decides without them."""
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
        """Opens connections to host:port addresses and waits up to ready_timeout seconds for the table.

        With a folder as spool, or SpoolSettings, writes that cannot be sent wait there until they are acknowledged,
        and the table is kept there for a start without the suite. Raises SpoolFailed when the folder cannot be used
        and ValueError when the token does not name its tenant and the settings do not either.

        It does not fail when a service is down: choose then gives the default. Users are followed as they
        are chosen for, unless follow_users is False. A candidate without any feedback in the table is
        decided by a call, so that it is tried at all, unless explore_unseen is False. A call of choose may
        take rpc_timeout seconds; after a failed one the next rpc_pause seconds go without. An answer of the
        table older than max_staleness seconds is used only when the call fails.
        """
        kept = None if spool is None else await Spool.open(spool, token)
        named = {"ingest": ingest, "neural": neural, "experiments": experiments, "voice": voice}
        opened = {one: open_channel(where, token, tls=tls, options=options) for one, where in named.items() if where}
        async with _closing_on_error(kept, *opened.values()):
            table = LocalTable(
                opened["neural"],
                user_ids=user_ids,
                task_types=task_types,
                strategy=strategy,
                max_staleness=max_staleness,
                file=_file_of(kept),
            )
            running = LocalExperiments(opened["experiments"]) if experiments else None
            radiant = cls(
                opened["ingest"],
                opened["neural"],
                default_model=default_model,
                table=table,
                experiments=running,
                voice=opened.get("voice"),
                spool=kept,
                **choices,
            )
        await table.restore()
        table.start()
        if running:
            running.start()
        await asyncio.gather(table.ready(ready_timeout), *([running.ready(ready_timeout)] if running else []))
        return radiant

    async def __aenter__(self) -> Self:
        """Gives itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the connections."""
        await self.close()

    async def close(self) -> None:
        """Closes the table and the connections; what waits in the spool is sent by the next process."""
        await self.table.close()
        if self.spool is not None:
            await self.spool.close()
        if self.experiments is not None:
            await self.experiments.close()
        await asyncio.gather(*(connection.close() for connection in self._connections.values()))

    def health(self) -> Health:
        """Tells which services answer, how old the table is and how much waits on disk."""
        services = {name: health_of(connection.breaker) for name, connection in self._connections.items()}
        if self.experiments is not None:
            services["experiments"] = health_of(self.experiments.breaker)
        return Health(services, self.table.health(), self.spool.health() if self.spool else None)

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
        """Chooses a model: by the table, else by a call, else by the last known table, else the default.

        The constraints are those of recommend.context, such as required_capabilities with profiles; with
        them only a call or the default answers. Raises InvalidRequest when the service refuses the context
        as malformed and NoEligibleModel when nothing may be chosen; any other failure leads to the next
        source.
        """
        if user_id and self._follow_users:
            self.table.follow(user_id)
        assigned = self.experiments.covering(user_id, task_type, domain_mode) if self.experiments else None
        if assigned is not None and not constraints:
            given = self._given(assigned, candidates, excluded)
            if given is not None:
                return given
        known = None
        if not constraints and assigned is None:
            known = self.table.decide(user_id, task_type, domain_mode, candidates, excluded)
            seen = not self._explore_unseen or self.table.knows([m for m in candidates if m not in excluded])
            if known and known.source == "table" and seen:
                return known
        asked = context(
            task_type,
            user_id=user_id,
            domain_mode=domain_mode,
            candidates=candidates,
            excluded=excluded,
            **constraints,
        )
        return await self._call(asked) or known or self._default(candidates, excluded)

    def _given(self, assigned: Assigned, candidates: Sequence[str], excluded: Sequence[str]) -> Decision | None:
        """Takes the model of a variant that names one, if the request allows it; None leaves it to a call."""
        model = assigned.config.get("model")
        if not isinstance(model, str) or model in excluded or (candidates and model not in candidates):
            return None
        return Decision(
            model=model,
            propensity=1.0,
            decision_id=new_id(),
            score=0.5,
            confidence=0.0,
            scope="",
            source="table",
            staleness_ms=self.experiments.staleness_ms if self.experiments else 0.0,
            reasoning=f"Variant {assigned.variant} of an experiment decides.",
            experiment_id=assigned.experiment_id,
            variant=assigned.variant,
            experiment_epoch=assigned.epoch,
        )

    def mix(
        self,
        brain_scores: Mapping[str, float],
        ranked: Iterable[Learned],
        *,
        threshold: float = DEFAULT_THRESHOLD,
    ) -> list[Mixed]:
        """Mixes the Brain's scores with what was learned, as table.models or recommend.explain tell it."""
        return mix(brain_scores, ranked, threshold=threshold)

    async def _call(self, asked: recommend_service_pb2.RecommendationContext) -> Decision | None:
        """Decides by a call; None when it fails, when one has failed just now, or when no model is known."""
        if time.monotonic() < self._rpc_not_before:
            return None
        try:
            answer = await self.recommend.get(asked, timeout=self._rpc_timeout)
        except InvalidRequest:
            raise
        except RadiantClientError as error:
            self._rpc_not_before = time.monotonic() + self._rpc_pause
            log.log(
                logging.DEBUG if isinstance(error, CircuitOpen) else logging.WARNING,
                "no recommendation by a call: %s",
                error,
            )
            return None
        return decision_of(answer) if answer.model else None

    def _default(self, candidates: Sequence[str], excluded: Sequence[str]) -> Decision:
        """Decides without any knowledge: the default model, or the first candidate when that is not one."""
        order = [self._default_model] if not candidates or self._default_model in candidates else []
        eligible = [model for model in (*order, *candidates) if model not in excluded]
        if not eligible:
            raise NoEligibleModel("every candidate is excluded")
        return Decision(
            model=eligible[0],
            propensity=1.0,
            decision_id=new_id(),
            score=0.5,
            confidence=0.0,
            scope="",
            source="default",
            staleness_ms=self.table.staleness_ms,
            reasoning="Nothing is known and the service does not answer, so the default decided.",
        )


@contextlib.asynccontextmanager
async def _closing_on_error(*parts: Connection | Spool | None) -> AsyncIterator[None]:
    """Closes what was opened when the block fails."""
    try:
        yield
    except BaseException:
        for part in parts:
            if part is not None:
                await part.close()
        raise


def _file_of(spool: Spool | None) -> TableFile | None:
    """Gives the file of the table in a spool's folder, if it is to be kept there."""
    if spool is None or not spool.settings.keep_table:
        return None
    return TableFile(spool.tenant_folder, bytes_max=spool.settings.table_bytes_max)
