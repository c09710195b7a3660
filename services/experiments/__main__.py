"""Entry point of the experiments service: `python -m experiments`."""

import sys

from experiments.app import open_server
from experiments.settings import ExperimentsSettings
from kit.service import run

if __name__ == "__main__":
    sys.exit(run("experiments", ExperimentsSettings.from_env, open_server, lambda settings: settings.rpc.grace))
