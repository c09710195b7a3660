"""Prometheus metrics of HTTP requests: number by route, method and status, and duration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Scope

from kit.telemetry.metrics import Counter, Gauge, Histogram

REQUESTS = Counter(
    "radiant_http_requests_total", "Requests by route, method and status.", ["route", "method", "status"]
)
DURATIONS = Histogram(
    "radiant_http_seconds",
    "Duration of requests by route and method.",
    ["route", "method"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60),
)
CONNECTIONS = Gauge("radiant_http_connections", "Open connections.")
CONNECTIONS_CLOSED = Counter(
    "radiant_http_connections_closed_total",
    "Connections that were refused or closed by a limit or a timeout, by reason.",
    ["reason"],
)
OTHER = "other"
"""Label of requests without a route, and of unknown methods."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def path_templates(routes: Sequence[BaseRoute], prefix: str = "") -> dict[int, str]:
    """Returns the declared path of each route, by the `id()` of its endpoint."""
    templates: dict[int, str] = {}
    for route in routes:
        if isinstance(route, Mount):
            templates[id(route.app)] = prefix + route.path
            templates |= path_templates(route.routes, prefix + route.path)
        elif isinstance(route, Route):
            templates[id(route.endpoint)] = (prefix + route.path).replace(":path}", "}")
    return templates


def route_label(scope: Scope, templates: Mapping[int, str]) -> str:
    """Returns the declared path of the route that handled the request; OTHER if none did."""
    return templates.get(id(scope.get("endpoint")), OTHER)


def record_request(route: str, method: str, status: int, seconds: float) -> None:
    """Counts a request. Unknown methods share one label, so that clients cannot create time series."""
    method = method if method in _METHODS else OTHER
    REQUESTS.labels(route, method, str(status)).inc()
    DURATIONS.labels(route, method).observe(seconds)
