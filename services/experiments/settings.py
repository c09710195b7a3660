"""Settings of the service, read from the environment once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from kit import ports
from kit.postgres.pool import PostgresSettings
from kit.redis.client import redis_address
from kit.rpc.auth_settings import AuthSettings
from kit.rpc.server import RpcServerSettings
from kit.settings import Reader

DEFAULT_PORT = ports.EXPERIMENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentsSettings:
    """Everything that the process is told."""

    rpc: RpcServerSettings
    postgres: PostgresSettings
    redis_url: str
    """Empty runs without wake-ups: changes are then found by looking."""
    auth: AuthSettings
    rollout_round: timedelta
    """How often every open rollout is looked at."""
    remembered_max: int
    """Assignments that the process remembers."""
    metrics_port: int
    """0 serves none."""
    log_level: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> ExperimentsSettings:
        """Reads RADIANT_*; raises kit.settings.SettingsError naming every bad variable at once."""
        reader = Reader(environ, "RADIANT_")
        second = timedelta(seconds=1)
        settings = cls(
            rpc=RpcServerSettings.read(reader, DEFAULT_PORT),
            postgres=PostgresSettings.read(reader, "radiant-experiments"),
            redis_url=redis_address(reader, ""),
            auth=AuthSettings.read(reader),
            rollout_round=reader.seconds("ROLLOUT_ROUND_SECONDS", 15 * second, 0.05 * second, 3600 * second),
            remembered_max=reader.integer("ASSIGNMENTS_REMEMBERED_MAX", 200_000, 1, 10_000_000),
            metrics_port=reader.integer("METRICS_PORT", 0, 0, 65535),
            log_level=reader.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
        )
        reader.done()
        return settings
