"""Settings of the HTTP server."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

from kit import ports
from kit.settings.declaration import Report, Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpLimits:
    """Limits on requests."""

    body_bytes_max: Annotated[int, Setting("GATEWAY_BODY_BYTES_MAX", 1024, 4 * 1024 * 1024, "bytes")] = 1024 * 1024
    """Size of a JSON body, and of the JSON part of an upload."""
    audio_bytes_max: Annotated[int, Setting("AUDIO_BYTES_MAX", 1024, 1024**3, "bytes")] = 25 * 1024 * 1024
    """Size of a recording."""
    requests_per_s: Annotated[float, Setting("GATEWAY_REQUESTS_PER_SECOND", 0, 1_000_000, "requests per second")] = 50.0
    """Sustained rate of requests of one caller; 0 for no limit."""
    burst: Annotated[int, Setting("GATEWAY_BURST", 1, 1_000_000, "requests")] = 100
    """Requests of one caller that may exceed the sustained rate."""
    callers_remembered_max: Annotated[int, Setting("GATEWAY_CALLERS_REMEMBERED_MAX", 1, 10_000_000, "callers")] = 20_000
    """Callers with a stored rate. The least recently active caller is removed first."""
    call_timeout: Annotated[timedelta, Setting("GATEWAY_CALL_TIMEOUT_SECONDS", 0.05, 300)] = timedelta(seconds=10)
    """Deadline of a unary gRPC call."""
    stream_timeout: Annotated[timedelta, Setting("GATEWAY_STREAM_TIMEOUT_SECONDS", 0.05, 3600)] = timedelta(seconds=120)
    """Deadline of an upload including its response, and of a download."""
    read_timeout: Annotated[timedelta, Setting("GATEWAY_READ_TIMEOUT_SECONDS", 0.05, 300)] = timedelta(seconds=15)
    """Time to receive a JSON body; for a recording, time between two chunks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """Paths of PEM files, each empty if not used."""

    certificate: Annotated[str, Setting("GATEWAY_TLS_CERT")] = ""
    """File with the certificate chain of the gateway (PEM). Empty: listeners do not use TLS."""
    key: Annotated[str, Setting("GATEWAY_TLS_KEY")] = ""
    """File with the private key of the certificate (PEM)."""
    services_ca: Annotated[str, Setting("GATEWAY_SERVICES_CA")] = ""
    """File with the CA certificates of the services (PEM). Empty: services are called without TLS."""
    services_name: Annotated[str, Setting("GATEWAY_SERVICES_NAME")] = ""
    """Name in the certificates of the services. Empty: the host of each address."""
    services_certificate: Annotated[str, Setting("GATEWAY_SERVICES_CERT")] = ""
    """File with the client certificate for services that require one (PEM). It must not be a principal of a service:
    requests without a token would have its roles."""
    services_key: Annotated[str, Setting("GATEWAY_SERVICES_KEY")] = ""
    """File with the private key of the client certificate (PEM)."""
    is_behind_proxy: Annotated[bool, Setting("BEHIND_TLS_PROXY")] = False
    """Whether a proxy in front of the gateway terminates TLS, so that a public address needs no certificate."""

    @property
    def is_used(self) -> bool:
        """Whether clients reach the gateway over TLS."""
        return bool(self.certificate) or self.is_behind_proxy

    def check(self, report: Report) -> None:
        """Reports a certificate without a key, and a key without a certificate."""
        has_client_pair = bool(self.services_certificate) == bool(self.services_key)
        report.require(
            "GATEWAY_SERVICES_CERT", has_client_pair, "must be set together with RADIANT_GATEWAY_SERVICES_KEY"
        )
        has_authority = bool(self.services_ca) or not (self.services_certificate or self.services_name)
        report.require("GATEWAY_SERVICES_CA", has_authority, "is not set, but a name or a client certificate is")
        has_both_or_neither = bool(self.certificate) == bool(self.key)
        report.require("GATEWAY_TLS_CERT", has_both_or_neither, "must be set together with RADIANT_GATEWAY_TLS_KEY")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """Address, TLS, CORS and limits of the HTTP server."""

    host: Annotated[str, Setting("GATEWAY_HOST")] = "127.0.0.1"
    """Listen address. In development mode it must be a loopback address."""
    port: Annotated[int, Setting("GATEWAY_PORT", 0, 65_535)] = ports.GATEWAY
    """Listen port; 0 selects a free port."""
    development: Annotated[bool, Setting("DEVELOPMENT")] = True
    """Development mode. The gateway then listens on loopback addresses only, because tokens are sent without TLS."""
    tls: Tls = field(default_factory=Tls)
    """TLS of the listeners and of the calls of services."""
    limits: HttpLimits = field(default_factory=HttpLimits)
    """Limits on requests."""
    cors_origins: Annotated[tuple[str, ...], Setting("GATEWAY_CORS_ORIGINS")] = ()
    """Origins whose pages may call the API, separated by commas or spaces. Empty: none."""
    grace: Annotated[timedelta, Setting("GRACE_SECONDS", 0, 600)] = timedelta(seconds=10)
    """Time for requests in flight at shutdown."""
