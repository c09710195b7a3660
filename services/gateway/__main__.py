"""`python -m gateway`: starts the gateway and serves until SIGTERM or SIGINT."""

import asyncio
import os
import sys

from gateway.app import wired
from gateway.http.server import PlainTextError
from gateway.settings import GatewaySettings
from kit.lifecycle import serve_until_stopped
from kit.logs import configure
from kit.metrics import serve_metrics
from kit.redaction import redacted
from kit.rpc.server import PublicDevelopmentError
from kit.settings import SettingsError


async def serve(settings: GatewaySettings) -> None:
    """Serves until SIGTERM or SIGINT, then drains."""
    with serve_metrics(settings.metrics_port):
        async with wired(settings) as server:
            await server.start()
            await serve_until_stopped(server, settings.grace)


def main() -> int:
    """Returns the exit status: 0 after a drain, 1 if the gateway cannot start, 2 for invalid settings."""
    try:
        settings = GatewaySettings.from_env(os.environ)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    configure("gateway", settings.log_level)
    try:
        asyncio.run(serve(settings))
    except (OSError, PlainTextError, PublicDevelopmentError) as error:
        sys.stderr.write(redacted(f"{error}\n"))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
