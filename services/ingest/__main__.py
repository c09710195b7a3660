"""`python -m ingest`: runs the service until SIGTERM or SIGINT."""

import sys
from collections.abc import AsyncIterator

import kit.service
from ingest.app import open_server
from ingest.settings import IngestSettings
from kit.checks.finding import Finding


def checks(settings: IngestSettings, is_production: bool) -> AsyncIterator[Finding]:
    """Returns the checks of the service, for `python -m ingest --check`."""
    from kit.checks.service import service_findings

    return service_findings(settings, is_production, objects_url=settings.audio_url)


if __name__ == "__main__":
    code = kit.service.run(
        "ingest",
        IngestSettings.from_env,
        open_server,
        lambda settings: settings.rpc.grace,
        checks=checks,
        arguments=sys.argv[1:],
    )
    sys.exit(code)
