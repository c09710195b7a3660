"""`radiant serve SERVICE`: one service in the foreground, against servers that run already."""

import os
import sys

from cli.commands import Call
from cli.embedded.folder import DataFolder
from cli.environment import Servers, environ_of
from cli.ports import choose_ports
from cli.services import service_named
from cli.suite import addresses, database_url, redis_url


async def run(call: Call) -> int:
    """Becomes the service's process; returns only when something is missing."""
    service = service_named(call.arguments.service)
    if reason := service.why_off:
        call.tell(reason)
        return 2
    folder = DataFolder(call.settings.data)
    owner, redis = database_url(call.settings, folder), redis_url(call.settings, folder)
    if service.role and (owner is None or redis is None):
        missing = "DATABASE_URL" if owner is None else "REDIS_URL"
        call.tell(f"{missing} is not set and no suite runs on {folder.path}: set it, or run `radiant up`.")
        return 2
    ports = choose_ports(service, call.settings, call.tell)
    call.tell(f"{service.name} listens on {call.settings.host_of(service)}:{ports.rpc}")
    at = Servers(owner_url=owner or "", redis_url=redis or "", addresses=addresses(call.settings, folder))
    environ = environ_of(call.environ, call.settings, folder, service, ports, at)
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-m", service.module], environ)  # noqa: S606 - on purpose
    return 1  # never reached: the process is another one now
