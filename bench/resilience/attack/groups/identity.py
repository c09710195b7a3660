"""Identity: forged tokens, tenants named in requests, tokens that end, and operators of one tenant."""

from __future__ import annotations

import asyncio
import base64
import json
import time
import uuid
from datetime import timedelta
from typing import Any

import grpc
import jwt

from bench.resilience.attack.api import METHODS, empty_request, path_of
from bench.resilience.attack.attack import Group, Outcome
from bench.resilience.attack.target import Answer, Target, service_of
from kit.auth.access import access_rule
from kit.auth.tokens import ROLES, mint
from radiant.neural.v1 import learning_service_pb2, recommend_service_pb2

GROUP = Group("identity")
LEARNING = "/radiant.neural.v1.LearningService/"
STREAM_S, STREAM_SECONDS_MAX = 3.0, 15.0


@GROUP.attack("forged, expired and foreign tokens to every method", "UNAUTHENTICATED")
async def forged_tokens(target: Target) -> Outcome:
    """Calls every method with tokens that are not valid."""
    passed, attempts = list[str](), 0
    for name, authorization in _forged(target).items():
        for method in METHODS:
            if service_of(path_of(method)) not in target.addresses:
                continue
            answer = await _call(target, method, empty_request(method).SerializeToString(), authorization)
            attempts += 1
            if answer.code != "UNAUTHENTICATED":
                passed.append(f"{name}: {method.name} {answer.code}")
    return Outcome(attempts, not passed, f"{len(passed)} passed {', '.join(passed[:3])}".strip())


@GROUP.attack("another tenant in the body of every method", "PERMISSION_DENIED or invalid")
async def foreign_tenant(target: Target) -> Outcome:
    """Calls every method whose request names a tenant, with every role of another tenant."""
    passed, attempts = list[str](), 0
    authorization = target.bearer("acme", *ROLES)
    for method in METHODS:
        request = empty_request(method)
        part = request if "tenant_id" in request.DESCRIPTOR.fields_by_name else getattr(request, "header", None)
        if part is None or service_of(path_of(method)) not in target.addresses:
            continue
        part.tenant_id = "globex"
        if method.name == "StreamSignals":
            request.batch_id = str(uuid.uuid4())
        answer = await _call(target, method, request.SerializeToString(), authorization)
        attempts += 1
        is_refused = answer.code in ("PERMISSION_DENIED", "INVALID_ARGUMENT", "UNIMPLEMENTED")
        if not is_refused and b"TENANT_MISMATCH" not in answer.body:
            passed.append(f"{method.name} {answer.code}")
    return Outcome(attempts, not passed, f"{len(passed)} passed {', '.join(passed[:3])}".strip())


@GROUP.attack("methods with a role that may not call them", "PERMISSION_DENIED")
async def missing_roles(target: Target) -> Outcome:
    """Calls every method with the roles that its access rule does not name."""
    passed, attempts = list[str](), 0
    for method in METHODS:
        others = ROLES - access_rule(method).roles
        if not others or service_of(path_of(method)) not in target.addresses:
            continue
        body = empty_request(method).SerializeToString()
        answer = await _call(target, method, body, target.bearer("acme", *others))
        attempts += 1
        if answer.code != "PERMISSION_DENIED":
            passed.append(f"{method.name} {answer.code}")
    return Outcome(attempts, not passed, f"{len(passed)} passed {', '.join(passed[:3])}".strip())


@GROUP.attack("open streams after the end of their token", "UNAUTHENTICATED within 15 s")
async def outlived_streams(target: Target) -> Outcome:
    """Opens streams with a token of three seconds and waits for their end."""
    watch = recommend_service_pb2.WatchRecommendationsRequest().SerializeToString()
    streams = {
        "/radiant.neural.v1.RecommendService/WatchRecommendations": ("unary_stream", watch),
        "/radiant.experiments.v1.ExperimentService/WatchExperiments": ("unary_stream", b""),
        "/radiant.ingest.v1.IngestService/StreamSignals": ("stream_stream", None),
    }
    found = await asyncio.gather(*(_end_of(target, path, *shape) for path, shape in streams.items()))
    ends = dict(zip((path.rpartition("/")[2] for path in streams), found, strict=True))
    is_held = all(code == "UNAUTHENTICATED" for code in ends.values())
    return Outcome(len(ends), is_held, ", ".join(f"{name}: {code}" for name, code in ends.items()))


