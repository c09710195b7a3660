"""What a page is: an address, who may see it, a handler that asks the services, a template that shows the answers."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from starlette.datastructures import QueryParams
from starlette.responses import Response

from gateway.console.server_events import Live
from gateway.console.service_client import Desk
from gateway.console.session import Session
from gateway.http.problems import Problem

READERS = frozenset({"expert", "admin", "operator"})
ADMINS = frozenset({"admin", "operator"})
OPERATORS = frozenset({"operator"})
TEXT_CHARACTERS_MAX = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart with the table that says the same. The table is also the chart's CSV."""

    name: str
    """Within the page; letters and dashes."""
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    option: Mapping[str, Any] | None = None
    """What ECharts draws, colours left to the theme; None for a table alone."""
    note: str = ""
    """How to read it, in one sentence."""
    links: str = ""
    """Address that a click opens; `{0}`, `{1}`, ... stand for the columns of the clicked row."""
    height: int = 320
    """In pixels; one of 200, 320, 480, 640."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a handler gives: a template and what it needs."""

    template: str
    title: str
    context: Mapping[str, Any] = field(default_factory=dict)
    figures: Sequence[Figure] = ()
    status: int = 200
    """Of the answer; an action that did not work shows its page again with the problem's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What an action gives: where to go on, and what to say there."""

    to: str
    """Path below the console, with its query."""
    notice: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as handlers see it: the person, the desk, and texts that were trimmed and bounded."""

    session: Session
    desk: Desk
    query: QueryParams
    form: Mapping[str, Sequence[str]]
    path: Mapping[str, str]
    live: Live
    """Makes streams of changes."""

    def text(self, name: str, default: str = "") -> str:
        """Returns a parameter of the address; raises Problem when it is too long."""
        return _bounded(name, self.query.get(name, default)) or default

    def sent(self, name: str, default: str = "") -> str:
        """Returns a field of the form."""
        return _bounded(name, (self.form.get(name) or [default])[0]) or default

    def number(self, name: str, default: float | None = None) -> float | None:
        """Returns a field of the form as a number; raises Problem naming it."""
        text = self.sent(name)
        if not text:
            return default
        try:
            return float(text)
        except ValueError:
            raise Problem.field(name, "must be a number") from None

    @property
    def request_id(self) -> str:
        """What makes sending a form twice safe; each form carries its own."""
        try:
            return str(uuid.UUID(self.sent("request_id")))
        except ValueError:
            return str(uuid.uuid4())

    @property
    def tenant(self) -> str:
        """The tenant looked at: that of the person, or as an operator the one that the address or the form names.

        Raises Problem (TENANT_NEEDED) when an operator has named none.
        """
        tenant = self.session.tenant or self.sent("tenant") or self.text("tenant")
        if not tenant:
            raise Problem(400, "TENANT_NEEDED", "Name the tenant to look at.")
        return tenant

    def between(self, days: int) -> tuple[Timestamp, Timestamp]:
        """Returns what `from` and `to` (days in UTC, both inclusive) say; by default the last days."""
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        last = _day("to", self.text("to")) or today
        first = _day("from", self.text("from")) or last - timedelta(days=days - 1)
        start, end = Timestamp(), Timestamp()
        start.FromDatetime(first)
        end.FromDatetime(last + timedelta(days=1))
        return start, end


Handler = Callable[[Asked], Awaitable[Shown]]
Action = Callable[[Asked], Awaitable[Moved | Shown]]
"""Goes on to another page; or shows one again, with what was typed and what is wrong with it."""
Download = Callable[[Asked], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One entry of the console."""

    path: str
    """Below /console; empty for the first page."""
    name: str
    """In the navigation; empty for pages that others lead to."""
    handler: Handler
    roles: frozenset[str] = READERS
    actions: Mapping[str, tuple[frozenset[str], Action]] = field(default_factory=dict)
    """Forms, each at its path below /console."""
    downloads: Mapping[str, tuple[frozenset[str], Download]] = field(default_factory=dict)
    """Files and streams, each at its path below /console."""


def _bounded(name: str, text: str) -> str:
    if len(text) > TEXT_CHARACTERS_MAX:
        raise Problem.field(name, f"must have at most {TEXT_CHARACTERS_MAX} characters")
    return text.strip()


def _day(name: str, text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise Problem.field(name, "must be a day such as 2026-11-21") from None
