"""`radiant serve SERVICE`: runs one service in the foreground, against servers that run already."""

import os
import sys

from cli.commands import Invocation
from cli.embedded.folder import DataFolder
from cli.environment import Servers, environ_of, explicit_settings
from cli.ports import choose_ports
from cli.services import service_named
from cli.suite import RunningSuite, addresses, connectable_host, database_url, redis_url
from cli.tls import ServiceTls, service_tls


async def run(invocation: Invocation) -> int:
    """Replaces this process by the service; returns only when a requirement is missing."""
    service = service_named(invocation.arguments.service)
    if reason := service.unavailable_reason:
        invocation.print(reason)
        return 2
    folder = DataFolder(invocation.settings.data)
    owner, redis = database_url(invocation.settings, folder), redis_url(invocation.settings, folder)
    if service.role:
        known = {
            "DATABASE_URL": owner or invocation.environ.get("RADIANT_DATABASE_URL"),
            "REDIS_URL": redis or invocation.environ.get("RADIANT_REDIS_URL"),
        }
        if missing := [name for name, value in known.items() if not value]:
            invocation.print(
                f"{missing[0]} is not set and no suite runs on {folder.path}: set it, or run `radiant up`."
            )
            return 2
    explicit = explicit_settings(invocation.environ, service)
    ports = choose_ports(service, invocation.settings, invocation.print, explicit)
    tls = _tls(invocation, folder) if service.is_gateway else ServiceTls()
    found = addresses(invocation.settings, folder)
    at = Servers(owner_url=owner or "", redis_url=redis or "", addresses=found, tls=tls)
    environ = environ_of(invocation.environ, invocation.settings, folder, service, ports, at) | explicit
    invocation.print(f"{service.name} listens on {environ[f'{service.prefix}HOST']}:{environ[f'{service.prefix}PORT']}")
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-m", service.module], environ)  # noqa: S606 - the arguments are fixed
    return 1  # not reached: execve does not return


def _tls(invocation: Invocation, folder: DataFolder) -> ServiceTls:
    """Returns the TLS of connections to the services: of the running suite, else of the settings."""
    if running := RunningSuite.read(folder):
        return running.service_tls
    return service_tls(invocation.settings, connectable_host(invocation.settings.host))
