"""(s) Start-up: `radiant up` on an existing data folder, and each service after SIGKILL.

`python -m bench.performance.startup` measures both in several rounds and prints medians. The baseline of the same run
is `python -c "import grpc"`, a process that does little more than load the interpreter and one library.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

from bench.performance.figures import median, verdict
from cli.embedded.process import free_port
from cli.processes.service_process import answers_grpc, answers_http
from cli.services import SERVICES, Service

ROUNDS = 3
UP_SECONDS_MAX = 6.0
RESTART_SECONDS_MAX = 1.5
WAIT_SECONDS_MAX = 120.0
POLL_S = 0.02
IS_UP = "The suite is up"


async def run(_on: object = None) -> bool:
    """Measures and prints; returns whether the bounds are kept."""
    baseline = median([await _import_seconds() for _ in range(2 * ROUNDS + 1)])
    print(f"(s) start-up, medians of {ROUNDS} rounds; baseline `python -c 'import grpc'` {baseline * 1000:.0f} ms")
    ups: list[float] = []
    restarts: dict[str, list[float]] = {}
    with _data_folder() as data:
        async with _suite(data):
            pass  # makes the data
        for _ in range(ROUNDS):
            async with _suite(data) as (process, seconds):
                ups.append(seconds)
                for service, taken in (await _restarts(process.pid, data)).items():
                    restarts.setdefault(service, []).append(taken)
    is_kept = _shown("radiant up on existing data", median(ups), baseline, UP_SECONDS_MAX)
    for service, times in restarts.items():
        is_kept &= _shown(f"{service} after SIGKILL", median(times), baseline, RESTART_SECONDS_MAX)
    return is_kept


@contextlib.contextmanager
def _data_folder() -> Iterator[Path]:
    """Gives a temporary folder that PostgreSQL's user can enter."""
    with tempfile.TemporaryDirectory(prefix="radiant-startup-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def _shown(name: str, seconds: float, baseline: float, bound: float) -> bool:
    return verdict(f"{name} ({seconds / baseline:.1f} times the baseline)", seconds, " s", bound, at_least=False)


async def _import_seconds() -> float:
    """Returns the wall-clock time of the baseline."""
    begun = time.monotonic()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "import grpc")
    await process.wait()
    return time.monotonic() - begun


@contextlib.asynccontextmanager
async def _suite(data: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, float]]:
    """Runs `radiant up` on the folder; gives the process and the seconds until it printed that the suite is up."""
    begun = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cli", "up", env=_environ(data), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        printed = []
        async with asyncio.timeout(WAIT_SECONDS_MAX):
            async for line in process.stdout:
                printed.append(line.decode())
                if IS_UP in printed[-1]:
                    break
            else:
                raise RuntimeError("radiant up ended:\n" + "".join(printed))
        yield process, time.monotonic() - begun
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        await asyncio.gather(process.stdout.read(), process.wait())


def _environ(data: Path) -> Mapping[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RADIANT_")}
    inherited = {name: value for name, value in inherited.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    ports = {service.port_variable: str(free_port()) for service in SERVICES}
    return inherited | ports | {"RADIANT_DATA": str(data), "PYTHONUNBUFFERED": "1"}


async def _restarts(up: int, data: Path) -> dict[str, float]:
    """Kills each service once; returns the seconds until it serves again, by name."""
    addresses = json.loads((data / "suite.json").read_text())["services"]
    return {
        service.name: await _restart(up, service, addresses[service.name])
        for service in SERVICES
        if service.name in addresses
    }


async def _restart(up: int, service: Service, address: str) -> float:
    pid = _process_id(up, service.module)
    is_ready = answers_http if service.is_gateway else answers_grpc
    begun = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        while _exists(pid) or not await is_ready(address.removeprefix("http://")):  # noqa: ASYNC110
            await asyncio.sleep(POLL_S)
    return time.monotonic() - begun


def _process_id(up: int, module: str) -> int:
    """Returns the process that runs the module, a grandchild of `radiant up`; 0 while there is none."""
    command = b"\0".join([sys.executable.encode(), b"-m", module.encode(), b""])
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, IndexError, ValueError):
            if (entry / "cmdline").read_bytes() == command and _parent(_parent(int(entry.name))) == up:
                return int(entry.name)
    return 0


def _exists(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(run()) else 1)
