"""Checks of the machine: Python, the data folder, programs of embedded servers, and ports."""

import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from cli import suite
from cli.embedded.folder import EmbeddedError
from cli.embedded.process import port_is_free
from cli.embedded.unprivileged_user import postgres_programs, server_user
from cli.services import SERVICES
from cli.settings import SuiteSettings
from kit.checks.finding import Finding, fail, ok, warn

_PYTHON_MIN = (3, 11)
_DISK_WARN_BYTES, _DISK_FAIL_BYTES = 1024**3, 100 * 1024**2


def python_version(version: tuple[int, ...]) -> Finding:
    """Checks the version of the interpreter."""
    text = ".".join(str(each) for each in version)
    if version < _PYTHON_MIN:
        return fail(f"Python {text}", "use Python 3.11 or newer")
    return ok(f"Python {text} on {platform.system()} {platform.machine()}")


def data_folder(path: Path) -> Iterator[Finding]:
    """Checks that the folder can be written and that its disk has free space."""
    folder_path = path.expanduser().resolve()
    nearest = next(each for each in (folder_path, *folder_path.parents) if each.exists())
    if not os.access(nearest, os.W_OK | os.X_OK):
        yield fail(f"{folder_path} cannot be written", "set RADIANT_DATA to a folder that you can write")
        return
    free = shutil.disk_usage(nearest).free
    free_space = f"{free / 1024**3:.1f} GB free in {folder_path}"
    if free < _DISK_FAIL_BYTES:
        yield fail(free_space, "free some disk space, or set RADIANT_DATA to a larger disk")
    elif free < _DISK_WARN_BYTES:
        yield warn(free_space, "free some disk space before it fills up")
    else:
        yield ok(free_space)


def program(name: str, find: Callable[[], Path]) -> Finding:
    """Checks that the program of an embedded server runs, by its --version."""
    try:
        path = find()
        done = subprocess.run([str(path), "--version"], capture_output=True, text=True, timeout=30, check=True)
    except (EmbeddedError, OSError, subprocess.SubprocessError) as problem:
        return fail(
            f"{name} from its wheel does not run: {problem}", "set DATABASE_URL or REDIS_URL to your own server"
        )
    return ok(f"{done.stdout.strip()} at {path}")


def postgres_program(data: Path) -> Path:
    """Returns the program of the embedded PostgreSQL for a data folder; raises EmbeddedError."""
    return postgres_programs(server_user(data / "postgres" / "cluster")) / "postgres"


def ports(settings: SuiteSettings, running: suite.RunningSuite | None) -> Iterator[Finding]:
    """Checks the port of each service and the requirements of optional services."""
    for service in SERVICES:
        if reason := service.unavailable_reason:
            yield warn(reason, "")
            continue
        if running is not None and service.name in running.services:
            yield ok(f"{service.name} runs at {running.services[service.name]} (process {running.pid})")
            continue
        chosen = settings.ports.get(service.name)
        port = chosen or service.port
        if port_is_free(port):
            yield ok(f"port {port} of {service.name} is free")
        elif chosen:
            yield fail(f"port {port} is in use", f"set {service.port_variable} to a free port")
        else:
            yield warn(f"port {port} of {service.name} is in use", "`radiant up` uses a free port instead")
