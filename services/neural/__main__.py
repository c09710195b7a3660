"""`python -m neural`: runs the service until SIGTERM or SIGINT."""

import sys
from collections.abc import AsyncIterator

from kit.checks.finding import Finding
from kit.service import run
from neural.app import open_server
from neural.settings import NeuralSettings

PRELOAD = ("scipy.special",)
"""Modules that Thompson sampling imports on its first use."""


def checks(settings: NeuralSettings, is_production: bool) -> AsyncIterator[Finding]:
    """Returns the checks of the service, for `python -m neural --check`."""
    from kit.checks.service import service_findings

    return service_findings(settings, is_production)


if __name__ == "__main__":
    code = run(
        "neural",
        NeuralSettings.from_env,
        open_server,
        lambda settings: settings.rpc.grace,
        preload=PRELOAD,
        checks=checks,
        arguments=sys.argv[1:],
    )
    sys.exit(code)
