"""`python -m neural`: runs the service until SIGTERM or SIGINT."""

import sys

from kit.service import run
from neural.app import wired
from neural.settings import NeuralSettings

PRELOAD = ("scipy.special",)
"""For the first recommendation by Thompson sampling."""

if __name__ == "__main__":
    sys.exit(run("neural", NeuralSettings.from_env, wired, lambda settings: settings.rpc.grace, preload=PRELOAD))
