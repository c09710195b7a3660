"""Services accept the identity provider and the client certificates of the shared settings."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import message_factory

import ingest.app
from ingest.settings import IngestSettings
from tests.journeys.fixtures.services import empty, running
from tests.support.access import methods, roles_of, services
from tests.support.certificates import Authority
from tests.support.provider import AUDIENCE, ISSUER, SigningKey, serving_keys
from tests.support.servers import url_as
from tests.support.suite import token

BRAIN = "spiffe://acme.example/brain"


async def test_services_with_a_provider_accept_only_its_tokens(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    key, stranger = SigningKey("one"), SigningKey("two")
    terms = {
        "RADIANT_AUTH_ISSUER": ISSUER,
        "RADIANT_AUTH_AUDIENCE": AUDIENCE,
        "RADIANT_AUTH_TENANT_CLAIM": "https://acme.example/tenant",
        "RADIANT_AUTH_ROLES_CLAIM": "realm_access.roles",
        "RADIANT_AUTH_ROLE_MAP": "feedback-admin=admin",
        "RADIANT_AUTH_ALGORITHMS": "ES256",
    }
    says: dict[str, Any] = {"https://acme.example/tenant": "acme", "tenant": None, "roles": None}
    granted = {**says, "realm_access": {"roles": ["feedback-admin"]}}
    async with serving_keys(key) as provider:
        terms["RADIANT_AUTH_JWKS_URL"] = provider.url
        async with running(database_url, redis_url, tmp_path, **terms) as whole:
            tried = {each.containing_service.full_name: each for each in methods() if "admin" in roles_of(each)}
            assert len(tried) == len(services())
            for method in tried.values():

                async def said(bearer: str, method: Any = method) -> str:
                    metadata = grpc.aio.Metadata(("authorization", f"Bearer {bearer}"))
                    return (await whole.call(method, [empty(method)], metadata)).code

                assert await said(key.sign(None, **granted)) not in ("UNAUTHENTICATED", "PERMISSION_DENIED")
                unnamed = {**says, "realm_access": {"roles": ["admin"]}}
                assert await said(key.sign(None, **unnamed)) == "PERMISSION_DENIED", (
                    "a role without an entry in the role map"
                )
                assert await said(stranger.sign({"kid": "one"}, **granted)) == "UNAUTHENTICATED"
                shared = str(dict(token("acme", "admin"))["authorization"]).removeprefix("Bearer ")
                assert await said(shared) == "UNAUTHENTICATED"


@pytest.mark.parametrize("shared_key", [True, False])
async def test_service_with_client_authority_accepts_listed_certificates(
    database_url: str, redis_url: str, tmp_path: Path, shared_key: bool
) -> None:
    authority = Authority("ours")
    server, client = authority.issue(tmp_path, "server"), authority.issue(tmp_path, "brain", BRAIN)
    principals = tmp_path / "principals.json"
    principals.write_text(json.dumps({BRAIN: {"tenant": "acme", "roles": ["service"]}}))
    environ = {
        "RADIANT_DATABASE_URL": url_as("radiant_ingest", database_url),
        "RADIANT_REDIS_URL": redis_url,
        "RADIANT_PORT": "0",
        "RADIANT_DEVELOPMENT": "false",
        "RADIANT_TLS_CERT": str(server.cert),
        "RADIANT_TLS_KEY": str(server.key),
        "RADIANT_TLS_CLIENT_CA": str(authority.save(tmp_path)),
        "RADIANT_TLS_PRINCIPALS": str(principals),
        **({"RADIANT_TOKEN_KEY": "k" * 32} if shared_key else {}),
    }
    method = next(each for each in methods() if each.name == "GetWidgetConfig")
    request = message_factory.GetMessageClass(method.input_type)(user_id="u")
    credentials = grpc.ssl_channel_credentials(
        authority.cert.encode(), client.key.read_bytes(), client.cert.read_bytes()
    )
    async with ingest.app.open_server(IngestSettings.from_env(environ)) as running_server:
        port = await running_server.start()
        try:
            async with grpc.aio.secure_channel(f"localhost:{port}", credentials) as channel:
                call: Any = channel.unary_unary(f"/{method.containing_service.full_name}/{method.name}")
                assert isinstance(await call(request.SerializeToString(), timeout=10), bytes)
                with pytest.raises(grpc.aio.AioRpcError) as caught:
                    await call(request.SerializeToString(), timeout=10, metadata=token("acme"))
                assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED, "a token of an unknown issuer"
        finally:
            await running_server.stop(timedelta())
