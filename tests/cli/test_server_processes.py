"""No server outlives the process that started it, and no user needs more rights than their own."""

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

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs begin with it ignored

async def main():
    data = Path(sys.argv[1])
    async with embedded_postgres(data) as postgres, embedded_valkey(data) as valkey:
        print(json.dumps([postgres.pid, valkey.pid]), flush=True)
        if sys.argv[2] == "stay":
            await asyncio.sleep(100)

asyncio.run(main())
"""

TALKER = """
import asyncio, grpc
from cli.embedded import unprivileged_user

async def talk():
    while True:
        async with grpc.aio.insecure_channel("127.0.0.1:9", [("grpc.use_local_subchannel_pool", 1)]) as channel:
            try:
                await channel.unary_unary("/a/b")(b"", timeout=0.2)
            except grpc.aio.AioRpcError:
                pass

async def main():
    talking = [asyncio.create_task(talk()) for _ in range(6)]
    looked = [await asyncio.to_thread(unprivileged_user._succeeds, ["/bin/true"], 65534) for _ in range(60)]
    for task in talking:
        task.cancel()
    await asyncio.gather(*talking, return_exceptions=True)
    print(sum(looked))

asyncio.run(main())
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture
def data() -> Iterator[Path]:
    """Gives an empty data folder."""
    with scratch_folder() as folder:
        yield folder


def start(data: Path, what: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", STARTER, str(data), what], stdout=subprocess.PIPE, text=True)


def gone(pids: list[int], within_s: float = 10) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if not set(pids) & set(processes_with_mark("")):
            return True
        time.sleep(0.05)
    return False


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_killing_the_starter_ends_its_servers(data: Path) -> None:
    with start(data, "stay") as starter:
        assert starter.stdout is not None
        pids = json.loads(starter.stdout.readline())
        starter.kill()
    assert gone(pids)
    with start(data, "leave") as again:
        assert again.wait(60) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no parent-death signal")
def test_killing_guards_too_leaves_no_orphan(data: Path) -> None:
    with start(data, "stay") as starter:
        assert starter.stdout is not None
        pids = json.loads(starter.stdout.readline())
        for guard in [parent_of(pid) for pid in pids]:
            os.kill(guard, signal.SIGKILL)
        starter.kill()
    assert gone(pids)


def test_signal_to_the_starters_group_stops_in_order(data: Path) -> None:
    with start(data, "stay") as starter:
        assert starter.stdout is not None
        pids = json.loads(starter.stdout.readline())
        starter.send_signal(signal.SIGINT)
        starter.wait(30)
    assert gone(pids)
    assert "database system is shut down" in (data / "logs" / "postgres.log").read_text()


def python_for(user: int) -> str | None:
    """Returns a Python of this version that the user can run; one below /root cannot be."""
    for program in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        try:
            subprocess.run([program, "-c", ""], user=user, group=user, extra_groups=[], cwd="/", check=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return program
    return None


@as_root
def test_ordinary_user_runs_both(data: Path) -> None:
    program = python_for(65534)
    if program is None:
        pytest.skip("no Python here that user id 65534 can run")
    # The client of Redis wants this package before Python 3.11.3, for which the environment was not made.
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
async def test_root_places_data_where_postgres_can_reach_it(data: Path) -> None:
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
async def test_root_copies_programs_that_postgres_cannot_reach(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
async def test_data_that_is_there_is_never_left_for_an_empty_place(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with embedded_postgres(data, options=SCRATCH_OPTIONS) as server:
        place = server.folder
    assert place == data / "postgres"
    monkeypatch.setattr(unprivileged_user, "_can_enter", lambda folder, user: False)
    with pytest.raises(EmbeddedError, match="postgres"):
        async with embedded_postgres(data, options=SCRATCH_OPTIONS):
            pass


@as_root
def test_a_look_that_a_signal_ended_is_no_answer() -> None:
    with pytest.raises(EmbeddedError, match="signal 9"):
        unprivileged_user._succeeds(["/bin/sh", "-c", "kill -9 $$"], 65534)


@as_root
def test_processes_that_talk_grpc_can_still_look_as_another_user() -> None:
    """Forked by `subprocess.run(user=...)`, many of these children would die in gRPC's fork handlers."""
    done = subprocess.run([sys.executable, "-c", TALKER], capture_output=True, text=True, check=False, timeout=100)
    assert done.stdout.strip() == "60", done.stderr[-2000:]
