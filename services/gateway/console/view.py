"""Results of page handlers and form actions: a view to render, or a redirect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.console.charts.figure import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A template with its context."""

    template: str
    """Path below templates/."""
    title: str
    context: Mapping[str, Any] = field(default_factory=dict)
    figures: Sequence[Figure] = ()
    status: int = 200
    """HTTP status. A rejected form is rendered again with the status of its problem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """The result of a successful form action: a page to open, with a notice to show there."""

    path: str
    """Path below the console, with its query."""
    notice: str
