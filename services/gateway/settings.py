"""Settings of the gateway."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gateway.console.settings import ConsoleSettings
from gateway.http.settings import HttpSettings
from gateway.otlp.settings import OtlpSettings
from gateway.routes.settings import Addresses
from kit.redis.client import RedisSettings
from kit.settings.declaration import Setting
from kit.settings.service import ServiceSettings


class GatewaySettings(ServiceSettings):
    """All settings of the gateway."""

    metrics_port: Annotated[int, Setting("GATEWAY_METRICS_PORT", 0, 65_535)] = 0
    """Port of the Prometheus metrics on the loopback address; 0 serves none."""
    token_key: Annotated[str, Setting("TOKEN_KEY", is_secret=True)] = Field(default="", repr=False)
    """Key that signs the tokens of development sign-in. Empty: development sign-in is disabled."""
    addresses: Addresses = Addresses()
    http: HttpSettings = HttpSettings()
    console: ConsoleSettings = ConsoleSettings()
    otlp: OtlpSettings = OtlpSettings()
    redis: RedisSettings = RedisSettings()
    """Shares sign-outs between gateways."""
