"""Sessions of the console, as a browser on this machine gets them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from bench.resilience.attack.target import Target

COOKIE = "radiant_session"
_LINK = re.compile(r"https?://\S*/console\S*\?\S+")
_COOKIES: dict[Path, dict[str, str]] = {}
"""Cookies of the browser that opened the link, by the file with the output of the suite."""
_CSRF = re.compile(r'name="csrf_token" value="([0-9a-f]+)"')


async def sign_in(target: Target, client: httpx.AsyncClient, tenant: str, role: str) -> None:
    """Signs in as the browser that opened the one-time link of `radiant up`, by the form of the development sign-in."""
    client.cookies.update(await _browser_cookies(target))
    page = await client.get("/console/signin", follow_redirects=True)
    form = {"tenant": tenant, "role": role} | dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    await client.post("/console/signin/development", data=form)
    if COOKIE not in client.cookies:
        raise RuntimeError("the sign-in at the console failed")


async def _browser_cookies(target: Target) -> dict[str, str]:
    """Returns the cookies of a browser that opened the one-time link. The link is opened once for each suite."""
    if target.output not in _COOKIES:
        async with target.client() as browser:
            for link in _LINK.findall(target.output.read_text(errors="replace")):
                await browser.get(link, follow_redirects=True)
            _COOKIES[target.output] = {name: value for name, value in browser.cookies.items() if name != COOKIE}
    return _COOKIES[target.output]


@contextlib.asynccontextmanager
async def signed_in(target: Target, tenant: str, role: str) -> AsyncIterator[httpx.AsyncClient]:
    """Yields a client with a session."""
    async with target.client() as client:
        await sign_in(target, client, tenant, role)
        yield client


async def csrf_token(client: httpx.AsyncClient, path: str) -> str:
    """Returns the CSRF token of a page's forms."""
    found = _CSRF.search((await client.get(path)).text)
    if found is None:
        raise RuntimeError(f"{path} has no form")
    return found[1]
