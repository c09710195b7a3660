"""Tests of the process: start, drain, and errors of settings and certificates."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from cli.embedded.process import free_port
from gateway.http.settings import Tls

pytestmark = pytest.mark.server


@contextlib.asynccontextmanager
async def gateway_process(**environ: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Runs `python -m gateway`, and kills it after the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "gateway",
        env={**os.environ, "RADIANT_OTLP_GRPC_PORT": "0", **environ},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_gateway_process_serves_document_widget_and_metrics_and_drains_at_sigterm() -> None:
    port, metrics = free_port(), free_port()
    ports = {"RADIANT_GATEWAY_PORT": str(port), "RADIANT_GATEWAY_METRICS_PORT": str(metrics)}
    async with gateway_process(**ports) as process, httpx.AsyncClient() as client:
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
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 15) == 0


async def test_gateway_process_with_invalid_settings_names_each_and_exits_with_2() -> None:
    async with gateway_process(RADIANT_GATEWAY_PORT="x", RADIANT_GATEWAY_BURST="0") as process:
        _, stderr = await process.communicate()
        assert process.returncode == 2
        assert b"RADIANT_GATEWAY_PORT" in stderr
        assert b"RADIANT_GATEWAY_BURST" in stderr


async def test_gateway_process_in_development_on_public_address_exits_with_1() -> None:
    async with gateway_process(RADIANT_GATEWAY_HOST="0.0.0.0", RADIANT_GATEWAY_PORT="0") as process:
        _, stderr = await process.communicate()
        assert process.returncode == 1
        assert b"loopback" in stderr


async def test_gateway_process_with_invalid_certificate_exits_without_traceback(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("not a certificate")
    file = str(tmp_path / "cert.pem")
    tls = {"RADIANT_GATEWAY_TLS_CERT": file, "RADIANT_GATEWAY_TLS_KEY": file, "RADIANT_GATEWAY_PORT": "0"}
    async with gateway_process(**tls) as process:
        _, stderr = await process.communicate()
        assert process.returncode == 1
        assert b"Traceback" not in stderr


async def test_gateway_process_with_secret_in_start_error_redacts_it(tmp_path: Path) -> None:
    secret = f"password={'s3cr3t' * 3}"
    path = str(tmp_path / secret)
    tls = {"RADIANT_GATEWAY_TLS_CERT": path, "RADIANT_GATEWAY_TLS_KEY": path, "RADIANT_GATEWAY_PORT": "0"}
    async with gateway_process(**tls) as process:
        _, stderr = await process.communicate()
        assert process.returncode == 1
        assert b"password=[redacted]" in stderr
        assert b"s3cr3t" not in stderr


async def test_gateway_process_does_not_log_failed_tls_handshakes(tmp_path: Path, certificate: Tls) -> None:
    tls = {"RADIANT_GATEWAY_TLS_CERT": certificate.certificate, "RADIANT_GATEWAY_TLS_KEY": certificate.key}
    http_port, otlp_port = free_port(), free_port()
    ports = {"RADIANT_GATEWAY_PORT": str(http_port), "RADIANT_OTLP_GRPC_PORT": str(otlp_port)}
    async with gateway_process(**tls, **ports) as process:
        async with asyncio.timeout(20):
            for port in (http_port, otlp_port):
                for _ in range(30):
                    await send_garbage(port)
        process.send_signal(signal.SIGTERM)
        _, stderr = await process.communicate()
        assert process.returncode == 0
        assert b"serving" in stderr
        assert b"andshake" not in stderr


async def send_garbage(port: int) -> None:
    """Sends bytes that are no TLS handshake, once the port is open, and waits for the end of the connection."""
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            break
        except OSError:
            await asyncio.sleep(0.05)
    writer.write(b"no handshake\r\n\r\n")
    with contextlib.suppress(ConnectionError):
        await reader.read()
    writer.close()
