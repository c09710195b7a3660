"""Server-sent events that update parts of open pages. Number and duration of the streams are limited."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from jinja2 import Environment
from starlette.responses import Response, StreamingResponse

from gateway.console.settings import ConsoleSettings
from gateway.http.problems import Problem

ContextSource = Callable[[], Awaitable[Mapping[str, Any]]]
"""Reads the current context of a template."""


class EventStreams:
    """Creates streams of rendered templates."""

    def __init__(self, templates: Environment, slots: asyncio.Semaphore, settings: ConsoleSettings) -> None:
        """`slots` limits the number of concurrent streams."""
        self._templates, self._slots, self._settings = templates, slots, settings

    def open(self, event: str, template: str, source: ContextSource) -> Response:
        """Returns a stream that sends the rendered template once, and again after every change of its text.

        Raises Problem (429, STREAMS_FULL) when all slots are in use.
        """
        if self._slots.locked():
            raise Problem(
                429, "STREAMS_FULL", f"The limit of {self._settings.streams_max} open pages is reached. Close a page."
            )
        return StreamingResponse(self._events(event, template, source), media_type="text/event-stream")

    async def _events(self, event: str, template: str, source: ContextSource) -> AsyncIterator[str]:
        async with self._slots:
            sent = ""
            end = asyncio.get_running_loop().time() + self._settings.stream_life.total_seconds()
            while asyncio.get_running_loop().time() < end:
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
