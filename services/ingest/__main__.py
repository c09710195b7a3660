"""`python -m ingest`: runs the service until SIGTERM or SIGINT."""

import sys

import kit.service
from ingest.app import open_server
from ingest.settings import IngestSettings

if __name__ == "__main__":
    sys.exit(kit.service.run("ingest", IngestSettings.from_env, open_server, lambda settings: settings.rpc.grace))
