"""`python -m voice`: runs the server and, by default, a worker in the same process."""

import sys
from collections.abc import AsyncIterator

from kit.checks.finding import Finding
from kit.service import run
from voice.app import open_server
from voice.settings import VoiceSettings


def checks(settings: VoiceSettings, is_production: bool) -> AsyncIterator[Finding]:
    """Returns the checks of the service, for `python -m voice --check`."""
    from kit.checks.service import service_findings

    return service_findings(settings, is_production, objects_url=settings.recordings_url)


if __name__ == "__main__":
    code = run(
        "voice",
        VoiceSettings.from_env,
        open_server,
        lambda settings: settings.rpc.grace,
        checks=checks,
        arguments=sys.argv[1:],
    )
    sys.exit(code)
