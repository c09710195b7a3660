"""Settings of the gateway, read from the environment once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from gateway.console.settings import ConsoleSettings
from gateway.otlp.settings import OtlpSettings
from kit import ports
from kit.settings import Reader, SettingsError

DEFAULT_PORT = ports.GATEWAY
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the services are, each as host:port."""

    ingest: str = f"127.0.0.1:{ports.INGEST}"
    """Intake of feedback."""
    neural: str = f"127.0.0.1:{ports.NEURAL}"
    """Learning and recommending."""
    experiments: str = f"127.0.0.1:{ports.EXPERIMENTS}"
    """Experiments."""
    voice: str = ""
    """Speech; empty where there is none."""

    def of(self, service: str) -> str:
        """Returns the address of the service by its name; raises KeyError for one that there is not."""
        return {
            "ingest": self.ingest,
            "neural": self.neural,
            "experiments": self.experiments,
            "voice": self.voice,
        }[service]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpLimits:
    """What the gateway bears."""

    body_bytes_max: int = 1024 * 1024
    """Largest body of a request, and largest part of one beside its recording."""
    audio_bytes_max: int = 25 * 1024 * 1024
    """The longest recording."""
    requests_per_s: float = 50.0
    """Requests a second that one caller may make for long; 0 sets no limit."""
    burst: int = 100
    """Requests that one caller may make at once."""
    callers_remembered_max: int = 20_000
    """Callers whose pace is known; the ones longest silent are forgotten first."""
    call_timeout: timedelta = 10 * _SECOND
    """For the call underneath."""
    stream_timeout: timedelta = 120 * _SECOND
    """For all of an upload with its answer, and for all of a download."""
    read_timeout: timedelta = 15 * _SECOND
    """For the body of a request to arrive; for the next piece of a recording."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """Files of PEM; empty where there is none."""

    certificate: str = ""
    """Of the gateway, with its chain; empty listens without TLS."""
    key: str = ""
    """The certificate's."""
    services_ca: str = ""
    """Authorities that vouch for the services; empty calls them without TLS."""
    proxied: bool = False
    """Whether a proxy in front speaks TLS, so that a public address without it will do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """Everything that the process is told."""

    host: str = "127.0.0.1"
    """Address to listen on; in development a loopback address."""
    port: int = DEFAULT_PORT
    """0 takes a free one."""
    metrics_port: int = 0
    """Of the metrics; 0 serves none."""
    development: bool = True
    """Allows loopback addresses alone: tokens would travel in plain text."""
    token_key: str = field(default="", repr=False)
    """Signs tokens of people who sign in for development; empty where nobody may."""
    addresses: Addresses = Addresses()
    """The services behind it."""
    tls: Tls = Tls()
    """How the wire is kept secret."""
    limits: HttpLimits = HttpLimits()
    """Sizes, paces and times."""
    console: ConsoleSettings = field(default_factory=ConsoleSettings)
    """The pages."""
    otlp: OtlpSettings = field(default_factory=OtlpSettings)
    """Intake of OpenTelemetry."""
    cors_origins: tuple[str, ...] = ()
    """Origins whose pages may call; none unless named."""
    grace: timedelta = 10 * _SECOND
    """For requests in flight when the gateway stops."""
    log_level: str = "INFO"
    """Least level that is logged."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> GatewaySettings:
        """Reads RADIANT_*; raises kit.settings.SettingsError naming every bad variable at once."""
        reader, addresses = Reader(environ, "RADIANT_"), Addresses()
        settings = cls(
            host=reader.text("GATEWAY_HOST", "127.0.0.1"),
            port=reader.integer("GATEWAY_PORT", DEFAULT_PORT, 0, 65535),
            metrics_port=reader.integer("GATEWAY_METRICS_PORT", 0, 0, 65535),
            development=reader.flag("DEVELOPMENT", True),
            token_key=reader.text("TOKEN_KEY", ""),
            addresses=Addresses(
                ingest=reader.text("GATEWAY_INGEST_ADDRESS", addresses.ingest),
                neural=reader.text("GATEWAY_NEURAL_ADDRESS", addresses.neural),
                experiments=reader.text("GATEWAY_EXPERIMENTS_ADDRESS", addresses.experiments),
                voice=reader.text("GATEWAY_VOICE_ADDRESS", ""),
            ),
            tls=Tls(
                certificate=reader.text("GATEWAY_TLS_CERT", ""),
                key=reader.text("GATEWAY_TLS_KEY", ""),
                services_ca=reader.text("GATEWAY_SERVICES_CA", ""),
                proxied=reader.flag("BEHIND_TLS_PROXY", False),
            ),
            limits=_limits(reader),
            console=ConsoleSettings.read(reader),
            otlp=OtlpSettings.read(reader),
            cors_origins=tuple(reader.text("GATEWAY_CORS_ORIGINS", "").replace(",", " ").split()),
            grace=reader.seconds("GRACE_SECONDS", 10 * _SECOND, 0 * _SECOND, 600 * _SECOND),
            log_level=reader.choice("LOG_LEVEL", "INFO", LEVELS),
        )
        reader.done()
        if bool(settings.tls.certificate) != bool(settings.tls.key):
            raise SettingsError("RADIANT_GATEWAY_TLS_CERT and RADIANT_GATEWAY_TLS_KEY are set together or not at all.")
        return settings


def _limits(reader: Reader) -> HttpLimits:
    return HttpLimits(
        body_bytes_max=reader.integer("GATEWAY_BODY_BYTES_MAX", 1024 * 1024, 1024, 4 * 1024 * 1024),
        audio_bytes_max=reader.integer("AUDIO_BYTES_MAX", 25 * 1024 * 1024, 1024, 1024**3),
        requests_per_s=reader.number("GATEWAY_REQUESTS_PER_SECOND", 50.0, 0, 1_000_000),
        burst=reader.integer("GATEWAY_BURST", 100, 1, 1_000_000),
        callers_remembered_max=reader.integer("GATEWAY_CALLERS_REMEMBERED_MAX", 20_000, 1, 10_000_000),
        call_timeout=reader.seconds("GATEWAY_CALL_TIMEOUT_SECONDS", 10 * _SECOND, 0.05 * _SECOND, 300 * _SECOND),
        stream_timeout=reader.seconds("GATEWAY_STREAM_TIMEOUT_SECONDS", 120 * _SECOND, 0.05 * _SECOND, 3600 * _SECOND),
        read_timeout=reader.seconds("GATEWAY_READ_TIMEOUT_SECONDS", 15 * _SECOND, 0.05 * _SECOND, 300 * _SECOND),
    )
