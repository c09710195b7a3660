"""(i) Cost of REST: requests to the gateway compared with the same gRPC calls, in turns."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from uuid import uuid4

import grpc
import httpx

from bench.performance.figures import median, quantiles_ms, verdict
from bench.performance.recommendations import MODELS, USERS, feed, learned, question
from bench.performance.stack import Process, Servers, http_process, service, token
from radiant.ingest.v1 import feedback_pb2, ingest_service_pb2, ingest_service_pb2_grpc
from radiant.neural.v1 import recommend_service_pb2_grpc

ROUNDS, CALLS, CALLERS = 5, 200, 16
ADDED_MS_MAX = 5.0
"""Largest time that the gateway may add to the p50 of a call."""

Ask = Callable[[int], Awaitable[object]]


async def _durations(ask: Ask, begin: int) -> list[float]:
    found = []
    for number in range(begin, begin + CALLS):
        start = time.perf_counter()
        await ask(number)
        found.append(time.perf_counter() - start)
    return found


async def _per_s(ask: Ask, begin: int) -> float:
    """Returns the calls per second of several concurrent callers."""
    numbers, start = iter(range(begin, begin + CALLS)), time.perf_counter()

    async def one() -> None:
        for number in numbers:
            await ask(number)

    await asyncio.gather(*(one() for _ in range(CALLERS)))
    return CALLS / (time.perf_counter() - start)


async def _compare(name: str, rest: Ask, call: Ask) -> bool:
    rounds = []
    await _durations(rest, 0)
    await _durations(call, CALLS)
    for turn in range(1, ROUNDS + 1):
        begin = 2 * turn * CALLS
        rounds.append((await _durations(rest, begin), await _durations(call, begin + CALLS)))
    p50s = [tuple(quantiles_ms(side)[0] for side in each) for each in rounds]
    over, under = median([each[0] for each in p50s]), median([each[1] for each in p50s])
    ratio = median([each[0] / each[1] for each in p50s])
    begin = 2 * (ROUNDS + 1) * CALLS
    pairs = [(await _per_s(rest, begin + n * CALLS), await _per_s(call, begin + (n + 1) * CALLS)) for n in (0, 2, 4)]
    print(f"  {name:<22} REST p50 {over:6.2f} ms   gRPC p50 {under:6.2f} ms   ratio {ratio:.2f}")
    rates = (median([each[0] for each in pairs]), median([each[1] for each in pairs]))
    throughput = f"REST {rates[0]:6.0f}/s       gRPC {rates[1]:6.0f}/s       ratio {rates[0] / rates[1]:.2f}"
    print(f"  {CALLERS} callers{'':<12} {throughput}")
    return verdict(f"{name}: added by REST", over - under, " ms", ADDED_MS_MAX, at_least=False)


async def _recommendations(client: httpx.AsyncClient, neural: Process) -> bool:
    async with grpc.aio.insecure_channel(neural.address) as channel:
        stub, who = recommend_service_pb2_grpc.RecommendServiceStub(channel), token("acme")

        async def rest(number: int) -> None:
            asked = {"userId": USERS[number % len(USERS)], "taskType": "code", "candidates": MODELS}
            (await client.get("/neural/recommendation", params=asked)).raise_for_status()

        async def call(number: int) -> None:
            await stub.GetRecommendation(question(USERS[number % len(USERS)]), metadata=who, timeout=5)

        return await _compare("GET recommendation", rest, call)


async def _votes(client: httpx.AsyncClient, ingest: Process) -> bool:
    async with grpc.aio.insecure_channel(ingest.address) as channel:
        stub, who = ingest_service_pb2_grpc.IngestServiceStub(channel), token("acme")

        async def rest(number: int) -> None:
            vote = {"outputId": f"b{number}", "userId": f"u{number}", "rating": "RATING_POSITIVE"}
            body = {**vote, "source": "FEEDBACK_SOURCE_API"}
            (await client.post("/feedback/explicit", json=body)).raise_for_status()

        async def call(number: int) -> None:
            vote = feedback_pb2.ExplicitFeedback(
                output_id=f"b{number}",
                user_id=f"u{number}",
                rating=feedback_pb2.RATING_POSITIVE,
                source=feedback_pb2.FEEDBACK_SOURCE_API,
            )
            request = ingest_service_pb2.SubmitExplicitFeedbackRequest(request_id=str(uuid4()), feedback=vote)
            await stub.SubmitExplicitFeedback(request, metadata=who, timeout=5)

        return await _compare("POST explicit", rest, call)


async def run(on: Servers) -> bool:
    """Measures REST and gRPC in turns. Returns True if the bounds are met."""
    print(f"(i) REST by the gateway: one caller, {ROUNDS} rounds of {CALLS} requests each way")
    async with service("ingest", on) as ingest, service("neural", on) as neural:
        await feed(ingest.address)
        await learned(neural.address)
        environ = {
            "RADIANT_GATEWAY_INGEST_ADDRESS": ingest.address,
            "RADIANT_GATEWAY_NEURAL_ADDRESS": neural.address,
            "RADIANT_GATEWAY_REQUESTS_PER_SECOND": "0",
            "RADIANT_OTLP_GRPC_PORT": "0",
        }
        async with http_process("gateway", environ, "RADIANT_GATEWAY_PORT") as served:
            base = f"http://{served.address}/api/v2"
            async with httpx.AsyncClient(base_url=base, headers=dict(token("acme"))) as client:
                kept = await _recommendations(client, neural)
                return await _votes(client, ingest) and kept
