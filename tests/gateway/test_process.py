"""The gateway as a process: it starts, serves, drains, and says what is wrong with its settings."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.support.suite import free_port

pytestmark = pytest.mark.server


@contextlib.asynccontextmanager
async def process(**environ: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Runs `python -m gateway`; it ends with the block."""
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "gateway",
        env={**os.environ, "RADIANT_OTLP_GRPC_PORT": "0", **environ},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
        await running.communicate()


async def test_it_serves_its_document_and_drains() -> None:
    port, metrics = free_port(), free_port()
    ports = {"RADIANT_GATEWAY_PORT": str(port), "RADIANT_GATEWAY_METRICS_PORT": str(metrics)}
    async with process(**ports) as running, httpx.AsyncClient() as client:
        async with asyncio.timeout(20):
            while True:
                with contextlib.suppress(httpx.TransportError):
                    answer = await client.get(f"http://127.0.0.1:{port}/api/openapi.json")
                    break
                await asyncio.sleep(0.05)
        assert answer.json()["openapi"] == "3.1.0"
        widget = await client.get(f"http://127.0.0.1:{port}/widget/radiant-feedback.js")
        assert widget.headers["access-control-allow-origin"] == "*"
        assert "server" not in answer.headers
        counted = (await client.get(f"http://127.0.0.1:{metrics}/metrics")).text
        assert 'radiant_http_requests_total{method="GET",route="/api/openapi.json",status="200"} 1.0' in counted
        running.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(running.wait(), 15) == 0


async def test_it_names_every_bad_setting() -> None:
    async with process(RADIANT_GATEWAY_PORT="x", RADIANT_GATEWAY_BURST="0") as running:
        _, said = await running.communicate()
        assert running.returncode == 2
        assert b"RADIANT_GATEWAY_PORT" in said
        assert b"RADIANT_GATEWAY_BURST" in said


async def test_it_does_not_listen_in_public_in_development() -> None:
    async with process(RADIANT_GATEWAY_HOST="0.0.0.0", RADIANT_GATEWAY_PORT="0") as running:
        _, said = await running.communicate()
        assert running.returncode == 1
        assert b"loopback" in said


async def test_it_says_that_a_certificate_is_none(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("nothing of the kind")
    file = str(tmp_path / "cert.pem")
    tls = {"RADIANT_GATEWAY_TLS_CERT": file, "RADIANT_GATEWAY_TLS_KEY": file, "RADIANT_GATEWAY_PORT": "0"}
    async with process(**tls) as running:
        _, said = await running.communicate()
        assert running.returncode == 1
        assert b"Traceback" not in said
