"""Keys of the identity provider: fetch, cache during outages, rotation, limits on fetches."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import grpc
import pytest

from kit.auth.jwks import KeySet, KeyTimes
from kit.auth.settings import AuthSettings, open_authenticator
from kit.auth.tokens import Authenticator
from kit.errors import Unauthenticated, Unavailable
from kit.rpc.server import RpcServerSettings, build_server
from radiant.ingest.v1 import ingest_service_pb2_grpc as ingest_grpc
from tests.kit.fixtures.scripted_servicer import CALLER, METHODS, Script, ScriptedIngest, Serving
from tests.support.certificates import Authority
from tests.support.provider import Provider, SigningKey, document, read, serving_keys
from tests.support.suite import KEY, token

OLD, NEW = SigningKey("old"), SigningKey("new")
NEVER = timedelta(hours=1)


def at(provider: Provider, times: KeyTimes, **changes: str) -> AuthSettings:
    """Returns settings with the address of the provider."""
    settings = read(RADIANT_AUTH_JWKS_URL=provider.url, **changes)
    return AuthSettings(jwks_url=provider.url, jwks_ca=settings.jwks_ca, rules=settings.rules, times=times)


def shows(tokens: Authenticator, key: SigningKey) -> str:
    """Authenticates a token of the key and returns its tenant."""
    return tokens.authenticate(f"Bearer {key.sign()}").tenant_id


@contextlib.asynccontextmanager
async def served(tokens: Authenticator) -> AsyncIterator[Serving]:
    """Serves a script with this authenticator."""
    server = build_server(RpcServerSettings(), tokens)
    server.add(ingest_grpc.add_IngestServiceServicer_to_server, ScriptedIngest(Script()), METHODS)  # type: ignore[abstract]
    port = await server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield Serving(channel, server)
    finally:
        await server.stop(timedelta())


@contextlib.asynccontextmanager
async def keys_and_service(times: KeyTimes, *keys: SigningKey) -> AsyncIterator[tuple[Provider, Serving]]:
    """Runs a provider with the keys, and a server that trusts it."""
    async with (
        serving_keys(*keys) as provider,
        open_authenticator(at(provider, times)) as tokens,
        served(tokens) as service,
    ):
        yield provider, service


async def asked_again(provider: Provider) -> None:
    """Waits for two fetches. After the second request the first answer has been processed."""
    until = provider.asked + 2
    async with asyncio.timeout(20):
        while provider.asked < until:  # noqa: ASYNC110 - the provider does not tell
            await asyncio.sleep(0.01)


async def known(tokens: Authenticator, key: SigningKey) -> None:
    """Waits until tokens of the key are accepted."""
    async with asyncio.timeout(20):
        while True:
            with contextlib.suppress(Unauthenticated, Unavailable):
                shows(tokens, key)
                return
            await asyncio.sleep(0.01)


async def call(service: Serving, key: SigningKey, shape: str = "unary_unary") -> grpc.StatusCode:
    """Calls the service with a token of the key."""
    outcome = await service.call(shape, metadata=[("authorization", f"Bearer {key.sign()}")], stays_after=1)
    return outcome.code


@pytest.mark.parametrize("shape", ["unary_unary", "unary_stream", "stream_unary", "stream_stream"])
async def test_new_key_is_fetched_when_its_token_is_used(shape: str) -> None:
    times = KeyTimes(refresh_interval=NEVER, unknown_key_interval=timedelta(0))
    async with keys_and_service(times, OLD) as (provider, service):
        assert await call(service, NEW) is grpc.StatusCode.UNAUTHENTICATED
        provider.body = document(OLD, NEW)
        token = NEW.sign(roles=list(CALLER))
        outcome = await service.call(shape, metadata=[("authorization", f"Bearer {token}")])
        assert outcome.code is grpc.StatusCode.OK


async def test_unknown_key_ids_cause_one_fetch() -> None:
    times = KeyTimes(refresh_interval=NEVER, unknown_key_interval=timedelta(seconds=1))
    async with keys_and_service(times, OLD) as (provider, service):
        await asyncio.sleep(1.05)
        asked, provider.delay_s = provider.asked, 0.1
        strangers = [SigningKey(f"invented-{number}") for number in range(60)]
        codes = await asyncio.gather(*(call(service, each) for each in strangers))
        assert set(codes) == {grpc.StatusCode.UNAUTHENTICATED}
        assert provider.asked - asked == 1
        assert await call(service, OLD) is grpc.StatusCode.OK, "known keys are accepted meanwhile"


async def test_call_with_new_key_waits_for_the_running_fetch() -> None:
    arrived = asyncio.Event()

    async def fetch() -> bytes:
        await arrived.wait()
        return document(NEW)

    keys = KeySet(fetch, KeyTimes(refresh_interval=NEVER, unknown_key_interval=NEVER))
    under_way = asyncio.create_task(keys.refresh())
    await asyncio.sleep(0)
    caller = asyncio.create_task(keys.refresh_for_unknown_key())
    await asyncio.sleep(0)
    arrived.set()
    assert await caller
    assert await under_way
    assert not await keys.refresh_for_unknown_key(), "the next fetch is too early"


async def test_removed_key_is_refused_even_for_cached_tokens() -> None:
    times = KeyTimes(refresh_interval=timedelta(milliseconds=50))
    async with serving_keys(OLD, NEW) as provider, open_authenticator(at(provider, times)) as tokens:
        header = f"Bearer {OLD.sign()}"
        assert tokens.authenticate(header).tenant_id == "acme"
        provider.body = document(NEW)
        await asked_again(provider)
        with pytest.raises(Unauthenticated):
            tokens.authenticate(header)
        assert shows(tokens, NEW) == "acme"


async def test_key_replaced_under_the_same_id_is_refused() -> None:
    times = KeyTimes(refresh_interval=timedelta(milliseconds=50))
    async with serving_keys(OLD) as provider, open_authenticator(at(provider, times)) as tokens:
        header, successor = f"Bearer {OLD.sign()}", SigningKey("old")
        tokens.authenticate(header)
        provider.body = document(successor)
        await asked_again(provider)
        with pytest.raises(Unauthenticated):
            tokens.authenticate(header)
        assert shows(tokens, successor) == "acme"


@pytest.mark.parametrize("trouble", ["away", "broken", "empty", "error", "long", "elsewhere"])
async def test_last_valid_keys_are_kept_while_the_provider_fails(trouble: str) -> None:
    times = KeyTimes(refresh_interval=timedelta(milliseconds=50))
    async with (
        serving_keys(NEW) as elsewhere,
        serving_keys(OLD) as provider,
        open_authenticator(at(provider, times)) as tokens,
    ):
        match trouble:
            case "away":
                provider.status, provider.body = "", b""
            case "broken":
                provider.body = b"<html>"
            case "empty":
                provider.body = b'{"keys": []}'
            case "error":
                provider.status = "500 Oh"
            case "long":
                provider.body += b" " * 1_000_000
            case "elsewhere":
                provider.status, provider.headers = "302 Found", f"Location: {elsewhere.url}\r\n"
        await asked_again(provider)
        assert elsewhere.asked == 0, "other addresses are not contacted"
        assert shows(tokens, OLD) == "acme"


async def test_keys_expire_when_the_provider_stays_away() -> None:
    times = KeyTimes(refresh_interval=timedelta(milliseconds=50), retention=timedelta(seconds=2))
    async with serving_keys(OLD) as provider, open_authenticator(at(provider, times)) as tokens:
        header = f"Bearer {OLD.sign()}"
        tokens.authenticate(header)
        provider.status = "500 Oh"
        await asyncio.sleep(2.5)
        with pytest.raises(Unavailable) as caught:
            tokens.authenticate(header)
        assert caught.value.reason == "KEYS_UNAVAILABLE"
        provider.status = "200 OK"
        await known(tokens, OLD)
        assert tokens.authenticate(header).tenant_id == "acme"


async def test_provider_unavailable_at_start_is_retried() -> None:
    times = KeyTimes(refresh_interval=NEVER, unknown_key_interval=timedelta(milliseconds=50))
    async with serving_keys(OLD) as provider:
        provider.status = "503 Later"
        async with open_authenticator(at(provider, times)) as tokens, served(tokens) as service:
            assert await call(service, OLD) is grpc.StatusCode.UNAVAILABLE
            provider.status = "200 OK"
            await known(tokens, OLD)
            assert await call(service, OLD) is grpc.StatusCode.OK


async def test_changed_key_file_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_bytes(document(OLD))
    settings = read(RADIANT_AUTH_JWKS_FILE=str(file), RADIANT_AUTH_JWKS_REFRESH_SECONDS="1")
    async with open_authenticator(settings) as tokens:
        assert shows(tokens, OLD) == "acme"
        file.write_bytes(document(NEW))
        await known(tokens, NEW)


async def test_shared_key_is_refused_with_a_provider() -> None:
    async with serving_keys(OLD) as provider:
        settings = read(RADIANT_AUTH_JWKS_URL=provider.url, RADIANT_TOKEN_KEY=KEY)
        async with open_authenticator(settings) as tokens:
            with pytest.raises(Unauthenticated):
                tokens.authenticate(str(dict(token("acme"))["authorization"]))
    async with open_authenticator(read(RADIANT_TOKEN_KEY=KEY)) as tokens:
        assert tokens.authenticate(str(dict(token("acme"))["authorization"])).tenant_id == "acme"


async def test_keys_over_https_are_fetched_only_with_trusted_authority(tmp_path: Path) -> None:
    own, foreign = Authority("ours"), Authority("theirs")
    trusted = own.issue(tmp_path, "server")
    listening = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    listening.load_cert_chain(trusted.cert, trusted.key)
    async with serving_keys(OLD, ssl=listening) as provider:
        for authority, works in ((own, True), (foreign, False)):
            ca = authority.save(tmp_path)
            settings = at(provider, KeyTimes(), RADIANT_AUTH_JWKS_CA=str(ca))
            async with open_authenticator(settings) as tokens:
                if works:
                    assert shows(tokens, OLD) == "acme"
                else:
                    with pytest.raises(Unavailable):
                        shows(tokens, OLD)


async def test_failed_fetch_of_keys_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async with serving_keys(OLD) as provider:
        provider.status = "500 Oh"
        async with open_authenticator(at(provider, KeyTimes())):
            pass
    assert any(each.levelno == logging.WARNING and "500" in each.getMessage() for each in caplog.records)
