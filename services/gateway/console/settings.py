"""Settings of the console: how people sign in, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from kit.rpc.auth import ROLES
from kit.rpc.auth_settings import role_map
from kit.settings import Reader

TOKENS = ("access", "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSettings:
    """An OpenID provider, and this console as its client."""

    issuer: str = ""
    """Address of the provider, below which its configuration lies; empty for none."""
    client_id: str = ""
    client_secret: str = ""
    """Empty for a public client; PKCE is used either way."""
    scope: str = "openid profile"
    """What is asked for; the token must name tenant and roles."""
    token: str = "access"  # noqa: S105 - the name of a kind
    """Which of the provider's tokens the services accept: access or id."""
    tenant_claim: str = "tenant"
    """Claim that names the tenant; dots lead into objects."""
    roles_claim: str = "roles"
    """Claim that lists roles, likewise."""
    role_map: Mapping[str, str] = field(default_factory=lambda: {role: role for role in ROLES})
    """What the provider's roles are here; those that it does not name are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSettings:
    """Everything that the console is told."""

    public_url: str = ""
    """Where browsers find the gateway, such as https://radiant.example; empty takes the address that they asked."""
    session_secret: str = ""
    """Seals sessions, the same for all gateways behind one address. Empty: drawn, ending with the process."""
    session_life: timedelta = timedelta(hours=8)
    """Longest session; a token that ends sooner ends it sooner."""
    oidc: OidcSettings = field(default_factory=OidcSettings)
    """Sign-in for production."""
    streams_max: int = 64
    """Pages that may be told of changes at once."""
    stream_life: timedelta = timedelta(minutes=10)
    """After that a page asks again."""
    stream_interval: timedelta = timedelta(seconds=2)
    """Between two looks at what changes."""

    @classmethod
    def read(cls, reader: Reader) -> ConsoleSettings:
        """Reads RADIANT_CONSOLE_* and RADIANT_OIDC_*; the reader collects what is wrong."""
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
                token=reader.choice("OIDC_TOKEN", "access", TOKENS),
                tenant_claim=reader.text("AUTH_TENANT_CLAIM", "tenant"),
                roles_claim=reader.text("AUTH_ROLES_CLAIM", "roles"),
                role_map=role_map(reader),
            ),
            streams_max=reader.integer("CONSOLE_STREAMS_MAX", 64, 1, 10_000),
            stream_life=reader.seconds("CONSOLE_STREAM_SECONDS", 600 * second, 1 * second, 3600 * second),
            stream_interval=reader.seconds("CONSOLE_INTERVAL_SECONDS", 2 * second, 0.05 * second, 60 * second),
        )
