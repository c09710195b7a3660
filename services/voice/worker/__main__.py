"""`python -m voice.worker`: runs a worker without a server. Several workers can run on one or more machines."""

import functools
import sys

from kit.service import START_FAILED, run
from voice.app import open_server
from voice.engine.availability import unavailable_reason
from voice.settings import VoiceSettings

if __name__ == "__main__":
    if reason := unavailable_reason():
        sys.stderr.write(f"{reason}\n")
        sys.exit(START_FAILED)
    open_worker = functools.partial(open_server, is_worker_only=True)
    sys.exit(run("voice-worker", VoiceSettings.from_env, open_worker, lambda settings: settings.rpc.grace))
