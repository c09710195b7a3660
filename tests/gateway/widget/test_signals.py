"""What people do with an answer is collected, sent together, and counts once."""

import json
from datetime import timedelta

from playwright.async_api import Page, expect

from kit.rpc.auth import mint
from tests.gateway.widget.showing import Shown, until
from tests.support.suite import KEY

BATCH = "/service/feedback/implicit/batch"
SLOW = {"flushIntervalMs": 60_000}
TRACK = "document.querySelector('radiant-feedback').track"


async def ready(page: Page) -> None:
    """Waits until the widget knows what to observe."""
    await expect(page.get_by_role("button", name="Good answer")).to_be_visible()


async def test_what_the_user_does_is_observed_and_sent_in_one_batch(chat: Shown) -> None:
    page = await chat.open({"flushIntervalMs": 1000})
    await ready(page)
    await page.locator("#first").click(click_count=3)
    await page.keyboard.press("Control+c")
    await page.get_by_role("button", name="Share").click()
    await page.evaluate("scrollTo(0, document.body.scrollHeight)")
    await page.evaluate("() => { document.querySelector('#composer').onsubmit = event => event.preventDefault() }")
    await page.get_by_role("button", name="Reply").click()
    await until(lambda: chat.idle(page))
    await until(chat.signals)
    assert await chat.signals() == [
        "continue_conversation",
        "copy_response",
        "response_time_short",
        "scroll_to_end",
        "share_response",
    ]
    assert len(chat.posted(BATCH)) == 1


async def test_a_glance_is_a_bounce(chat: Shown) -> None:
    page = await chat.open()
    await ready(page)
    await page.wait_for_timeout(300)
    await page.evaluate("document.querySelector('#answer').hidden = true")
    await until(chat.signals)
    assert await chat.signals() == ["scroll_bounce"]


async def test_signals_leave_with_the_page_and_count_once(chat: Shown) -> None:
    page = await chat.open(SLOW)
    await ready(page)
    assert await page.evaluate(f"{TRACK}('export_response', {{format: 'pdf'}})") is True
    assert await page.evaluate(f"{TRACK}('no_such_signal')") is False
    assert chat.posted(BATCH) == []
    await page.goto(f"{chat.base}/widget/")
    await until(chat.signals)
    beacon = next(headers for _, path, headers, _ in chat.asked if path == BATCH)
    assert "idempotency-key" not in beacon, "the page was gone: a beacon carried it"
    await page.goto(f"{chat.base}/page")
    await until(lambda: chat.idle(page))
    assert len(chat.posted(BATCH)) >= 2, "sent again, since nobody had said that it arrived"
    assert await chat.signals() == ["export_response"]
    rows = await chat.gateway.intake.rows("SELECT signal_value FROM ingest.implicit_signals")
    assert json.loads(rows[0][0]) == {"format": "pdf"}


async def test_with_a_token_signals_leave_with_the_page_too(chat: Shown) -> None:
    token = mint(KEY, "acme", ("service",), timedelta(hours=1), "test")
    chat.attributes = f'token="{token}"'
    page = await chat.open(SLOW)
    await ready(page)
    await page.evaluate(f"{TRACK}('regenerate')")
    await page.goto("about:blank")
    await until(chat.signals)
    assert sorted(await chat.signals()) == ["abandon_conversation", "regenerate"]


async def test_leaving_while_the_answer_is_written_is_told_apart(chat: Shown) -> None:
    chat.attributes = "streaming"
    page = await chat.open(SLOW)
    await ready(page)
    await page.goto("about:blank")
    await until(chat.signals)
    assert await chat.signals() == ["abandon_mid_response"]


async def test_signals_before_the_configuration_wait_for_it(chat: Shown) -> None:
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
    await until(chat.signals)
    await until(lambda: chat.idle(page))
    assert await chat.signals() == ["regenerate"], "the other one is not wanted"


async def test_what_cannot_be_sent_is_bounded(chat: Shown) -> None:
    page = await chat.open({"flushIntervalMs": 600_000})
    await ready(page)
    await page.route("**/feedback/**", lambda route: route.abort())
    await page.get_by_role("button", name="Bad answer").click()
    await page.evaluate(f"for (let n = 0; n < 5000; n++) {TRACK}('regenerate', {{n, filled: 'x'.repeat(400)}})")
    assert not await chat.idle(page)
    [kept] = await page.evaluate("Object.values(sessionStorage)")
    found = json.loads(kept)
    assert len(found["posts"]) <= 20
    assert found["posts"][0]["body"]["rating"] == "RATING_NEGATIVE", "a vote outlives older and newer signals"
    batches = [post["body"]["signals"] for post in found["posts"][1:]]
    assert max(len(batch) for batch in batches) == 50
    newest = [batch[-1]["signalValue"]["n"] for batch in batches]
    assert max(newest) == 4999, "the oldest give way"
    assert max(len(json.dumps(post["body"])) for post in found["posts"]) < 64_000, "more than a leaving page may send"
