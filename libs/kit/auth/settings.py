"""Settings of authentication, and the authenticator that they describe."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from kit.auth.jwks import ALGORITHMS, KeySet, KeyTimes, ProviderTokens
from kit.auth.tokens import Authenticator, ClaimRules, NoTokens, SharedKeyTokens
from kit.lifecycle import background
from kit.settings.addresses import is_safe_url
from kit.settings.declaration import Defaults, Report, Setting

if TYPE_CHECKING:
    import httpx

DOCUMENT_BYTES_MAX = 512 * 1024
FETCH_SECONDS_MAX = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthSettings:
    """Authentication of callers: by tokens of an identity provider, or else by tokens of the shared key."""

    token_key: Annotated[
        str, Setting("TOKEN_KEY", is_secret=True, default_text="required without a provider or client certificates")
    ] = field(default="", repr=False)
    """Key that signs tokens (HS256), at least 32 bytes. Not used with a provider."""
    jwks_url: Annotated[str, Setting("AUTH_JWKS_URL")] = ""
    """Address of the provider's keys (JWKS): https, or http on a loopback address."""
    jwks_file: Annotated[str, Setting("AUTH_JWKS_FILE")] = ""
    """File of the provider's keys, instead of the address."""
    jwks_ca: Annotated[str, Setting("AUTH_JWKS_CA")] = ""
    """PEM file of the authorities that sign the certificate of the address; empty uses those of the system."""
    algorithms: Annotated[tuple[str, ...], Setting("AUTH_ALGORITHMS")] = ("RS256", "ES256", "EdDSA")
    """Signature algorithms that are accepted in tokens of the provider."""
    rules: Annotated[ClaimRules, Defaults(skew=timedelta(seconds=60))] = field(default_factory=ClaimRules)
    """Required claims of the provider's tokens."""
    times: KeyTimes = field(default_factory=KeyTimes)
    """Times of the fetches of the provider's keys."""
    is_optional: bool = False
    """Whether the process may run without a key."""

    @property
    def has_provider(self) -> bool:
        """Whether tokens come from an identity provider."""
        return bool(self.jwks_url or self.jwks_file)

    def check(self, report: Report) -> None:
        """Reports a missing key, and provider settings that contradict one another."""
        has_key = bool(self.token_key) or self.has_provider or report.is_set("TLS_PRINCIPALS")
        report.require("TOKEN_KEY", has_key or self.is_optional, "is not set")
        is_safe = not self.jwks_url or is_safe_url(self.jwks_url)
        report.require("AUTH_JWKS_URL", is_safe, "must be https, or http on a loopback address")
        is_single = not (self.jwks_url and self.jwks_file)
        report.require("AUTH_JWKS_FILE", is_single, "must not be set together with RADIANT_AUTH_JWKS_URL")
        for name in ("AUTH_ISSUER", "AUTH_AUDIENCE"):
            report.require(name, not self.has_provider or report.is_set(name), "is not set")
        is_known = bool(self.algorithms) and not set(self.algorithms) - set(ALGORITHMS)
        report.require("AUTH_ALGORITHMS", is_known, f"must be among {', '.join(ALGORITHMS)}")
        is_ordered = self.times.retention >= self.times.refresh_interval
        rule = "must not be shorter than RADIANT_AUTH_JWKS_REFRESH_SECONDS"
        report.require("AUTH_JWKS_KEPT_SECONDS", is_ordered, rule)


@contextlib.asynccontextmanager
async def open_authenticator(settings: AuthSettings) -> AsyncIterator[Authenticator]:
    """Yields the authenticator. A provider's keys are fetched at the start and then in the background.

    Until the provider answers, calls fail with UNAVAILABLE and the fetch is repeated. Raises ValueError
    for a shared key of less than 32 bytes.
    """
    if not settings.has_provider:
        yield SharedKeyTokens(settings.token_key) if settings.token_key else NoTokens()
        return
    async with open_key_source(settings) as fetch:
        keys = KeySet(fetch, settings.times)
        tokens = ProviderTokens(keys, settings.rules, settings.algorithms)
        await keys.refresh()
        async with background("keys", keys.refresh_forever):
            yield tokens


@contextlib.asynccontextmanager
async def open_key_source(settings: AuthSettings) -> AsyncIterator[Callable[[], Awaitable[bytes]]]:
    """Yields a function that fetches the document with the provider's keys; it raises OSError or httpx.HTTPError."""
    if settings.jwks_file:
        path = Path(settings.jwks_file)
        yield lambda: asyncio.to_thread(path.read_bytes)
        return
    import httpx  # not at module level, because the import slows down every start

    trusted = ssl.create_default_context(cafile=settings.jwks_ca or None)
    timeout = httpx.Timeout(FETCH_SECONDS_MAX)
    async with httpx.AsyncClient(verify=trusted, timeout=timeout, trust_env=False, follow_redirects=False) as client:
        yield lambda: _document(client, settings.jwks_url)


async def _document(client: httpx.AsyncClient, url: str) -> bytes:
    """Returns the document at the address; raises OSError when it cannot be fetched or is longer than 512 KiB."""
    async with asyncio.timeout(FETCH_SECONDS_MAX), client.stream("GET", url) as answer:
        if answer.status_code != HTTPStatus.OK:
            raise OSError(f"the response has the status {answer.status_code}")
        body = b""
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > DOCUMENT_BYTES_MAX:
                raise OSError(f"the response is longer than {DOCUMENT_BYTES_MAX} bytes")
    return body
