"""Entry point of a process: exit codes, redaction, metrics and drain."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kit.checks.finding import Finding, fail, ok, warn
from kit.errors import Unavailable
from kit.lifecycle import StartError
from kit.rpc.server import PublicDevelopmentError
from kit.service import run
from kit.settings.declaration import SettingsError
from tests.kit.fixtures.logging_state import restored_logging

ADDRESS = "postgresql://radiant:hunter2@db/radiant"


@dataclass(frozen=True)
class Settings:
    """Settings of a process."""

    metrics_port: int = 0
    log_level: str = "INFO"
    grace: timedelta = timedelta(seconds=3)


class FakeServer:
    """A server that stops the process when it serves."""

    def __init__(self) -> None:
        self.events: list[object] = []

    async def start(self) -> None:
        """Requests the end of the process."""
        self.events.append("start")
        asyncio.get_running_loop().call_later(0.01, os.kill, os.getpid(), signal.SIGTERM)

    async def set_serving(self, serving: bool) -> None:
        """Records the health status."""
        self.events.append(serving)

    async def stop(self, grace: timedelta) -> None:
        """Records the grace period."""
        self.events.append(grace)


@pytest.fixture(autouse=True)
def _logging() -> Iterator[None]:
    with restored_logging():
        yield


def code_of(
    server: FakeServer,
    error: BaseException | None = None,
    environ: Mapping[str, str] | None = None,
    preload: Sequence[str] = (),
) -> int:
    """Returns the exit code of a process. With an error, its server cannot be opened."""

    def load(variables: Mapping[str, str]) -> Settings:
        if "RADIANT_BAD" in variables:
            raise SettingsError("Settings are missing or wrong: RADIANT_BAD is wrong.")
        return Settings()

    @contextlib.asynccontextmanager
    async def opened(settings: Settings) -> AsyncIterator[FakeServer]:
        if error is not None:
            raise error
        yield server
        server.events.append("closed")

    return run("test", load, opened, lambda settings: settings.grace, environ=environ or {}, preload=preload)


def test_process_drains_at_sigterm_and_exits_with_0() -> None:
    server = FakeServer()
    assert code_of(server) == 0
    assert server.events == ["start", False, timedelta(seconds=3), "closed"]


def test_preloaded_modules_are_imported_and_a_failure_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "slow_module_for_preload.py").write_text("value = 1")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert code_of(FakeServer(), preload=("no_such_module_for_preload", "slow_module_for_preload")) == 0
    assert sys.modules.pop("slow_module_for_preload").value == 1
    assert "no_such_module_for_preload" in capsys.readouterr().err


def test_bad_settings_exit_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of(FakeServer(), environ={"RADIANT_BAD": "x"}) == 2
    assert capsys.readouterr().err == "Settings are missing or wrong: RADIANT_BAD is wrong.\n"


@pytest.mark.parametrize(
    "error",
    [
        OSError(f"cannot connect to {ADDRESS}"),
        Unavailable(f"cannot connect to {ADDRESS}"),
        ValueError(f"bad address {ADDRESS}"),
        StartError(f"cannot use {ADDRESS}"),
        PublicDevelopmentError(f"cannot use {ADDRESS}"),
        RuntimeError(f"unexpected failure at {ADDRESS}"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_process_that_cannot_start_exits_with_1_without_secrets(
    capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    assert code_of(FakeServer(), error) == 1
    text = capsys.readouterr().err
    assert "@db/radiant" in text
    assert "hunter2" not in text


def test_loop_of_the_caller_runs_the_process() -> None:
    ran = []

    def run_loop(work: Coroutine[Any, Any, None]) -> None:
        ran.append(work)
        work.close()

    @contextlib.asynccontextmanager
    async def opened(settings: Settings) -> AsyncIterator[FakeServer]:
        yield FakeServer()

    assert run("test", lambda _: Settings(), opened, lambda each: each.grace, environ={}, run_loop=run_loop) == 0
    assert len(ran) == 1


ENTRY_POINTS = ("ingest.__main__", "neural.__main__", "experiments.__main__", "voice.__main__", "voice.worker.__main__")
_ORDER = "import sys, importlib; importlib.import_module(sys.argv[1]); print(*sys.modules)"


async def test_entry_points_set_the_log_level_of_grpc_before_they_import_it() -> None:
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", _ORDER, name, stdout=asyncio.subprocess.PIPE)
        for name in ENTRY_POINTS
    ]
    for name, process in zip(ENTRY_POINTS, processes, strict=True):
        modules = (await process.communicate())[0].decode().split()
        assert modules.index("kit.service") < modules.index("grpc"), name


@pytest.mark.parametrize(
    ("arguments", "code", "levels"),
    [
        (["--check"], 1, ["OK", "WARN", "FAIL"]),
        (["--check", "--production"], 0, ["OK", "OK"]),
        (["--check-settings"], 0, ["OK"]),
    ],
)
def test_process_with_check_prints_findings_and_does_not_serve(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, levels: list[str]
) -> None:
    server = FakeServer()

    @contextlib.asynccontextmanager
    async def opened(settings: Settings) -> AsyncIterator[FakeServer]:
        yield server

    async def checks(settings: Settings, is_production: bool) -> AsyncIterator[Finding]:
        for finding in [ok("fine")] if is_production else [warn("odd", "see"), fail("bad", "correct it")]:
            yield finding

    for words in (arguments, [*arguments, "--json"]):
        ended = run(
            "test",
            lambda _: Settings(),
            opened,
            lambda each: each.grace,
            checks=checks,
            arguments=words,
            environ={},
        )
        assert ended == code
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[: len(levels)]] == levels
    assert [json.loads(line).get("level") for line in lines[len(levels) : -1]] == levels
    assert json.loads(lines[-1]) == {"exit_code": code}
    assert server.events == []


def test_check_of_bad_settings_exits_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    def load(_: Mapping[str, str]) -> Settings:
        raise SettingsError("Settings are missing or wrong: RADIANT_BAD is wrong.")

    @contextlib.asynccontextmanager
    async def opened(settings: Settings) -> AsyncIterator[FakeServer]:
        yield FakeServer()

    assert run("test", load, opened, lambda each: each.grace, arguments=["--check"], environ={}) == 2
    assert capsys.readouterr().out.startswith("FAIL  Settings are missing or wrong: RADIANT_BAD is wrong.")
