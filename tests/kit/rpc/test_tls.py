"""Connections are encrypted, and a certificate of the right authority that is on the list is a caller."""

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

from kit.auth.tokens import SharedKeyTokens
from kit.rpc import tls
from kit.rpc.server import RpcServerSettings, build_server
from kit.rpc.tls import TlsFilesError, TlsSettings
from kit.settings.declaration import SettingsError
from radiant.ingest.v1 import ingest_service_pb2_grpc as ingest_grpc
from tests.kit.fixtures.scripted_servicer import METHODS, Outcome, Script, ScriptedIngest, Serving
from tests.kit.fixtures.settings import read_group
from tests.support.certificates import Authority, Pair
from tests.support.suite import KEY, free_port, token

BRAIN = "spiffe://acme.example/brain"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at the files each time."""
    for kind in (tls.Credentials, tls.Certificates):
        monkeypatch.setattr(kind.__init__, "__kwdefaults__", {"check_interval_s": 0.0})


class Site:
    """Files of a server with two authorities, of which it trusts one."""

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
        """Returns what a caller opens a channel with."""
        key, chain = (pair.key.read_bytes(), pair.cert.read_bytes()) if pair else (None, None)
        return grpc.ssl_channel_credentials((ca or self.authority.cert).encode(), key, chain)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Gives the files."""
    return Site(tmp_path)


@contextlib.asynccontextmanager
async def served(settings: TlsSettings, script: Script | None = None) -> AsyncIterator[int]:
    """Serves a script over TLS and gives the port."""
    server = build_server(RpcServerSettings(tls=settings), SharedKeyTokens(KEY))
    servicer = ScriptedIngest(script or Script())  # type: ignore[abstract]
    server.add(ingest_grpc.add_IngestServiceServicer_to_server, servicer, METHODS)
    port = await server.start()
    try:
        yield port
    finally:
        await server.stop(timedelta())


async def call(port: int, credentials: grpc.ChannelCredentials | None, bearer: bool = False) -> Outcome:
    """Makes one call on a connection of its own."""
    own = [("grpc.use_local_subchannel_pool", 1)]
    address = f"localhost:{port}"
    channel = grpc.aio.secure_channel(address, credentials, own) if credentials else None
    async with channel or grpc.aio.insecure_channel(address, own) as opened:
        metadata = [(key, str(value)) for key, value in token("globex")] if bearer else []
        return await Serving(opened, None).call("unary_unary", metadata=metadata, timeout=3)


async def test_a_listed_certificate_is_a_caller(site: Site) -> None:
    script = Script()
    async with served(site.settings(), script) as port:
        outcome = await call(port, site.client(site.authority.issue(site.folder, "brain", BRAIN)))
    assert outcome.code is grpc.StatusCode.OK
    assert [(each.tenant_id, each.subject, each.roles) for each in script.principals] == [
        ("acme", BRAIN, frozenset({"service"}))
    ]


async def test_a_common_name_is_a_name_of_its_own(site: Site) -> None:
    site.lists({"CN=desk": {"tenant": "acme", "roles": ["service"]}})
    async with served(site.settings()) as port:
        assert (await call(port, site.client(site.authority.issue(site.folder, "desk")))).code is grpc.StatusCode.OK
        other = site.authority.issue(site.folder, "x", "CN:desk", local=False)
        assert (await call(port, site.client(other))).code is grpc.StatusCode.UNAUTHENTICATED


async def test_a_token_counts_for_more_than_the_certificate(site: Site) -> None:
    script, pair = Script(), site.authority.issue(site.folder, "brain", BRAIN)
    async with served(site.settings(), script) as port:
        assert (await call(port, site.client(pair), bearer=True)).code is grpc.StatusCode.OK
    assert [each.tenant_id for each in script.principals] == ["globex"]


