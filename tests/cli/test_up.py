"""`radiant up`: start, demonstration, stop by signals, data after a restart."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from cli.processes.service_process import answers_grpc
from tests.cli.fixtures.command import UP, UP_S, left_of, radiant
from tests.support.servers import scratch_folder

pytestmark = pytest.mark.server


@pytest.fixture
def data() -> Iterator[Path]:
    """Provides an empty data folder."""
    with scratch_folder() as folder:
        yield folder


def start_again(data: Path) -> subprocess.CompletedProcess[str]:
    """Starts the suite on a folder in use and returns the ended process."""
    return subprocess.run(
        [sys.executable, "-m", "cli", "up"],
        env={**os.environ, "RADIANT_DATA": str(data)},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )


def check_console_links(data: Path, url: str, printed: str) -> None:
    """Checks that the printed link and a link of `radiant console` each permit one browser to sign in."""
    environ = {**os.environ, "RADIANT_DATA": str(data)}
    command = [sys.executable, "-m", "cli", "console"]
    link = subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout.strip()
    assert link != printed
    form = {"tenant": "demo-acme", "role": "admin"}
    for each in (printed, link):
        assert each.startswith(f"{url}/console/signin?code=")
        with httpx.Client() as browser, httpx.Client() as other:
            assert browser.get(each).status_code == 303
            assert other.get(each).status_code == 403
            assert browser.post(f"{url}/console/signin/development", data=form).status_code == 303
            assert browser.get(f"{url}/console/learning").status_code == 200


def check_gateway_request(data: Path, url: str, metrics: str) -> None:
    """Requests a recommendation through the gateway and checks the gateway's metric."""
    environ = {**os.environ, "RADIANT_DATA": str(data)}
    token = subprocess.run(
        [sys.executable, "-m", "cli", "token", "acme"], env=environ, check=True, capture_output=True, text=True
    ).stdout.strip()
    asked = {"authorization": f"Bearer {token}"}
    path = "/api/v2/neural/recommendation"
    answer = httpx.get(f"{url}{path}", params={"taskType": "chat", "candidates": ["m"]}, headers=asked, timeout=20)
    assert answer.status_code == 200, answer.text
    assert f'radiant_http_requests_total{{method="GET",route="{path}",status="200"}} 1.0' in httpx.get(metrics).text


def demonstration(data: Path, *arguments: str) -> str:
    """Runs the demonstration on the running suite and returns its output."""
    command = [sys.executable, "-m", "cli", "demo", *arguments]
    environ = {**os.environ, "RADIANT_DATA": str(data)}
    return subprocess.run(command, env=environ, check=True, capture_output=True, text=True, timeout=UP_S).stdout


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="requires /proc")


@on_linux
@pytest.mark.slow
def test_up_with_demo_serves_stops_and_keeps_data(data: Path) -> None:
    with radiant(data, "up", "--demo", "--events", "60", "--quiet") as first:
        printed = first.await_text()
        events = int(re.findall(r"^manifests=(\d+)$", printed, re.MULTILINE)[0])
        assert events == 60
        for name in ("ingest", "neural"):
            assert asyncio.run(answers_grpc(first.addresses[name], timedelta(seconds=5)))
        url = f"http://{first.addresses['gateway']}"
        assert f"gateway     {url}, metrics at " in printed
        state = json.loads((data / "suite.json").read_text())
        assert state["services"]["gateway"] == url
        check_console_links(data, url, first.await_text(f"{url}/console/signin?code=").splitlines()[-1])
        check_gateway_request(data, url, state["metrics"]["gateway"])
        second = start_again(data)
        assert second.returncode == 1
        assert "in use" in second.stdout
        assert first.stop(signal.SIGINT) == 0, first.printed()
        assert "Stopped" in first.printed()
    assert left_of(data) == []
    assert not (data / "suite.json").exists()
    with radiant(data, "up", "--demo", "--events", "30", "--quiet") as again:
        assert "The demonstration was played on this data folder" in again.await_text()
        played = demonstration(data, "--events", "30", "--quiet")
        known = int(re.findall(r"^known_units_before=(\d+)$", played, re.MULTILINE)[0])
        assert known > 0
        assert "schemas     up to date" in again.printed()
        assert again.stop(signal.SIGTERM) == 0, again.printed()
    assert left_of(data) == []


@on_linux
@pytest.mark.slow
@pytest.mark.parametrize("moment", ["schemas", "Playing"])
def test_up_interrupted_during_start_stops(data: Path, moment: str) -> None:
    with radiant(data, "up", "--demo") as command:
        command.await_text(moment)
        assert command.stop(signal.SIGINT) == 0, command.printed()
        assert UP not in command.printed()
        assert "Stopped" in command.printed()
        assert "Traceback" not in command.printed()
    assert left_of(data) == []


@on_linux
@pytest.mark.slow
def test_up_with_unreadable_demo_table_stays_up(data: Path) -> None:
    with radiant(data, "up", "--demo", "--data", str(data / "absent.csv")) as command:
        assert "absent.csv" in command.await_text()
        assert command.stop(signal.SIGTERM) == 0, command.printed()
    assert left_of(data) == []
