"""Somebody who looks at the console's pages and sends their forms."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any

import httpx

from gateway.app import application
from gateway.settings import GatewaySettings
from tests.gateway.fixtures.gateway import Gateway
from tests.support.suite import KEY

BASE = "http://127.0.0.1"


@dataclass
class Form:
    """A form as a browser would send it."""

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """Reads the forms of a page, by what they are called for those who cannot see."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, Form] = {}
        self._form: Form | None = None
        self._select = self._text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes forms and what they hold."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(given.get("method", "get"), given.get("action", ""))
            self.found[given.get("aria-label", given.get("action", ""))] = self._form
        elif self._form is None:
            return
        elif tag == "input" and given.get("type") not in ("checkbox", "radio"):
            self._form.fields[given["name"]] = given.get("value", "")
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and self._select and ("selected" in given or self._select not in self._form.fields):
            self._form.fields[self._select] = given.get("value", "")
        elif tag == "textarea":
            self._text = given["name"]
            self._form.fields[self._text] = ""

    def handle_endtag(self, tag: str) -> None:
        """Notes where they end."""
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._text = ""

    def handle_data(self, data: str) -> None:
        """Notes what stands in a text area."""
        if self._text and self._form is not None:
            self._form.fields[self._text] += data


@dataclass(frozen=True)
class Visitor:
    """A person who is signed in."""

    client: httpx.AsyncClient

    async def see(self, path: str, status: int = 200) -> str:
        """Returns a page, which must have the status."""
        answer = await self.client.get(f"/console/{path}")
        assert answer.status_code == status, answer.text
        return answer.text

    async def form(self, path: str, name: str) -> Form:
        """Returns a form of a page, aimed at where it leads."""
        forms = Forms(await self.see(path)).found
        assert name in forms, sorted(forms)
        form = forms[name]
        form.action = aimed(path, form.action)
        return form

    async def post(self, form: Form, changes: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        """Sends a form with some of its fields changed."""
        return await self.client.post(form.action, data=form.fields | (changes or {}), **more)

    async def send(self, path: str, name: str, changes: dict[str, str] | None = None) -> str:
        """Fills in a form of a page and sends it; returns the page that it leads to, below the console."""
        answer = await self.post(await self.form(path, name), changes)
        assert answer.status_code == 303, answer.text
        target: str = answer.headers["location"]
        return target.removeprefix("/console/")


def aimed(path: str, action: str) -> str:
    """Returns where a form of a page leads."""
    if action.startswith("/"):
        return action
    return f"/console/{path.partition('?')[0]}" + ("" if action == "?" else action)


def settings_of(served: Gateway) -> GatewaySettings:
    """Returns settings with which people may name who they are."""
    return replace(served.settings, token_key=KEY)


@contextlib.asynccontextmanager
async def visiting(
    served: Gateway, role: str = "admin", tenant: str = "acme", settings: GatewaySettings | None = None
) -> AsyncIterator[Visitor]:
    """Signs somebody in; nothing is followed by itself."""
    app = application(settings or settings_of(served), served.calls)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE, timeout=30) as client:
        answer = await client.post("/console/signin/development", data={"tenant": tenant, "role": role, "next": ""})
        assert answer.status_code == 303, answer.text
        yield Visitor(client)
