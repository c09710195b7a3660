"""Servers: roles of methods, methods without a token, addresses to listen on."""

import asyncio
import socket
from datetime import timedelta

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from prometheus_client import generate_latest

from kit.auth.access import AccessRuleError
from kit.auth.tokens import SharedKeyTokens, mint
from kit.rpc.server import PublicDevelopmentError, RpcServerSettings, build_server
from radiant.neural.v1 import recommend_service_pb2 as recommend
from radiant.neural.v1 import recommend_service_pb2_grpc as recommend_grpc
from radiant.options.v1 import access_pb2
from tests.kit.fixtures.access_rules import service_with
from tests.kit.fixtures.scripted_servicer import METHODS, SHAPES, Script, serving
from tests.kit.fixtures.settings import read_group
from tests.support.suite import KEY, token

RECOMMEND = recommend.DESCRIPTOR.services_by_name["RecommendService"]


@pytest.mark.parametrize("shape", SHAPES)
async def test_call_without_the_required_role_is_refused(shape: str) -> None:
    script = Script()
    role = "guest" if shape == "stream_unary" else "expert"  # experts may call the method of that shape
    async with serving(script) as served:
        outcome = await served.call(shape, metadata=_pairs("acme", role), stays_after=0)
    assert outcome.code is grpc.StatusCode.PERMISSION_DENIED
    assert outcome.info.reason == "ROLE_MISSING"
    assert script.request_ids == [], "the method was not called"


@pytest.mark.parametrize("shape", SHAPES)
async def test_call_with_expired_token_is_refused(shape: str) -> None:
    expired = mint(KEY, "acme", ["service"], timedelta(seconds=-1))
    async with serving(Script()) as served:
        outcome = await served.call(shape, metadata=[("authorization", f"Bearer {expired}")], stays_after=0)
    assert outcome.code is grpc.StatusCode.UNAUTHENTICATED
    assert outcome.info.reason == "TOKEN_EXPIRED"


async def test_concurrent_calls_have_their_own_callers() -> None:
    script = Script()
    async with serving(script) as served:
        for tenant in ("acme", "globex", "acme"):
            await served.call("unary_unary", metadata=_pairs(tenant, "service"))
    assert [principal.tenant_id for principal in script.principals] == ["acme", "globex", "acme"]


async def test_server_adding_service_with_method_without_access_rule_raises() -> None:
    rule = access_pb2.AccessRule(roles=[access_pb2.ROLE_SERVICE], effect=access_pb2.EFFECT_READ)
    server = build_server(RpcServerSettings(), SharedKeyTokens(KEY))
    with pytest.raises(AccessRuleError, match=r"Service\.Method1 has no option"):
        server.add(lambda servicer, registrar: None, None, service_with(rule, None))


async def test_unimplemented_method_fails_without_internal_text() -> None:
    server = build_server(RpcServerSettings(), SharedKeyTokens(KEY))
    servicer = recommend_grpc.RecommendServiceServicer()  # type: ignore[abstract]
    server.add(recommend_grpc.add_RecommendServiceServicer_to_server, servicer, RECOMMEND)
    port = await server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = recommend_grpc.RecommendServiceStub(channel)
            call = stub.WatchRecommendations(recommend.WatchRecommendationsRequest(), metadata=token("acme"))
            assert await call.code() is grpc.StatusCode.INTERNAL
            assert await call.details() == "An internal error occurred. Report the error id to the operator."
    finally:
        await server.stop(timedelta())


async def test_health_without_token_is_answered_and_shows_draining() -> None:
    async with serving(Script()) as served:
        health = health_pb2_grpc.HealthStub(served.channel)
        for name in ("", METHODS.full_name):
            answer = await health.Check(health_pb2.HealthCheckRequest(service=name))
            assert answer.status == health_pb2.HealthCheckResponse.SERVING
        await served.server.set_serving(False)
        for name in ("", METHODS.full_name):
            answer = await health.Check(health_pb2.HealthCheckRequest(service=name))
            assert answer.status == health_pb2.HealthCheckResponse.NOT_SERVING


async def test_reflection_without_token_is_answered() -> None:
    async with serving(Script()) as served:
        stub = reflection_pb2_grpc.ServerReflectionStub(served.channel)
        call = stub.ServerReflectionInfo(iter([reflection_pb2.ServerReflectionRequest(list_services="")]))
        answers = [answer async for answer in call]
    names = {service.name for service in answers[0].list_services_response.service}
    assert {METHODS.full_name, "grpc.health.v1.Health"} <= names