@GROUP.attack("batch runs by an operator of one tenant", "refused, or without other tenants' data")
async def bound_operator(target: Target) -> Outcome:
    """Starts and lists batch runs of all tenants with a token of one tenant."""
    authorization = target.bearer("acme", "operator")
    start = learning_service_pb2.RunBatchLearningRequest(request_id=str(uuid.uuid4()))
    started = await target.call(f"{LEARNING}RunBatchLearning", start, authorization, 40)
    listed = await target.call(
        f"{LEARNING}ListBatchRuns", learning_service_pb2.ListBatchRunsRequest(page_size=10), authorization
    )
    runs = learning_service_pb2.ListBatchRunsResponse.FromString(listed.body).runs if listed.code == "OK" else []
    is_held = started.code == "PERMISSION_DENIED" and not runs
    return Outcome(2, is_held, f"RunBatchLearning {started.code}, ListBatchRuns {listed.code} with {len(runs)} runs")


def _forged(target: Target) -> dict[str, str]:
    """Returns invalid Authorization headers by name."""
    now = int(time.time())
    claims = {
        "sub": "x", "tenant": "acme", "roles": sorted(ROLES), "iss": "radiant", "aud": "radiant", "exp": now + 600,
        "iat": now,
    }  # fmt: skip

    def signed(**changes: Any) -> str:
        changed = {name: value for name, value in (claims | changes).items() if value is not None}
        return jwt.encode(changed, target.key, "HS256")

    def unsigned(algorithm: str) -> str:
        parts = ({"alg": algorithm, "typ": "JWT"}, claims)
        return (
            ".".join(base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in parts) + "."
        )

    tokens = {
        "other key": mint("k" * 40, "acme", sorted(ROLES), timedelta(hours=1), "x"),
        "expired": signed(exp=now - 3600),
        "no end": signed(exp=None),
        "other audience": signed(aud="other"),
        "other issuer": signed(iss="other"),
        "not yet valid": signed(nbf=now + 3600),
        "algorithm none": unsigned("none"),
        "algorithm None": unsigned("None"),
        "no tenant": signed(tenant=None),
        "tenant as list": signed(tenant=["acme"]),
        "garbage": "garbage",
    }
    return {name: f"Bearer {token}" for name, token in tokens.items()} | {"basic": "Basic YTpi", "empty": "Bearer "}


async def _call(target: Target, method: Any, body: bytes, authorization: str) -> Answer:
    """Makes a call of any shape and returns its status and first answer."""
    shape = f"{'stream' if method.client_streaming else 'unary'}_{'stream' if method.server_streaming else 'unary'}"
    stub = getattr(target.channel(service_of(path_of(method))), shape)(path_of(method))
    sent = iter([body]) if method.client_streaming else body
    call = stub(sent, metadata=(("authorization", authorization),), timeout=10)
    try:
        if not method.server_streaming:
            return Answer("OK", "", await call)
        first = await call.read()
        return Answer("OK", "", b"" if first is grpc.aio.EOF else first)
    except grpc.aio.AioRpcError as error:
        return Answer(error.code().name, error.details() or "")
    finally:
        call.cancel()


async def _end_of(target: Target, path: str, shape: str, body: bytes | None) -> str:
    """Returns the status with which a stream ends, or "open"."""
    stub = getattr(target.channel(service_of(path)), shape)(path)
    metadata = (("authorization", target.bearer("acme", *ROLES, seconds=STREAM_S)),)
    call = stub(metadata=metadata) if body is None else stub(body, metadata=metadata)
    try:
        async with asyncio.timeout(STREAM_SECONDS_MAX):
            while await call.read() is not grpc.aio.EOF:
                pass
        return str((await call.code()).name)
    except TimeoutError:
        return "open"
    except grpc.aio.AioRpcError as error:
        return error.code().name
    finally:
        call.cancel()
