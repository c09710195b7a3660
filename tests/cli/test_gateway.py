"""`radiant serve gateway` needs no database: it stands in front of services, wherever they are."""

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from cli.checks import Level, ports
from cli.settings import SuiteSettings
from tests.support.suite import free_port

pytestmark = pytest.mark.server


def test_the_gateway_serves_by_itself_and_ends_when_told(tmp_path: Path) -> None:
    port = free_port()
    environ = {**os.environ, "RADIANT_DATA": str(tmp_path), "RADIANT_GATEWAY_PORT": str(port)}
    command = [sys.executable, "-m", "cli", "serve", "gateway"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            deadline = time.monotonic() + 30
            while not healthy(port):
                assert time.monotonic() < deadline
                assert process.poll() is None
                time.sleep(0.1)
        finally:
            process.terminate()
            said, _ = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert f"gateway listens on 127.0.0.1:{port}" in said.decode()


def healthy(port: int) -> bool:
    """Tells whether the gateway answers."""
    try:
        return bool(httpx.get(f"http://127.0.0.1:{port}/healthz").json() == {"status": "serving"})
    except httpx.TransportError:
        return False


def test_the_doctor_looks_at_its_port_too(tmp_path: Path) -> None:
    settings = SuiteSettings(data=tmp_path, gateway_port=free_port())
    (finding,) = [each for each in ports(settings, None) if "gateway" in each.observation]
    assert finding.level is Level.OK
