"""The REST API: the table of routes, and the endpoints that answer each route by a gRPC call.

Routing, the OpenAPI document and the tests read ROUTES.
"""

from gateway.routes import admin, aliases, experiments, feedback, neural, voice
from gateway.routes.model import PREFIX, WHOLE_REQUEST, Route

__all__ = ["PREFIX", "ROUTES", "WHOLE_REQUEST", "Route"]

ROUTES: tuple[Route, ...] = (
    *feedback.ROUTES,
    *neural.ROUTES,
    *voice.ROUTES,
    *experiments.ROUTES,
    *admin.ROUTES,
    *aliases.ROUTES,
)
"""All routes of the REST API."""
