"""Tests of the gRPC receiver: TLS, health, ports and settings."""

import asyncio
import socket
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as GrpcMetrics
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as HttpMetrics
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from cli.embedded.process import free_port
from gateway.app import open_server
from gateway.http.settings import HttpSettings, Tls
from gateway.otlp.grpc_receiver import LOGS_SERVICE, TRACE_SERVICE
from gateway.otlp.settings import OtlpSettings
from gateway.routes.settings import Addresses
from gateway.settings import GatewaySettings
from kit.settings.declaration import SettingsError
from tests.gateway.fixtures.gateway import ACME
from tests.gateway.fixtures.otlp import (
    CHAT,
    OtlpGateway,
    export,
    otlp_gateway,
    sdk_spans,
    shutting_down,
    span,
    trace_request,
)
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


@pytest.mark.parametrize("content_type", ["application/x-protobuf", "application/json"])
async def test_metrics_over_http_are_accepted_and_not_stored(gateway: OtlpGateway, content_type: str) -> None:
    body = b"{}" if content_type.endswith("json") else ExportMetricsServiceRequest().SerializeToString()
    answer = await gateway.post("metrics", body, {"content-type": content_type})
    assert (answer.status_code, answer.headers["content-type"]) == (200, content_type)
    assert answer.content == (b"{}" if content_type.endswith("json") else b"")
    assert (await gateway.post("metrics", body, caller={"authorization": "Bearer x"})).status_code == 401
    assert await gateway.manifests() == []


@pytest.mark.parametrize("transport", ["grpc", "http"])
async def test_metric_exporter_of_the_sdk_succeeds(gateway: OtlpGateway, transport: str) -> None:
    exporter: Any
    if transport == "grpc":
        address = f"127.0.0.1:{gateway.grpc_port}"
        exporter = GrpcMetrics(address, insecure=True, headers=tuple(ACME.items()), timeout=10)
    else:
        exporter = HttpMetrics(f"http://127.0.0.1:{gateway.http_port}/v1/metrics", headers=dict(ACME), timeout=10)
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    provider.get_meter("product").create_counter("calls").add(1)
    result = await asyncio.to_thread(exporter.export, reader.get_metrics_data())
    assert result.name == "SUCCESS"
    provider.shutdown()
    exporter.shutdown()


async def test_requests_above_the_otlp_rate_get_429_and_the_rest_api_has_its_own_rate(
    intake: ingest.IngestService,
) -> None:
    body = trace_request(span(1)).SerializeToString()
    async with otlp_gateway(intake, requests_per_s=0.001, burst=2) as gateway:
        answers = [await gateway.post("traces", body) for _ in range(3)]
        assert [each.status_code for each in answers] == [200, 200, 429]
        assert int(answers[2].headers["retry-after"]) > 1
        async with httpx.AsyncClient() as client:
            url = f"http://127.0.0.1:{gateway.http_port}/api/v2/service/feedback/config"
            assert (await client.get(url, headers=ACME)).status_code == 200


async def test_additional_http_port_serves_the_intake(intake: ingest.IngestService) -> None:
    settings = GatewaySettings(
        http=HttpSettings(port=0),
        addresses=Addresses(ingest=intake.address),
        otlp=OtlpSettings(grpc_port=0, http_port=0),
    )
    async with open_server(settings) as server:
        port = await server.start()
        try:
            assert server.otlp_http_port not in (0, port)
            gateway = OtlpGateway(server.otlp_http_port, server.otlp_port, intake)
            await gateway.export_spans(span(1))
            assert len(await gateway.manifests()) == 1
        finally:
            await server.stop(timedelta())


async def test_start_with_additional_http_port_in_use_fails_and_closes_the_other_port(gateway: OtlpGateway) -> None:
    port = free_port()
    settings = GatewaySettings(
        http=HttpSettings(port=port),
        addresses=Addresses(ingest=gateway.intake.address),
        otlp=OtlpSettings(grpc_port=0, http_port=gateway.http_port),
    )
    async with open_server(settings) as server:
        with pytest.raises(OSError, match="in use"):
            await server.start()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_otlp_settings_are_read_from_the_environment() -> None:
    environ = {"RADIANT_OTLP": "false", "RADIANT_OTLP_GRPC_PORT": "1234", "RADIANT_OTLP_ITEMS_MAX": "7"}
    otlp = GatewaySettings.from_env(environ).otlp
    assert (otlp.enabled, otlp.grpc_port, otlp.items_max) == (False, 1234, 7)
    assert GatewaySettings.from_env({}).otlp == OtlpSettings()
    ranges = GatewaySettings.from_env(
        {"RADIANT_OTLP_EVALUATION_RANGES": "House Style=1:5, risk=-1:7.5"}
    ).otlp.item.ranges
    assert ranges == {"house_style": (1, 5), "risk": (-1, 7.5)}
    with pytest.raises(SettingsError, match="RADIANT_OTLP_EVALUATION_RANGES must be a list of name=minimum:maximum"):
        GatewaySettings.from_env({"RADIANT_OTLP_EVALUATION_RANGES": "risk=5:1"})
    with pytest.raises(SettingsError, match=r"RADIANT_OTLP_GRPC_PORT.*RADIANT_OTLP_REQUESTS_MAX"):
        GatewaySettings.from_env({"RADIANT_OTLP_GRPC_PORT": "x", "RADIANT_OTLP_REQUESTS_MAX": "0"})
