"""The table of routes: which call answers which request. Routing, the OpenAPI document and tests read it."""

from gateway.routes import admin, experiments, feedback, neural, voice
from gateway.routes.model import PREFIX, WHOLE, Route

__all__ = ["PREFIX", "ROUTES", "WHOLE", "Route"]

ROUTES: tuple[Route, ...] = (
    *feedback.ROUTES,
    *neural.ROUTES,
    *voice.ROUTES,
    *experiments.ROUTES,
    *admin.ROUTES,
)
"""Every operation."""
