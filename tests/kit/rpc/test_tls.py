"""TLS of servers: encryption, client certificates and their principals, renewal of files."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest

from cli.embedded.process import free_port
from kit.auth.tokens import SharedKeyTokens
from kit.rpc import tls
from kit.rpc.server import RpcServerSettings, build_server
from kit.rpc.tls import TlsFilesError, TlsSettings
from kit.settings.declaration import SettingsError
from radiant.ingest.v1 import ingest_service_pb2_grpc as ingest_grpc
from tests.kit.fixtures.scripted_servicer import METHODS, Outcome, Script, ScriptedIngest, Serving
from tests.kit.fixtures.settings import read_group
from tests.support.certificates import Authority, Pair
from tests.support.suite import KEY, token

BRAIN = "spiffe://acme.example/brain"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the server read its files on every handshake."""
    for kind in (tls.Credentials, tls.Certificates):
        monkeypatch.setattr(kind.__init__, "__kwdefaults__", {"check_interval_s": 0.0})


class Site:
    """Files of a server, a trusted authority and another authority."""

    def __init__(self, folder: Path) -> None:
        """Writes the files."""
        self.folder, self.authority, self.foreign = folder, Authority("ours"), Authority("theirs")
        self.server = self.authority.issue(folder, "server")
        self.ca = self.authority.save(folder)
        self.principals = folder / "principals.json"
        self.lists({BRAIN: {"tenant": "acme", "roles": ["service"]}})

    def lists(self, principals: Any) -> None:
        """Writes the list of principals."""
        self.principals.write_text(json.dumps(principals))

    def settings(self, **changes: Any) -> TlsSettings:
        """Returns settings with these files."""
        files = {"cert": self.server.cert, "key": self.server.key, "client_ca": self.ca, "principals": self.principals}
        return TlsSettings(**{**{name: str(path) for name, path in files.items()}, **changes})

    def client(self, pair: Pair | None = None, ca: str = "") -> grpc.ChannelCredentials:
        """Returns the channel credentials of a client."""
        key, chain = (pair.key.read_bytes(), pair.cert.read_bytes()) if pair else (None, None)
        return grpc.ssl_channel_credentials((ca or self.authority.cert).encode(), key, chain)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Provides the files."""
    return Site(tmp_path)


@contextlib.asynccontextmanager
async def served(settings: TlsSettings, script: Script | None = None) -> AsyncIterator[int]:
    """Serves a script over TLS and provides the port."""
    server = build_server(RpcServerSettings(tls=settings), SharedKeyTokens(KEY))
    servicer = ScriptedIngest(script or Script())  # type: ignore[abstract]
    server.add(ingest_grpc.add_IngestServiceServicer_to_server, servicer, METHODS)
    port = await server.start()
    try:
        yield port
    finally:
        await server.stop(timedelta())


async def call(port: int, credentials: grpc.ChannelCredentials | None, bearer: bool = False) -> Outcome:
    """Makes one call on a new connection."""
    own = [("grpc.use_local_subchannel_pool", 1)]
    address = f"localhost:{port}"
    channel = grpc.aio.secure_channel(address, credentials, own) if credentials else None
    async with channel or grpc.aio.insecure_channel(address, own) as opened:
        metadata = [(key, str(value)) for key, value in token("globex")] if bearer else []
        return await Serving(opened, None).call("unary_unary", metadata=metadata, timeout=3)


async def test_listed_certificate_identifies_the_caller(site: Site) -> None:
    script = Script()
    async with served(site.settings(), script) as port:
        outcome = await call(port, site.client(site.authority.issue(site.folder, "brain", BRAIN)))
    assert outcome.code is grpc.StatusCode.OK
    assert [(each.tenant_id, each.subject, each.roles) for each in script.principals] == [
        ("acme", BRAIN, frozenset({"service"}))
    ]


async def test_certificate_with_listed_common_name_identifies_the_caller(site: Site) -> None:
    site.lists({"CN=desk": {"tenant": "acme", "roles": ["service"]}})
    async with served(site.settings()) as port:
        assert (await call(port, site.client(site.authority.issue(site.folder, "desk")))).code is grpc.StatusCode.OK
        other = site.authority.issue(site.folder, "x", "CN:desk", local=False)
        assert (await call(port, site.client(other))).code is grpc.StatusCode.UNAUTHENTICATED


async def test_token_with_certificate_takes_precedence(site: Site) -> None:
    script, pair = Script(), site.authority.issue(site.folder, "brain", BRAIN)
    async with served(site.settings(), script) as port:
        assert (await call(port, site.client(pair), bearer=True)).code is grpc.StatusCode.OK
    assert [each.tenant_id for each in script.principals] == ["globex"]


async def test_connection_without_trusted_certificate_fails(site: Site) -> None:
    script = Script()
    async with served(site.settings(), script) as port:
        for credentials in (
            site.client(),
            site.client(site.foreign.issue(site.folder, "brain", BRAIN)),
            site.client(site.authority.issue(site.folder, "brain", BRAIN), site.foreign.cert),
            None,
        ):
            assert (await call(port, credentials, bearer=True)).code is grpc.StatusCode.UNAVAILABLE
    assert script.requests == []


@pytest.mark.parametrize(
    "principals",
    [{}, {"spiffe://acme.example/brain/": {"tenant": "acme", "roles": ["service"]}}, "two"],
    ids=["none", "another", "two"],
)
async def test_unlisted_or_ambiguous_certificate_is_unauthenticated(site: Site, principals: Any) -> None:
    if principals == "two":
        principals = {BRAIN: {"tenant": "acme", "roles": ["service"]}, "CN=brain": {"tenant": "b", "roles": ["admin"]}}
    site.lists(principals)
    async with served(site.settings()) as port:
        outcome = await call(port, site.client(site.authority.issue(site.folder, "brain", BRAIN)))
    assert outcome.code is grpc.StatusCode.UNAUTHENTICATED


async def test_certificate_removed_from_the_list_is_refused_at_once(site: Site) -> None:
    credentials = site.client(site.authority.issue(site.folder, "brain", BRAIN))
    async with served(site.settings()) as port, grpc.aio.secure_channel(f"localhost:{port}", credentials) as channel:
        there = Serving(channel, None)
        assert (await there.call("unary_unary", metadata=[])).code is grpc.StatusCode.OK
        site.principals.write_text("{ broken")
        assert (await there.call("unary_unary", metadata=[])).code is grpc.StatusCode.OK, (
            "the former files are still used"
        )
        site.lists({})
        assert (await there.call("unary_unary", metadata=[])).code is grpc.StatusCode.UNAUTHENTICATED
        site.lists({BRAIN: {"tenant": "acme", "roles": ["expert"]}})
        assert (await there.call("unary_unary", metadata=[])).code is grpc.StatusCode.PERMISSION_DENIED


async def test_second_port_requires_certificates_and_first_port_tokens(site: Site) -> None:
    apart, pair = free_port(), site.authority.issue(site.folder, "brain", BRAIN)
    async with served(site.settings(client_port=apart)) as port:
        assert (await call(port, site.client(), bearer=True)).code is grpc.StatusCode.OK
        assert (await call(port, site.client(pair))).code is grpc.StatusCode.UNAUTHENTICATED, (
            "this port requests no certificate"
        )
        assert (await call(apart, site.client(pair))).code is grpc.StatusCode.OK
        assert (await call(apart, site.client(), bearer=True)).code is grpc.StatusCode.UNAVAILABLE


async def test_replaced_server_certificate_is_used_without_restart(site: Site) -> None:
    renewed = Authority("renewed")
    async with served(site.settings(client_ca="", principals="")) as port:
        assert (await call(port, site.client(), bearer=True)).code is grpc.StatusCode.OK
        assert (await call(port, site.client(ca=renewed.cert), bearer=True)).code is grpc.StatusCode.UNAVAILABLE
        site.server.key.write_text("half a file")
        assert (await call(port, site.client(), bearer=True)).code is grpc.StatusCode.OK, (
            "the former files are still used"
        )
        pair = renewed.issue(site.folder, "server")
        site.server.cert.write_bytes(pair.cert.read_bytes())
        site.server.key.write_bytes(pair.key.read_bytes())
        assert (await call(port, site.client(ca=renewed.cert), bearer=True)).code is grpc.StatusCode.OK


async def test_concurrent_calls_over_tls_succeed(site: Site) -> None:
    pair = site.authority.issue(site.folder, "brain", BRAIN)
    async with served(site.settings()) as port:
        outcomes = await asyncio.gather(*(call(port, site.client(pair)) for _ in range(20)))
    assert {outcome.code for outcome in outcomes} == {grpc.StatusCode.OK}


@pytest.mark.parametrize("broken", ["cert", "key", "client_ca", "principals"])
async def test_unusable_tls_file_is_refused_at_start(site: Site, broken: str) -> None:
    (site.folder / "broken").write_text("{]")
    with pytest.raises(TlsFilesError):
        async with served(site.settings(**{broken: str(site.folder / "broken")})):
            pass


async def test_key_of_another_certificate_is_refused_at_start(site: Site) -> None:
    other = site.authority.issue(site.folder, "other")
    with pytest.raises(TlsFilesError):
        async with served(site.settings(key=str(other.key))):
            pass


@pytest.mark.parametrize(
    "principals",
    [
        [],
        {"n": {}},
        {"n": "acme"},
        {"n": {"roles": ["service"]}},
        {"n": {"tenant": "acme", "roles": []}},
        {"n": {"tenant": "acme", "roles": ["root"]}},
        {"n": {"tenant": "", "roles": ["admin"]}},
    ],
    ids=str,
)
def test_invalid_list_of_principals_is_refused(site: Site, principals: Any) -> None:
    site.lists(principals)
    with pytest.raises(TlsFilesError):
        tls.Certificates(str(site.principals))


@pytest.mark.parametrize(
    "environ",
    [
        {"TLS_CERT": "c"},
        {"TLS_KEY": "k"},
        {"TLS_CLIENT_CA": "a"},
        {"TLS_CERT": "c", "TLS_KEY": "k", "TLS_PRINCIPALS": "p"},
        {"TLS_CERT": "c", "TLS_KEY": "k", "TLS_CLIENT_PORT": "5"},
    ],
    ids=str,
)
def test_incomplete_tls_settings_are_refused(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        read_group(TlsSettings, environ)
