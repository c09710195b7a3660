"""Common parts of the embedded servers: folder lock, port, start, readiness and stop."""

import abc
import asyncio
import contextlib
from datetime import timedelta
from pathlib import Path

from cli.embedded.folder import DataFolder, EmbeddedError
from cli.embedded.process import Command, GuardedProcess, free_port, stop_leftover_processes

_POLL_S = 0.02
_PORT_ATTEMPTS = 5
_LOG_TAIL_CHARACTERS = 2000


class EmbeddedServer(abc.ABC):
    """One server on one data folder. A restart keeps the data."""

    name: str
    """Name of the lock, the state file, the log and the folder."""

    def __init__(self, data: Path, *, port: int | None, start_timeout: timedelta) -> None:
        """Does not start the server. `port` None uses a free port, `start_timeout` limits the start."""
        self._data = DataFolder(data)
        self._port_wanted = port
        self._start_timeout_s = start_timeout.total_seconds()
        self._lock = contextlib.ExitStack()
        self._process: GuardedProcess | None = None
        self.folder = self._data.path / self.name
        """Folder of the data; final after the start."""
        self.port = 0
        """The port in use; 0 before the first start."""

    @classmethod
    @abc.abstractmethod
    def url_at(cls, folder: DataFolder, port: int) -> str:
        """Returns the URL, including the password, of the folder's server on that port."""

    @property
    def url(self) -> str:
        """URL with password; for PostgreSQL that of the superuser and the database `postgres`."""
        return self.url_at(self._data, self.port)

    @abc.abstractmethod
    def _prepare(self) -> None:
        """Prepares `folder`; runs in a thread."""

    @property
    @abc.abstractmethod
    def _mark(self) -> str:
        """A text in the command line of every process of a server on this folder."""

    @abc.abstractmethod
    def _command(self, log: Path) -> Command:
        """Returns the command of the server on `port`; no process of an earlier run exists."""

    @abc.abstractmethod
    async def _answers(self) -> bool:
        """Returns whether the server accepts requests; raises EmbeddedError when it cannot."""

    @property
    def pid(self) -> int:
        """Process id of the server; 0 when not started."""
        return self._process.pid if self._process is not None else 0

    def is_alive(self) -> bool:
        """Returns whether the server's process runs; a zombie does not count."""
        return self._process is not None and self._process.exit_code() is None

    async def wait(self) -> int:
        """Waits until the server exits; returns its exit code."""
        if self._process is None:
            raise EmbeddedError(f"The embedded {self.name} has not been started.")
        return await self._process.wait()

    async def start(self) -> None:
        """Starts the server and returns when it answers; has no effect on a running server.

        After a crash the port stays the same, so that known addresses remain valid.
        Raises FolderInUseError or EmbeddedError.
        """
        if self.is_alive():
            return
        await self.stop()
        self._lock.enter_context(self._data.locked(f"{self.name}.lock"))
        try:
            await self._start_locked()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stops the server without waiting for its clients and releases the folder. Idempotent."""
        if self._process is not None:
            process, self._process = self._process, None
            await process.stop()
            self._data.clear_state(self.name)
        self._lock.close()

    async def _start_locked(self) -> None:
        try:
            await asyncio.to_thread(self._prepare)
        except PermissionError as problem:
            raise EmbeddedError(
                f"{problem.filename} belongs to another user. Set RADIANT_DATA to another folder."
            ) from problem
        await stop_leftover_processes(self._mark)
        attempts = 1 if self.port or self._port_wanted else _PORT_ATTEMPTS
        for left in reversed(range(attempts)):
            self.port = self.port or self._port_wanted or free_port()
            reason = await self._launch()
            if reason is None:
                self._data.write_state(self.name, {"pid": self.pid, "port": self.port})
                return
            if left == 0 or "bind" not in reason:
                raise EmbeddedError(f"The embedded {self.name} did not start on port {self.port}:\n{reason}")
            self.port = 0

    async def _launch(self) -> str | None:
        """Starts the process; returns None when it answers, else the log of the failed start."""
        log = self._data.log_path(self.name)
        begin = log.stat().st_size if log.exists() else 0
        command = self._command(log)
        self._process = await asyncio.to_thread(GuardedProcess, command)
        clock = asyncio.get_running_loop().time
        deadline = clock() + self._start_timeout_s
        while self.is_alive() and clock() < deadline:
            if await self._answers():
                return None
            await asyncio.sleep(_POLL_S)
        await self._process.stop()
        text = log.read_bytes()[begin:].decode(errors="replace")
        return text[-_LOG_TAIL_CHARACTERS:].strip() or f"nothing in {log}"
