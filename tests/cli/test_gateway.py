"""`radiant serve gateway` runs without a database."""

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from cli.checks.machine import ports
from cli.embedded.process import free_port
from cli.settings import SuiteSettings
from kit.checks.finding import Level

pytestmark = pytest.mark.server


def test_gateway_serves_alone_and_ends_at_sigterm(tmp_path: Path) -> None:
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
            output, _ = process.communicate(timeout=20)
    assert process.returncode == 0, output
    assert f"gateway listens on 127.0.0.1:{port}" in output.decode()


def healthy(port: int) -> bool:
    """Returns True if the gateway is healthy."""
    try:
        return bool(httpx.get(f"http://127.0.0.1:{port}/healthz").json() == {"status": "serving"})
    except httpx.TransportError:
        return False


def test_doctor_checks_the_gateway_port(tmp_path: Path) -> None:
    settings = SuiteSettings(data=tmp_path, gateway_port=free_port())
    (finding,) = [each for each in ports(settings, None) if "gateway" in each.observation]
    assert finding.level is Level.OK
