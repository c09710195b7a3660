"""Page: a path of the console with its roles, handler, form actions and downloads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.responses import Response

from gateway.console.page_request import PageRequest
from gateway.console.session.session import CONSOLE_ROLES
from gateway.console.view import Redirect, View

Handler = Callable[[PageRequest], Awaitable[View]]
Action = Callable[[PageRequest], Awaitable[Redirect | View]]
"""Returns a redirect on success; otherwise the form with the submitted values and the problem."""
Download = Callable[[PageRequest], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of the console."""

    path: str
    """Path below /console; empty for the start page."""
    label: str = ""
    """Text in the navigation bar; empty for pages that are not in it."""
    handler: Handler
    roles: frozenset[str] = frozenset(CONSOLE_ROLES)
    """Roles that may open the page."""
    actions: Mapping[str, tuple[frozenset[str], Action]] = field(default_factory=dict)
    """Form actions with their roles, by path below /console."""
    downloads: Mapping[str, tuple[frozenset[str], Download]] = field(default_factory=dict)
    """Files and event streams with their roles, by path below /console."""
