"""Child processes that end with the process that started them (see guard.py)."""

import asyncio
import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cli.embedded import guard
from cli.embedded.folder import EmbeddedError

_POLL_S = 0.02
_MARGIN_S = 5.0
_UNASSIGNED_PORTS = range(10_000, 32_768)
_ATTEMPTS_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A program to run, and how to stop it."""

    arguments: Sequence[str]
    """Program and arguments. Secrets belong in `environ` or a file, since `ps` shows arguments."""
    log: Path
    """File to which standard output and error are appended."""
    environ: Mapping[str, str]
    """The child's whole environment."""
    stop_signal: signal.Signals = signal.SIGTERM
    """Signal that requests the end."""
    grace: timedelta = timedelta(seconds=10)
    """Time between the stop signal and SIGKILL."""
    user: int | None = None
    """User and group id to run as; None keeps the current one."""


class GuardedProcess:
    """One running child process and its guard. It is not bound to an event loop."""

    def __init__(self, command: Command) -> None:
        """Starts the child; raises EmbeddedError when it cannot be executed. Blocks for about 30 ms."""
        self._grace_s = command.grace.total_seconds()
        user = "-" if command.user is None else str(command.user)
        watcher = [sys.executable, "-I", "-S", guard.__file__]
        terms = [str(int(command.stop_signal)), str(self._grace_s), user]
        with open(os.open(command.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
            self._guard = subprocess.Popen(
                [*watcher, *terms, *command.arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=dict(command.environ),
                start_new_session=True,
            )
        self.pid = self._child_pid(command)

    def _child_pid(self, command: Command) -> int:
        assert self._guard.stdout is not None  # noqa: S101 - a pipe was requested
        with self._guard.stdout as answer:
            line = answer.readline().decode().strip()
        if line.isdigit():
            return int(line)
        self._close()
        self._guard.wait()
        raise EmbeddedError(f"{command.arguments[0]} cannot be run: {line.lstrip('! ') or 'no output'}.")

    def exit_code(self) -> int | None:
        """Returns None while the child runs, then its exit code (128 + N for signal N)."""
        return self._guard.poll()

    async def wait(self) -> int:
        """Waits until the child exits."""
        while (code := self.exit_code()) is None:  # noqa: ASYNC110 - a process sets no asyncio.Event
            await asyncio.sleep(_POLL_S)
        self._close()
        return code

    async def stop(self) -> int:
        """Sends the stop signal, then SIGKILL after the grace. Idempotent."""
        self._close()
        try:
            return await asyncio.wait_for(self.wait(), self._grace_s + _MARGIN_S)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self._guard.kill()
            return await self.wait()

    def _close(self) -> None:
        if self._guard.stdin is not None:
            self._guard.stdin.close()


def free_port() -> int:
    """Returns a port of 127.0.0.1 that is free at the moment of the call.

    The port is below the ephemeral ports of Linux, since an outgoing connection could take one of those before the
    caller binds it. Raises EmbeddedError when no port is found.
    """
    for _ in range(_ATTEMPTS_MAX):
        port = secrets.choice(_UNASSIGNED_PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise EmbeddedError(f"No free port from {_UNASSIGNED_PORTS[0]} to {_UNASSIGNED_PORTS[-1]} was found.")


def port_is_free(port: int) -> bool:
    """Returns whether 127.0.0.1:port can be bound; connections in TIME_WAIT do not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def processes_with_mark(mark: str) -> list[int]:
    """Returns the live processes (no zombies) whose command line contains the mark, this one excepted."""
    if Path("/proc/self/cmdline").exists():
        entries = [entry for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        lines = {int(entry.name): _command_line(entry) for entry in entries}
    else:
        listing = subprocess.run(["ps", "-axo", "pid=,command="], capture_output=True, text=True, check=False)
        pairs = (line.split(None, 1) for line in listing.stdout.splitlines())
        lines = {int(pair[0]): pair[1] for pair in pairs if len(pair) == 2}
    return sorted(pid for pid, line in lines.items() if mark in line and pid != os.getpid())


async def stop_leftover_processes(mark: str, timeout: timedelta = timedelta(seconds=10)) -> None:
    """Waits for marked processes of an earlier run to exit, then kills them.

    Call it only while this process has locked the folder: no other process then supervises the marked processes.
    """
    started = time.monotonic()
    is_interrupted = False
    while pids := processes_with_mark(mark):
        waited = time.monotonic() - started
        if waited > timeout.total_seconds() or (waited > 1 and not is_interrupted):
            number = signal.SIGINT if waited <= timeout.total_seconds() else signal.SIGKILL
            is_interrupted = True
            for pid in pids:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, number)
        if waited > 2 * timeout.total_seconds():
            raise EmbeddedError(f"Processes {pids} of an earlier run do not exit. Stop them and try again.")
        await asyncio.sleep(_POLL_S)


def _command_line(entry: Path) -> str:
    try:
        return (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
