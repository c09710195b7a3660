"""Metrics are served while they can be, and never keep a service from starting."""

import socket
import urllib.request

from kit.telemetry.metrics import serve_metrics
from tests.support.suite import free_port


def test_metrics_are_served_while_the_block_runs() -> None:
    port = free_port()
    with serve_metrics(port), urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        assert b"radiant_rpc_calls_total" in answer.read()


def test_a_taken_port_costs_the_metrics_alone() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with serve_metrics(other.getsockname()[1]):
            pass