async def test_no_certificate_and_one_of_another_authority_do_not_connect(site: Site) -> None:
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
async def test_a_certificate_that_is_not_listed_or_stands_for_two_is_nobody(site: Site, principals: Any) -> None:
    if principals == "two":
        principals = {BRAIN: {"tenant": "acme", "roles": ["service"]}, "CN=brain": {"tenant": "b", "roles": ["admin"]}}
    site.lists(principals)
    async with served(site.settings()) as port:
        outcome = await call(port, site.client(site.authority.issue(site.folder, "brain", BRAIN)))
    assert outcome.code is grpc.StatusCode.UNAUTHENTICATED


async def test_a_name_that_is_taken_off_the_list_is_refused_at_once(site: Site) -> None:
    credentials = site.client(site.authority.issue(site.folder, "brain", BRAIN))
    async with served(site.settings()) as port, grpc.aio.secure_channel(f"localhost:{port}", credentials) as channel:
        there = Serving(channel, None)
        assert (await there.call("unary_unary", metadata=[])).code is grpc.StatusCode.OK
        site.principals.write_text("{ broken")
        assert (await there.call("unary_unary", metadata=[])).code is grpc.StatusCode.OK, "what was good stays"
        site.lists({})
        assert (await there.call("unary_unary", metadata=[])).code is grpc.StatusCode.UNAUTHENTICATED
        site.lists({BRAIN: {"tenant": "acme", "roles": ["expert"]}})
        assert (await there.call("unary_unary", metadata=[])).code is grpc.StatusCode.PERMISSION_DENIED


async def test_a_second_port_asks_for_certificates_and_the_first_for_tokens(site: Site) -> None:
    apart, pair = free_port(), site.authority.issue(site.folder, "brain", BRAIN)
    async with served(site.settings(client_port=apart)) as port:
        assert (await call(port, site.client(), bearer=True)).code is grpc.StatusCode.OK
        assert (await call(port, site.client(pair))).code is grpc.StatusCode.UNAUTHENTICATED, "it was not asked for"
        assert (await call(apart, site.client(pair))).code is grpc.StatusCode.OK
        assert (await call(apart, site.client(), bearer=True)).code is grpc.StatusCode.UNAVAILABLE


async def test_certificates_of_the_server_are_renewed_while_it_runs(site: Site) -> None:
    renewed = Authority("renewed")
    async with served(site.settings(client_ca="", principals="")) as port:
        assert (await call(port, site.client(), bearer=True)).code is grpc.StatusCode.OK
        assert (await call(port, site.client(ca=renewed.cert), bearer=True)).code is grpc.StatusCode.UNAVAILABLE
        site.server.key.write_text("half a file")
        assert (await call(port, site.client(), bearer=True)).code is grpc.StatusCode.OK, "what was good stays"
        pair = renewed.issue(site.folder, "server")
        site.server.cert.write_bytes(pair.cert.read_bytes())
        site.server.key.write_bytes(pair.key.read_bytes())
        assert (await call(port, site.client(ca=renewed.cert), bearer=True)).code is grpc.StatusCode.OK


async def test_many_callers_at_once_over_tls(site: Site) -> None:
    pair = site.authority.issue(site.folder, "brain", BRAIN)
    async with served(site.settings()) as port:
        outcomes = await asyncio.gather(*(call(port, site.client(pair)) for _ in range(20)))
    assert {outcome.code for outcome in outcomes} == {grpc.StatusCode.OK}


@pytest.mark.parametrize("broken", ["cert", "key", "client_ca", "principals"])
async def test_files_of_no_use_are_refused_at_the_start(site: Site, broken: str) -> None:
    (site.folder / "broken").write_text("{]")
    with pytest.raises(TlsFilesError):
        async with served(site.settings(**{broken: str(site.folder / "broken")})):
            pass


async def test_a_key_of_another_certificate_is_refused_at_the_start(site: Site) -> None:
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
def test_a_list_that_grants_nonsense_is_refused(site: Site, principals: Any) -> None:
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
def test_settings_that_lack_one_another_are_refused(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        read_group(TlsSettings, environ)
