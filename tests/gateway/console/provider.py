"""An OpenID provider of the tests' own: real HTTP, real keys, no people."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.suite import free_port


@dataclass
class Provider:
    """Signs in whoever comes as the person that is set."""

    issuer: str
    claims: dict[str, Any]
    """Claims of the tokens, beside the registered ones."""
    nonce_lies: bool = False
    """Answers with another nonce than the one that was asked for."""
    _key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> Starlette:
        """Returns the provider's pages."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._configuration),
                Route("/keys", self._keys),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
            ]
        )

    async def _configuration(self, request: Request) -> Response:
        ways = {"authorization": "authorize", "token": "token"}
        found = {f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in ways.items()}
        more = {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys", "response_types_supported": ["code"]}
        return JSONResponse(found | more | {"id_token_signing_alg_values_supported": ["RS256"]})

    async def _keys(self, request: Request) -> Response:
        shown = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key()))
        return JSONResponse({"keys": [shown | {"kid": "1", "use": "sig", "alg": "RS256"}]})

    async def _authorize(self, request: Request) -> Response:
        code = secrets.token_urlsafe(8)
        self._codes[code] = dict(request.query_params)
        back = {"code": code, "state": request.query_params["state"]}
        return RedirectResponse(f"{request.query_params['redirect_uri']}?{urlencode(back)}")

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        asked = self._codes.pop(str(form["code"]), None)
        digest = hashlib.sha256(str(form.get("code_verifier", "")).encode()).digest()
        if asked is None or base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        nonce = "another" if self.nonce_lies else asked["nonce"]
        claims = {
            "iss": self.issuer,
            "aud": asked["client_id"],
            "iat": now,
            "exp": now + 600,
            "nonce": nonce,
        } | self.claims
        token = jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": "1"})
        return JSONResponse({"access_token": token, "id_token": token, "token_type": "Bearer", "expires_in": 600})


@contextlib.asynccontextmanager
async def provider(**claims: Any) -> AsyncIterator[Provider]:
    """Runs a provider on a free port while the block runs."""
    port = free_port()
    made = Provider(f"http://127.0.0.1:{port}", claims)
    server = uvicorn.Server(uvicorn.Config(made.app(), port=port, log_config=None, lifespan="off", ws="none"))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve())
    try:
        while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody
            await asyncio.sleep(0.01)
        yield made
    finally:
        server.should_exit = True
        await task
