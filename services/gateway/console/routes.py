"""The pages as routes: each guarded, shown, and followed by what the person does next."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote, urlencode

from jinja2 import Environment
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from gateway.console import csrf, tables
from gateway.console.page import Action, Asked, Download, Handler, Moved, Shown
from gateway.console.pages import PAGES
from gateway.console.server_events import Live
from gateway.console.service_client import Desk
from gateway.console.session import Claims, Session, Sessions
from gateway.console.signin import SignIn, secure
from gateway.console.static import static_route, version
from gateway.console.templating import environment, json_block
from gateway.http.problems import Problem
from gateway.routes.service_calls import ServiceCalls
from gateway.settings import GatewaySettings

PREFIX = "/console"
NOTICE = "radiant_notice"
SIGN_IN_LIFE_S = 600

Answering = Callable[[Request], Awaitable[Response]]


class Console:
    """The console over the services."""

    def __init__(self, settings: GatewaySettings, calls: ServiceCalls) -> None:
        """Takes the open channels."""
        self._settings, self._calls = settings, calls
        oidc = settings.console.oidc
        claims = Claims(tenant=oidc.tenant_claim, roles=oidc.roles_claim, role_map=oidc.role_map)
        self.sessions = Sessions(settings.console.session_secret, settings.console.session_life, claims)
        self._templates: Environment = environment()
        self._templates.globals |= {"version": version(), "prefix": PREFIX, "json_block": json_block}
        self._streams = asyncio.Semaphore(settings.console.streams_max)

    def routes(self) -> list[BaseRoute]:
        """Returns everything below /console."""
        made: list[BaseRoute] = [static_route()]
        made += SignIn(self._settings, self.sessions, self.page_of).routes()
        for page in PAGES:
            made.append(Route("/" + page.path, self._guarded(page.roles, self._showing(page.handler)), methods=["GET"]))
            for path, (roles, action) in page.actions.items():
                made.append(Route("/" + path, self._guarded(roles, self._acting(action)), methods=["POST"]))
            for path, (roles, download) in page.downloads.items():
                made.append(Route("/" + path, self._guarded(roles, self._giving(download)), methods=["GET"]))
        secret, by_tls = self._settings.console.session_secret or uuid.uuid4().hex, self._secure()
        keeping = Middleware(
            SessionMiddleware,
            secret_key=secret,
            session_cookie="radiant_signin",
            max_age=SIGN_IN_LIFE_S,
            same_site="lax",
            https_only=by_tls,
            path=PREFIX,
        )
        return [
            Mount(PREFIX, routes=made, middleware=[keeping]),
            Route("/", _to_the_first_page, methods=["GET"]),
            Route(PREFIX, _to_the_first_page, methods=["GET"]),
        ]

    def _secure(self) -> bool:
        return secure(self._settings)

    def _guarded(self, roles: frozenset[str], answer: Callable[[Request, Session], Awaitable[Response]]) -> Answering:
        async def guarded(request: Request) -> Response:
            session = csrf.session_of(request, self.sessions)
            if session is None:
                return self._away(request)
            try:
                if not session.may(roles):
                    raise Problem(403, "ROLE_NEEDED", f"This needs the role {' or '.join(sorted(roles))}.")
                return csrf.secured(await answer(request, session))
            except Problem as problem:
                if problem.status == 401:
                    return self._away(request)
                return self._told(request, session, problem)

        return guarded

    def _showing(self, handler: Handler) -> Callable[[Request, Session], Awaitable[Response]]:
        async def show(request: Request, session: Session) -> Response:
            shown = await handler(self._asked(request, session, {}))
            wanted = request.query_params.get("csv", "")
            for figure in shown.figures:
                if figure.name == wanted:
                    return tables.table(figure)
            if wanted:
                raise Problem(404, "NO_SUCH_FIGURE", "That table cannot be made now; look at the page for why.")
            response = self.page_of(request, session, shown, shown.status)
            response.delete_cookie(NOTICE, path=PREFIX)
            return response

        return show

    def _acting(self, action: Action) -> Callable[[Request, Session], Awaitable[Response]]:
        async def act(request: Request, session: Session) -> Response:
            csrf.same_site(request)
            form = await csrf.form_of(request)
            csrf.genuine(form, session, self.sessions)
            moved: Moved | Shown = await action(self._asked(request, session, form))
            if isinstance(moved, Shown):
                return self.page_of(request, session, moved, moved.status)
            response = RedirectResponse(f"{PREFIX}/{moved.to}", status_code=303)
            response.set_cookie(
                NOTICE,
                quote(moved.notice),
                max_age=60,
                path=PREFIX,
                httponly=True,
                secure=self._secure(),
                samesite="lax",
            )
            return response

        return act

    def _giving(self, download: Download) -> Callable[[Request, Session], Awaitable[Response]]:
        async def give(request: Request, session: Session) -> Response:
            return await download(self._asked(request, session, {}))

        return give

    def _asked(self, request: Request, session: Session, form: Mapping[str, Sequence[str]]) -> Asked:
        desk = Desk(self._calls, session.token, self._settings.limits.call_timeout.total_seconds())
        live = Live(self._templates, self._streams, self._settings.console)
        return Asked(session, desk, request.query_params, form, request.path_params, live)

    def page_of(self, request: Request, session: Session | None, shown: Shown, status: int) -> HTMLResponse:
        """Returns a page, or without its frame where htmx asks for a part."""
        part = "hx-request" in request.headers and "hx-boosted" not in request.headers
        context: dict[str, Any] = {
            "layout": "part.html" if part else "layout.html",
            "title": shown.title,
            "pages": [page for page in PAGES if page.name and (session is None or session.may(page.roles))],
            "here": request.url.path.removeprefix(PREFIX).strip("/"),
            "session": session,
            "form_key": self.sessions.form_key(session) if session else "",
            "new_id": lambda: str(uuid.uuid4()),
            "query": request.query_params,
            "with_query": lambda **changes: "?" + _changed(request, changes),
            "figures": {figure.name: figure for figure in shown.figures},
            "notice": _notice(request),
            "looked_at": (session.tenant or request.query_params.get("tenant", "")) if session else "",
        }
        text = self._templates.get_template(shown.template).render(context | dict(shown.context))
        return HTMLResponse(text, status)

    def _told(self, request: Request, session: Session, problem: Problem) -> Response:
        context = {"problem": problem}
        template = "tenant.html" if problem.reason == "TENANT_NEEDED" else "problem.html"
        status = 200 if problem.reason == "TENANT_NEEDED" else problem.status
        return csrf.secured(
            self.page_of(request, session, Shown(template=template, title="That did not work", context=context), status)
        )

    def _away(self, request: Request) -> Response:
        onward = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        target = f"{PREFIX}/signin" + (f"?{urlencode({'next': onward})}" if request.method == "GET" else "")
        if "hx-request" in request.headers:
            return csrf.secured(Response(status_code=204, headers={"hx-redirect": target}))
        return csrf.secured(RedirectResponse(target, status_code=303))


async def _to_the_first_page(request: Request) -> Response:
    return RedirectResponse(f"{PREFIX}/" + (f"?{request.url.query}" if request.url.query else ""))


def _notice(request: Request) -> str:
    return unquote(request.cookies.get(NOTICE, ""))[:300]


def _changed(request: Request, changes: Mapping[str, Any]) -> str:
    kept = {name: value for name, value in request.query_params.items() if name not in changes and name != "csv"}
    return urlencode(kept | {name: value for name, value in changes.items() if value not in ("", None)})
