"""Connections: channels with the packaged retry policy, keepalive and a bearer token."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import grpc

from radiant_client.transport.breaker import Breaker

Token = str | Callable[[], str]
"""A bearer token, or a function that gives the current one. It is asked before each call."""
Options = Sequence[tuple[str, Any]]
"""Arguments of a gRPC channel."""

# Pings more often than every five minutes are answered by a default server with GOAWAY.
_KEEPALIVE: tuple[tuple[str, Any], ...] = (
    ("grpc.keepalive_time_ms", 310_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 5_000),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """How to speak TLS: whom to believe, and who one is. All of it PEM."""

    root_certificates: bytes | None = None
    """Authorities that vouch for the services; None takes those of the system."""
    certificate: bytes | None = None
    """The caller's own, with its chain, where services ask for one; with it no token is needed."""
    key: bytes | None = field(default=None, repr=False)
    """The certificate's."""

    def credentials(self) -> grpc.ChannelCredentials:
        """Returns what a channel needs; raises ValueError for a certificate without its key."""
        if (self.certificate is None) != (self.key is None):
            raise ValueError("a certificate and its key go together")
        return grpc.ssl_channel_credentials(self.root_certificates, self.key, self.certificate)


@dataclass(frozen=True, slots=True)
class Connection:
    """A channel to one service together with the caller's token."""

    channel: grpc.aio.Channel
    """The channel."""
    token: Token = field(repr=False)
    """The caller's token; empty for none."""
    breaker: Breaker = field(default_factory=Breaker)
    """Stops calls to a service that does not answer."""

    def metadata(self) -> tuple[tuple[str, str], ...]:
        """Gives the metadata that each call carries."""
        token = self.token if isinstance(self.token, str) else self.token()
        return (("authorization", f"Bearer {token}"),) if token else ()

    async def close(self) -> None:
        """Closes the channel; calls that are under way are cancelled."""
        await self.channel.close()


def open_channel(
    address: str,
    token: Token = "",
    *,
    tls: bool | Tls = False,
    root_certificates: bytes | None = None,
    options: Options = (),
    breaker: Breaker | None = None,
) -> Connection:
    """Opens a connection to host:port; it connects with the first call and reconnects by itself.

    After five failed calls in a row the rest fail at once for a while; another breaker sets other numbers.

    With tls the system's authorities are believed, or those of `root_certificates`; Tls also names the caller's own
    certificate. Without tls the token travels in plain text, which suits a loopback address or a trusted network. The
    options come after the client's own and win over them.
    """
    breaker = breaker or Breaker(address)
    arguments = [("grpc.service_config", retries()), *_KEEPALIVE, *options]
    if not tls:
        return Connection(grpc.aio.insecure_channel(address, options=arguments), token, breaker)
    credentials = (tls if isinstance(tls, Tls) else Tls(root_certificates=root_certificates)).credentials()
    return Connection(grpc.aio.secure_channel(address, credentials, options=arguments), token, breaker)


@cache
def service_config() -> dict[str, Any]:
    """Gives the packaged service config: timeouts and retries of each method."""
    text = files("radiant_client").joinpath("service_config.json").read_text("utf-8")
    config: dict[str, Any] = json.loads(text)
    return config


@cache
def retries() -> str:
    """Gives the retry policy for a channel.

    The timeouts are left out, since a channel would apply that of a service to its endless streams as well;
    unary calls set their own by timeout_of.
    """
    methods = [
        {key: value for key, value in entry.items() if key != "timeout"} for entry in service_config()["methodConfig"]
    ]
    return json.dumps({"methodConfig": methods})


@cache
def timeout_of(service: str, method: str = "") -> float:
    """Gives the timeout of a method in seconds: its own, else its service's, else 10."""
    found = 10.0
    for entry in service_config()["methodConfig"]:
        for name in entry["name"]:
            if name["service"] != service or "timeout" not in entry:
                continue
            seconds = float(entry["timeout"].removesuffix("s"))
            if method and name.get("method", "") == method:
                return seconds
            if not name.get("method"):
                found = seconds
    return found
