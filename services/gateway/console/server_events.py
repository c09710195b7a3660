"""Server-sent events that update parts of open pages. Duration and number of the streams per tenant are limited."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from jinja2 import Environment
from starlette.responses import Response, StreamingResponse

from gateway.console.session.revocation import RevokedSessions
from gateway.console.session.session import Session
from gateway.console.settings import ConsoleSettings
from gateway.http.problems import Problem
from kit.errors import Exhausted
from kit.tenant_slots import TenantSlots

ContextSource = Callable[[], Awaitable[Mapping[str, Any]]]
"""Reads the current context of a template."""


class EventStreams:
    """Creates streams of rendered templates."""

    def __init__(
        self,
        templates: Environment,
        slots: TenantSlots,
        settings: ConsoleSettings,
        session: Session,
        revoked_sessions: RevokedSessions,
    ) -> None:
        """`slots` limits the number of concurrent streams. Streams of `session` end when it does."""
        self._templates, self._slots, self._settings = templates, slots, settings
        self._session, self._revoked_sessions = session, revoked_sessions

    def open(self, event: str, template: str, source: ContextSource) -> Response:
        """Returns a stream that sends the rendered template once, and again after every change of its text.

        Raises Problem (429, STREAMS_FULL) when the tenant or all tenants together have too many streams.
        """
        try:
            self._slots.check(self._session.tenant)
        except Exhausted as error:
            raise Problem(429, error.reason, f"{error} Close a page.") from None
        return StreamingResponse(self._events(event, template, source), media_type="text/event-stream")

    async def _events(self, event: str, template: str, source: ContextSource) -> AsyncIterator[str]:
        with contextlib.suppress(Exhausted), self._slots.hold(self._session.tenant):
            sent = ""
            session_life_s = self._session.expires_at_s - time.time()
            life_s = min(self._settings.stream_life.total_seconds(), session_life_s)
            end = asyncio.get_running_loop().time() + life_s
            while asyncio.get_running_loop().time() < end:
                if await self._revoked_sessions.contains(self._session):
                    return
                try:
                    text = self._templates.get_template(template).render(await source())
                except Problem as problem:
                    if problem.status in (401, 403):
                        return
                    text = sent
                if text != sent:
                    sent = text
                    lines = "".join(f"data: {line}\n" for line in text.splitlines() if line.strip())
                    yield f"event: {event}\n{lines}\n"
                else:
                    yield ": keep-alive\n\n"
                await asyncio.sleep(self._settings.stream_interval.total_seconds())
