"""Settings of the console: sign-in, sessions and event streams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from kit.rpc.auth import ROLES
from kit.rpc.auth_settings import role_map
from kit.settings import Reader

TOKEN_KINDS = ("access", "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSettings:
    """OpenID provider, and the client registration of the console at it."""

    issuer: str = ""
    """Issuer URL; the provider's configuration is at /.well-known/openid-configuration below it. Empty: disabled."""
    client_id: str = ""
    client_secret: str = ""
    """Empty for a public client. PKCE is always used."""
    scope: str = "openid profile"
    """Requested scopes. The token must contain tenant and roles."""
    token: str = "access"  # noqa: S105 - the name of a kind
    """Token that is sent to the services: access or id."""
    tenant_claim: str = "tenant"
    """Claim with the tenant; a dotted path for a nested claim."""
    roles_claim: str = "roles"
    """Claim with the list of roles; a dotted path for a nested claim."""
    role_map: Mapping[str, str] = field(default_factory=lambda: {role: role for role in ROLES})
    """Role of the suite by role of the provider. Other roles are ignored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSettings:
    """Settings of the console."""

    public_url: str = ""
    """URL at which browsers reach the gateway, such as https://radiant.example. Empty: the URL of the request."""
    session_secret: str = ""
    """Encrypts session cookies; the same for all gateways behind one URL. Empty: random, lost at a restart."""
    session_life: timedelta = timedelta(hours=8)
    """Maximum duration of a session. A session also ends when its token expires."""
    oidc: OidcSettings = field(default_factory=OidcSettings)
    """Sign-in by an OpenID provider."""
    streams_max: int = 64
    """Maximum number of concurrent event streams."""
    stream_life: timedelta = timedelta(minutes=10)
    """Duration of an event stream; afterwards the page opens a new one."""
    stream_interval: timedelta = timedelta(seconds=2)
    """Interval at which an event stream reads its data."""

    @classmethod
    def read(cls, reader: Reader) -> ConsoleSettings:
        """Reads RADIANT_CONSOLE_* and RADIANT_OIDC_*; the reader collects the errors."""
        second = timedelta(seconds=1)
        return cls(
            public_url=reader.text("CONSOLE_PUBLIC_URL", "").rstrip("/"),
            session_secret=reader.text("CONSOLE_SESSION_SECRET", ""),
            session_life=reader.seconds("CONSOLE_SESSION_SECONDS", 28800 * second, 60 * second, 86400 * second),
            oidc=OidcSettings(
                issuer=reader.text("OIDC_ISSUER", "").rstrip("/"),
                client_id=reader.text("OIDC_CLIENT_ID", ""),
                client_secret=reader.text("OIDC_CLIENT_SECRET", ""),
                scope=reader.text("OIDC_SCOPE", "openid profile"),
                token=reader.choice("OIDC_TOKEN", "access", TOKEN_KINDS),
                tenant_claim=reader.text("AUTH_TENANT_CLAIM", "tenant"),
                roles_claim=reader.text("AUTH_ROLES_CLAIM", "roles"),
                role_map=role_map(reader),
            ),
            streams_max=reader.integer("CONSOLE_STREAMS_MAX", 64, 1, 10_000),
            stream_life=reader.seconds("CONSOLE_STREAM_SECONDS", 600 * second, 1 * second, 3600 * second),
            stream_interval=reader.seconds("CONSOLE_INTERVAL_SECONDS", 2 * second, 0.05 * second, 60 * second),
        )
