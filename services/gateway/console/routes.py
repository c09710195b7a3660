"""Routes of the console: pages, form actions, downloads, sign-in and static files."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote, unquote, urlencode

from jinja2 import Environment
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from gateway.console.charts.csv_table import csv_response
from gateway.console.page import Action, Download, Handler
from gateway.console.page_request import PageRequest
from gateway.console.pages import PAGES
from gateway.console.server_events import EventStreams
from gateway.console.service_client import ServiceClient
from gateway.console.session import csrf
from gateway.console.session.revocation import RevokedSessions
from gateway.console.session.security_headers import with_security_headers
from gateway.console.session.session import Claims, Session, Sessions
from gateway.console.session.signin import SignIn
from gateway.console.settings import ConsoleSettings
from gateway.console.static_files import static_route, version
from gateway.console.templating import environment, json_block
from gateway.console.view import Redirect, View
from gateway.http.problems import Problem
from gateway.otlp.reports.statistics import IntakeStatistics
from gateway.routes.service_calls import ServiceCalls
from kit.tenant_slots import TenantSlots

PREFIX = "/console"
NOTICE_COOKIE_NAME = "radiant_notice"
NOTICE_CHARACTERS_MAX = 300
NOTICE_LIFE_S = 60
SIGN_IN_LIFE_S = 600
PROBLEM_TITLES = {
    403: "Access denied",
    404: "Not found",
    409: "Conflict",
    429: "Too many requests",
    503: "Service unavailable",
    504: "Time-out",
}

Endpoint = Callable[[Request], Awaitable[Response]]
SessionEndpoint = Callable[[Request, Session], Awaitable[Response]]


class Console:
    """The console over the services."""

    def __init__(
        self,
        settings: ConsoleSettings,
        calls: ServiceCalls,
        *,
        call_timeout: timedelta = timedelta(seconds=10),
        development_key: str = "",
        has_tls: bool = False,
        revoked_sessions: RevokedSessions | None = None,
        statistics: IntakeStatistics | None = None,
    ) -> None:
        """Takes the open channels.

        `development_key` signs the tokens of development sign-in; an empty one disables it. `has_tls` states that the
        gateway or a proxy in front of it serves TLS. By default, only the sign-outs on this gateway are known.
        `statistics` are the counts of the OpenTelemetry intake; None if it is disabled.
        """
        self._settings, self._calls, self._call_timeout = settings, calls, call_timeout
        self._development_key = development_key
        self._is_secure = has_tls or settings.public_url.startswith("https://")
        oidc = settings.oidc
        claims = Claims(tenant=oidc.tenant_claim, roles=oidc.roles_claim, role_map=oidc.role_map)
        self._sessions = Sessions(settings.session_secret, settings.session_life, claims)
        self._statistics = statistics
        self._revoked_sessions = revoked_sessions or RevokedSessions(None)
        self._templates: Environment = environment()
        self._templates.globals |= {"static_version": version(), "prefix": PREFIX, "json_block": json_block}
        self._stream_slots = TenantSlots(
            "open pages with updates", settings.streams_max, settings.streams_per_tenant_max, reason="STREAMS_FULL"
        )

    def routes(self) -> list[BaseRoute]:
        """Returns all routes at and below /console, and a redirect from / to it."""
        sign_in = SignIn(
            self._settings,
            self._sessions,
            self._revoked_sessions,
            self._render,
            development_key=self._development_key,
            is_secure=self._is_secure,
        )
        routes: list[BaseRoute] = [static_route(), *sign_in.routes()]
        for page in PAGES:
            routes.append(self._route(page.path, "GET", page.roles, self._page_endpoint(page.handler)))
            for path, (roles, action) in page.actions.items():
                routes.append(self._route(path, "POST", roles, self._action_endpoint(action)))
            for path, (roles, download) in page.downloads.items():
                routes.append(self._route(path, "GET", roles, self._download_endpoint(download)))
        sign_in_state = Middleware(
            SessionMiddleware,
            secret_key=self._settings.session_secret or uuid.uuid4().hex,
            session_cookie="radiant_signin",
            max_age=SIGN_IN_LIFE_S,
            same_site="lax",
            https_only=self._is_secure,
            path=PREFIX,
        )
        return [
            Mount(PREFIX, routes=routes, middleware=[sign_in_state]),
            Route("/", _redirect_to_start_page, methods=["GET"]),
            Route(PREFIX, _redirect_to_start_page, methods=["GET"]),
        ]

    def _route(self, path: str, method: str, roles: frozenset[str], endpoint: SessionEndpoint) -> Route:
        return Route("/" + path, self._authorized(roles, endpoint), methods=[method])

    def _authorized(self, roles: frozenset[str], endpoint: SessionEndpoint) -> Endpoint:
        """Returns an endpoint that requires a session with one of the roles and renders problems as pages."""

        async def authorized(request: Request) -> Response:
            session = self._sessions.from_request(request)
            if session is None or await self._revoked_sessions.contains(session):
                return self._redirect_to_sign_in(request)
            try:
                if not session.has_any_role(roles):
                    raise Problem(
                        403, "ROLE_NEEDED", f"This page or action requires the role {' or '.join(sorted(roles))}."
                    )
                return with_security_headers(await endpoint(request, session))
            except Problem as problem:
                if problem.status == 401:
                    return self._redirect_to_sign_in(request)
                return self._problem_page(request, session, problem)

        return authorized

    def _page_endpoint(self, handler: Handler) -> SessionEndpoint:
        """Returns the endpoint of a page. The query parameter csv=<figure> returns the table of a figure instead."""

        async def respond(request: Request, session: Session) -> Response:
            view = await handler(self._page_request(request, session, {}))
            figure_name = request.query_params.get("csv", "")
            for figure in view.figures:
                if figure.name == figure_name:
                    return csv_response(figure)
            if figure_name:
                raise Problem(
                    404, "NO_SUCH_FIGURE", "This table is not available with these filters. Open the page for details."
                )
            response = self._render(request, session, view, view.status)
            response.delete_cookie(NOTICE_COOKIE_NAME, path=PREFIX)
            return response

        return respond

    def _action_endpoint(self, action: Action) -> SessionEndpoint:
        async def respond(request: Request, session: Session) -> Response:
            csrf.require_same_site(request)
            form = await csrf.read_form(request)
            csrf.require_csrf_token(form, session, self._sessions)
            result: Redirect | View = await action(self._page_request(request, session, form))
            if isinstance(result, View):
                return self._render(request, session, result, result.status)
            response = RedirectResponse(f"{PREFIX}/{result.path}", status_code=303)
            response.set_cookie(
                NOTICE_COOKIE_NAME,
                quote(result.notice),
                max_age=NOTICE_LIFE_S,
                path=PREFIX,
                httponly=True,
                secure=self._is_secure,
                samesite="lax",
            )
            return response

        return respond

    def _download_endpoint(self, download: Download) -> SessionEndpoint:
        async def respond(request: Request, session: Session) -> Response:
            return await download(self._page_request(request, session, {}))

        return respond

    def _page_request(self, request: Request, session: Session, form: Mapping[str, Sequence[str]]) -> PageRequest:
        services = ServiceClient(self._calls, session.token, self._call_timeout.total_seconds())
        event_streams = EventStreams(
            self._templates, self._stream_slots, self._settings, session, self._revoked_sessions
        )
        return PageRequest(
            session, services, request.query_params, form, request.path_params, event_streams, self._statistics
        )

    def _render(self, request: Request, session: Session | None, view: View, status: int) -> HTMLResponse:
        """Returns the view as a whole page, or as a fragment for htmx requests other than boosted links."""
        is_fragment = "hx-request" in request.headers and "hx-boosted" not in request.headers
        context: dict[str, Any] = {
            "layout": "layout/fragment.html" if is_fragment else "layout/page.html",
            "is_fragment": is_fragment,
            "title": view.title,
            "pages": [page for page in PAGES if page.label and (session is None or session.has_any_role(page.roles))],
            "current_path": request.url.path.removeprefix(PREFIX).strip("/"),
            "session": session,
            "csrf_token": self._sessions.csrf_token(session) if session else "",
            "new_id": lambda: str(uuid.uuid4()),
            "query": request.query_params,
            "with_query": lambda **changes: "?" + _query_with(request, changes),
            "figures": {figure.name: figure for figure in view.figures},
            "notice": unquote(request.cookies.get(NOTICE_COOKIE_NAME, ""))[:NOTICE_CHARACTERS_MAX],
            "selected_tenant": (session.tenant or request.query_params.get("tenant", "")) if session else "",
        }
        text = self._templates.get_template(view.template).render(context | dict(view.context))
        return HTMLResponse(text, status)

    def _problem_page(self, request: Request, session: Session, problem: Problem) -> Response:
        view = View(
            template="layout/problem.html",
            title=PROBLEM_TITLES.get(problem.status, "Request failed"),
            context={"problem": problem},
            status=problem.status,
        )
        if problem.reason == "TENANT_NEEDED":
            view = View(template="session/tenant.html", title="Select a tenant")
        return with_security_headers(self._render(request, session, view, view.status))

    def _redirect_to_sign_in(self, request: Request) -> Response:
        address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        target = f"{PREFIX}/signin" + (f"?{urlencode({'next': address})}" if request.method == "GET" else "")
        if "hx-request" in request.headers:
            return with_security_headers(Response(status_code=204, headers={"hx-redirect": target}))
        return with_security_headers(RedirectResponse(target, status_code=303))


async def _redirect_to_start_page(request: Request) -> Response:
    return RedirectResponse(f"{PREFIX}/" + (f"?{request.url.query}" if request.url.query else ""))


def _query_with(request: Request, changes: Mapping[str, Any]) -> str:
    """Returns the query of the request with changed parameters. An empty value removes one; `csv` is never kept."""
    kept = {name: value for name, value in request.query_params.items() if name not in changes and name != "csv"}
    return urlencode(kept | {name: value for name, value in changes.items() if value not in ("", None)})
