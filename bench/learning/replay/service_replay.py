"""Replay of one stream through the running services over gRPC: recommend, record the output, send reactions."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import permutations, product

import numpy as np

from bench.learning.replay.policies import OURS, default_policies
from bench.learning.replay.simulation import reactions, simulate
from bench.learning.replay.streams import Streams, draw_streams
from bench.learning.replay.upper_bounds import PER_TASK, hindsight_bounds
from bench.learning.tables import Numbers, Table
from bench.performance.stack import KEY, servers, service
from cli.demo.clients import ClientFactory
from cli.demo.reactions import NEGATIVE_SIGNALS, POSITIVE_SIGNALS
from cli.demo.workload import TENANTS, USERS_PER_TENANT
from ingest.domain.model import SENTIMENTS
from neural.settings import RecommendSettings
from radiant.ingest.v1 import manifest_pb2
from radiant.neural.v1 import recommend_service_pb2
from radiant_client import Radiant, context, implicit_signal
from radiant_client.messages.fields import timestamp

EVENTS, CONCURRENCY, CONTEXTS_PER_BATCH = 3_000, 16, 200
DOMAIN, CALL_S, FRESHNESS_S, SETTLE_S_MAX = "general", 20.0, 1.5, 120.0

KINDS = {
    round((SENTIMENTS[one] + SENTIMENTS[other]) / 2, 9): (one, other)
    for kinds in (POSITIVE_SIGNALS, NEGATIVE_SIGNALS)
    for one, other in permutations(kinds, 2)
} | {round(SENTIMENTS[kind], 9): (kind,) for kind in (*POSITIVE_SIGNALS, *NEGATIVE_SIGNALS)}
"""Signal types by their mean sentiment. A unit keeps only this mean."""


@dataclass(slots=True)
class Replay:
    """The replay of one seed's stream."""

    streams: Streams
    radiants: Mapping[str, Radiant]
    served: list[float] = field(default_factory=list)
    """Quality of each served answer."""

    def models(self) -> list[str]:
        """Returns the candidates in the order of the seed."""
        return [self.streams.table.models[place] for place in self.streams.order[0]]

    def request_context(self, user: int, task: int, strategy: str = "") -> recommend_service_pb2.RecommendationContext:
        """Returns the context of a user's request for a recommendation."""
        name = self.streams.table.tasks[task]
        return context(name, user_id=_user(user), domain_mode=DOMAIN, candidates=self.models(), strategy=strategy)

    async def run_events(self, events: Iterator[int]) -> None:
        """Sends events until the iterator is exhausted. Several tasks may share one iterator."""
        for event in events:
            await self._run_event(event)

    async def _run_event(self, event: int) -> None:
        streams, row = self.streams, np.zeros(1, np.int64)
        user, task = int(streams.user[0, event]), int(streams.task[0, event])
        radiant = self.radiants[_tenant(user)]
        advice = await radiant.recommend.get(self.request_context(user, task), timeout=CALL_S)
        model = np.array([self.models().index(advice.model)])
        quality = streams.table.quality[streams.prompt[row, event], streams.order[row, model]]
        self.served.append(float(quality[0]))
        output = f"replay-{event}"
        manifest = manifest_pb2.ExecutionManifest(
            output_id=output,
            user_id=_user(user),
            request_type=manifest_pb2.REQUEST_TYPE_CHAT,
            task_type=streams.table.tasks[task],
            domain_mode=DOMAIN,
            models_used=[advice.model],
            decision_id=advice.decision_id,
            propensity=advice.propensity,
            create_time=timestamp(datetime.now(UTC)),
        )
        await radiant.ingest.record_manifest(manifest, timeout=CALL_S)
        rating, implicit = reactions(streams, row, event, model, quality)
        if rating[0]:
            thumb = "positive" if rating[0] > 0 else "negative"
            await radiant.ingest.submit_feedback(output, _user(user), thumb, timeout=CALL_S)
        kinds = KINDS[round(float(implicit[0]), 9)]
        signals = [implicit_signal(output, _user(user), kind) for kind in kinds]
        await radiant.ingest.submit_signals(signals, timeout=CALL_S)

    async def held_out_quality(self) -> tuple[float, float]:
        """Returns the held-out quality of the current recommendations, as served and greedy."""
        streams, sums = self.streams, {"": 0.0, "greedy": 0.0}
        for tenant, strategy in product(range(len(TENANTS)), sums):
            users = range(tenant * USERS_PER_TENANT, (tenant + 1) * USERS_PER_TENANT)
            tasks = np.flatnonzero(streams.share[0] > 0).tolist()
            places = list(product(users, tasks))
            for start in range(0, len(places), CONTEXTS_PER_BATCH):
                part = places[start : start + CONTEXTS_PER_BATCH]
                contexts = [self.request_context(user, task, strategy) for user, task in part]
                answers = await self.radiants[TENANTS[tenant]].recommend.batch(contexts, timeout=CALL_S)
                for (user, task), answer in zip(part, answers, strict=True):
                    weight = streams.weight[0, user] * streams.share[0, task]
                    sums[strategy] += weight * float(self._probabilities(answer) @ streams.held[0, task])
        return sums[""], sums["greedy"]

    def _probabilities(self, answer: recommend_service_pb2.Recommendation) -> Numbers:
        known = {each.model: each.propensity for each in answer.alternatives} | {answer.model: answer.propensity}
        return np.array([known.get(model, 0.0) for model in self.models()])


