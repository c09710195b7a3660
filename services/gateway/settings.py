"""Settings of the gateway, read from the environment once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from gateway.otlp.settings import OtlpSettings
from kit.settings import Reader

DEFAULT_PORT = 50180
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the services are, each as host:port."""

    ingest: str = "127.0.0.1:50151"
    """Intake of feedback."""
    neural: str = "127.0.0.1:50152"
    """Learning and recommending."""
    experiments: str = "127.0.0.1:50153"
    """Experiments."""

    def of(self, service: str) -> str:
        """Returns the address of the service by its name; raises KeyError for one that there is not."""
        return {"ingest": self.ingest, "neural": self.neural, "experiments": self.experiments}[service]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpLimits:
    """What the gateway bears."""

    body_bytes_max: int = 1024 * 1024
    """Largest body of a request."""
    requests_per_s: float = 50.0
    """Requests a second that one caller may make for long; 0 sets no limit."""
    burst: int = 100
    """Requests that one caller may make at once."""
    callers_remembered_max: int = 20_000
    """Callers whose pace is known; the ones longest silent are forgotten first."""
    call_timeout: timedelta = timedelta(seconds=10)
    """For the call underneath."""
    read_timeout: timedelta = timedelta(seconds=15)
    """For the body of a request to arrive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """Everything that the process is told."""

    host: str = "127.0.0.1"
    """Address to listen on; in development a loopback address."""
    port: int = DEFAULT_PORT
    """0 takes a free one."""
    development: bool = True
    """Allows loopback addresses alone: tokens would travel in plain text."""
    addresses: Addresses = Addresses()
    """The services behind it."""
    limits: HttpLimits = HttpLimits()
    """Sizes, paces and times."""
    otlp: OtlpSettings = field(default_factory=OtlpSettings)
    """Intake of OpenTelemetry."""
    cors_origins: tuple[str, ...] = ()
    """Origins whose pages may call; none unless named."""
    grace: timedelta = timedelta(seconds=10)
    """For requests in flight when the gateway stops."""
    log_level: str = "INFO"
    """Least level that is logged."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> GatewaySettings:
        """Reads RADIANT_*; raises kit.settings.SettingsError naming every bad variable at once."""
        reader, second = Reader(environ, "RADIANT_"), timedelta(seconds=1)
        settings = cls(
            host=reader.text("GATEWAY_HOST", "127.0.0.1"),
            port=reader.integer("GATEWAY_PORT", DEFAULT_PORT, 0, 65535),
            development=reader.flag("DEVELOPMENT", True),
            addresses=Addresses(
                ingest=reader.text("GATEWAY_INGEST_ADDRESS", "127.0.0.1:50151"),
                neural=reader.text("GATEWAY_NEURAL_ADDRESS", "127.0.0.1:50152"),
                experiments=reader.text("GATEWAY_EXPERIMENTS_ADDRESS", "127.0.0.1:50153"),
            ),
            limits=_limits(reader),
            otlp=OtlpSettings.read(reader),
            cors_origins=tuple(reader.text("GATEWAY_CORS_ORIGINS", "").replace(",", " ").split()),
            grace=reader.seconds("GRACE_SECONDS", 10 * second, 0 * second, 600 * second),
            log_level=reader.choice("LOG_LEVEL", "INFO", LEVELS),
        )
        reader.done()
        return settings


def _limits(reader: Reader) -> HttpLimits:
    second = timedelta(seconds=1)
    return HttpLimits(
        body_bytes_max=reader.integer("GATEWAY_BODY_BYTES_MAX", 1024 * 1024, 1024, 4 * 1024 * 1024),
        requests_per_s=reader.number("GATEWAY_REQUESTS_PER_SECOND", 50.0, 0, 1_000_000),
        burst=reader.integer("GATEWAY_BURST", 100, 1, 1_000_000),
        callers_remembered_max=reader.integer("GATEWAY_CALLERS_REMEMBERED_MAX", 20_000, 1, 10_000_000),
        call_timeout=reader.seconds("GATEWAY_CALL_TIMEOUT_SECONDS", 10 * second, 0.05 * second, 300 * second),
        read_timeout=reader.seconds("GATEWAY_READ_TIMEOUT_SECONDS", 15 * second, 0.05 * second, 300 * second),
    )
