"""`python -m neural`: runs the service until SIGTERM or SIGINT."""

import sys

from kit.service import run
from neural.app import open_server
from neural.settings import NeuralSettings

PRELOAD = ("scipy.special",)
"""Modules that Thompson sampling imports on its first use."""

if __name__ == "__main__":
    sys.exit(run("neural", NeuralSettings.from_env, open_server, lambda settings: settings.rpc.grace, preload=PRELOAD))