@pytest.mark.parametrize(
    "host",
    [
        "0.0.0.0",
        "[::]",
        "::",
        "192.0.2.7",
        "2001:db8::1",
        "::ffff:0.0.0.0",
        "example.com",
        "",
        "0",
        "*",
        "127.0.0.1.nip.io",
        "unix:/tmp/x",
        "unix:///tmp/x",
        "localhost.example.com",
        "127.0.0.1:49151, 0.0.0.0",
        "dns:///localhost",
    ],
)
async def test_development_mode_on_public_address_is_refused(host: str) -> None:
    server = build_server(RpcServerSettings(host=host), SharedKeyTokens(KEY))
    with pytest.raises(PublicDevelopmentError):
        await server.start()


async def test_localhost_resolving_to_another_machine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async def found(*_: object, **__: object) -> list[object]:
        return [(0, 0, 0, "", ("127.0.0.1", 0)), (0, 0, 0, "", ("192.0.2.7", 0))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", found)
    server = build_server(RpcServerSettings(host="localhost"), SharedKeyTokens(KEY))
    with pytest.raises(PublicDevelopmentError):
        await server.start()


@pytest.mark.parametrize("development", [True, False])
async def test_development_mode_is_shown_in_log_metrics_and_health(
    development: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(Script(), development=development) as served:
        check = health_pb2.HealthCheckRequest(service="radiant.development")
        stub = health_pb2_grpc.HealthStub(served.channel)
        if development:
            assert (await stub.Check(check)).status == health_pb2.HealthCheckResponse.SERVING
        else:
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await stub.Check(check)
            assert caught.value.code() is grpc.StatusCode.NOT_FOUND
        assert generate_latest().decode().count(f"radiant_development_mode {float(development)}") == 1
    warned = [each.getMessage() for each in caplog.records if each.levelname == "WARNING"]
    assert any("development mode" in each for each in warned) is development


async def test_public_address_without_tls_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(Script(), development=False, host="0.0.0.0"):
        pass
    assert any("not encrypted" in each.getMessage() for each in caplog.records)


async def test_reflection_can_be_disabled() -> None:
    async with serving(Script(), reflection=False) as served:
        stub = reflection_pb2_grpc.ServerReflectionStub(served.channel)
        call = stub.ServerReflectionInfo(iter([reflection_pb2.ServerReflectionRequest(list_services="")]))
        assert await call.code() is grpc.StatusCode.UNIMPLEMENTED


def test_reflection_in_production_is_off_by_default() -> None:
    for environ, shown in (
        ({}, True),
        ({"DEVELOPMENT": "false"}, False),
        ({"DEVELOPMENT": "false", "REFLECTION": "true"}, True),
    ):
        assert read_group(RpcServerSettings, environ).reflection is shown


async def test_production_mode_allows_every_address() -> None:
    server = build_server(RpcServerSettings(host="0.0.0.0", development=False), SharedKeyTokens(KEY))
    assert await server.start() > 0
    await server.stop(timedelta())


@pytest.mark.parametrize("host", ["localhost", "::1", "[::1]"])
async def test_loopback_address_of_any_kind_is_served(host: str) -> None:
    if "::" in host and not _has_ipv6():
        pytest.skip("this machine has no IPv6 loopback address")
    server = build_server(RpcServerSettings(host=host), SharedKeyTokens(KEY))
    port = await server.start()
    try:
        address = host if host == "localhost" else "[::1]"
        async with grpc.aio.insecure_channel(f"{address}:{port}") as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            answer = await stub.Check(health_pb2.HealthCheckRequest(), timeout=5)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
    finally:
        await server.stop(timedelta())


async def test_occupied_port_raises_os_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = build_server(RpcServerSettings(port=taken.getsockname()[1]), SharedKeyTokens(KEY))
        with pytest.raises(OSError, match="cannot listen"):
            await server.start()


async def test_message_above_the_size_limit_is_refused() -> None:
    script = Script()
    async with serving(script, message_bytes_max=1024) as served:
        outcome = await served.call("unary_unary", [b"x" * 2000])
    assert outcome.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert script.requests == []


def _pairs(tenant: str, *roles: str) -> list[tuple[str, str]]:
    return [(key, str(value)) for key, value in token(tenant, *roles)]


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True
