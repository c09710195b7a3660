"""Everybody can use the widget: by keyboard, with a screen reader, in the dark, without motion."""

from typing import Literal

import pytest
from playwright.async_api import Page, expect

from tests.gateway.widget.showing import Shown, until
from tests.support.browser import axe_faults

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


async def focused(page: Page) -> str:
    """Returns the name of the element that has the focus, inside the widget too."""
    name = await page.evaluate(
        """() => {
            let at = document.activeElement;
            while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
            return at.getAttribute("aria-label") || at.textContent || at.labels?.[0]?.textContent || at.tagName;
        }"""
    )
    return str(name)


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_axe_finds_no_grave_fault(chat: Shown, scheme: Literal["light", "dark"]) -> None:
    page = await chat.open({"ask": True, "voiceEnabled": True}, bypass_csp=True, color_scheme=scheme)
    await expect(page.get_by_text("Was this answer helpful?")).to_be_visible()
    assert await axe_faults(page) == []
    await page.get_by_role("button", name="Good answer").click()
    await page.get_by_role("button", name="Accuracy").click()
    await page.get_by_role("button", name="Record a comment").click()
    await expect(page.get_by_role("button", name="Stop and send")).to_be_visible()
    assert await axe_faults(page) == []
    dark = await page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(255, 255, 255)"
    assert dark == (scheme == "dark"), "the scheme was looked at"


async def test_axe_would_notice(chat: Shown) -> None:
    page = await chat.open(bypass_csp=True)
    await expect(page.get_by_role("button", name="Good answer")).to_be_visible()
    await page.evaluate(
        "document.querySelector('radiant-feedback').shadowRoot.append(document.createElement('button'))"
    )
    assert any("button-name" in fault for fault in await axe_faults(page))


async def test_a_keyboard_is_enough(chat: Shown) -> None:
    page = await chat.open()
    await expect(page.get_by_role("button", name="Good answer")).to_be_visible()

    async def walk(*names: str) -> None:
        for name in names:
            await page.keyboard.press("Tab")
            await page.wait_for_timeout(50)
            assert await focused(page) == name

    await walk("Good answer", "Bad answer")
    await page.keyboard.press("Enter")
    await walk("Record a comment", "Accuracy")
    await page.keyboard.press("Space")
    await walk("Relevance", "Tone", "Format", "Speed", "Safety", "Creativity", "Completeness", "Something else")
    await walk("Comment (optional)")
    await page.keyboard.type("Too long")
    await walk("Send")
    await page.keyboard.press("Enter")
    assert await focused(page) == "Bad answer", "the focus goes back to the thumb"
    await until(lambda: chat.idle(page))
    [vote] = await chat.votes()
    assert (vote["rating"], vote["categories"], vote["comment"]) == (-1, ["accuracy"], "Too long")
    await page.keyboard.press("Enter")
    await walk("Record a comment", "Accuracy")
    await page.keyboard.press("Escape")
    assert await focused(page) == "Bad answer"
    await expect(page.get_by_role("textbox", name="Comment")).to_be_hidden()


async def test_nothing_moves_for_who_wants_no_motion(chat: Shown) -> None:
    moving = "document.querySelector('radiant-feedback').shadowRoot.getAnimations().length"
    for motion, count in (("reduce", 0), ("no-preference", 1)):
        page = await chat.open({"voiceEnabled": True}, reduced_motion=motion)
        await page.get_by_role("button", name="Record a comment").click()
        await expect(page.get_by_role("button", name="Stop and send")).to_be_visible()
        assert await page.evaluate(moving) == count
