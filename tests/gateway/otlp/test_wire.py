"""The receiver as others meet it: over TLS, with health, leaving when it is told."""

import datetime
import socket
from datetime import timedelta

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from grpc_health.v1 import health_pb2, health_pb2_grpc
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

from gateway.app import wired
from gateway.http.application import application
from gateway.http.server import HttpServer
from gateway.http.service_calls import Calls
from gateway.otlp.receiver import LOGS, TRACES
from gateway.otlp.settings import OtlpSettings
from gateway.otlp.wiring import telemetry
from gateway.settings import Addresses, GatewaySettings
from kit.settings import SettingsError
from tests.gateway.otlp.serving import CHAT, Taking, closing, exported, recorded, span, trace_request
from tests.gateway.serving import ACME
from tests.ingest.fixtures import service as ingest
from tests.support.suite import free_port


def pair() -> tuple[bytes, bytes]:
    """Makes a key and a certificate for localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    text = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return text, certificate.public_bytes(pem)


async def test_with_a_certificate_the_receiver_speaks_tls_alone(intake: ingest.IngestService) -> None:
    key_pair = pair()
    addresses = Addresses(ingest=intake.address)
    settings = GatewaySettings(port=0, addresses=addresses, otlp=OtlpSettings(grpc_port=0))
    calls = Calls(addresses, settings.limits.call_timeout)
    async with telemetry(settings, key_pair=key_pair) as otlp:
        server = otlp.beside(HttpServer(settings, application(settings, calls)))
        await server.start()
        try:
            trusted = grpc.ssl_channel_credentials(key_pair[1])
            address = f"https://localhost:{server.otlp_port}"
            exporter = OTLPSpanExporter(address, credentials=trusted, headers=dict(ACME), timeout=10)
            with closing(exporter):
                assert await exported(exporter, recorded({**CHAT, "gen_ai.response.id": "r"})) == "SUCCESS"
            plain = Taking(0, server.otlp_port, intake)
            assert [each["output_id"] for each in await plain.manifests()] == ["r"]
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await plain.call("traces", trace_request(span(1)).SerializeToString())
            assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
        finally:
            await server.stop(timedelta())
            await calls.close()


async def test_health_needs_no_token(taken: Taking) -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{taken.grpc_port}") as channel:
        health = health_pb2_grpc.HealthStub(channel)
        for name in ("", TRACES, LOGS):
            answer = await health.Check(health_pb2.HealthCheckRequest(service=name), timeout=5)
            assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_a_port_that_is_taken_stops_the_start_and_leaves_nothing_open(taken: Taking) -> None:
    port = free_port()
    settings = GatewaySettings(
        port=port,
        addresses=Addresses(ingest=taken.intake.address),
        otlp=OtlpSettings(grpc_port=taken.grpc_port),
    )
    async with wired(settings) as server:
        with pytest.raises(OSError, match="cannot listen"):
            await server.start()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_settings_come_from_the_environment() -> None:
    told = {"RADIANT_OTLP": "false", "RADIANT_OTLP_GRPC_PORT": "1234", "RADIANT_OTLP_ITEMS_MAX": "7"}
    otlp = GatewaySettings.from_env(told).otlp
    assert (otlp.enabled, otlp.grpc_port, otlp.items_max) == (False, 1234, 7)
    assert GatewaySettings.from_env({}).otlp == OtlpSettings()
    with pytest.raises(SettingsError, match=r"RADIANT_OTLP_GRPC_PORT.*RADIANT_OTLP_REQUESTS_MAX"):
        GatewaySettings.from_env({"RADIANT_OTLP_GRPC_PORT": "x", "RADIANT_OTLP_REQUESTS_MAX": "0"})
