"""`python -m ingest`: runs the service until SIGTERM or SIGINT."""

import sys
from collections.abc import AsyncIterator

import kit.service
from ingest.app import open_server
from ingest.settings import IngestSettings
from kit.checks.finding import Finding


def checks(settings: IngestSettings, is_production: bool) -> AsyncIterator[Finding]:
    """Returns the checks of the service, for `python -m ingest --check`."""
    return _findings(settings, is_production)


async def _findings(settings: IngestSettings, is_production: bool) -> AsyncIterator[Finding]:
    from kit.checks.finding import warn
    from kit.checks.service import service_findings

    async for finding in service_findings(settings, is_production, objects_url=settings.audio_url):
        yield finding
    if is_production and not settings.checkpoints_url:
        yield warn("the audit log has no checkpoints", "set RADIANT_AUDIT_KEY (docs/audit.md)")


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
