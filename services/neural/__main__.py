"""Entry point: `python -m neural`."""

import asyncio
import os
import sys

from kit.errors import RadiantError
from kit.lifecycle import serve_until_stopped
from kit.logs import configure
from kit.metrics import serve_metrics
from kit.redaction import redacted
from kit.rpc.server import PublicDevelopmentError
from kit.settings import SettingsError
from neural.app import open_server
from neural.settings import NeuralSettings


async def serve(settings: NeuralSettings) -> None:
    """Serves until SIGTERM or SIGINT, then drains open calls."""
    with serve_metrics(settings.metrics_port):
        async with open_server(settings) as server:
            await server.start()
            await serve_until_stopped(server, settings.rpc.grace)


def main() -> int:
    """Runs the service. Returns 0 after a drain, 1 if it cannot start, 2 for invalid settings."""
    try:
        settings = NeuralSettings.from_env(os.environ)
    except SettingsError as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    configure("neural", settings.log_level)
    try:
        asyncio.run(serve(settings))
    except (OSError, RadiantError, PublicDevelopmentError, ValueError) as problem:
        sys.stderr.write(redacted(f"{problem}\n"))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
