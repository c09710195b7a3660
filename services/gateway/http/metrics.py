"""What the gateway counts: requests by route, method and status, and how long they take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Scope

from kit.metrics import Counter, Histogram

REQUESTS = Counter(
    "radiant_http_requests_total", "Requests by route, method and status.", ["route", "method", "status"]
)
DURATIONS = Histogram(
    "radiant_http_seconds",
    "Duration of requests by route and method.",
    ["route", "method"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60),
)
OTHER = "other"
"""Route of a request that no route took."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def templates(routes: Sequence[BaseRoute], above: str = "") -> dict[int, str]:
    """Returns the paths of all routes as they were declared, by the identity of their endpoints."""
    found: dict[int, str] = {}
    for route in routes:
        if isinstance(route, Mount):
            found[id(route.app)] = above + route.path
            found |= templates(route.routes, above + route.path)
        elif isinstance(route, Route):
            found[id(route.endpoint)] = (above + route.path).replace(":path}", "}")
    return found


def route_of(scope: Scope, known: Mapping[int, str]) -> str:
    """Returns the path of the route that took the request, as it was declared."""
    return known.get(id(scope.get("endpoint")), OTHER)


def count(route: str, method: str, status: int, seconds: float) -> None:
    """Counts one request; what callers make up does not become a label."""
    named = method if method in _METHODS else OTHER
    REQUESTS.labels(route, named, str(status)).inc()
    DURATIONS.labels(route, named).observe(seconds)
