"""Signing in and out: by an OpenID provider, or in development on a loopback address by naming who one wants to be."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.starlette_client import OAuth
from httpx import HTTPError
from joserfc.errors import JoseError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.console import csrf
from gateway.console.page import Shown
from gateway.console.session import COOKIE, HUMAN_ROLES, Session, Sessions, TokenUnfitError
from gateway.http.problems import Problem
from gateway.settings import GatewaySettings
from kit.rpc.auth import mint
from kit.rpc.server import is_loopback

HOME = "/console/"
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_ONWARD = re.compile(r"/console(/[^\\]*)?")
_LOOPBACK_PEERS = ("127.0.0.1", "::1", "testclient")

Showing = Callable[[Request, Session | None, Shown, int], Response]


class SignIn:
    """The ways in."""

    def __init__(self, settings: GatewaySettings, sessions: Sessions, show: Showing) -> None:
        """Offers development sign-in only in development, on a loopback address, with the key at hand."""
        self._settings, self._sessions, self._show = settings, sessions, show
        self._development = settings.development and bool(settings.token_key) and is_loopback(settings.host)
        oidc = settings.console.oidc
        self._provider: Any = None
        if oidc.issuer:
            self._provider = OAuth().register(
                name="provider",
                server_metadata_url=f"{oidc.issuer}/.well-known/openid-configuration",
                client_id=oidc.client_id,
                client_secret=oidc.client_secret or None,
                client_kwargs={"scope": oidc.scope, "code_challenge_method": "S256", "timeout": 10},
            )

    def routes(self) -> list[BaseRoute]:
        """Returns the routes of what is offered."""
        made: list[BaseRoute] = [
            Route("/signin", self._choose, methods=["GET"]),
            Route("/signout", self._leave, methods=["POST"]),
        ]
        if self._development:
            made.append(Route("/signin/development", self._by_name, methods=["POST"]))
        if self._provider is not None:
            made.append(Route("/signin/provider", self._to_provider, methods=["GET"]))
            made.append(Route("/signin/provider/back", self._from_provider, methods=["GET"]))
        return made

    async def _choose(self, request: Request) -> Response:
        return self._page(request, "", 200)

    def _page(self, request: Request, failure: str, status: int) -> Response:
        context = {
            "development": self._development,
            "provider": self._provider is not None,
            "failure": failure,
            "onward": _onward(request.query_params.get("next", "")),
            "roles": HUMAN_ROLES,
        }
        shown = Shown(template="signin.html", title="Sign in", context=context)
        return csrf.secured(self._show(request, None, shown, status))

    async def _by_name(self, request: Request) -> Response:
        try:
            csrf.same_site(request)
            if request.client is not None and request.client.host not in _LOOPBACK_PEERS:
                raise Problem(403, "LOOPBACK_ONLY", "Development sign-in is for this machine alone.")
            form = await csrf.form_of(request)
            tenant, role = (form.get("tenant") or [""])[0].strip(), (form.get("role") or [""])[0]
            if role not in HUMAN_ROLES:
                raise Problem.field("role", "must be one of " + ", ".join(HUMAN_ROLES))
            if not _TENANT.fullmatch(tenant) and not (role == "operator" and not tenant):
                raise Problem.field("tenant", "must be a tenant's name; only operators may leave it empty")
        except Problem as problem:
            return self._page(request, problem.detail, problem.status)
        token = mint(self._settings.token_key, tenant, [role], timedelta(hours=8), f"{role}@development")
        return self._welcome(request, token, _onward((form.get("next") or [""])[0]))

    async def _to_provider(self, request: Request) -> Response:
        request.session["next"] = _onward(request.query_params.get("next", ""))
        base = self._settings.console.public_url or str(request.base_url).rstrip("/").removesuffix("/console")
        try:
            answer: Response = await self._provider.authorize_redirect(request, f"{base}/console/signin/provider/back")
        except (OAuthError, HTTPError):
            return self._page(request, "The sign-in service does not answer.", 503)
        return csrf.secured(answer)

    async def _from_provider(self, request: Request) -> Response:
        oidc = self._settings.console.oidc
        try:
            found = await self._provider.authorize_access_token(request)
        except (OAuthError, JoseError, HTTPError, ValueError):
            return self._page(request, "The sign-in was not completed.", 401)
        token = found.get(f"{oidc.token}_token", "")
        return self._welcome(request, str(token), _onward(request.session.pop("next", "")))

    def _welcome(self, request: Request, token: str, onward: str) -> Response:
        try:
            session = self._sessions.opened(token, secrets.token_urlsafe(16))
            cookie = self._sessions.seal(session)
        except TokenUnfitError as problem:
            return self._page(request, f"The token cannot be used. {problem}", 403)
        response = RedirectResponse(onward, status_code=303)
        response.set_cookie(
            COOKIE, cookie, path="/console", httponly=True, secure=secure(self._settings), samesite="lax"
        )
        return csrf.secured(response)

    async def _leave(self, request: Request) -> Response:
        session = csrf.session_of(request, self._sessions)
        if session is not None:
            try:
                csrf.same_site(request)
                csrf.genuine(await csrf.form_of(request), session, self._sessions)
            except Problem as problem:
                return self._page(request, problem.detail, problem.status)
        response = RedirectResponse("/console/signin", status_code=303)
        response.delete_cookie(COOKIE, path="/console")
        return csrf.secured(response)


def secure(settings: GatewaySettings) -> bool:
    """Tells whether browsers reach the console by TLS, so that cookies need never travel without."""
    return settings.console.public_url.startswith("https://") or bool(settings.tls.certificate) or settings.tls.proxied


def _onward(path: str) -> str:
    return path if _ONWARD.fullmatch(path) and not path.startswith("/console/signin") else HOME
