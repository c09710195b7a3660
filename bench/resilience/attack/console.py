"""Sessions of the console, as a browser on this machine gets them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator

import httpx

from bench.resilience.attack.target import Target

COOKIE = "radiant_session"
_LINK = re.compile(r"https?://\S*/console\S*\?\S+")
_CSRF = re.compile(r'name="csrf_token" value="([0-9a-f]+)"')


async def sign_in(target: Target, client: httpx.AsyncClient, tenant: str, role: str) -> None:
    """Signs in: opens the one-time link that `radiant up` printed, if any, and sends the development form."""
    for link in _LINK.findall(target.output.read_text(errors="replace").replace("\n", "")):
        await client.get(link, follow_redirects=True)
    page = await client.get("/console/signin", follow_redirects=True)
    form = {"tenant": tenant, "role": role} | dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    await client.post("/console/signin/development", data=form)
    if COOKIE not in client.cookies:
        raise RuntimeError("the sign-in at the console failed")


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
