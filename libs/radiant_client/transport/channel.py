"""Connections: gRPC channels with the packaged retry policy, keepalive and a bearer token."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import grpc

from radiant_client.transport.breaker import Breaker

Token = str | Callable[[], str]
"""A bearer token, or a function that returns the current token. The function is called before each call."""
Options = Sequence[tuple[str, Any]]
"""Arguments of a gRPC channel."""
DEFAULT_TIMEOUT_S = 10.0
"""Timeout in seconds of methods without a timeout in the service config."""

# A gRPC server with default settings closes connections that send pings more often than every 5 minutes.
_KEEPALIVE: tuple[tuple[str, Any], ...] = (
    ("grpc.keepalive_time_ms", 310_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 5_000),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """Certificates of a TLS connection, in PEM format."""

    root_certificates: bytes | None = None
    """Certificates of the trusted authorities; None selects those of the operating system."""
    certificate: bytes | None = None
    """Client certificate with its chain, for services that require one. A caller with a certificate needs no token."""
    key: bytes | None = field(default=None, repr=False)
    """Private key of the client certificate."""
    server_name: str = ""
    """Name that the certificate of the service must contain; empty selects the host of the address."""

    def credentials(self) -> grpc.ChannelCredentials:
        """Returns the credentials of a channel. Raises ValueError if only one of certificate and key is set."""
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key must be set together.")
        return grpc.ssl_channel_credentials(self.root_certificates, self.key, self.certificate)


@dataclass(frozen=True, slots=True)
class Connection:
    """A channel to one service with the token of the caller."""

    channel: grpc.aio.Channel
    """Channel to the service."""
    token: Token = field(repr=False)
    """Token of the caller; empty for calls without a token."""
    breaker: Breaker = field(default_factory=Breaker)
    """Circuit breaker of the service."""

    def metadata(self) -> tuple[tuple[str, str], ...]:
        """Returns the metadata of a call."""
        token = self.token if isinstance(self.token, str) else self.token()
        return (("authorization", f"Bearer {token}"),) if token else ()

    async def close(self) -> None:
        """Closes the channel and cancels running calls."""
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
    """Returns a connection to host:port. It connects at the first call and reconnects automatically.

    With `tls`, the authorities of the operating system are trusted, or those of `root_certificates`. Pass a Tls object
    to use a client certificate. Without `tls`, the token is sent in plain text: use this only for a loopback address
    or a trusted network. The `options` override the channel arguments of the client. The default breaker opens after
    five consecutive failed calls.
    """
    breaker = breaker or Breaker(address)
    arguments = [("grpc.service_config", retry_policy()), *_KEEPALIVE, *options]
    if not tls:
        return Connection(grpc.aio.insecure_channel(address, options=arguments), token, breaker)
    certificates = tls if isinstance(tls, Tls) else Tls(root_certificates=root_certificates)
    if certificates.server_name:
        arguments.append(("grpc.ssl_target_name_override", certificates.server_name))
    channel = grpc.aio.secure_channel(address, certificates.credentials(), options=arguments)
    return Connection(channel, token, breaker)


@cache
def service_config() -> dict[str, Any]:
    """Returns the packaged gRPC service config: timeouts and retry policies by method."""
    text = files("radiant_client").joinpath("service_config.json").read_text("utf-8")
    config: dict[str, Any] = json.loads(text)
    return config


@cache
def retry_policy() -> str:
    """Returns the service config without timeouts, as JSON for a channel.

    A channel would apply the timeout of a service to its watch streams, which have no end. Calls with one response
    set their timeout with timeout_of.
    """
    methods = [
        {key: value for key, value in entry.items() if key != "timeout"} for entry in service_config()["methodConfig"]
    ]
    return json.dumps({"methodConfig": methods})


@cache
def timeout_of(service: str, method: str = "") -> float:
    """Returns the timeout in seconds of a method, else that of its service, else DEFAULT_TIMEOUT_S."""
    found = DEFAULT_TIMEOUT_S
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
