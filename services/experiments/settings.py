"""Settings of experiments."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from kit import ports
from kit.auth.settings import AuthSettings
from kit.postgres.pool import PostgresSettings
from kit.rpc.server import RpcServerSettings
from kit.settings.declaration import Defaults, Setting
from kit.settings.service import ServiceSettings


class ExperimentsSettings(ServiceSettings):
    """Settings of the experiments service."""

    rpc: Annotated[RpcServerSettings, Defaults(port=ports.EXPERIMENTS)]
    """Address and limits of the gRPC server."""
    postgres: Annotated[PostgresSettings, Defaults(application_name="radiant-experiments")]
    """Database of the service."""
    auth: AuthSettings
    """Authentication of callers."""
    rollout_interval: Annotated[timedelta, Setting("ROLLOUT_ROUND_SECONDS", 0.05, 3600)] = timedelta(seconds=15)
    """Time between decisions about open rollouts."""
    assignments_cached_max: Annotated[int, Setting("ASSIGNMENTS_REMEMBERED_MAX", 1, 10_000_000, "assignments")] = (
        200_000
    )
    """Stored assignments that the process keeps in memory."""
