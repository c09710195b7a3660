"""Tests of the answer that the widget observes: it appears late, is rendered again, or is replaced by the page."""

import pytest
from playwright.async_api import Page, expect

from tests.gateway.fixtures.widget_page import ChatPage, wait_until

pytestmark = pytest.mark.asyncio(loop_scope="package")
FAST = {"flushIntervalMs": 200}
FRAMES = "await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))));"
REPLACE = """
    const old = document.querySelector("#answer"), made = old.cloneNode(true);
    old.replaceWith(made);
"""


async def run(page: Page, script: str) -> None:
    """Runs a script in the page and waits until the browser has reported which elements are visible."""
    await page.evaluate(f"async () => {{ {script} {FRAMES} }}")


async def opened(chat: ChatPage, script: str = "") -> Page:
    """Opens the page, runs a script, and waits until the widget has its configuration."""
    page = await chat.open(FAST)
    await expect(page.get_by_role("button", name="Good answer")).to_be_visible()
    await run(page, script)
    return page


async def sent(chat: ChatPage, page: Page) -> list[str]:
    """Sends the signal `regenerate` and returns the stored signals, among them all that were sent before."""
    await page.evaluate("document.querySelector('radiant-feedback').track('regenerate')")

    async def is_stored() -> bool:
        return "regenerate" in await chat.signals()

    await wait_until(is_stored)
    return await chat.signals()


async def test_replaced_answer_is_no_scroll_bounce(chat: ChatPage) -> None:
    page = await opened(chat, REPLACE)
    await run(page, "document.querySelector('#answer').remove();")
    assert await sent(chat, page) == ["regenerate"]


async def test_answer_replaced_outside_of_the_viewport_is_no_scroll_bounce(chat: ChatPage) -> None:
    page = await opened(chat, REPLACE + "made.style.marginTop = '5000px';")
    assert await sent(chat, page) == ["regenerate"]


async def test_answer_rendered_again_in_its_element_is_no_scroll_bounce(chat: ChatPage) -> None:
    page = await opened(chat)
    for _ in range(3):
        await run(
            page,
            """
            const answer = document.querySelector("#answer"), parts = [...answer.childNodes];
            answer.replaceChildren();
            await 0;
            answer.replaceChildren(...parts);
            """,
        )
    assert await sent(chat, page) == ["regenerate"]


async def test_replaced_answer_is_observed(chat: ChatPage) -> None:
    page = await opened(chat, REPLACE)
    await page.locator("#first").click(click_count=3)
    await page.keyboard.press("Control+c")
    await page.get_by_role("button", name="Share").click()
    await run(page, "scrollTo(0, document.body.scrollHeight);")
    assert await sent(chat, page) == ["copy_response", "regenerate", "scroll_to_end", "share_response"]


@pytest.mark.parametrize("form", ["element", "id"])
async def test_answer_and_reply_form_that_appear_late_are_observed(chat: ChatPage, form: str) -> None:
    page = await opened(chat)
    await run(
        page,
        """
        const main = document.querySelector("main"), parts = [...main.querySelectorAll("#answer, #composer")];
        const ids = parts.map(each => each.id), made = parts.map(each => each.cloneNode(true));
        parts.forEach(each => each.remove());
        if (!FORM) { made.forEach(each => each.removeAttribute("id")); main.append(...made); }
        await new Promise(requestAnimationFrame);
        FORM ? main.append(...made) : made.forEach((each, index) => each.id = ids[index]);
        made[1].onsubmit = event => event.preventDefault();
        """.replace("FORM", str(form == "element").lower()),
    )
    await page.locator("#first").click(click_count=3)
    await page.keyboard.press("Control+c")
    await page.get_by_role("button", name="Share").click()
    await page.evaluate("scrollTo(0, document.body.scrollHeight)")
    await page.get_by_role("button", name="Reply").click()
    assert await sent(chat, page) == [
        "continue_conversation",
        "copy_response",
        "regenerate",
        "response_time_short",
        "scroll_to_end",
        "share_response",
    ]


async def test_answer_that_appears_late_and_leaves_early_is_a_scroll_bounce(chat: ChatPage) -> None:
    page = await opened(chat)
    await run(
        page,
        f"""
        const answer = document.querySelector("#answer"), made = answer.cloneNode(true), time = Date.now();
        Date.now = () => time;
        answer.remove();
        {FRAMES}
        document.querySelector("h1").after(made);
        """,
    )
    assert await sent(chat, page) == ["regenerate"]
    await run(page, "document.querySelector('#answer').hidden = true;")

    async def is_bounce_stored() -> bool:
        return "scroll_bounce" in await chat.signals()

    await wait_until(is_bounce_stored)
