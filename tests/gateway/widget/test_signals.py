"""Tests of implicit signals: they are observed, sent in batches, and stored once."""

import json
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from kit.auth.tokens import mint
from tests.gateway.fixtures.widget_page import ChatPage, wait_until
from tests.support.suite import KEY

pytestmark = pytest.mark.asyncio(loop_scope="package")
BATCH = "/service/feedback/implicit/batch"
SLOW = {"flushIntervalMs": 60_000}
TRACK = "document.querySelector('radiant-feedback').track"


async def ready(page: Page) -> None:
    """Waits until the widget has its configuration."""
    await expect(page.get_by_role("button", name="Good answer")).to_be_visible()


async def test_user_actions_are_observed_and_sent_in_one_batch(chat: ChatPage) -> None:
    page = await chat.open({"flushIntervalMs": 1000})
    await ready(page)
    await page.locator("#first").click(click_count=3)
    await page.keyboard.press("Control+c")
    await page.get_by_role("button", name="Share").click()
    await page.evaluate("scrollTo(0, document.body.scrollHeight)")
    await page.evaluate("() => { document.querySelector('#composer').onsubmit = event => event.preventDefault() }")
    await page.get_by_role("button", name="Reply").click()
    await wait_until(lambda: chat.is_idle(page))
    await wait_until(chat.signals)
    assert await chat.signals() == [
        "continue_conversation",
        "copy_response",
        "response_time_short",
        "scroll_to_end",
        "share_response",
    ]
    assert len(chat.bodies(BATCH)) == 1


async def test_answer_that_leaves_the_viewport_early_sends_scroll_bounce(chat: ChatPage) -> None:
    page = await chat.open({"flushIntervalMs": 200})
    await ready(page)
    await page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    await page.evaluate("document.querySelector('#answer').hidden = true")
    await wait_until(chat.signals)
    assert await chat.signals() == ["scroll_bounce"]


async def test_pending_signals_are_sent_by_beacon_when_the_page_closes_and_stored_once(chat: ChatPage) -> None:
    page = await chat.open(SLOW)
    await ready(page)
    assert await page.evaluate(f"{TRACK}('export_response', {{format: 'pdf'}})") is True
    assert await page.evaluate(f"{TRACK}('no_such_signal')") is False
    assert chat.bodies(BATCH) == []
    await page.goto(f"{chat.base}/widget/")
    await wait_until(chat.signals)
    beacon = next(headers for _, path, headers, _ in chat.backend_requests if path == BATCH)
    assert "idempotency-key" not in beacon, "the page is closed: a beacon sends the batch"
    await page.goto(f"{chat.base}/page")
    await wait_until(lambda: chat.is_idle(page))
    assert len(chat.bodies(BATCH)) >= 2, "sent again, because a beacon has no response"
    assert await chat.signals() == ["export_response"]
    rows = await chat.gateway.intake.rows("SELECT signal_value FROM ingest.implicit_signals")
    assert json.loads(rows[0][0]) == {"format": "pdf"}


async def test_pending_signals_with_a_token_are_sent_when_the_page_closes(chat: ChatPage) -> None:
    token = mint(KEY, "acme", ("service",), timedelta(hours=1), "test")
    chat.attributes = f'token="{token}"'
    page = await chat.open(SLOW)
    await ready(page)
    await page.evaluate(f"{TRACK}('regenerate')")
    await page.goto("about:blank")
    await wait_until(chat.signals)
    assert sorted(await chat.signals()) == ["abandon_conversation", "regenerate"]


async def test_page_closed_during_streaming_sends_abandon_mid_response(chat: ChatPage) -> None:
    chat.attributes = "streaming"
    page = await chat.open(SLOW)
    await ready(page)
    await page.goto("about:blank")
    await wait_until(chat.signals)
    assert await chat.signals() == ["abandon_mid_response"]


async def test_signals_before_the_configuration_are_sent_after_it(chat: ChatPage) -> None:
    page = await chat.open({"flushIntervalMs": 200, "signals": ["SIGNAL_TYPE_REGENERATE"]})
    await page.evaluate("document.querySelector('radiant-feedback').remove()")
    await page.evaluate(
        """() => {
            const made = document.createElement("radiant-feedback");
            for (const [name, value] of [["output-id", "late"], ["user-id", "u"], ["endpoint", "/backend"]]) {
                made.setAttribute(name, value);
            }
            document.body.append(made);
            made.track("regenerate");
            made.track("copy_response");
        }"""
    )
    await wait_until(chat.signals)
    await wait_until(lambda: chat.is_idle(page))
    assert await chat.signals() == ["regenerate"], "the other signal is not in the configuration"


async def test_stored_requests_are_limited_and_the_oldest_signals_are_dropped(chat: ChatPage) -> None:
    page = await chat.open({"flushIntervalMs": 600_000})
    await ready(page)
    await page.route("**/feedback/**", lambda route: route.abort())
    await page.get_by_role("button", name="Bad answer").click()
    await page.evaluate(f"for (let n = 0; n < 5000; n++) {TRACK}('regenerate', {{n, filler: 'x'.repeat(400)}})")
    assert not await chat.is_idle(page)
    [stored] = await page.evaluate("Object.values(sessionStorage)")
    found = json.loads(stored)
    assert len(found["posts"]) <= 20
    assert found["posts"][0]["body"]["rating"] == "RATING_NEGATIVE", "signals are dropped before votes"
    batches = [post["body"]["signals"] for post in found["posts"][1:]]
    assert max(len(batch) for batch in batches) == 50
    newest = [batch[-1]["signalValue"]["n"] for batch in batches]
    assert max(newest) == 4999, "the newest signals are kept"
    assert max(len(json.dumps(post["body"])) for post in found["posts"]) < 64_000, (
        "browsers limit the requests of a closed page to 64 KiB"
    )
