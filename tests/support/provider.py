"""An identity provider for tests: its keys, its tokens, and a server of its key document."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms

from kit.auth.settings import AuthSettings
from tests.kit.fixtures.settings import read_group

ISSUER, AUDIENCE = "https://login.example", "radiant-suite"
_CURVES: dict[str, Callable[[], ec.EllipticCurve]] = {
    "ES256": ec.SECP256R1,
    "ES384": ec.SECP384R1,
    "ES512": ec.SECP521R1,
}


@dataclass
class SigningKey:
    """A key pair of the provider."""

    kid: str
    algorithm: str = "ES256"
    bits: int = 2048
    """Size of an RSA key."""
    secret: Any = None

    def __post_init__(self) -> None:
        """Generates the key pair."""
        if self.algorithm == "EdDSA":
            self.secret = ed25519.Ed25519PrivateKey.generate()
        elif self.algorithm in _CURVES:
            self.secret = ec.generate_private_key(_CURVES[self.algorithm]())
        else:
            self.secret = rsa.generate_private_key(65537, self.bits)

    def shown(self, **changes: Any) -> dict[str, Any]:
        """Returns the public key as a JWKS entry with changes. None removes a member."""
        text = get_default_algorithms()[self.algorithm].to_jwk(self.secret.public_key())
        whole = {**json.loads(str(text)), "kid": self.kid, "use": "sig", "alg": self.algorithm, **changes}
        return {name: value for name, value in whole.items() if value is not None}

    def sign(self, headers: dict[str, Any] | None = None, **changes: Any) -> str:
        """Returns a token with valid claims and changes. None removes a claim."""
        named = {"kid": self.kid, **(headers or {})}
        named = {name: value for name, value in named.items() if value is not None}
        return jwt.encode(claims(**changes), self.secret, algorithm=self.algorithm, headers=named)


def claims(**changes: Any) -> dict[str, Any]:
    """Returns valid claims with changes. None removes a claim."""
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "brain",
        "tenant": "acme",
        "roles": ["service"],
        "iat": now,
        "exp": now + 600,
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def document(*keys: SigningKey) -> bytes:
    """Returns the JWKS document with these keys."""
    return json.dumps({"keys": [key.shown() for key in keys]}).encode()


@dataclass
class Provider:
    """The provider's answer, and the number of requests."""

    body: bytes
    status: str = "200 OK"
    headers: str = ""
    delay_s: float = 0
    asked: int = 0
    url: str = ""
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers one request and closes the connection."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            self.asked += 1
            await asyncio.sleep(self.delay_s)
            head = (
                f"HTTP/1.1 {self.status}\r\nContent-Length: {len(self.body)}\r\nConnection: close\r\n{self.headers}\r\n"
            )
            writer.write(head.encode() + self.body)
            await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def serving_keys(*keys: SigningKey, **terms: Any) -> AsyncIterator[Provider]:
    """Serves the keys over HTTP, with `terms` for TLS over HTTPS."""
    provider = Provider(document(*keys))
    server = await asyncio.start_server(provider.answer, "127.0.0.1", 0, **terms)
    provider.url = f"{'https' if terms else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}/keys"
    try:
        yield provider
    finally:
        server.close()
        await server.wait_closed()


def environ(**changes: str) -> dict[str, str]:
    """Returns the environment of a service with a provider."""
    return {"RADIANT_AUTH_ISSUER": ISSUER, "RADIANT_AUTH_AUDIENCE": AUDIENCE, **changes}


def read(**changes: str) -> AuthSettings:
    """Reads settings as a service does."""
    variables = {name.removeprefix("RADIANT_"): value for name, value in environ(**changes).items()}
    return read_group(AuthSettings, variables)
