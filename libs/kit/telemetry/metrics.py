"""Metrics of the process, in the Prometheus format."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

from prometheus_client import Counter, Gauge, Histogram, start_http_server

__all__ = ["Counter", "Gauge", "Histogram", "serve_metrics"]

log = logging.getLogger(__name__)

CALLS = Counter("radiant_rpc_calls_total", "Calls served, by method and status.", ["method", "code"])
DURATIONS = Histogram(
    "radiant_rpc_seconds",
    "Duration of calls that ended, by method.",
    ["method"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
KEY_FETCHES = Counter("radiant_key_fetches_total", "Fetches of the keys of callers' tokens.", ["outcome"])
QUOTA_REFUSALS = Counter("radiant_quota_refusals_total", "Calls that exceeded a tenant's quota, by kind.", ["kind"])
DEVELOPMENT = Gauge(
    "radiant_development_mode", "1 in development mode, in which tokens of the shared key are accepted."
)
RESTARTS = Counter("radiant_background_restarts_total", "Restarts of background tasks.", ["task"])


@contextlib.contextmanager
def serve_metrics(port: int, host: str = "127.0.0.1") -> Iterator[None]:
    """Serves the metrics over HTTP within the block; port 0 disables them.

    If the port is in use, a warning is logged and the service runs without metrics.
    """
    if port == 0:
        yield
        return
    try:
        server, thread = start_http_server(port, host)
    except OSError as problem:
        log.warning("metrics are not served: %s", problem, extra={"fields": {"port": port}})
        yield
        return
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
