"""Tests of the HTTP server: TLS towards clients and services, and the protection of public addresses."""

import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest

from cli.processes.service_process import answers_http, answers_https
from gateway.app import application
from gateway.http.server import HttpServer, PlainTextError
from gateway.http.settings import Tls
from gateway.routes.service_calls import ServiceCalls
from gateway.routes.settings import Addresses
from gateway.settings import GatewaySettings
from kit.rpc.server import PublicDevelopmentError
from kit.settings.declaration import SettingsError
from radiant.ingest.v1 import ingest_service_pb2 as pb
from radiant_client.transport.channel import Tls as ClientTls
from tests.gateway.fixtures.connection import listening_gateway
from tests.gateway.fixtures.gateway import ACME, BASE
from tests.gateway.fixtures.scripted_services import ScriptedGateway

CONFIG = "/service/feedback/config"


async def test_server_with_certificate_accepts_only_tls(scripted: ScriptedGateway, certificate: Tls) -> None:
    async with listening_gateway(scripted, replace(scripted.settings.http, tls=certificate)) as port:
        context = ssl.create_default_context(cafile=certificate.services_ca)
        async with httpx.AsyncClient(verify=context) as client:
            answer = await client.get(f"https://127.0.0.1:{port}/api/v2{CONFIG}", headers=ACME)
            assert answer.status_code == 200
        assert await answers_https(f"127.0.0.1:{port}")
        assert not await answers_http(f"127.0.0.1:{port}")
    assert not await answers_https(f"127.0.0.1:{port}")


async def test_server_on_public_address_requires_tls_or_a_tls_proxy(
    scripted: ScriptedGateway, certificate: Tls
) -> None:
    public = replace(scripted.settings.http, host="0.0.0.0", development=False)
    with pytest.raises(PlainTextError, match="TLS"):
        await HttpServer(public, scripted.app).start()
    with pytest.raises(PublicDevelopmentError):
        await HttpServer(replace(public, development=True, tls=certificate), scripted.app).start()
    for tls in (certificate, Tls(is_behind_proxy=True)):
        async with listening_gateway(scripted, replace(public, tls=tls)) as port:
            assert await (answers_http if tls.is_behind_proxy else answers_https)(f"127.0.0.1:{port}")
    missing = replace(public, tls=Tls(certificate="/nowhere", key="/nowhere"))
    with pytest.raises(OSError, match="No such file"):
        await HttpServer(missing, scripted.app).start()


def test_tls_settings_with_certificate_but_without_key_are_rejected() -> None:
    settings = GatewaySettings.from_env({"RADIANT_BEHIND_TLS_PROXY": "true", "RADIANT_GATEWAY_SERVICES_CA": "ca.pem"})
    assert settings.http.tls == Tls(is_behind_proxy=True, services_ca="ca.pem")
    with pytest.raises(SettingsError, match="RADIANT_GATEWAY_TLS_KEY"):
        GatewaySettings.from_env({"RADIANT_GATEWAY_TLS_CERT": "cert.pem"})


def read_bytes(path: str) -> bytes:
    """Returns the content of a file."""
    return Path(path).read_bytes()


@contextlib.asynccontextmanager
async def tls_service(tls: Tls) -> AsyncIterator[str]:
    """Yields the address of a service that accepts only TLS."""
    key, chain = read_bytes(tls.key), read_bytes(tls.certificate)
    server = grpc.aio.server()

    async def respond(request: bytes, context: object) -> bytes:
        return pb.GetWidgetConfigResponse(batch_items_max=7).SerializeToString()

    handlers: dict[str, Any] = {"GetWidgetConfig": grpc.unary_unary_rpc_method_handler(respond)}
    name = "radiant.ingest.v1.IngestService"
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, handlers),))
    port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(key, chain)]))
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(None)


async def test_calls_of_services_use_tls_if_their_ca_is_set(certificate: Tls) -> None:
    async with tls_service(certificate) as address:
        addresses, answers = Addresses(ingest=address), []
        for services_tls in (ClientTls(root_certificates=read_bytes(certificate.services_ca)), None):
            calls = ServiceCalls(addresses, timedelta(seconds=3), services_tls=services_tls)
            app = application(GatewaySettings(addresses=addresses), calls)
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as client:
                answers.append(await client.get(f"/api/v2{CONFIG}", headers=ACME))
            await calls.close()
    assert [each.status_code for each in answers] == [200, 503]
    assert answers[0].json()["batchItemsMax"] == 7
