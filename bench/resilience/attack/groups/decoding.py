"""Work before authentication: compressed and large OTLP requests without a valid token."""

from __future__ import annotations

import asyncio
import random
import zlib

from bench.resilience.attack.attack import Group, Outcome
from bench.resilience.attack.resources import cpu_s
from bench.resilience.attack.target import Target
from bench.resilience.chaos.load.spans import export_request
from radiant.ingest.v1 import manifest_pb2

GROUP = Group("work before authentication")
TRACES = "/v1/traces"
PROTOBUF = "application/x-protobuf"
MEMBERS_BYTES = 2_000_000
SPANS = 4_000
HEALTH_S_MAX, CPU_S_MAX = 1.0, 1.0


@GROUP.attack("2 MB of empty deflate members", "401, health of the gateway within 1 s, 1 s of CPU")
async def deflate_members(target: Target) -> Outcome:
    """Sends concatenated empty members, whose decompression is quadratic in naive code."""
    member = zlib.compress(b"")
    body = member * (MEMBERS_BYTES // len(member))
    return await _posts(target, 1, body, {"content-encoding": "deflate"})


@GROUP.attack("8 requests of 1 MB of spans", "401, health of the gateway within 1 s, 1 s of CPU")
async def unauthenticated_spans(target: Target) -> Outcome:
    """Sends many valid spans with an invalid token."""
    manifest = manifest_pb2.ExecutionManifest(output_id="o", user_id="u", task_type="chat", models_used=["m"])
    manifest.create_time.GetCurrentTime()
    body = export_request([manifest] * SPANS, random.Random(1)).SerializeToString()
    return await _posts(target, 8, body, {})


async def _posts(target: Target, times: int, body: bytes, headers: dict[str, str]) -> Outcome:
    sent = {"authorization": "x", "content-type": PROTOBUF, **headers}
    before = cpu_s(target.pids("gateway"))
    async with target.probing("gateway") as latency, target.client() as client:
        calls = (client.post(TRACES, content=body, headers=sent, timeout=30) for _ in range(times))
        statuses = [answer.status_code for answer in await asyncio.gather(*calls)]
    used_s = cpu_s(target.pids("gateway")) - before
    is_held = set(statuses) == {401} and latency.is_within(HEALTH_S_MAX) and used_s <= CPU_S_MAX
    return Outcome(times, is_held, f"{sorted(set(statuses))}; health: {latency}; {used_s:.1f} s of CPU")
