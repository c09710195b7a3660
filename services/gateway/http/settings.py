"""Settings of the HTTP server."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from kit import ports
from kit.settings import Reader

DEFAULT_PORT = ports.GATEWAY
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpLimits:
    """Limits on requests."""

    body_bytes_max: int = 1024 * 1024
    """Maximum size of a JSON body, and of the JSON part of an upload."""
    audio_bytes_max: int = 25 * 1024 * 1024
    """Maximum size of an audio recording."""
    requests_per_s: float = 50.0
    """Sustained rate of requests for each caller; 0 disables the limit."""
    burst: int = 100
    """Number of requests that a caller may send above the sustained rate."""
    callers_remembered_max: int = 20_000
    """Number of callers with a stored rate; the least recently active caller is removed first."""
    call_timeout: timedelta = 10 * _SECOND
    """Deadline of a unary gRPC call."""
    stream_timeout: timedelta = 120 * _SECOND
    """Deadline of an upload including its response, and of a download."""
    read_timeout: timedelta = 15 * _SECOND
    """Maximum time to receive a JSON body; for a recording, maximum time between two chunks."""

    @classmethod
    def read(cls, reader: Reader) -> HttpLimits:
        """Reads the limits from GATEWAY_* and AUDIO_BYTES_MAX."""
        low = 0.05 * _SECOND
        return cls(
            body_bytes_max=reader.integer("GATEWAY_BODY_BYTES_MAX", 1024 * 1024, 1024, 4 * 1024 * 1024),
            audio_bytes_max=reader.integer("AUDIO_BYTES_MAX", 25 * 1024 * 1024, 1024, 1024**3),
            requests_per_s=reader.number("GATEWAY_REQUESTS_PER_SECOND", 50.0, 0, 1_000_000),
            burst=reader.integer("GATEWAY_BURST", 100, 1, 1_000_000),
            callers_remembered_max=reader.integer("GATEWAY_CALLERS_REMEMBERED_MAX", 20_000, 1, 10_000_000),
            call_timeout=reader.seconds("GATEWAY_CALL_TIMEOUT_SECONDS", 10 * _SECOND, low, 300 * _SECOND),
            stream_timeout=reader.seconds("GATEWAY_STREAM_TIMEOUT_SECONDS", 120 * _SECOND, low, 3600 * _SECOND),
            read_timeout=reader.seconds("GATEWAY_READ_TIMEOUT_SECONDS", 15 * _SECOND, low, 300 * _SECOND),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """Paths of PEM files, each empty if not used."""

    certificate: str = ""
    """Certificate chain of the gateway; empty disables TLS for listeners."""
    key: str = ""
    """Private key of the certificate."""
    services_ca: str = ""
    """CA certificates of the services; empty disables TLS for calls of services."""
    proxied: bool = False
    """Whether a proxy in front terminates TLS, so that a public address without a certificate is allowed."""

    @classmethod
    def read(cls, reader: Reader) -> Tls:
        """Reads the paths. The reader reports a certificate without a key, and a key without a certificate."""
        certificate, key = reader.text("GATEWAY_TLS_CERT", ""), reader.text("GATEWAY_TLS_KEY", "")
        is_pair = bool(certificate) == bool(key)
        reader.check("GATEWAY_TLS_CERT", is_pair, "must be set together with RADIANT_GATEWAY_TLS_KEY")
        return cls(
            certificate=certificate,
            key=key,
            services_ca=reader.text("GATEWAY_SERVICES_CA", ""),
            proxied=reader.flag("BEHIND_TLS_PROXY", False),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """Address, TLS, CORS and limits of the HTTP server."""

    host: str = "127.0.0.1"
    """Listen address; in development mode it must be a loopback address."""
    port: int = DEFAULT_PORT
    """Listen port; 0 selects a free port."""
    development: bool = True
    """Development mode: only loopback addresses are allowed, because tokens are sent without TLS."""
    tls: Tls = Tls()
    """TLS of the listeners and of the calls of services."""
    limits: HttpLimits = field(default_factory=HttpLimits)
    """Limits on requests."""
    cors_origins: tuple[str, ...] = ()
    """Origins whose pages may call the API; empty disables CORS."""
    grace: timedelta = 10 * _SECOND
    """Maximum time for requests in flight at shutdown."""
