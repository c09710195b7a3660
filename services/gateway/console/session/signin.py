"""Sign-in by an OpenID provider, or in development by a one-time link on a loopback address; sign-out."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.console.session import csrf
from gateway.console.session.openid import callback_errors, connection_errors, open_provider
from gateway.console.session.revocation import RevokedSessions
from gateway.console.session.security_headers import with_security_headers
from gateway.console.session.session import CONSOLE_ROLES, COOKIE_NAME, Session, Sessions, TokenRejectedError
from gateway.console.settings import ConsoleSettings
from gateway.console.view import View
from gateway.http.problems import Problem
from kit.auth.sign_in_links import BROWSER_LIFE, PARAMETER, SignInCodes
from kit.auth.tokens import mint

START_PAGE = "/console/"
DEVELOPMENT_SESSION_LIFE = timedelta(hours=8)
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_CONSOLE_ADDRESS = re.compile(r"/console(/[^\\]*)?")
BROWSER_COOKIE_NAME = "radiant_development"
"""Cookie of a browser that opened a sign-in link."""
_BROWSER_COOKIE_PATH = "/console/signin"
_LOOPBACK_PEERS = ("127.0.0.1", "::1")
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
_LINK_USED = "The sign-in link was already used or has expired. Print a new one with `radiant console`."
_LINK_NEEDED = "Open the sign-in link that `radiant up` printed, or print a new one with `radiant console`."

Render = Callable[[Request, Session | None, View, int], Response]


class SignIn:
    """The routes of sign-in and sign-out."""

    def __init__(
        self,
        settings: ConsoleSettings,
        sessions: Sessions,
        revoked_sessions: RevokedSessions,
        render: Render,
        *,
        development_key: str,
        is_secure: bool,
    ) -> None:
        """`development_key` signs the tokens of development sign-in; an empty one disables it.

        `is_secure` states that browsers reach the console over TLS. It sets the Secure attribute of the cookie.
        """
        self._settings, self._sessions, self._render = settings, sessions, render
        self._revoked_sessions = revoked_sessions
        self._development_key, self._is_secure = development_key, is_secure
        self._codes = SignInCodes(development_key)
        self._provider: Any = open_provider(settings.oidc) if settings.oidc.issuer else None

    def routes(self) -> list[BaseRoute]:
        """Returns the routes of the configured ways to sign in."""
        routes: list[BaseRoute] = [
            Route("/signin", self._sign_in_page, methods=["GET"]),
            Route("/signout", self._sign_out, methods=["POST"]),
        ]
        if self._development_key:
            routes.append(Route("/signin/development", self._development_sign_in, methods=["POST"]))
        if self._provider is not None:
            routes.append(Route("/signin/provider", self._redirect_to_provider, methods=["GET"]))
            routes.append(Route("/signin/provider/back", self._provider_callback, methods=["GET"]))
        return routes

    async def _sign_in_page(self, request: Request) -> Response:
        code = request.query_params.get(PARAMETER, "")
        if not code or not self._development_key:
            return self._page(request, "", 200)
        try:
            _require_loopback(request)
        except Problem as problem:
            return self._page(request, problem.detail, problem.status)
        cookie = self._codes.redeem(code)
        if cookie is None:
            return self._page(request, _LINK_USED, 403)
        response = RedirectResponse(_BROWSER_COOKIE_PATH, status_code=303)
        response.set_cookie(
            BROWSER_COOKIE_NAME,
            cookie,
            max_age=int(BROWSER_LIFE.total_seconds()),
            path=_BROWSER_COOKIE_PATH,
            httponly=True,
            secure=self._is_secure,
            samesite="lax",
        )
        return with_security_headers(response)

    def _is_known_browser(self, request: Request) -> bool:
        return self._codes.is_known_browser(request.cookies.get(BROWSER_COOKIE_NAME, ""))

    def _page(self, request: Request, error: str, status: int) -> Response:
        context = {
            "has_development": bool(self._development_key),
            "is_known_browser": bool(self._development_key) and self._is_known_browser(request),
            "link_needed": _LINK_NEEDED,
            "has_provider": self._provider is not None,
            "error": error,
            "next_address": _next_address(request.query_params.get("next", "")),
            "roles": CONSOLE_ROLES,
        }
        view = View(template="session/signin.html", title="Sign in", context=context)
        return with_security_headers(self._render(request, None, view, status))

    async def _development_sign_in(self, request: Request) -> Response:
        try:
            csrf.require_same_site(request)
            _require_loopback(request)
            if not self._is_known_browser(request):
                raise Problem(403, "SIGN_IN_LINK_NEEDED", f"This browser has not opened a sign-in link. {_LINK_NEEDED}")
            form = await csrf.read_form(request)
            tenant, role = (form.get("tenant") or [""])[0].strip(), (form.get("role") or [""])[0]
            if role not in CONSOLE_ROLES:
                raise Problem.field("role", "must be one of " + ", ".join(CONSOLE_ROLES))
            if not _TENANT.fullmatch(tenant) and not (role == "operator" and not tenant):
                raise Problem.field(
                    "tenant",
                    "must have 1 to 100 letters, digits, dots, dashes or underscores and start with a letter or digit; "
                    "only the role operator may leave it empty",
                )
        except Problem as problem:
            return self._page(request, problem.detail, problem.status)
        token = mint(self._development_key, tenant, [role], DEVELOPMENT_SESSION_LIFE, f"{role}@development")
        return self._start_session(request, token, _next_address((form.get("next") or [""])[0]))

    async def _redirect_to_provider(self, request: Request) -> Response:
        request.session["next"] = _next_address(request.query_params.get("next", ""))
        callback = f"{self._settings.public_url}/console/signin/provider/back"
        try:
            response: Response = await self._provider.authorize_redirect(request, callback)
        except connection_errors():
            return self._page(request, "The identity provider does not respond. Try again later.", 503)
        return with_security_headers(response)

    async def _provider_callback(self, request: Request) -> Response:
        try:
            tokens = await self._provider.authorize_access_token(request)
        except callback_errors():
            return self._page(request, "The sign-in at the identity provider was not completed. Sign in again.", 401)
        token = tokens.get(f"{self._settings.oidc.token}_token", "")
        return self._start_session(request, str(token), _next_address(request.session.pop("next", "")))

    def _start_session(self, request: Request, token: str, next_address: str) -> Response:
        try:
            session = self._sessions.from_token(token, secrets.token_urlsafe(16))
            cookie = self._sessions.to_cookie(session)
        except TokenRejectedError as error:
            return self._page(request, f"The sign-in token is rejected. {error}", 403)
        response = RedirectResponse(next_address, status_code=303)
        response.set_cookie(COOKIE_NAME, cookie, path="/console", httponly=True, secure=self._is_secure, samesite="lax")
        return with_security_headers(response)

    async def _sign_out(self, request: Request) -> Response:
        session = self._sessions.from_request(request)
        if session is not None:
            try:
                csrf.require_same_site(request)
                csrf.require_csrf_token(await csrf.read_form(request), session, self._sessions)
            except Problem as problem:
                return self._page(request, problem.detail, problem.status)
            await self._revoked_sessions.revoke(session)
        response = RedirectResponse("/console/signin", status_code=303)
        response.delete_cookie(COOKIE_NAME, path="/console")
        return with_security_headers(response)


def _require_loopback(request: Request) -> None:
    """Raises Problem (LOOPBACK_ONLY) for another peer than this machine, or another host name than a loopback name.

    The host name is checked because a page of another site can resolve its own name to a loopback address.
    """
    name = request.headers.get("host", "").lower()
    name = name if name.endswith("]") else re.sub(r":\d+$", "", name)
    is_local_peer = request.client is None or request.client.host in _LOOPBACK_PEERS
    if not is_local_peer or name not in _LOOPBACK_NAMES:
        raise Problem(
            403,
            "LOOPBACK_ONLY",
            "Development sign-in is only available on the machine of the gateway, at localhost or 127.0.0.1.",
        )


def _next_address(address: str) -> str:
    """Returns the address to open after sign-in; the start page for addresses outside the console (open redirect)."""
    is_allowed = _CONSOLE_ADDRESS.fullmatch(address) and not address.startswith("/console/signin")
    return address if is_allowed else START_PAGE
