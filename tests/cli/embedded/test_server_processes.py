"""Embedded servers end with the process that started them, and run as any user."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.embedded import EmbeddedError, embedded_postgres, unprivileged_user
from cli.embedded.postgres import SCRATCH_OPTIONS
from cli.embedded.process import processes_with_mark
from tests.support.servers import scratch_folder

pytestmark = pytest.mark.server

STARTER = """
import asyncio, json, signal, sys
from pathlib import Path
from cli.embedded import embedded_postgres, embedded_valkey

signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs of a shell ignore it

async def main():
    data = Path(sys.argv[1])
    async with embedded_postgres(data) as postgres, embedded_valkey(data) as valkey:
        print(json.dumps([postgres.pid, valkey.pid]), flush=True)
        if sys.argv[2] == "stay":
            await asyncio.sleep(100)

asyncio.run(main())
"""

GRPC_CALLER = """
import asyncio, grpc
from cli.embedded import unprivileged_user

async def call():
    while True:
        async with grpc.aio.insecure_channel("127.0.0.1:9", [("grpc.use_local_subchannel_pool", 1)]) as channel:
            try:
                await channel.unary_unary("/a/b")(b"", timeout=0.2)
            except grpc.aio.AioRpcError:
                pass

async def main():
    calls = [asyncio.create_task(call()) for _ in range(6)]
    checks = [await asyncio.to_thread(unprivileged_user._succeeds, ["/bin/true"], 65534) for _ in range(60)]
    for task in calls:
        task.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    print(sum(checks))

asyncio.run(main())
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture
def data() -> Iterator[Path]:
    """Provides an empty data folder."""
    with scratch_folder() as folder:
        yield folder


def start(data: Path, mode: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", STARTER, str(data), mode], stdout=subprocess.PIPE, text=True)


def gone(pids: list[int], within_s: float = 10) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if not set(pids) & set(processes_with_mark("")):
            return True
        time.sleep(0.05)
    return False


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_servers_of_killed_process_end(data: Path) -> None:
    with start(data, "stay") as starter:
        assert starter.stdout is not None
        pids = json.loads(starter.stdout.readline())
        starter.kill()
    assert gone(pids)
    with start(data, "leave") as again:
        assert again.wait(60) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no parent-death signal")
def test_servers_of_killed_process_and_guards_end(data: Path) -> None:
    with start(data, "stay") as starter:
        assert starter.stdout is not None
        pids = json.loads(starter.stdout.readline())
        for guard in [parent_of(pid) for pid in pids]:
            os.kill(guard, signal.SIGKILL)
        starter.kill()
    assert gone(pids)


def test_servers_after_sigint_shut_down_in_order(data: Path) -> None:
    with start(data, "stay") as starter:
        assert starter.stdout is not None
        pids = json.loads(starter.stdout.readline())
        starter.send_signal(signal.SIGINT)
        starter.wait(30)
    assert gone(pids)
    assert "database system is shut down" in (data / "logs" / "postgres.log").read_text()


def python_for(user: int) -> str | None:
    """Returns a Python of this version that the user can run. A Python below /root cannot be run."""
    for program in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        try:
            subprocess.run([program, "-c", ""], user=user, group=user, extra_groups=[], cwd="/", check=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return program
    return None


@as_root
def test_servers_run_as_ordinary_user(data: Path) -> None:
    program = python_for(65534)
    if program is None:
        pytest.skip("no Python that user ID 65534 can run")
    # The Redis client requires this package before Python 3.11.3, and the environment does not contain it.
    (data / "async_timeout.py").write_text("from asyncio import timeout as timeout\n")
    os.chown(data, 65534, 65534)
    path = os.pathsep.join([str(data), *filter(None, sys.path)])
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [program, "-c", STARTER, str(data), "leave"],
        user=65534,
        group=65534,
        extra_groups=[],
        cwd="/",
        env=environ,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert (data / "postgres").stat().st_uid == 65534


@as_root
async def test_data_of_root_is_placed_where_postgres_has_access(data: Path) -> None:
    hidden = data / "hidden"
    hidden.mkdir(mode=0o700)
    async with embedded_postgres(hidden, options=SCRATCH_OPTIONS) as server:
        place = server.folder
    try:
        assert hidden not in place.parents
        assert hidden.stat().st_mode & 0o777 == 0o700
        async with embedded_postgres(hidden, options=SCRATCH_OPTIONS) as server:
            assert server.folder == place
    finally:
        shutil.rmtree(place)


@as_root
async def test_programs_without_access_for_postgres_are_copied(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private, public = data / "private", data / "public"
    private.mkdir(mode=0o700)
    public.mkdir(mode=0o755)
    wheel = unprivileged_user._wheel()
    await asyncio.to_thread(shutil.copytree, wheel, private / "pginstall", symlinks=True)
    monkeypatch.setattr(unprivileged_user, "_wheel", lambda: private / "pginstall")
    monkeypatch.setattr(unprivileged_user, "_public_folder", lambda _: public)
    programs = unprivileged_user.postgres_programs(65534)
    assert public in programs.parents
    assert unprivileged_user.postgres_programs(65534) == programs
    assert [path.name for path in public.iterdir()] == [programs.parent.name]


@as_root
async def test_existing_data_without_access_is_not_replaced(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with embedded_postgres(data, options=SCRATCH_OPTIONS) as server:
        place = server.folder
    assert place == data / "postgres"
    monkeypatch.setattr(unprivileged_user, "_can_enter", lambda folder, user: False)
    with pytest.raises(EmbeddedError, match="postgres"):
        async with embedded_postgres(data, options=SCRATCH_OPTIONS):
            pass


@as_root
def test_access_check_ended_by_a_signal_raises() -> None:
    with pytest.raises(EmbeddedError, match="signal 9"):
        unprivileged_user._succeeds(["/bin/sh", "-c", "kill -9 $$"], 65534)


@as_root
def test_access_check_beside_grpc_calls_succeeds() -> None:
    """Children that `subprocess.run(user=...)` forks would crash in gRPC's fork handlers."""
    done = subprocess.run([sys.executable, "-c", GRPC_CALLER], capture_output=True, text=True, check=False, timeout=100)
    assert done.stdout.strip() == "60", done.stderr[-2000:]
