"""Pages that are told of changes: server-sent events, bounded in number and in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from jinja2 import Environment
from starlette.responses import Response, StreamingResponse

from gateway.console.settings import ConsoleSettings
from gateway.http.problems import Problem

Look = Callable[[], Awaitable[Mapping[str, Any]]]


class Live:
    """Makes streams of rendered parts."""

    def __init__(self, templates: Environment, places: asyncio.Semaphore, settings: ConsoleSettings) -> None:
        """`places` bounds how many streams there are."""
        self._templates, self._places, self._settings = templates, places, settings

    def stream(self, event: str, template: str, look: Look) -> Response:
        """Returns a stream that renders the template with what `look` finds, whenever that has changed.

        Raises Problem (429, STREAMS_FULL) when too many pages are told already.
        """
        if self._places.locked():
            raise Problem(429, "STREAMS_FULL", "Too many pages are open.")
        return StreamingResponse(self._events(event, template, look), media_type="text/event-stream")

    async def _events(self, event: str, template: str, look: Look) -> AsyncIterator[str]:
        async with self._places:
            before = ""
            end = asyncio.get_running_loop().time() + self._settings.stream_life.total_seconds()
            while asyncio.get_running_loop().time() < end:
                try:
                    text = self._templates.get_template(template).render(await look())
                except Problem as problem:
                    if problem.status in (401, 403):
                        return
                    text = before
                if text != before:
                    before = text
                    lines = "".join(f"data: {line}\n" for line in text.splitlines() if line.strip())
                    yield f"event: {event}\n{lines}\n"
                else:
                    yield ": still there\n\n"
                await asyncio.sleep(self._settings.stream_interval.total_seconds())
