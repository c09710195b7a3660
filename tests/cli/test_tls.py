"""TLS of connections to services: the trusted certificate, the expected name and client certificates."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from cli.embedded.folder import EmbeddedError
from cli.embedded.process import free_port
from cli.ports import choose_ports
from cli.processes.service_process import answers_grpc
from cli.services import SERVICES_WITH_SCHEMA
from cli.settings import SuiteSettings
from cli.tls import certificate_name, service_tls
from kit.auth.tokens import NoTokens
from kit.rpc.server import RpcServerSettings, build_server
from kit.rpc.tls import TlsSettings
from kit.settings.declaration import SettingsError
from tests.support.certificates import Authority, Pair

LOCAL = "127.0.0.1"


@contextlib.asynccontextmanager
async def served(pair: Pair, client_ca: str = "") -> AsyncIterator[str]:
    """Serves health checks with a certificate and provides the address."""
    tls = TlsSettings(cert=str(pair.cert), key=str(pair.key), client_ca=client_ca)
    server = build_server(RpcServerSettings(tls=tls), NoTokens())
    port = await server.start()
    try:
        yield f"{LOCAL}:{port}"
    finally:
        await server.stop(timedelta())


@pytest.mark.parametrize(
    ("domains", "name"),
    [(["suite.example"], "suite.example"), (["*.suite.example", "b.example"], "radiant.suite.example")],
)
async def test_certificate_without_the_host_is_trusted_by_its_name(
    tmp_path: Path, domains: list[str], name: str
) -> None:
    pair = Authority("ours").issue(tmp_path, "services", local=False, domains=domains)
    found = service_tls(SuiteSettings(data=tmp_path, tls_cert=str(pair.cert)), LOCAL)
    assert found.name == name
    async with served(pair) as address:
        assert await answers_grpc(address, timedelta(seconds=5), found.load())


async def test_certificate_with_the_host_is_verified_by_the_host(tmp_path: Path) -> None:
    pair = Authority("ours").issue(tmp_path, "services")
    found = service_tls(SuiteSettings(data=tmp_path, tls_cert=str(pair.cert)), LOCAL)
    assert found.name == ""
    async with served(pair) as address:
        assert await answers_grpc(address, timedelta(seconds=5), found.load())
    other = Authority("others").issue(tmp_path, "services")
    async with served(other) as address:
        assert not await answers_grpc(address, timedelta(seconds=1), found.load())


def test_certificate_without_alternative_names_has_its_common_name(tmp_path: Path) -> None:
    pair = Authority("ours").issue(tmp_path, "services.example", local=False)
    assert certificate_name(pair.cert, LOCAL) == "services.example"


def test_file_without_certificate_is_reported(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("none")
    for name in ("cert.pem", "absent.pem"):
        with pytest.raises(EmbeddedError, match=name):
            service_tls(SuiteSettings(data=tmp_path, tls_cert=str(tmp_path / name)), LOCAL)


async def test_client_certificate_of_the_settings_is_presented(tmp_path: Path) -> None:
    authority = Authority("ours")
    pair, client, ca = authority.issue(tmp_path, "services"), authority.issue(tmp_path, "gateway"), tmp_path / "ca.pem"
    ca.write_text(authority.cert)
    settings = SuiteSettings(
        data=tmp_path,
        tls_cert=str(pair.cert),
        tls_client_ca=str(ca),
        gateway_services_cert=str(client.cert),
        gateway_services_key=str(client.key),
    )
    plain = service_tls(SuiteSettings(data=tmp_path, tls_cert=str(pair.cert)), LOCAL)
    async with served(pair, str(ca)) as address:
        assert await answers_grpc(address, timedelta(seconds=5), service_tls(settings, LOCAL).load())
        assert not await answers_grpc(address, timedelta(seconds=1), plain.load())


def test_required_client_certificates_without_one_are_an_error_unless_they_have_a_port(tmp_path: Path) -> None:
    pair = Authority("ours").issue(tmp_path, "services")
    settings = SuiteSettings(data=tmp_path, tls_cert=str(pair.cert), tls_client_ca="ca.pem")
    with pytest.raises(SettingsError, match="RADIANT_TLS_CLIENT_PORT"):
        service_tls(settings, LOCAL)
    assert service_tls(settings.model_copy(update={"tls_client_port": 9000}), LOCAL).cert == ""


def test_services_of_one_machine_have_different_ports_for_client_certificates(tmp_path: Path) -> None:
    first = free_port() % 20_000 + 20_000
    settings = SuiteSettings(data=tmp_path, tls_client_port=first)
    chosen = [choose_ports(each, settings, print, {"RADIANT_TLS_CLIENT_PORT"}) for each in SERVICES_WITH_SCHEMA]
    assert [each.additional["RADIANT_TLS_CLIENT_PORT"] for each in chosen] == [first + n for n in range(4)]
