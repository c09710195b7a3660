"""`python -m gateway`: settings, then the wired server, until told to stop."""

import asyncio
import os
import sys

from gateway.app import wired
from gateway.http.server import PlainTextError
from gateway.settings import GatewaySettings
from kit.lifecycle import serve_until_stopped
from kit.logs import configure
from kit.metrics import serve_metrics
from kit.rpc.server import PublicDevelopmentError
from kit.settings import SettingsError


async def serve(settings: GatewaySettings) -> None:
    """Serves until SIGTERM or SIGINT, then drains."""
    with serve_metrics(settings.metrics_port):
        async with wired(settings) as server:
            await server.start()
            await serve_until_stopped(server, settings.grace)


def main() -> int:
    """Returns 0 after a drain, 1 when the gateway cannot start, 2 for bad settings."""
    try:
        settings = GatewaySettings.from_env(os.environ)
    except SettingsError as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    configure("gateway", settings.log_level)
    try:
        asyncio.run(serve(settings))
    except (OSError, PlainTextError, PublicDevelopmentError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
