"""Tests of the gRPC receiver: TLS, health, ports and settings."""

import asyncio
import socket
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

from cli.embedded.process import free_port
from gateway.app import open_server
from gateway.http.settings import HttpSettings, Tls
from gateway.otlp.grpc_receiver import LOGS_SERVICE, TRACE_SERVICE
from gateway.otlp.settings import OtlpSettings
from gateway.routes.settings import Addresses
from gateway.settings import GatewaySettings
from kit.settings.declaration import SettingsError
from tests.gateway.fixtures.gateway import ACME
from tests.gateway.fixtures.otlp import CHAT, OtlpGateway, export, sdk_spans, shutting_down, span, trace_request
from tests.ingest.fixtures import service as ingest


async def test_receiver_with_certificate_accepts_only_tls(intake: ingest.IngestService, certificate: Tls) -> None:
    addresses, tls = Addresses(ingest=intake.address), replace(certificate, services_ca="")
    authority = await asyncio.to_thread(Path(certificate.services_ca).read_bytes)
    settings = GatewaySettings(http=HttpSettings(port=0, tls=tls), addresses=addresses, otlp=OtlpSettings(grpc_port=0))
    async with open_server(settings) as server:
        await server.start()
        try:
            credentials = grpc.ssl_channel_credentials(authority)
            address = f"https://localhost:{server.otlp_port}"
            exporter = OTLPSpanExporter(address, credentials=credentials, headers=dict(ACME), timeout=10)
            with shutting_down(exporter):
                assert await export(exporter, sdk_spans({**CHAT, "gen_ai.response.id": "r"})) == "SUCCESS"
            without_tls = OtlpGateway(0, server.otlp_port, intake)
            assert [each["output_id"] for each in await without_tls.manifests()] == ["r"]
            with pytest.raises(grpc.aio.AioRpcError) as error:
                await without_tls.call("traces", trace_request(span(1)).SerializeToString())
            assert error.value.code() is grpc.StatusCode.UNAVAILABLE
        finally:
            await server.stop(timedelta())


async def test_health_check_without_token_returns_serving(gateway: OtlpGateway) -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{gateway.grpc_port}") as channel:
        health = health_pb2_grpc.HealthStub(channel)
        for name in ("", TRACE_SERVICE, LOGS_SERVICE):
            answer = await health.Check(health_pb2.HealthCheckRequest(service=name), timeout=5)
            assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_start_with_receiver_port_in_use_fails_and_closes_the_http_port(gateway: OtlpGateway) -> None:
    port = free_port()
    settings = GatewaySettings(
        http=HttpSettings(port=port),
        addresses=Addresses(ingest=gateway.intake.address),
        otlp=OtlpSettings(grpc_port=gateway.grpc_port),
    )
    async with open_server(settings) as server:
        with pytest.raises(OSError, match="cannot listen"):
            await server.start()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_otlp_settings_are_read_from_the_environment() -> None:
    environ = {"RADIANT_OTLP": "false", "RADIANT_OTLP_GRPC_PORT": "1234", "RADIANT_OTLP_ITEMS_MAX": "7"}
    otlp = GatewaySettings.from_env(environ).otlp
    assert (otlp.enabled, otlp.grpc_port, otlp.items_max) == (False, 1234, 7)
    assert GatewaySettings.from_env({}).otlp == OtlpSettings()
    with pytest.raises(SettingsError, match=r"RADIANT_OTLP_GRPC_PORT.*RADIANT_OTLP_REQUESTS_MAX"):
        GatewaySettings.from_env({"RADIANT_OTLP_GRPC_PORT": "x", "RADIANT_OTLP_REQUESTS_MAX": "0"})
