"""Whom the services believe: settings that all of them share, and what is made of them."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from kit.lifecycle import background
from kit.rpc.auth import ROLES, Authenticator, ClaimRules, NoTokens, SharedKeyTokens
from kit.rpc.jwks import ALGORITHMS, KeySet, KeyTimes, ProviderTokens
from kit.settings import Reader

DOCUMENT_BYTES_MAX = 512 * 1024
FETCH_SECONDS_MAX = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthSettings:
    """How callers prove who they are: by tokens of an identity provider, else of the shared key."""

    token_key: str = field(default="", repr=False)
    """The shared key; not looked at when there are keys of a provider."""
    jwks_url: str = ""
    """Where the provider's keys are: https, or http on a loopback address."""
    jwks_file: str = ""
    """A file that holds them, instead."""
    jwks_ca: str = ""
    """Certificates (PEM) by which the address is believed; empty: those of the system."""
    algorithms: tuple[str, ...] = ("RS256", "ES256", "EdDSA")
    """Signatures that are allowed."""
    rules: ClaimRules = field(default_factory=ClaimRules)
    """What the provider's tokens must say."""
    times: KeyTimes = field(default_factory=KeyTimes)
    """When its keys are fetched."""

    @property
    def has_provider(self) -> bool:
        """Whether tokens come from an identity provider."""
        return bool(self.jwks_url or self.jwks_file)

    @classmethod
    def read(cls, reader: Reader) -> AuthSettings:
        """Reads TOKEN_KEY and AUTH_*; the key is required unless a provider or certificates take its place."""
        url, file = reader.text("AUTH_JWKS_URL", ""), reader.text("AUTH_JWKS_FILE", "")
        second, day = timedelta(seconds=1), timedelta(days=1)
        reader.check("AUTH_JWKS_URL", not url or _is_safe(url), "must be https, or http on a loopback address")
        reader.check("AUTH_JWKS_FILE", not (url and file), "cannot be set together with the address")
        instead = bool(url or file or reader.text("TLS_PRINCIPALS", ""))
        names = reader.text("AUTH_ALGORITHMS", "RS256,ES256,EdDSA").replace(",", " ").split()
        refresh = reader.seconds("AUTH_JWKS_REFRESH_SECONDS", 300 * second, second, day)
        kept = reader.seconds("AUTH_JWKS_KEPT_SECONDS", day, 60 * second, 30 * day)
        reader.check("AUTH_JWKS_KEPT_SECONDS", kept >= refresh, "must not be shorter than the time between two fetches")
        among = f"must be among {', '.join(ALGORITHMS)}"
        reader.check("AUTH_ALGORITHMS", bool(names) and not set(names) - set(ALGORITHMS), among)
        return cls(
            token_key=reader.text("TOKEN_KEY", "" if instead else None),
            jwks_url=url,
            jwks_file=file,
            jwks_ca=reader.text("AUTH_JWKS_CA", ""),
            algorithms=tuple(names),
            rules=ClaimRules(
                issuer=reader.text("AUTH_ISSUER", None if url or file else "radiant"),
                audience=reader.text("AUTH_AUDIENCE", None if url or file else "radiant"),
                skew=reader.seconds("AUTH_CLOCK_SKEW", 60 * second, 0 * second, 300 * second),
                tenant_claim=reader.text("AUTH_TENANT_CLAIM", "tenant"),
                roles_claim=reader.text("AUTH_ROLES_CLAIM", "roles"),
                roles=role_map(reader),
            ),
            times=KeyTimes(
                refresh=refresh,
                unknown=reader.seconds("AUTH_JWKS_UNKNOWN_SECONDS", 10 * second, second, 3600 * second),
                kept=kept,
            ),
        )


def role_map(reader: Reader) -> dict[str, str]:
    """Reads AUTH_ROLE_MAP, such as `brain-prod=service, Feedback Admins=admin`; by default roles keep their names."""
    text = reader.text("AUTH_ROLE_MAP", "")
    if not text:
        return {role: role for role in ROLES}
    pairs = [each.rpartition("=") for each in text.split(",") if each.strip()]
    good = all(theirs.strip() and ours.strip() in ROLES for theirs, _, ours in pairs)
    reader.check("AUTH_ROLE_MAP", good, f"must list name=role with roles among {', '.join(sorted(ROLES))}")
    return {theirs.strip(): ours.strip() for theirs, _, ours in pairs}


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        return bool(host)
    try:
        return parts.scheme == "http" and ipaddress.ip_address(host).is_loopback
    except ValueError:
        return parts.scheme == "http" and host == "localhost"


@contextlib.asynccontextmanager
async def open_authenticator(settings: AuthSettings) -> AsyncIterator[Authenticator]:
    """Gives what verifies tokens; a provider's keys are fetched before and, in the background, during the block.

    A provider that does not answer at the start is asked again; calls are UNAVAILABLE until it does. Raises
    ValueError for a short shared key.
    """
    if not settings.has_provider:
        yield SharedKeyTokens(settings.token_key) if settings.token_key else NoTokens()
        return
    async with contextlib.AsyncExitStack() as stack:
        if settings.jwks_file:
            path = Path(settings.jwks_file)
            keys = KeySet(lambda: asyncio.to_thread(path.read_bytes), settings.times)
        else:
            trusted = ssl.create_default_context(cafile=settings.jwks_ca or None)
            timeout = httpx.Timeout(FETCH_SECONDS_MAX)
            client = httpx.AsyncClient(verify=trusted, timeout=timeout, trust_env=False, follow_redirects=False)
            await stack.enter_async_context(client)
            keys = KeySet(lambda: _document(client, settings.jwks_url), settings.times)
        tokens = ProviderTokens(keys, settings.rules, settings.algorithms)
        await keys.refresh()
        await stack.enter_async_context(background("keys", keys.refresh_forever))
        yield tokens


async def _document(client: httpx.AsyncClient, url: str) -> bytes:
    """Fetches a short document in a short time."""
    async with asyncio.timeout(FETCH_SECONDS_MAX), client.stream("GET", url) as answer:
        if answer.status_code != httpx.codes.OK:
            raise OSError(f"the answer was {answer.status_code}")
        body = b""
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > DOCUMENT_BYTES_MAX:
                raise OSError("the answer is too long")
    return body
