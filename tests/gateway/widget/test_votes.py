"""Tests of votes: storage, retry, error messages, visibility and languages."""

import pytest
from playwright.async_api import Route, expect

from tests.gateway.fixtures.widget_page import ChatPage, wait_until

pytestmark = pytest.mark.asyncio(loop_scope="package")
EXPLICIT = "/feedback/explicit"


async def test_vote_with_categories_and_comment_is_stored_once(chat: ChatPage) -> None:
    page = await chat.open()
    up, down = page.get_by_role("button", name="Good answer"), page.get_by_role("button", name="Bad answer")
    await down.click()
    await expect(down).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("button", name="Accuracy").click()
    await page.get_by_role("button", name="Tone").click()
    await page.get_by_role("textbox", name="Comment").fill("It is wrong.")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_role("status")).to_have_text("Thank you!")
    await wait_until(lambda: chat.is_idle(page))
    assert len(chat.bodies(EXPLICIT)) == 2
    [vote] = await chat.votes()
    assert (vote["rating"], vote["comment"], vote["source"]) == (-1, "It is wrong.", "thinktank")
    assert sorted(vote["categories"]) == ["accuracy", "tone"]
    await page.reload()
    await expect(down).to_have_attribute("aria-pressed", "true")
    await expect(up).to_have_attribute("aria-pressed", "false")


async def test_vote_with_lost_response_is_retried_and_counted_once(chat: ChatPage) -> None:
    page, keys = await chat.open(), []

    async def lose_first_response(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > 1:
            await route.continue_()
            return
        await route.fetch()
        await route.abort()

    await page.route(f"**{EXPLICIT}", lose_first_response)
    await page.get_by_role("button", name="Good answer").click()
    await expect(page.get_by_role("status")).to_have_text("There is no connection. It will be sent later.")
    await expect(page.get_by_role("status")).to_have_text("Thank you!", timeout=10_000)
    assert len(keys) == 2
    assert keys[0] == keys[1]
    stats = (await chat.gateway.request("GET", "/feedback/stats/o")).json()
    assert (stats["counts"]["positive"], stats["counts"]["users"]) == ("1", "1")


async def test_unsent_vote_is_sent_by_the_next_page(chat: ChatPage) -> None:
    page = await chat.open()
    await page.route(f"**{EXPLICIT}", lambda route: route.abort())
    await page.get_by_role("button", name="Good answer").click()
    await expect(page.get_by_role("status")).to_have_text("There is no connection. It will be sent later.")
    await page.unroute(f"**{EXPLICIT}")
    await page.reload()
    await wait_until(chat.votes)


async def test_rejected_vote_shows_a_message_and_is_not_retried(chat: ChatPage) -> None:
    page, count = await chat.open(), 0

    async def reject(route: Route) -> None:
        nonlocal count
        count += 1
        problem = {"status": 403, "reason": "ROLE_MISSING", "detail": "internal detail"}
        await route.fulfill(status=403, json=problem, content_type="application/problem+json")

    await page.route(f"**{EXPLICIT}", reject)
    await page.evaluate("document.addEventListener('radiant-feedback-error', e => window.told = e.detail)")
    await page.get_by_role("button", name="Good answer").click()
    await expect(page.get_by_role("status")).to_have_text("Sorry, this could not be saved.")
    assert await page.evaluate("[told.problem.reason, told.retrying]") == ["ROLE_MISSING", False]
    await wait_until(lambda: chat.is_idle(page))
    await page.reload()
    await expect(page.get_by_role("button", name="Good answer")).to_be_visible()
    assert count == 1


async def test_question_is_shown_only_if_enabled_by_the_configuration(chat: ChatPage) -> None:
    quiet = await chat.open({"ask": False})
    await expect(quiet.get_by_role("button", name="Good answer")).to_be_visible()
    await expect(quiet.get_by_text("Was this answer helpful?")).to_be_hidden()
    asking = await chat.open({"ask": True})
    await expect(asking.get_by_text("Was this answer helpful?")).to_be_visible()
    await asking.get_by_role("button", name="Good answer").click()
    await expect(asking.get_by_text("Was this answer helpful?")).to_be_hidden()


async def test_disabled_parts_are_hidden(chat: ChatPage) -> None:
    page = await chat.open({"thumbsEnabled": False, "commentsEnabled": False, "voiceEnabled": False})
    await wait_until(lambda: page.evaluate("document.querySelector('radiant-feedback').shadowRoot.childElementCount"))
    assert await page.locator("radiant-feedback").get_by_role("button").count() == 0
    only_thumbs = await chat.open({"commentsEnabled": False, "categories": []})
    await only_thumbs.get_by_role("button", name="Good answer").click()
    await expect(only_thumbs.get_by_role("status")).to_have_text("Thank you!")
    await expect(only_thumbs.get_by_role("button", name="Send", exact=True)).to_be_hidden()


async def test_labels_follow_the_language_and_the_label_attributes(chat: ChatPage) -> None:
    for lang, word in {
        "en": "Good answer",
        "de": "Gute Antwort",
        "fr": "Bonne réponse",
        "es-MX": "Buena respuesta",
    }.items():
        chat.attributes = f'lang="{lang}" label-down="No!"'
        page = await chat.open()
        await expect(page.get_by_role("button", name=word)).to_be_visible()
        await expect(page.get_by_role("button", name="No!")).to_be_visible()
