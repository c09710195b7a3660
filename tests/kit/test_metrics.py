"""Metrics server: it runs within its block, and an occupied port does not prevent the start."""

import socket
import urllib.request

from cli.embedded.process import free_port
from kit.telemetry.metrics import serve_metrics


def test_metrics_are_served_within_the_block() -> None:
    port = free_port()
    with serve_metrics(port), urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        assert b"radiant_rpc_calls_total" in answer.read()


def test_metrics_on_occupied_port_do_not_prevent_the_start() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with serve_metrics(other.getsockname()[1]):
            pass
