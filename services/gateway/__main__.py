"""`python -m gateway`: runs the gateway until SIGTERM or SIGINT."""

import sys

from gateway.app import open_server
from gateway.settings import GatewaySettings
from kit.service import run

if __name__ == "__main__":
    sys.exit(run("gateway", GatewaySettings.from_env, open_server, lambda settings: settings.http.grace))
