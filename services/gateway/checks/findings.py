"""Findings about the gateway: TLS, sign-in, and the services that it calls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlsplit

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from gateway.console.settings import ConsoleSettings
from gateway.http.settings import HttpSettings
from gateway.routes.tls import services_tls
from gateway.settings import GatewaySettings
from kit.checks.cache import cache_findings
from kit.checks.certificates import certificate_findings
from kit.checks.finding import Finding, fail, ok, warn
from kit.checks.hosts import is_local, port_finding
from kit.checks.process import limit_findings
from kit.rpc.server import DEVELOPMENT_NAME
from radiant_client.transport.channel import Tls as ClientTls
from radiant_client.transport.channel import open_channel

CALL_S = 5.0
SECRET_CHARACTERS_MIN = 10
"""Different characters of a random secret. 32 random bytes in hexadecimal have fewer with a probability below 1e-11."""
SERVICES = ("ingest", "neural", "experiments", "voice")


async def gateway_findings(settings: GatewaySettings, is_production: bool) -> AsyncIterator[Finding]:
    """Yields the findings about the settings of the gateway and about the services at its addresses."""
    http = settings.http
    if http.tls.certificate:
        for finding in certificate_findings(http.tls.certificate, http.tls.key, "RADIANT_GATEWAY_TLS_CERT"):
            yield finding
    if is_production:
        for finding in _exposure(http):
            yield finding
        for finding in _console(settings.console):
            yield finding
        if settings.token_key:
            yield warn("the key of development sign-in is set", "unset RADIANT_TOKEN_KEY on the gateway")
        yield await port_finding(http.host, http.port)
        for finding in limit_findings():
            yield finding
    if settings.redis.url:
        async for finding in cache_findings(settings.redis, is_production=is_production):
            yield finding
    elif is_production:
        yield warn("sign-outs are not shared between gateways", "set RADIANT_REDIS_URL if several gateways run")
    try:
        certificates = services_tls(http.tls)
    except OSError as error:
        yield fail(f"a certificate for calls of services cannot be read: {error}", "correct RADIANT_GATEWAY_SERVICES_*")
        return
    for name in SERVICES:
        if address := settings.addresses.of(name):
            yield await _service(name, address, certificates, is_production=is_production)
        else:
            yield warn(f"no address of {name} is set", f"set RADIANT_GATEWAY_{name.upper()}_ADDRESS if it runs")


def _exposure(http: HttpSettings) -> Iterator[Finding]:
    if http.development:
        yield fail("development mode is on", "set RADIANT_DEVELOPMENT=false")
    if http.tls.certificate:
        yield ok("the gateway serves TLS")
    elif http.tls.is_behind_proxy:
        yield ok("a proxy in front of the gateway terminates TLS")
    else:
        advice = "set RADIANT_GATEWAY_TLS_CERT and RADIANT_GATEWAY_TLS_KEY, or RADIANT_BEHIND_TLS_PROXY=true"
        yield fail("the gateway does not serve TLS", advice)
    if "*" in http.cors_origins:
        yield fail("pages of every origin may call the API", "list the origins in RADIANT_GATEWAY_CORS_ORIGINS")
    if not http.limits.requests_per_s or not http.limits.unverified_per_s:
        advice = "set RADIANT_GATEWAY_REQUESTS_PER_SECOND and RADIANT_GATEWAY_UNVERIFIED_PER_SECOND"
        yield warn("the rate of requests is not limited", advice)


def _console(console: ConsoleSettings) -> Iterator[Finding]:
    """Yields findings beyond the rules of the settings themselves, which also hold in development."""
    url = urlsplit(console.public_url)
    if url.scheme != "https" or not url.hostname:
        yield fail("the public URL is not an https URL", "set RADIANT_CONSOLE_PUBLIC_URL to the URL for browsers")
    if not console.session_secret:
        yield fail("the session secret is random for each process", "set RADIANT_CONSOLE_SESSION_SECRET")
    elif len(set(console.session_secret)) < SECRET_CHARACTERS_MIN:
        yield fail("the session secret can be guessed", "set RADIANT_CONSOLE_SESSION_SECRET to 32 random bytes")
    if not console.oidc.issuer:
        yield warn("sign-in to the console is disabled", "set RADIANT_OIDC_ISSUER and RADIANT_OIDC_CLIENT_ID")


async def _service(name: str, address: str, certificates: ClientTls | None, *, is_production: bool) -> Finding:
    """Returns whether a service answers its health check."""
    host = address.rpartition(":")[0]
    if is_production and certificates is None and not is_local(host):
        return fail(f"calls of {name} at {address} are not encrypted", "set RADIANT_GATEWAY_SERVICES_CA")
    async with open_channel(address, tls=certificates or False).channel as channel:
        check = health_pb2_grpc.HealthStub(channel).Check
        try:
            answer = await check(health_pb2.HealthCheckRequest(), timeout=CALL_S, wait_for_ready=False)
            is_development = is_production and await _serves(check, DEVELOPMENT_NAME)
        except grpc.aio.AioRpcError as error:
            advice = f"start {name}, or check its address and RADIANT_GATEWAY_SERVICES_CA"
            return fail(f"{name} does not answer at {address}: {error.details()}", advice)
    if answer.status != health_pb2.HealthCheckResponse.SERVING:
        return fail(f"{name} at {address} does not serve", f"see the log of {name}")
    if is_development:
        return fail(f"{name} at {address} is in development mode", f"set RADIANT_DEVELOPMENT=false for {name}")
    return ok(f"{name} serves at {address}")


async def _serves(check: Any, service: str) -> bool:
    """Returns whether a health service of that name is known and serves."""
    try:
        answer = await check(health_pb2.HealthCheckRequest(service=service), timeout=CALL_S)
    except grpc.aio.AioRpcError as error:
        if error.code() is grpc.StatusCode.NOT_FOUND:
            return False
        raise
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)
