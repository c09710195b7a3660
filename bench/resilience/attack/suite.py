"""Starts a suite of its own with `radiant up` for the attacks, on free ports and in a temporary folder."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import IO

from bench.resilience.attack.target import Target
from bench.resilience.chaos.suite import VOICE_MODELS, children
from cli.embedded.folder import DataFolder
from cli.embedded.process import free_port
from cli.services import SERVICES
from cli.settings import SuiteSettings
from cli.suite import database_url

START_SECONDS_MAX = 180.0
START_ATTEMPTS = 3
STOP_SECONDS_MAX = 40.0
FILES_MAX = 1024
"""Open files of each process of the suite."""
SESSION_SECRET = "the session secret of the attacked suite"
SETTINGS = {
    "RADIANT_LOG_LEVEL": "INFO",
    "RADIANT_NIGHTLY_HOUR": "-1",
    "RADIANT_ROLLOUT_ROUND_SECONDS": "0.5",
    "RADIANT_AUDIT_CHECKPOINT_SECONDS": "0.5",
    "RADIANT_CONSOLE_SESSION_SECRET": SESSION_SECRET,
    "RADIANT_GATEWAY_REQUESTS_PER_SECOND": "10",
    "RADIANT_VOICE_CACHE": str(VOICE_MODELS.absolute()),
    "RADIANT_VOICE_CPU_THREADS": "1",
    "AWS_SECRET_ACCESS_KEY": "the bucket key of the attacked suite",
}
"""Settings besides folder and ports: the defaults, with shorter intervals, a lower rate, and secrets to search for."""


class StartError(Exception):
    """The suite did not start; the message has the end of its output."""


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """Provides a temporary folder that PostgreSQL's user can enter. Removes it after the block."""
    folder = Path(tempfile.mkdtemp(prefix="radiant-attack-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def environment(data: Path, **more: str) -> dict[str, str]:
    """Returns the environment of `radiant up` with free ports and without other settings."""
    ports = {service.port_variable: free_port() for service in SERVICES}
    ports |= {service.metrics_port_variable: free_port() for service in SERVICES}
    ports |= {name: free_port() for service in SERVICES for name, _ in service.additional_ports}
    hidden = ("RADIANT_", "DATABASE_URL", "REDIS_URL", "AWS_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    kept["COLUMNS"] = "1000"  # links are printed in one line
    return {**kept, **{name: str(port) for name, port in ports.items()}, "RADIANT_DATA": str(data), **more}


@contextlib.asynccontextmanager
async def radiant_up(
    environ: Mapping[str, str], output: Path, seconds_max: float = START_SECONDS_MAX
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Runs `radiant up` until the suite is up. Raises StartError otherwise. All processes end with the block."""
    with output.open("wb") as out:
        process = await _start(environ, out)
        try:
            async with asyncio.timeout(seconds_max):
                while not (Path(environ["RADIANT_DATA"]) / "suite.json").exists():
                    if process.returncode is not None:
                        raise StartError(_end(output))
                    await asyncio.sleep(0.1)
            yield process
        except TimeoutError:
            raise StartError(f"not up within {seconds_max:g} s: {_end(output)}") from None
        finally:
            await _stop(process)


async def _start(environ: Mapping[str, str], out: IO[bytes]) -> asyncio.subprocess.Process:
    command = (sys.executable, "-m", "cli", "up")
    sink = asyncio.subprocess.STDOUT
    return await asyncio.create_subprocess_exec(*command, env=environ, stdout=out, stderr=sink, preexec_fn=_limit_files)


def _limit_files() -> None:
    """Lowers the limit on open files to the usual one."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES_MAX, hard))


async def _stop(process: asyncio.subprocess.Process) -> None:
    for number in (signal.SIGINT, signal.SIGKILL):
        if process.returncode is None:
            process.send_signal(number)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), STOP_SECONDS_MAX)


def _end(output: Path) -> str:
    return output.read_text(errors="replace")[-1500:]


@contextlib.asynccontextmanager
async def attacked_suite() -> AsyncIterator[Target]:
    """Runs a suite and yields it as a target. Starts it again if another process took one of its ports."""
    async with contextlib.AsyncExitStack() as stack:
        for attempt in range(1, START_ATTEMPTS + 1):
            folder = stack.enter_context(temporary_folder())
            environ, output = environment(folder / "data", **SETTINGS), folder / "output.txt"
            try:
                process = await stack.enter_async_context(radiant_up(environ, output))
                break
            except StartError as error:
                if attempt == START_ATTEMPTS or "in use" not in str(error):
                    raise
        target = _target(environ, output, process.pid)
        try:
            yield target
        finally:
            for channel in target.channels.values():
                await channel.close()


def _target(environ: Mapping[str, str], output: Path, pid: int) -> Target:
    data = Path(environ["RADIANT_DATA"])
    state, folder = json.loads((data / "suite.json").read_text()), DataFolder(data)
    return Target(
        folder=data,
        addresses={name: address.removeprefix("http://") for name, address in state["services"].items()},
        otlp_port=int(environ["RADIANT_OTLP_GRPC_PORT"]),
        key=folder.secret("token_key"),
        owner_url=database_url(SuiteSettings.from_env(environ), folder) or "",
        output=output,
        pids=lambda module: [each for each in _descendants(pid) if _runs(each, module)],
    )


def _descendants(pid: int) -> list[int]:
    found = children(pid)
    return found + [each for child in found for each in _descendants(child)]


def _runs(pid: int, module: str) -> bool:
    """Returns whether a process runs `python -m module`."""
    try:
        parts = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return parts[1:3] == [b"-m", module.encode()]
