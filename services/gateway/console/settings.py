"""Settings of the console: sign-in, sessions and event streams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Literal

from kit.auth.tokens import ROLES, roles_of
from kit.settings.addresses import is_safe_url
from kit.settings.declaration import Report, Setting

TokenKind = Literal["access", "id"]
SESSION_SECRET_BYTES_MIN = 32
_HTTPS_RULE = "must be an https URL; http is allowed for a loopback address only"


def _without_slash(url: str) -> str:
    return url.rstrip("/")


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSettings:
    """OpenID provider and the registration of the console as its client."""

    issuer: Annotated[str, Setting("OIDC_ISSUER", parse=_without_slash)] = ""
    """Issuer URL; the provider's configuration is at /.well-known/openid-configuration below it. Empty: disabled."""
    client_id: Annotated[str, Setting("OIDC_CLIENT_ID")] = ""
    """Identifier of the console at the provider."""
    client_secret: Annotated[str, Setting("OIDC_CLIENT_SECRET", is_secret=True)] = field(default="", repr=False)
    """Secret of the console at the provider; empty for a public client. PKCE is always used."""
    scope: Annotated[str, Setting("OIDC_SCOPE")] = "openid profile"
    """Requested scopes. The token must contain tenant and roles."""
    token: Annotated[TokenKind, Setting("OIDC_TOKEN")] = "access"  # noqa: S105 - the name of a kind
    """Token that is sent to the services: access or id."""
    tenant_claim: Annotated[str, Setting("AUTH_TENANT_CLAIM")] = "tenant"
    """Claim with the tenant; a dotted path for a nested claim."""
    roles_claim: Annotated[str, Setting("AUTH_ROLES_CLAIM")] = "roles"
    """Claim with the list of roles; a dotted path for a nested claim."""
    role_map: Annotated[
        Mapping[str, str], Setting("AUTH_ROLE_MAP", parse=roles_of, default_text="roles keep their names")
    ] = field(default_factory=lambda: {role: role for role in ROLES})
    """Roles by the provider's name for them, as name=role separated by commas. Other names grant nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSettings:
    """Settings of the console."""

    public_url: Annotated[str, Setting("CONSOLE_PUBLIC_URL", parse=_without_slash)] = ""
    """URL of the gateway for browsers, for example https://radiant.example. The provider redirects to it."""
    session_secret: Annotated[
        str, Setting("CONSOLE_SESSION_SECRET", is_secret=True, default_text="random for each process")
    ] = field(default="", repr=False)
    """Encrypts session cookies; at least 32 bytes, the same for all gateways behind one URL."""
    session_life: Annotated[timedelta, Setting("CONSOLE_SESSION_SECONDS", 60, 86_400)] = timedelta(hours=8)
    """Maximum duration of a session. A session also ends when its token expires."""
    oidc: OidcSettings = field(default_factory=OidcSettings)
    """Sign-in by an OpenID provider."""
    streams_max: Annotated[int, Setting("CONSOLE_STREAMS_MAX", 1, 10_000, "streams")] = 64
    """Maximum number of concurrent event streams."""
    streams_per_tenant_max: Annotated[int, Setting("CONSOLE_STREAMS_PER_TENANT_MAX", 1, 10_000, "streams")] = 16
    """Maximum number of concurrent event streams of one tenant; operators of all tenants share one such limit."""
    stream_life: Annotated[timedelta, Setting("CONSOLE_STREAM_SECONDS", 1, 3600)] = timedelta(minutes=10)
    """Duration of an event stream; afterwards the page opens a new one."""
    stream_interval: Annotated[timedelta, Setting("CONSOLE_INTERVAL_SECONDS", 0.05, 60)] = timedelta(seconds=2)
    """Interval at which an event stream reads its data."""

    def check(self, report: Report) -> None:
        """Reports a short secret, and a provider without a public URL or with an address that is not encrypted."""
        is_long = not self.session_secret or len(self.session_secret.encode()) >= SESSION_SECRET_BYTES_MIN
        report.require("CONSOLE_SESSION_SECRET", is_long, f"must have at least {SESSION_SECRET_BYTES_MIN} bytes")
        report.require("OIDC_ISSUER", not self.oidc.issuer or is_safe_url(self.oidc.issuer), _HTTPS_RULE)
        report.require("CONSOLE_PUBLIC_URL", not self.public_url or is_safe_url(self.public_url), _HTTPS_RULE)
        has_callback = not self.oidc.issuer or bool(self.public_url)
        report.require("CONSOLE_PUBLIC_URL", has_callback, "must be set together with RADIANT_OIDC_ISSUER")
