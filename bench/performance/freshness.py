"""(c) Time from the acknowledgement of a signal to the first recommendation that includes it, at 1,000 signals/s."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import grpc

from bench.performance.figures import quantiles_ms, verdict
from bench.performance.recommendations import MODELS, USERS, feed, learned
from bench.performance.stack import Servers, service, token
from radiant.ingest.v1 import feedback_pb2, ingest_service_pb2, ingest_service_pb2_grpc, manifest_pb2
from radiant.neural.v1 import recommend_service_pb2, recommend_service_pb2_grpc

SECONDS, PER_SECOND, BATCH = 20, 1000, 50
PROBES_PER_SECOND = 10
DELAY_MS_MAX = 1000.0
PROBE_S_MAX = 30.0


def load_batch(number: int) -> ingest_service_pb2.StreamSignalsRequest:
    """Returns a batch of new signals on known outputs."""
    request = ingest_service_pb2.StreamSignalsRequest(batch_id=str(uuid4()))
    for place in range(BATCH):
        n = number * BATCH + place
        user, model = USERS[n % len(USERS)], MODELS[n // len(USERS) % len(MODELS)]
        kind = feedback_pb2.SignalType.ValueType(1 + n % 15)
        request.signals.add(output_id=f"{user}-{model}", user_id=user, signal_id=str(uuid4()), signal_type=kind)
    return request


async def background(stub: ingest_service_pb2_grpc.IngestServiceStub) -> float:
    """Sends the load at a fixed rate and returns the acknowledged signals per second."""
    begun = time.perf_counter()

    async def requests() -> AsyncIterator[ingest_service_pb2.StreamSignalsRequest]:
        for number in range(SECONDS * PER_SECOND // BATCH):
            await asyncio.sleep(begun + number * BATCH / PER_SECOND - time.perf_counter())
            yield load_batch(number)

    accepted = 0
    async for ack in stub.StreamSignals(requests(), metadata=token("acme")):
        accepted += ack.accepted_count
    return accepted / (time.perf_counter() - begun)


async def probe(
    number: int,
    ingest: ingest_service_pb2_grpc.IngestServiceStub,
    recommend: recommend_service_pb2_grpc.RecommendServiceStub,
) -> float:
    """Returns the seconds from the acknowledgement of a task's first signal until a recommendation includes it."""
    who, task, output = token("acme"), f"probe-{number}", f"probe-{number}"
    signal = feedback_pb2.ImplicitSignal(output_id=output, user_id="u", signal_type=feedback_pb2.SIGNAL_TYPE_REGENERATE)
    request = ingest_service_pb2.SubmitImplicitSignalRequest(request_id=str(uuid4()), signal=signal)
    context = recommend_service_pb2.RecommendationContext(task_type=task, candidates=MODELS[:1])
    question = recommend_service_pb2.GetRecommendationRequest(context=context)
    await recommend.GetRecommendation(question, metadata=who, timeout=5)
    await ingest.SubmitImplicitSignal(request, metadata=who, timeout=10)
    acknowledged = time.perf_counter()
    while time.perf_counter() < acknowledged + PROBE_S_MAX:
        answer = await recommend.GetRecommendation(question, metadata=who, timeout=5)
        if answer.recommendation.sample_size == 1:
            return time.perf_counter() - acknowledged
        await asyncio.sleep(0.005)
    return PROBE_S_MAX


async def manifests(stub: ingest_service_pb2_grpc.IngestServiceStub, count: int) -> None:
    """Records the outputs of the probes, each with its own task type."""
    records = [
        manifest_pb2.ExecutionManifest(
            output_id=f"probe-{number}",
            user_id="u",
            request_type=manifest_pb2.REQUEST_TYPE_CHAT,
            task_type=f"probe-{number}",
            models_used=[MODELS[0]],
        )
        for number in range(count)
    ]
    request = ingest_service_pb2.BatchRecordManifestsRequest(request_id=str(uuid4()), manifests=records)
    await stub.BatchRecordManifests(request, metadata=token("acme"), timeout=30)


async def run(on: Servers) -> bool:
    """Runs the benchmark. Returns True if the bounds are met."""
    count = (SECONDS - 2) * PROBES_PER_SECOND
    print(f"(c) Freshness: {count} probes beside {PER_SECOND} signals/s for {SECONDS} s")
    async with service("ingest", on) as ingest, service("neural", on) as neural:
        await feed(ingest.address)
        async with grpc.aio.insecure_channel(ingest.address) as one, grpc.aio.insecure_channel(neural.address) as two:
            to_ingest = ingest_service_pb2_grpc.IngestServiceStub(one)
            to_neural = recommend_service_pb2_grpc.RecommendServiceStub(two)
            await manifests(to_ingest, count)
            await learned(neural.address)
            load = asyncio.create_task(background(to_ingest))
            probes = []
            for number in range(count):
                probes.append(asyncio.create_task(probe(number, to_ingest, to_neural)))
                await asyncio.sleep(1 / PROBES_PER_SECOND)
            waits = await asyncio.gather(*probes)
            rate = await load
    p50, p99 = quantiles_ms(waits)
    print(f"  {rate:.0f} signals/s acknowledged; ack to recommendation p50 {p50:.0f} ms, p99 {p99:.0f} ms")
    rate_kept = verdict("signals/s", rate, "", 0.95 * PER_SECOND, at_least=True)
    return verdict("p99 from ack to recommendation", p99, " ms", DELAY_MS_MAX, at_least=False) and rate_kept
