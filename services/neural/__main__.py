"""Entry point: `python -m neural`."""

import sys

from kit.service import run
from neural.app import open_server
from neural.settings import NeuralSettings

if __name__ == "__main__":
    sys.exit(run("neural", NeuralSettings.from_env, open_server, lambda settings: settings.rpc.grace))
