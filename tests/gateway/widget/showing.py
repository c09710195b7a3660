"""A page with the widget, served from a port as a product would: with a backend that adds the token."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
from playwright.async_api import Browser, Page, Route
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.routing import Route as Endpoint

from gateway.app import application
from gateway.http.server import HttpServer
from gateway.widget.routes import PAGE_POLICY, widget_routes
from tests.gateway.serving import ACME, Served
from tests.support.browser import chromium

OUTPUT, USER = "o", "u"
PARAGRAPHS = 80


async def until(condition: Callable[[], Awaitable[object]], seconds: float = 8) -> None:
    """Returns when the condition holds; raises TimeoutError when it does not come to hold."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - nobody tells when it comes to hold
            await asyncio.sleep(0.05)


@dataclass
class Shown:
    """The services, the port on which they and the page are, and a browser."""

    gateway: Served
    browser: Browser
    base: str = ""
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    """What reached the backend: method, path, headers, body."""
    attributes: str = ""
    """Of the element on the page."""

    async def open(self, config: Mapping[str, Any] | None = None, **context: Any) -> Page:
        """Opens the page in a context of its own; `config` replaces members of the widget's configuration."""
        page = await (await self.browser.new_context(**context)).new_page()

        async def answer(route: Route) -> None:
            found = await route.fetch()
            await route.fulfill(response=found, json={**await found.json(), **(config or {})})

        if config:
            await page.route("**/feedback/config?*", answer)
        await page.goto(f"{self.base}/page")
        return page

    async def votes(self) -> list[asyncpg.Record]:
        """Returns the stored votes."""
        return await self.gateway.intake.rows("SELECT * FROM ingest.explicit_feedback")

    async def signals(self) -> list[str]:
        """Returns the types of the stored signals, sorted."""
        found = await self.gateway.intake.rows("SELECT signal_type FROM ingest.implicit_signals ORDER BY 1")
        return [each[0] for each in found]

    async def idle(self, page: Page) -> bool:
        """Tells whether the page has nothing left to send."""
        return bool(await page.evaluate("Object.values(sessionStorage).every(kept => !JSON.parse(kept).posts.length)"))

    def posted(self, path: str) -> list[Any]:
        """Returns the bodies that were posted to a path below the backend."""
        return [json.loads(body) for method, at, _, body in self.asked if method == "POST" and at == path]

    def _html(self, element: str) -> str:
        filled = "<p>One of many lines of an answer.</p>" * PARAGRAPHS
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Chat</title>'
            '<meta name="color-scheme" content="light dark"><script src="/widget/radiant-feedback.js" defer></script>'
            f'</head><body><main><h1>Chat</h1>{element}<article id="answer"><p id="first">The first line.</p>{filled}'
            '<button data-radiant-signal="share_response">Share</button></article>'
            '<form id="composer"><label>Message <input name="m"></label><button>Reply</button></form></main>'
            "</body></html>"
        )

    def app(self) -> Starlette:
        """Returns the product: its page, its backend at /backend, and the gateway."""

        suite = application(self.gateway.settings, self.gateway.calls, widget_routes())

        async def page(request: Request) -> Response:
            endpoint = "" if "token=" in self.attributes else 'endpoint="/backend"'
            named = f'output-id="{OUTPUT}" user-id="{USER}" for="answer" reply="composer"'
            content = self._html(f"<radiant-feedback {named} {endpoint} {self.attributes}></radiant-feedback>")
            return Response(content, headers={"content-security-policy": PAGE_POLICY}, media_type="text/html")

        async def backend(request: Request) -> Response:
            path, body = f"/{request.path_params['path']}", await request.body()
            self.asked.append((request.method, path, dict(request.headers), body))
            passed = {n: v for n, v in request.headers.items() if n in ("content-type", "idempotency-key")}
            async with self.gateway.client(self.gateway.app) as client:
                found: httpx.Response = await client.request(
                    request.method, f"/api/v2{path}?{request.url.query}", headers={**passed, **ACME}, content=body
                )
            return Response(found.content, found.status_code, {"content-type": found.headers["content-type"]})

        routes = [Endpoint("/page", page), Endpoint("/backend/{path:path}", backend, methods=["GET", "POST"])]
        return Starlette(routes=[*routes, Mount("/", suite)])


@contextlib.asynccontextmanager
async def shown(gateway: Served) -> AsyncIterator[Shown]:
    """Serves the page and runs the browser while the block runs."""
    async with chromium() as browser:
        found = Shown(gateway, browser)
        server = HttpServer(replace(gateway.settings, port=0), found.app())
        found.base = f"http://127.0.0.1:{await server.start()}"
        try:
            yield found
        finally:
            for context in browser.contexts:
                await context.close()
            await server.stop(timedelta(seconds=1))
