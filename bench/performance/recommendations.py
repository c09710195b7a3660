"""(a) GetRecommendation with warm caches compared with a constant answer of the same size on the same stack."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

import grpc

from bench.performance.figures import median, quantiles_ms, verdict
from bench.performance.stack import Process, Servers, process, service, token
from radiant.ingest.v1 import feedback_pb2, ingest_service_pb2, ingest_service_pb2_grpc, manifest_pb2
from radiant.neural.v1 import (
    learning_service_pb2,
    learning_service_pb2_grpc,
    recommend_service_pb2,
    recommend_service_pb2_grpc,
)

METHOD = "/radiant.neural.v1.RecommendService/GetRecommendation"
MODELS = [f"model-{number}" for number in range(6)]
USERS = [f"user-{number}" for number in range(50)]
ROUNDS, SECONDS, CONCURRENCY = 5, 3.0, 64
THROUGHPUT_MIN = 0.75


@dataclass(frozen=True, slots=True)
class Load:
    """Measurements of one load phase."""

    per_s: float
    durations: Sequence[float]
    cpu_us: float
    """CPU time of the server per call, in microseconds."""


def question(user: str) -> recommend_service_pb2.GetRecommendationRequest:
    """Returns a request for a user with all candidates."""
    context = recommend_service_pb2.RecommendationContext(user_id=user, task_type="code", candidates=MODELS)
    return recommend_service_pb2.GetRecommendationRequest(context=context)


async def feed(address: str) -> None:
    """Records feedback for every user and model."""
    who = token("acme")
    async with grpc.aio.insecure_channel(address) as channel:
        stub = ingest_service_pb2_grpc.IngestServiceStub(channel)
        outputs = [(user, model) for user in USERS for model in MODELS]
        manifests = [
            manifest_pb2.ExecutionManifest(
                output_id=f"{user}-{model}",
                user_id=user,
                request_type=manifest_pb2.REQUEST_TYPE_CHAT,
                task_type="code",
                models_used=[model],
            )
            for user, model in outputs
        ]
        request = ingest_service_pb2.BatchRecordManifestsRequest(request_id=str(uuid4()), manifests=manifests)
        await stub.BatchRecordManifests(request, metadata=who, timeout=30)
        kinds = (feedback_pb2.SIGNAL_TYPE_COPY_RESPONSE, feedback_pb2.SIGNAL_TYPE_REGENERATE)
        signals = [
            feedback_pb2.ImplicitSignal(output_id=f"{user}-{model}", user_id=user, signal_type=kinds[place % 3 == 0])
            for place, (user, model) in enumerate(outputs)
        ]
        batch = ingest_service_pb2.BatchSubmitImplicitSignalsRequest(request_id=str(uuid4()), signals=signals)
        await stub.BatchSubmitImplicitSignals(batch, metadata=who, timeout=30)


async def learned(address: str) -> None:
    """Waits until no units are pending."""
    async with grpc.aio.insecure_channel(address) as channel:
        stub = learning_service_pb2_grpc.LearningServiceStub(channel)
        pending = 1
        while pending:
            await asyncio.sleep(0.2)
            request = learning_service_pb2.GetLearningStatusRequest()
            pending = (await stub.GetLearningStatus(request, metadata=token("acme"), timeout=10)).pending_units


async def load(server: Process, questions: Sequence[bytes], seconds: float, method: str = METHOD) -> Load:
    """Calls the method with 64 concurrent callers. Messages stay bytes to keep the cost of the client low."""
    durations: list[float] = []
    who = token("acme")
    async with grpc.aio.insecure_channel(server.address) as channel:
        call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(method)
        clock = time.perf_counter
        await call(questions[0], metadata=who, timeout=5)
        cpu, begun = server.cpu_s(), clock()
        end = begun + seconds

        async def caller(place: int) -> None:
            while (start := clock()) < end:
                place = (place + 1) % len(questions)
                await call(questions[place], metadata=who, timeout=5)
                durations.append(clock() - start)

        await asyncio.gather(*(caller(place) for place in range(CONCURRENCY)))
        took, cpu = clock() - begun, server.cpu_s() - cpu
    return Load(len(durations) / took, durations, cpu / len(durations) * 1e6)


async def run(on: Servers) -> bool:
    """Measures both servers in turns. Returns True if the bound is met."""
    print(f"(a) GetRecommendation, hot: {len(USERS)} users, {len(MODELS)} candidates, {CONCURRENCY} callers")
    questions = [question(user).SerializeToString() for user in USERS]
    async with service("ingest", on) as ingest, service("neural", on) as neural:
        await feed(ingest.address)
        await learned(neural.address)
        async with grpc.aio.insecure_channel(neural.address) as channel:
            stub = recommend_service_pb2_grpc.RecommendServiceStub(channel)
            for user in USERS:
                answer = await stub.GetRecommendation(question(user), metadata=token("acme"), timeout=5)
        environ = {"BENCH_METHOD": METHOD, "BENCH_ANSWER": answer.SerializeToString().hex()}
        async with process("bench.performance.constant_server", environ) as constant:
            pairs = []
            for _ in range(ROUNDS):
                pairs.append((await load(neural, questions, SECONDS), await load(constant, questions, SECONDS)))
    for name, side in (("GetRecommendation", 0), ("constant answer", 1)):
        p50, p99 = quantiles_ms([each for pair in pairs for each in pair[side].durations])
        rate, cpu = median([pair[side].per_s for pair in pairs]), median([pair[side].cpu_us for pair in pairs])
        print(f"  {name:<18} {rate:8.0f}/s   p50 {p50:6.2f} ms   p99 {p99:6.2f} ms   server cpu {cpu:5.0f} us/call")
    cpu_ratio = median([constant.cpu_us / hot.cpu_us for hot, constant in pairs])
    print(f"  server CPU time of the constant answer over ours: {cpu_ratio:.3f}")
    ratio = median([hot.per_s / constant.per_s for hot, constant in pairs])
    return verdict("throughput over the constant answer's", ratio, "", THROUGHPUT_MIN, at_least=True)
