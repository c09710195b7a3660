"""Tests of accessibility: axe rules, keyboard operation, color schemes and reduced motion."""

import functools
from typing import Literal

import pytest
from playwright.async_api import Page, expect

from tests.gateway.fixtures.widget_page import ChatPage, wait_until
from tests.support.browser import axe_faults

pytestmark = pytest.mark.asyncio(loop_scope="package")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


async def focused_element(page: Page) -> str:
    """Returns the accessible name of the focused element, also inside of the widget."""
    name = await page.evaluate(
        """() => {
            let at = document.activeElement;
            while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
            return at.getAttribute("aria-label") || at.textContent || at.labels?.[0]?.textContent || at.tagName;
        }"""
    )
    return str(name)


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_widget_in_each_color_scheme_has_no_serious_axe_violation(
    chat: ChatPage, scheme: Literal["light", "dark"]
) -> None:
    page = await chat.open({"ask": True, "voiceEnabled": True}, bypass_csp=True, color_scheme=scheme)
    await expect(page.get_by_text("Was this answer helpful?")).to_be_visible()
    assert await axe_faults(page) == []
    await page.get_by_role("button", name="Good answer").click()
    await page.get_by_role("button", name="Accuracy").click()
    await page.get_by_role("button", name="Record a comment").click()
    await expect(page.get_by_role("button", name="Stop and send")).to_be_visible()
    assert await axe_faults(page) == []
    dark = await page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(255, 255, 255)"
    assert dark == (scheme == "dark"), "the page uses the color scheme"


async def test_axe_with_planted_violation_reports_it(chat: ChatPage) -> None:
    page = await chat.open(bypass_csp=True)
    await expect(page.get_by_role("button", name="Good answer")).to_be_visible()
    await page.evaluate(
        "document.querySelector('radiant-feedback').shadowRoot.append(document.createElement('button'))"
    )
    assert any("button-name" in fault for fault in await axe_faults(page))


async def test_widget_is_operable_by_keyboard(chat: ChatPage) -> None:
    page = await chat.open()
    await expect(page.get_by_role("button", name="Good answer")).to_be_visible()

    async def is_focused(name: str) -> bool:
        return await focused_element(page) == name

    async def tab_through(*names: str) -> None:
        for name in names:
            await page.keyboard.press("Tab")
            await wait_until(functools.partial(is_focused, name), 2)

    await tab_through("Good answer", "Bad answer")
    await page.keyboard.press("Enter")
    await tab_through("Record a comment", "Accuracy")
    await page.keyboard.press("Space")
    await tab_through("Relevance", "Tone", "Format", "Speed", "Safety", "Creativity", "Completeness", "Something else")
    await tab_through("Comment (optional)")
    await page.keyboard.type("Too long")
    await tab_through("Send")
    await page.keyboard.press("Enter")
    assert await focused_element(page) == "Bad answer", "the focus returns to the thumb"
    await wait_until(lambda: chat.is_idle(page))
    [vote] = await chat.votes()
    assert (vote["rating"], vote["categories"], vote["comment"]) == (-1, ["accuracy"], "Too long")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_have_text("Rating withdrawn.")
    assert (await chat.counts())["users"] == "0"
    assert await focused_element(page) == "Bad answer"
    await page.keyboard.press("Enter")
    await tab_through("Record a comment", "Accuracy")
    await page.keyboard.press("Escape")
    assert await focused_element(page) == "Bad answer"
    await expect(page.get_by_role("textbox", name="Comment")).to_be_hidden()


async def test_animation_is_disabled_with_reduced_motion(chat: ChatPage) -> None:
    animation_count = "document.querySelector('radiant-feedback').shadowRoot.getAnimations().length"
    for motion, count in (("reduce", 0), ("no-preference", 1)):
        page = await chat.open({"voiceEnabled": True}, reduced_motion=motion)
        await page.get_by_role("button", name="Record a comment").click()
        await expect(page.get_by_role("button", name="Stop and send")).to_be_visible()
        assert await page.evaluate(animation_count) == count
