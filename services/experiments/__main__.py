"""Entry point of the experiments service: `python -m experiments`."""

import sys

import kit.service
from experiments.app import open_server
from experiments.settings import ExperimentsSettings

if __name__ == "__main__":
    sys.exit(
        kit.service.run("experiments", ExperimentsSettings.from_env, open_server, lambda settings: settings.rpc.grace)
    )
