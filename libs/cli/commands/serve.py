"""`radiant serve SERVICE`: runs one service in the foreground, against servers that run already."""

import os
import sys

from cli.commands import Call
from cli.embedded.folder import DataFolder
from cli.environment import Servers, environ_of, explicit_settings
from cli.ports import choose_ports
from cli.services import service_named
from cli.suite import addresses, database_url, redis_url


async def run(call: Call) -> int:
    """Replaces this process by the service; returns only when a requirement is missing."""
    service = service_named(call.arguments.service)
    if reason := service.why_off:
        call.print(reason)
        return 2
    folder = DataFolder(call.settings.data)
    owner, redis = database_url(call.settings, folder), redis_url(call.settings, folder)
    if service.role:
        known = {
            "DATABASE_URL": owner or call.environ.get("RADIANT_DATABASE_URL"),
            "REDIS_URL": redis or call.environ.get("RADIANT_REDIS_URL"),
        }
        if missing := [name for name, value in known.items() if not value]:
            call.print(f"{missing[0]} is not set and no suite runs on {folder.path}: set it, or run `radiant up`.")
            return 2
    explicit = explicit_settings(call.environ, service)
    ports = choose_ports(service, call.settings, call.print, explicit)
    at = Servers(owner_url=owner or "", redis_url=redis or "", addresses=addresses(call.settings, folder))
    environ = environ_of(call.environ, call.settings, folder, service, ports, at) | explicit
    call.print(f"{service.name} listens on {environ[f'{service.prefix}HOST']}:{environ[f'{service.prefix}PORT']}")
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-m", service.module], environ)  # noqa: S606 - the arguments are fixed
    return 1  # not reached: execve does not return
