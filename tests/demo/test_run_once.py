"""`radiant up --demo` runs the demonstration once per data folder."""

from argparse import Namespace
from pathlib import Path

import pytest
from rich.console import Console

from cli.commands import Invocation, demo
from cli.demo.workload import TENANTS
from cli.embedded.folder import DataFolder
from cli.settings import SuiteSettings


def call_on(data: Path, console: Console) -> Invocation:
    settings = SuiteSettings(data=data)
    return Invocation(arguments=Namespace(quiet=True), settings=settings, environ={}, console=console)


async def test_demo_on_a_folder_where_it_was_played_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plays = list[Invocation]()

    async def run(call: Invocation) -> int:
        plays.append(call)
        return 0

    monkeypatch.setattr(demo, "run", run)
    console = Console(record=True, width=200)
    call = call_on(tmp_path, console)
    await demo.run_once(call)
    assert len(plays) == 1
    DataFolder(tmp_path).write_state("demo", {"finished": "2026-11-30T07:00:00+00:00", "seed": 7})
    await demo.run_once(call)
    assert len(plays) == 1
    assert "was played on this data folder at 2026-11-30T07:00:00+00:00" in console.export_text()


def test_demo_tenants_have_the_demo_prefix() -> None:
    assert all(tenant.startswith("demo-") for tenant in TENANTS)
