"""Settings of the gateway, read from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from gateway.console.settings import ConsoleSettings
from gateway.http.settings import DEFAULT_PORT, HttpLimits, HttpSettings, Tls
from gateway.otlp.settings import OtlpSettings
from gateway.routes.settings import Addresses
from kit.settings import Reader

__all__ = ["Addresses", "GatewaySettings", "HttpLimits", "Tls"]

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings(HttpSettings):
    """Settings of the process: the HTTP server, the services behind it, the console and OTLP."""

    metrics_port: int = 0
    """Port of the Prometheus metrics; 0 disables them."""
    token_key: str = field(default="", repr=False)
    """Key that signs the tokens of development sign-in; empty disables development sign-in."""
    addresses: Addresses = field(default_factory=Addresses)
    """Addresses of the services."""
    console: ConsoleSettings = field(default_factory=ConsoleSettings)
    """Settings of the console."""
    otlp: OtlpSettings = field(default_factory=OtlpSettings)
    """Settings of the OpenTelemetry intake."""
    log_level: str = "INFO"
    """Minimum level of log lines."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> GatewaySettings:
        """Reads RADIANT_*; raises kit.settings.SettingsError with the names of all invalid variables."""
        reader = Reader(environ, "RADIANT_")
        settings = cls(
            host=reader.text("GATEWAY_HOST", "127.0.0.1"),
            port=reader.integer("GATEWAY_PORT", DEFAULT_PORT, 0, 65535),
            metrics_port=reader.integer("GATEWAY_METRICS_PORT", 0, 0, 65535),
            development=reader.flag("DEVELOPMENT", True),
            token_key=reader.text("TOKEN_KEY", ""),
            addresses=Addresses.read(reader),
            tls=Tls.read(reader),
            limits=HttpLimits.read(reader),
            console=ConsoleSettings.read(reader),
            otlp=OtlpSettings.read(reader),
            cors_origins=tuple(reader.text("GATEWAY_CORS_ORIGINS", "").replace(",", " ").split()),
            grace=reader.seconds("GRACE_SECONDS", 10 * _SECOND, 0 * _SECOND, 600 * _SECOND),
            log_level=reader.choice("LOG_LEVEL", "INFO", LOG_LEVELS),
        )
        reader.done()
        return settings
