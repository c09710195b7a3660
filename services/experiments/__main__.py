"""Entry point of the experiments service: `python -m experiments`."""

import sys
from collections.abc import AsyncIterator

import kit.service
from experiments.app import open_server
from experiments.settings import ExperimentsSettings
from kit.checks.finding import Finding


def checks(settings: ExperimentsSettings, is_production: bool) -> AsyncIterator[Finding]:
    """Returns the checks of the service, for `python -m experiments --check`."""
    from kit.checks.service import service_findings

    return service_findings(settings, is_production)


if __name__ == "__main__":
    code = kit.service.run(
        "experiments",
        ExperimentsSettings.from_env,
        open_server,
        lambda settings: settings.rpc.grace,
        checks=checks,
        arguments=sys.argv[1:],
    )
    sys.exit(code)
