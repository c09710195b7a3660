"""`python -m ingest`: settings, then the wired service, until told to stop."""

import asyncio
import os
import sys

from ingest.app import wired
from ingest.settings import IngestSettings
from kit.errors import RadiantError
from kit.lifecycle import serve_until_stopped
from kit.logs import configure
from kit.metrics import serve_metrics
from kit.redaction import redacted
from kit.rpc.server import PublicDevelopmentError
from kit.settings import SettingsError


async def serve(settings: IngestSettings) -> None:
    """Serves until SIGTERM or SIGINT, then drains."""
    with serve_metrics(settings.metrics_port):
        async with wired(settings) as server:
            await server.start()
            await serve_until_stopped(server, settings.rpc.grace)


def main() -> int:
    """Returns 0 after a drain, 1 when the service cannot start, 2 for bad settings."""
    try:
        settings = IngestSettings.from_env(os.environ)
    except SettingsError as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    configure("ingest", settings.log_level)
    try:
        asyncio.run(serve(settings))
    except (OSError, RadiantError, PublicDevelopmentError, ValueError) as problem:
        sys.stderr.write(redacted(f"{problem}\n"))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
