"""`radiant up`: one command brings everything up, a signal takes everything down, and data stays."""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from cli.service_process import serves
from tests.support.servers import scratch_folder
from tests.support.suite import free_port

UP_S, DOWN_S = 90.0, 40.0
UP = "The suite is up"


@pytest.fixture
def data() -> Iterator[Path]:
    """Gives an empty data folder."""
    with scratch_folder() as folder:
        yield folder


@dataclass
class Command:
    """`radiant` as a process of its own."""

    process: subprocess.Popen[bytes]
    output: Path
    addresses: dict[str, str]

    def printed(self) -> str:
        """Returns what it printed so far."""
        return self.output.read_text()

    def await_text(self, text: str = UP) -> str:
        """Returns the output once the text is in it; fails with the output when it does not get there."""
        deadline = time.monotonic() + UP_S
        while text not in self.printed():
            assert self.process.poll() is None, self.printed()
            assert time.monotonic() < deadline, self.printed()
            time.sleep(0.1)
        return self.printed()

    def stop(self, how: signal.Signals) -> int:
        """Sends the signal and returns the exit code."""
        self.process.send_signal(how)
        return self.process.wait(DOWN_S)


@contextlib.contextmanager
def radiant(data: Path, *arguments: str) -> Iterator[Command]:
    """Runs the command on the folder, with free ports; it and all it started is gone after the block."""
    ports = {name: free_port() for name in ("ingest", "neural")}
    environ = {**os.environ, "RADIANT_DATA": str(data), "PYTHONUNBUFFERED": "1"}
    environ |= {f"RADIANT_{name.upper()}_PORT": str(port) for name, port in ports.items()}
    output = data / "printed.txt"
    with output.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli", *arguments], env=environ, stdout=sink, stderr=sink, start_new_session=True
        )
        try:
            yield Command(process, output, {name: f"127.0.0.1:{port}" for name, port in ports.items()})
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


def start_again(data: Path) -> subprocess.CompletedProcess[str]:
    """Starts the suite on a folder that is in use and returns how that ended."""
    return subprocess.run(
        [sys.executable, "-m", "cli", "up"],
        env={**os.environ, "RADIANT_DATA": str(data)},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )


def left_of(data: Path) -> list[int]:
    """Returns processes that still name the folder, waiting a little for them to go."""
    deadline = time.monotonic() + 10
    while (left := processes_with(data)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def processes_with(data: Path) -> list[int]:
    """Returns processes whose arguments or environment name the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            told = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            if str(data).encode() in told:
                found.append(int(entry.name))
    return found


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@on_linux
@pytest.mark.slow
def test_it_plays_serves_stops_and_keeps_its_data(data: Path) -> None:
    with radiant(data, "up", "--demo", "--events", "60", "--quiet") as first:
        printed = first.await_text()
        events = int(re.findall(r"^manifests=(\d+)$", printed, re.MULTILINE)[0])
        assert events == 60
        for address in first.addresses.values():
            assert asyncio.run(serves(address, timedelta(seconds=5)))
        second = start_again(data)
        assert second.returncode == 1
        assert "in use" in second.stdout
        assert first.stop(signal.SIGINT) == 0, first.printed()
        assert "Stopped" in first.printed()
    assert left_of(data) == []
    assert not (data / "suite.json").exists()
    with radiant(data, "up", "--demo", "--events", "30", "--quiet") as again:
        printed = again.await_text()
        known = int(re.findall(r"^known_units_before=(\d+)$", printed, re.MULTILINE)[0])
        assert known > 0
        assert "schemas     up to date" in printed
        assert again.stop(signal.SIGTERM) == 0, again.printed()
    assert left_of(data) == []


@on_linux
@pytest.mark.slow
@pytest.mark.parametrize("moment", ["schemas", "Playing"])
def test_it_can_be_stopped_before_it_is_up(data: Path, moment: str) -> None:
    with radiant(data, "up", "--demo") as command:
        command.await_text(moment)
        assert command.stop(signal.SIGINT) == 0, command.printed()
        assert UP not in command.printed()
        assert "Stopped" in command.printed()
        assert "Traceback" not in command.printed()
    assert left_of(data) == []


@on_linux
@pytest.mark.slow
def test_a_table_that_cannot_be_played_leaves_the_suite_up(data: Path) -> None:
    with radiant(data, "up", "--demo", "--data", str(data / "absent.csv")) as command:
        assert "absent.csv" in command.await_text()
        assert command.stop(signal.SIGTERM) == 0, command.printed()
    assert left_of(data) == []
