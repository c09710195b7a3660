"""`radiant serve SERVICE`: one service in the foreground, against servers that run already."""

import os
import sys

from cli.commands import Call
from cli.embedded.folder import DataFolder
from cli.environment import audio_url, role_passwords, service_environ, token_key
from cli.ports import choose_ports
from cli.services import service_named
from cli.suite import database_url, redis_url


async def run(call: Call) -> int:
    """Becomes the service's process; returns only when something is missing."""
    service = service_named(call.arguments.service)
    if reason := service.why_off:
        call.tell(reason)
        return 2
    folder = DataFolder(call.settings.data)
    owner, redis = database_url(call.settings, folder), redis_url(call.settings, folder)
    if owner is None or redis is None:
        missing = "DATABASE_URL" if owner is None else "REDIS_URL"
        call.tell(f"{missing} is not set and no suite runs on {folder.path}: set it, or run `radiant up`.")
        return 2
    ports = choose_ports(service, call.settings, call.tell)
    call.tell(f"{service.name} listens on {call.settings.host}:{ports.rpc}")
    environ = service_environ(
        call.environ,
        service,
        ports,
        host=call.settings.host,
        owner_url=owner,
        redis_url=redis,
        password=role_passwords(call.settings, folder)[service.role],
        key=token_key(call.settings, folder),
        audio=audio_url(call.settings, folder),
    )
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-m", service.module], environ)  # noqa: S606 - on purpose
    return 1  # never reached: the process is another one now
