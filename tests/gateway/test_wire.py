"""TLS towards callers and services, metrics and the log of requests, and what is mounted beside the table."""

import asyncio
import contextlib
import datetime
import ipaddress
import logging
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from prometheus_client import REGISTRY
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.routing import Route as Endpoint

from cli.service_process import answers_http, answers_https
from gateway.app import application
from gateway.http.problems import Problem
from gateway.http.server import HttpServer, PlainTextError
from gateway.routes.service_calls import ServiceCalls
from gateway.settings import Addresses, GatewaySettings, HttpLimits, Tls
from kit.rpc.server import PublicDevelopmentError
from kit.settings import SettingsError
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.gateway.listening import listening
from tests.gateway.scripted import Scripted
from tests.gateway.serving import ACME, BASE

CONFIG = "/service/feedback/config"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """Gives files of a certificate for this machine that vouches for itself."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    places = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(places), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    kind = serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, kind, plain))
    return Tls(certificate=str(folder / "cert.pem"), key=str(folder / "key.pem"))


async def test_callers_are_served_over_tls(scripted: Scripted, certificate: Tls) -> None:
    async with listening(scripted, replace(scripted.settings, tls=certificate)) as port:
        trusting = ssl.create_default_context(cafile=certificate.certificate)
        async with httpx.AsyncClient(verify=trusting) as client:
            answer = await client.get(f"https://127.0.0.1:{port}/api/v2{CONFIG}", headers=ACME)
            assert answer.status_code == 200
        assert await answers_https(f"127.0.0.1:{port}")
        assert not await answers_http(f"127.0.0.1:{port}")
    assert not await answers_https(f"127.0.0.1:{port}")


async def test_a_public_address_needs_tls_here_or_in_front(scripted: Scripted, certificate: Tls) -> None:
    public = replace(scripted.settings, host="0.0.0.0", development=False)
    with pytest.raises(PlainTextError, match="TLS"):
        await HttpServer(public, scripted.app).start()
    with pytest.raises(PublicDevelopmentError):
        await HttpServer(replace(public, development=True, tls=certificate), scripted.app).start()
    for tls in (certificate, Tls(proxied=True)):
        async with listening(scripted, replace(public, tls=tls)) as port:
            assert await (answers_http if tls.proxied else answers_https)(f"127.0.0.1:{port}")
    missing = replace(public, tls=Tls(certificate="/nowhere", key="/nowhere"))
    with pytest.raises(OSError, match="No such file"):
        await HttpServer(missing, scripted.app).start()


def test_settings_of_tls_go_together() -> None:
    read = GatewaySettings.from_env({"RADIANT_BEHIND_TLS_PROXY": "true", "RADIANT_GATEWAY_SERVICES_CA": "ca.pem"})
    assert read.tls == Tls(proxied=True, services_ca="ca.pem")
    with pytest.raises(SettingsError, match="RADIANT_GATEWAY_TLS_KEY"):
        GatewaySettings.from_env({"RADIANT_GATEWAY_TLS_CERT": "cert.pem"})


def content(path: str) -> bytes:
    """Returns what is in a file."""
    return Path(path).read_bytes()


@contextlib.asynccontextmanager
async def secret_service(tls: Tls) -> AsyncIterator[str]:
    """Gives the address of a service that speaks TLS alone."""
    key, chain = content(tls.key), content(tls.certificate)
    server = grpc.aio.server()

    async def answer(request: bytes, context: object) -> bytes:
        return pb.GetWidgetConfigResponse(batch_items_max=7).SerializeToString()

    handlers: dict[str, Any] = {"GetWidgetConfig": grpc.unary_unary_rpc_method_handler(answer)}
    name = "radiant.ingest.v1.IngestService"
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, handlers),))
    port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(key, chain)]))
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(None)


async def test_services_are_called_over_tls_where_their_authorities_are_named(certificate: Tls) -> None:
    async with secret_service(certificate) as address:
        addresses, found = Addresses(ingest=address), []
        for authorities in (content(certificate.certificate), None):
            calls = ServiceCalls(addresses, timedelta(seconds=3), services_ca=authorities)
            app = application(GatewaySettings(addresses=addresses), calls)
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as client:
                found.append(await client.get(f"/api/v2{CONFIG}", headers=ACME))
            await calls.close()
    assert [each.status_code for each in found] == [200, 503]
    assert found[0].json()["batchItemsMax"] == 7


def counted(route: str, status: str, method: str = "GET") -> float:
    """Returns how many requests were counted."""
    labels = {"route": route, "method": method, "status": status}
    return REGISTRY.get_sample_value("radiant_http_requests_total", labels) or 0.0


async def test_requests_are_counted_by_route_and_never_by_what_callers_make_up(scripted: Scripted) -> None:
    route, timed = "/api/v2/admin/outputs/{outputId}", {"route": "/api/v2/admin/outputs/{outputId}", "method": "GET"}
    before, other = counted(route, "200"), counted("other", "404")
    seconds = REGISTRY.get_sample_value("radiant_http_seconds_count", timed) or 0.0
    for name in ("a", "b/c"):
        await scripted.ask("GET", f"/admin/outputs/{name}")
    await scripted.ask("GET", "/nothing")
    made_up = counted("other", "404", "other")
    await scripted.ask("MADEUP", "/nothing")
    assert counted(route, "200") == before + 2
    assert REGISTRY.get_sample_value("radiant_http_seconds_count", timed) == seconds + 2
    assert (counted("other", "404"), counted("other", "404", "other")) == (other + 1, made_up + 1)


async def test_each_request_has_a_line_that_tells_no_secret_and_names_nobody(
    scripted: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await scripted.ask("DELETE", "/admin/users/somebody", headers={"x-request-id": "r-1"})
    (line,) = [record.fields for record in caplog.records if record.getMessage() == "request"]  # type: ignore[attr-defined]
    assert line.pop("seconds") > 0
    assert line == {"method": "DELETE", "route": "/api/v2/admin/users/{userId}", "status": 200}
    told = " ".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records if record.name != "httpx")
    assert ACME["authorization"].split()[1] not in told
    assert "somebody" not in told


async def test_what_is_mounted_beside_the_table_shares_its_care(scripted: Scripted) -> None:
    async def page(request: Request) -> Response:
        if "bad" in request.query_params:
            raise Problem(400, "BAD", "It is bad.")
        return Response("page", headers={"content-security-policy": "default-src 'self'"})

    async def taken(request: Request) -> Response:
        return Response()

    routes = [Mount("/elsewhere", routes=[Endpoint("/{page}", page)]), Endpoint("/v1/traces", taken, methods=["POST"])]
    settings = replace(scripted.settings, limits=HttpLimits(requests_per_s=0.01, burst=1))
    app = application(settings, scripted.calls, routes, rate_limited_paths=("/v1/",))
    before = counted("/elsewhere/{page}", "200")
    async with scripted.client(app) as client:
        shown = await client.get("/elsewhere/home")
        assert (shown.text, shown.headers["content-security-policy"]) == ("page", "default-src 'self'")
        assert shown.headers["x-content-type-options"] == "nosniff"
        assert (await client.get("/elsewhere/home?bad=1")).json()["reason"] == "BAD"
        assert counted("/elsewhere/{page}", "200") == before + 1
        sent = await asyncio.gather(*(client.post("/v1/traces") for _ in range(2)))
        assert sorted(each.status_code for each in sent) == [200, 429]