def _tenant(user: int) -> str:
    return TENANTS[user // USERS_PER_TENANT]


def _user(user: int) -> str:
    return f"user-{user % USERS_PER_TENANT:02d}"


async def run(tables: Sequence[Table], seed: int, events: int) -> bool:
    """Replays one seed of each table through the services and in this process, and prints both. Has no bounds."""
    for table in tables:
        streams = draw_streams(table, range(seed, seed + 1), events)
        async with servers() as on, service("ingest", on) as ingest, service("neural", on) as neural:
            clients = ClientFactory(ingest=ingest.address, neural=neural.address, key=KEY)
            seconds, settled, replay, found = await _replay(clients, streams, events)
        ours = next(each for each in default_policies(RecommendSettings().priors) if each.name == OURS)
        curve, best = simulate(streams, ours, [events], turns=1), hindsight_bounds(streams)[PER_TASK]
        took = f"{events:,} events over gRPC in {seconds:.0f} s, all learned {settled:.1f} s later"
        print(f"\n{table.name}, seed {seed}: {took}")
        for name, served, greedy, online in (
            ("services", *found, float(np.mean(replay.served))),
            ("in process", *(float(each[events][0]) for each in (curve.served, curve.greedy, curve.online))),
        ):
            print(f"  {name:12} held-out: served {served:.4f}, greedy {greedy:.4f}; online {online:.4f}")
        print(
            f"  {PER_TASK}: {best[0]:.4f}; random choice: {(streams.share[0] @ streams.held[0]).mean():.4f}", flush=True
        )
    return True


async def _replay(
    clients: ClientFactory, streams: Streams, events: int
) -> tuple[float, float, Replay, tuple[float, float]]:
    async with contextlib.AsyncExitStack() as stack:
        operator = await stack.enter_async_context(clients.open("", "operator"))
        radiants = {name: await stack.enter_async_context(clients.open(name, "service", "admin")) for name in TENANTS}
        for radiant in radiants.values():
            await radiant.learning.update_settings(global_learning=True)
        replay, waiting, started = Replay(streams, radiants), iter(range(events)), time.perf_counter()
        async with asyncio.TaskGroup() as working:
            for _ in range(CONCURRENCY):
                working.create_task(replay.run_events(waiting))
        done = time.perf_counter()
        async with asyncio.timeout(SETTLE_S_MAX):
            while (await operator.learning.status()).pending_units:  # noqa: ASYNC110 - the service offers no event
                await asyncio.sleep(0.02)
        settled = time.perf_counter() - done
        await asyncio.sleep(FRESHNESS_S)
        return done - started, settled, replay, await replay.held_out_quality()
