"""`python -m voice`: runs the server and, by default, a worker in the same process."""

import sys

from kit.service import run
from voice.app import open_server
from voice.settings import VoiceSettings

if __name__ == "__main__":
    sys.exit(run("voice", VoiceSettings.from_env, open_server, lambda settings: settings.rpc.grace))
