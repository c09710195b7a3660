"""`python -m ingest`: runs the service until SIGTERM or SIGINT."""

import sys

from ingest.app import open_server
from ingest.settings import IngestSettings
from kit.service import run

if __name__ == "__main__":
    sys.exit(run("ingest", IngestSettings.from_env, open_server, lambda settings: settings.rpc.grace))
